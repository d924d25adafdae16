// Podman's Quadlet: the unit of systemd that it makes of the .container file in the first argument.
package main

import (
	"fmt"
	"os"

	"github.com/containers/podman/v5/pkg/systemd/parser"
	"github.com/containers/podman/v5/pkg/systemd/quadlet"
)

func main() {
	file, err := parser.ParseUnitFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	units := map[string]*quadlet.UnitInfo{file.Filename: {ServiceName: quadlet.GetContainerServiceName(file)}}
	service, warnings, err := quadlet.ConvertContainer(file, false, units)
	if err != nil || warnings != nil {
		fail(err, warnings)
	}
	text, err := service.ToString()
	if err != nil {
		fail(err)
	}
	fmt.Print(text)
}

func fail(reasons ...any) {
	fmt.Fprintln(os.Stderr, reasons...)
	os.Exit(1)
}
