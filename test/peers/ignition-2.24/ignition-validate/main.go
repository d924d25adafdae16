// The judge of Ignition 3.x documents: what Ignition itself says of them, as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/coreos/ignition/v2/config"
)

type entry struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Path    string `json:"path"`
	Line    int64  `json:"line"`
	Column  int64  `json:"column"`
}

type verdict struct {
	Accepted bool    `json:"accepted"`
	Reason   string  `json:"reason,omitempty"`
	Entries  []entry `json:"entries"`
}

func judge(raw []byte) verdict {
	_, report, err := config.Parse(raw)
	result := verdict{Accepted: err == nil && !report.IsFatal(), Entries: []entry{}}
	if err != nil {
		result.Reason = err.Error()
	}
	for _, one := range report.Entries {
		line, column := one.Marker.Start()
		result.Entries = append(result.Entries, entry{one.Kind.String(), one.Message, one.Context.String(), line, column})
	}
	return result
}

// Each line of the input is one document as a JSON string; each line of the output is the verdict on it.
func main() {
	input, output := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var document string
		if err := input.Decode(&document); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := output.Encode(judge([]byte(document))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}
