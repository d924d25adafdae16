// The loader of Docker Compose: the project that it reads from the file in the first argument, with the variables of its
// environment put in, as JSON.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:2], cli.WithOsEnv, cli.WithName("test"))
	if err != nil {
		fail(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		fail(err)
	}
	output, err := project.MarshalJSON()
	if err != nil {
		fail(err)
	}
	os.Stdout.Write(output)
}

func fail(reasons ...any) {
	fmt.Fprintln(os.Stderr, reasons...)
	os.Exit(1)
}
