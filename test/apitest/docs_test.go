package apitest

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// example is a block of the page.
var example = regexp.MustCompile("(?s)```sh\n(.*?)```")

// address is a URL of an example's, and method what curl is told to send.
var (
	address = regexp.MustCompile(`https://tips\.example\.com(/[^'"?\s\\]*)`)
	method  = regexp.MustCompile(`-X ([A-Z]+)`)
	part    = regexp.MustCompile(`\{\w+\}`)
)

// One engine is enough here; the long tests have the other one, too.
func TestExamplesOfThePage(t *testing.T) {
	examplesOfThePage(start(t, ""))
}

// Each example of the page does what it says, in the page's order, and there is one for
// each operation.
func examplesOfThePage(r *rig) {
	r.Helper()
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		r.Fatal(err)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		missing(r.T, "curl isn't installed")
	}
	ana, bounce := r.ids()
	nextYear := time.Now().AddDate(1, 0, 0).Format("2006") + "-01-01" // a date of the rig's schedule
	environment := append(os.Environ(), "TOKEN="+r.token, "ID="+ana, "BOUNCE="+bounce, "DATE="+r.date, "NEXT="+nextYear)
	shown := map[string]bool{}
	erase := ""
	for _, block := range example.FindAllStringSubmatch(string(page), -1) {
		for _, command := range commands(block[1]) {
			shown[asked(command)] = true
			if strings.Contains(command, "-X DELETE") && strings.HasSuffix(strings.TrimSpace(command), "subscribers/$ID") {
				erase = command // what follows needs the person
				continue
			}
			r.curl(command, environment)
		}
	}
	r.curl(erase, environment)
	for id, operation := range r.operations() {
		operation = part.ReplaceAllString(operation, "X")
		if !shown[operation] {
			r.Errorf("docs/api.md has no example of %s: %s; it has %v", id, operation, shown)
		}
	}
}

// commands are those of a block, each with the lines that continue it.
func commands(block string) (all []string) {
	for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
		if strings.TrimSpace(line) != "" {
			all = append(all, line)
		}
	}
	return all
}

// asked is the operation of a command, with an X for each part that it fills in.
func asked(command string) string {
	path := address.FindStringSubmatch(command)[1]
	path = regexp.MustCompile(`\$[A-Z]+`).ReplaceAllString(path, "X")
	path = strings.NewReplacer("/subscriptions/management", "/subscriptions/X", "/editions/management", "/editions/X", "/plan/management", "/plan/X").Replace(path)
	verb := "GET"
	if strings.Contains(command, " -d ") || strings.Contains(command, "--data-binary") {
		verb = "POST"
	}
	if m := method.FindStringSubmatch(command); m != nil {
		verb = m[1]
	}
	return verb + " " + path
}

func (r *rig) curl(command string, environment []string) {
	r.Helper()
	command = strings.ReplaceAll(command, "https://tips.example.com/api/v1", r.url)
	command = strings.ReplaceAll(command, "curl ", "curl --silent --show-error --fail-with-body --max-time 60 ")
	run := exec.CommandContext(r.Context(), "bash", "-c", "set -o pipefail; "+command)
	run.Env, run.WaitDelay = environment, time.Second
	if out, err := run.CombinedOutput(); err != nil {
		r.Errorf("%s\n%v: %s", command, err, out)
	}
}
