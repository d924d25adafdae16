// etcd 3.6 as its own project builds it: the module at the version that go.mod names, and its own main function.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
