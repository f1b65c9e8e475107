// Command testlog reads the output of "go test -json" and prints what a person
// wants of it: the closing line of each package, and all that a failing test
// wrote. It fails when a test was skipped, or when none ran: a green run must
// mean that everything was tested.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() { os.Exit(run(os.Stdin, os.Stdout)) }

// event is a line of test2json (go doc test2json), and of go build -json.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// run returns the exit code. That of go test itself is the caller's to keep
// (pipefail): this one speaks of skips.
func run(in io.Reader, out io.Writer) int {
	written := map[[2]string]*strings.Builder{} // package, test → what it wrote
	var skipped []string
	passed, failed := 0, 0
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				_, _ = io.WriteString(out, line) // of the go command, not of a test
				continue
			}
			key := [2]string{e.Package, e.Test}
			switch e.Action {
			case "build-output":
				_, _ = io.WriteString(out, e.Output)
			case "output":
				if written[key] == nil {
					written[key] = &strings.Builder{}
				}
				written[key].WriteString(e.Output)
			case "pass", "skip", "fail":
				text := ""
				if b := written[key]; b != nil {
					text = b.String()
				}
				delete(written, key)
				switch {
				case e.Test == "" && e.Action == "fail":
					_, _ = io.WriteString(out, text) // a panic or an exit stands here
				case e.Test == "":
					_, _ = io.WriteString(out, closing(text))
				case e.Action == "pass":
					passed++
				case e.Action == "skip":
					skipped = append(skipped, e.Package+" "+e.Test+reason(text))
				default:
					failed++
					_, _ = io.WriteString(out, text)
				}
			}
		}
		if err != nil {
			break
		}
	}
	return verdict(out, written, skipped, passed, failed)
}

// verdict prints the sum, and what was left unfinished.
func verdict(out io.Writer, unfinished map[[2]string]*strings.Builder, skipped []string, passed, failed int) int {
	for _, text := range unfinished { // tests that a panic or a timeout cut short
		_, _ = io.WriteString(out, text.String())
	}
	_, _ = fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", passed, failed, len(skipped))
	for _, s := range skipped {
		_, _ = fmt.Fprintln(out, "SKIPPED, which counts as a failure here:", s)
	}
	switch {
	case passed+failed == 0:
		_, _ = fmt.Fprintln(out, "no test ran, which counts as a failure here")
		return 1
	case failed > 0 || len(skipped) > 0:
		return 1
	}
	return 0
}

// closing keeps go test's last word on a package: ok, FAIL or no test files.
func closing(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL") || strings.HasPrefix(line, "?") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// reason returns what the test said when it skipped.
func reason(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			return ": " + line
		}
	}
	return ""
}
