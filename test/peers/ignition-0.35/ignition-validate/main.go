// The judge of Ignition 2.x documents: what the last Ignition of that line itself says of them, as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	config "github.com/coreos/ignition/config/v2_5_experimental"
)

type entry struct {
	Kind    json.RawMessage `json:"kind"`
	Message string          `json:"message"`
	Line    int             `json:"line"`
	Column  int             `json:"column"`
}

type verdict struct {
	Accepted bool    `json:"accepted"`
	Reason   string  `json:"reason,omitempty"`
	Entries  []entry `json:"entries"`
}

func judge(raw []byte) (result verdict) {
	// A URL with a user in a document of spec 2.0 makes the library panic; that is no verdict on the document.
	defer func() {
		if cause := recover(); cause != nil {
			result = verdict{Reason: "panic", Entries: []entry{}}
		}
	}()
	_, report, err := config.Parse(raw)
	result = verdict{Accepted: err == nil && !report.IsFatal(), Entries: []entry{}}
	if err != nil {
		result.Reason = err.Error()
	}
	for _, one := range report.Entries {
		// The kind is of a type that the library keeps to itself; as JSON it is a word.
		kind, _ := json.Marshal(one.Kind)
		result.Entries = append(result.Entries, entry{kind, one.Message, one.Line, one.Column})
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
