module muster.test/go-texts

go 1.26.0

require (
	github.com/coreos/go-systemd v0.0.0-20191104093116-d3cd4ed1dbcf
	github.com/vincent-petithory/dataurl v1.0.0
	gopkg.in/yaml.v2 v2.4.0
)
