// What the Go libraries that ct was made of say of a text: YAML, URLs, quotes, units, data URLs and durations.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-systemd/unit"
	"github.com/vincent-petithory/dataurl"
	"gopkg.in/yaml.v2"
)

// An answer has what the text means, or why it means nothing.
type answer struct {
	Meaning any    `json:"meaning,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// A mapping becomes ["map", [key, value]...], a list ["seq", item...], all else a word for its kind with its value.
func describe(value any) any {
	switch it := value.(type) {
	case yaml.MapSlice:
		all := []any{"map"}
		for _, item := range it {
			all = append(all, []any{describe(item.Key), describe(item.Value)})
		}
		return all
	case []any:
		all := []any{"seq"}
		for _, item := range it {
			all = append(all, describe(item))
		}
		return all
	case nil:
		return "null"
	case bool:
		return fmt.Sprint("bool ", it)
	case int, int64, uint64:
		return fmt.Sprint("int ", it)
	case float64:
		if math.IsNaN(it) {
			return "float NaN"
		}
		return "float " + strconv.FormatFloat(it, 'e', -1, 64)
	case string:
		return "text " + it
	}
	return fmt.Sprintf("%T", value)
}

func readYaml(text string) (any, error) {
	var mapping yaml.MapSlice
	err := yaml.Unmarshal([]byte(text), &mapping)
	return describe(mapping), err
}

func readUrl(text string) (any, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	return parsed.String(), nil
}

func readUnit(text string) (any, error) {
	options, err := unit.Deserialize(strings.NewReader(text))
	sections := []string{}
	for _, option := range options {
		sections = append(sections, option.Section)
	}
	return sections, err
}

func read(kind, text string) (meaning any, err error) {
	// A library may panic at what it does not expect.
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("panic: %v", failure)
		}
	}()
	switch kind {
	case "yaml":
		return readYaml(text)
	case "url":
		return readUrl(text)
	case "quote":
		return strconv.Quote(text), nil
	case "escape":
		return dataurl.EscapeString(text), nil
	case "data":
		_, err := dataurl.DecodeString(text)
		return "fine", err
	case "duration":
		_, err := time.ParseDuration(text)
		return err == nil, nil
	case "unit":
		return readUnit(text)
	}
	return nil, fmt.Errorf("no such kind: %s", kind)
}

// Each line of the input is ["kind", "text"] as JSON; each line of the output is the answer to it.
func main() {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	for {
		line, err := input.ReadString('\n')
		if err != nil {
			return
		}
		var question [2]string
		if err := json.Unmarshal([]byte(line), &question); err != nil {
			panic(err)
		}
		meaning, problem := read(question[0], question[1])
		if problem != nil {
			output.Encode(answer{Problem: problem.Error()})
		} else {
			output.Encode(answer{Meaning: meaning})
		}
	}
}
