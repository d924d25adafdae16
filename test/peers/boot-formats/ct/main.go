// The transpiler of Container Linux Configs, as Flatcar kept it, for the platform in the first argument. Its warnings
// count, but for those that the arguments behind that allow.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/flatcar/container-linux-config-transpiler/config"
)

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	parsed, ast, report := config.Parse(input)
	for _, entry := range report.Entries {
		if !slices.Contains(os.Args[2:], entry.Message) {
			fail(report.String())
		}
	}
	ignition, report := config.Convert(parsed, os.Args[1], ast)
	if len(report.Entries) > 0 {
		fail(report.String())
	}
	if err := json.NewEncoder(os.Stdout).Encode(ignition); err != nil {
		fail(err)
	}
}

func fail(reasons ...any) {
	fmt.Fprintln(os.Stderr, reasons...)
	os.Exit(1)
}
