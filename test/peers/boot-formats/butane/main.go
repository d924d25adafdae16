// Butane itself, as strict as "butane --strict": the Ignition document that it makes of the standard input.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/coreos/butane/config"
	"github.com/coreos/butane/config/common"
)

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	output, report, err := config.TranslateBytes(input, common.TranslateBytesOptions{Pretty: true})
	if err != nil || len(report.Entries) > 0 {
		fail(err, report.String())
	}
	os.Stdout.Write(output)
}

func fail(reasons ...any) {
	fmt.Fprintln(os.Stderr, reasons...)
	os.Exit(1)
}
