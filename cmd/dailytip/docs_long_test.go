//go:build long

package main

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dailytip/config"
	"dailytip/inbox"
)

// fence is a block of code in a page, for what it's written in.
type fence struct {
	page, language string
	line           int // of the page, from 1
	text           []string
}

func (f fence) at(i int) string { return fmt.Sprintf("%s:%d", f.page, f.line+1+i) }

// Every command that README and docs/ name is one that can be given, and every
// configuration in them is one that is taken. What can't be tried here stands in a list
// with the reason; a new block that is neither is a fault.
func TestTheDocumentsAreTrue(t *testing.T) {
	work := newInstallation(t)
	for _, page := range documents(t) {
		for _, f := range fences(t, page) {
			switch f.language {
			case "sh":
				for _, c := range commands(f.text) {
					f.try(t, work, c.at, c.line)
				}
			case "console": // what it prints is an example
				for i, line := range f.text {
					if command, ok := strings.CutPrefix(line, "$ "); ok {
						f.try(t, work, i, command)
					}
				}
			case "yaml":
				f.load(t)
			default:
				if otherLanguages[f.language] == "" {
					t.Errorf("%s: a block in %q: name the language behind its ```, as one that is tried (sh, console, yaml) or that otherLanguages lists", f.at(-1), f.language)
				}
			}
		}
	}
}

// otherLanguages are those of blocks that aren't tried, and why not.
var otherLanguages = map[string]string{
	"text":      "a table of ours",
	"json":      "what is posted to programs; hooks compares it",
	"js":        "a receiver of webhooks; hooks/posting runs it",
	"python":    "a receiver of webhooks; hooks/posting runs it",
	"go":        "a receiver of webhooks; hooks/posting runs it",
	"http":      "what a program posts; bounces/webhook has the tests",
	"markdown":  "a tip to look at; tips and library have the tests",
	"html":      "a template to begin with; templates are loaded where they stand in a configuration",
	"ini":       "systemd's own; test/newcomer has the unit judged",
	"postfix":   "Postfix's own; test/bouncetest runs one with the same lines",
	"exim":      "Exim's own, which can't be installed beside Postfix",
	"smtpd":     "OpenSMTPD's own, which can't be installed beside Postfix",
	"caddyfile": "Caddy's own",
	"nginx":     "nginx's own",
}

// elsewhere are commands that aren't tried, and why not.
var elsewhere = []struct{ command, why string }{
	{`^sudo (apt|dnf) install `, "test/newcomer installs the packages"},
	{`^sudo dailytip init /etc/dailytip$`, "it asks; test/newcomer answers"},
	{`^(sudo )?systemctl `, "systemd doesn't run everywhere; test/newcomer runs the unit's command"},
	{`^journalctl `, "systemd doesn't run everywhere"},
	{`^dailytip serve$`, "it runs until it's stopped; test/newcomer and test/chaos do both"},
	{`^go run ./cmd/dailytip demo$`, "it runs until it's stopped; the script demo does both"},
	{`^dailytip migrate --from .* --to postgres://`, "it needs that server; the test of migrate has one"},
	{`^(printf .* \| )?curl `, "it needs a running daemon; web/site and bounces/webhook post the same"},
	{`^(key|id|signature)=`, "lines of a script for curl; bounces/webhook signs the same"},
	{`^time dailytip simulate --from `, "a year takes a while; the script simulate does less"},
	{`^(DAILYTIP_TIPS=\S+ )?go (test|run) `, "measurements; what they name is looked for"},
	{`^make `, "the Makefile is looked into"},
}

// try runs a command of a page in an installation that is like an operator's.
func (f fence) try(t *testing.T, work string, i int, line string) {
	t.Helper()
	if rest, ok := strings.CutPrefix(line, "go run ./cmd/dailytip demo --once"); ok {
		line = "dailytip demo --once" + rest
	}
	for _, e := range elsewhere {
		if regexp.MustCompile(e.command).MatchString(line) {
			f.names(t, i, line)
			return
		}
	}
	line = strings.TrimPrefix(line, "sudo -u dailytip ")
	if rest, ok := strings.CutPrefix(line, "sudo dailytip init /etc/dailytip "); ok { // in a folder of the test's, without a relay
		line = "dailytip init " + t.TempDir() + " " + testTo.ReplaceAllString(rest, "--no-try")
	}
	if !strings.HasPrefix(line, "dailytip ") {
		t.Errorf("%s: %s: neither a command of ours nor listed as one of others", f.at(i), line)
		return
	}
	line = strings.NewReplacer("/var/backups/", "backups/", "/root/relay-password", "relay-password", " ID ", " "+firstTip+" ").Replace(line + " ")
	cmd := exec.CommandContext(t.Context(), "bash", "-c", line)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "HOME="+work, "DAILYTIP_CONFIG="+filepath.Join(work, "config.yaml"))
	said, err := cmd.CombinedOutput()
	t.Logf("%s: %s: %v\n%s", f.at(i), line, err, said)
	if err != nil {
		t.Errorf("%s: %s: %v\n%s", f.at(i), line, err, said)
	}
}

// testTo has init send a mail.
var testTo = regexp.MustCompile(`--test-to \S+`)

var (
	goPackage  = regexp.MustCompile(` (\./[a-z/]+)`)
	goPattern  = regexp.MustCompile(` -(run|bench) '?([^' ]+)`)
	makeTarget = regexp.MustCompile(`^make ([a-z-]+)`)
)

// names looks for what a command names: a target of make, a package, tests in it.
func (f fence) names(t *testing.T, i int, line string) {
	t.Helper()
	if m := makeTarget.FindStringSubmatch(line); m != nil && !slices.Contains(linesOf(t, "../../Makefile", `(?m)^([a-z-]+):`), m[1]) {
		t.Errorf("%s: make has no %s", f.at(i), m[1])
	}
	m := goPackage.FindStringSubmatch(line)
	if m == nil || !strings.Contains(line, "go ") {
		return
	}
	files, err := filepath.Glob(filepath.Join("../..", m[1], "*.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("%s: %s is no package", f.at(i), m[1])
	}
	var there []string
	for _, file := range files {
		there = append(there, linesOf(t, file, `(?m)^func ((?:Test|Benchmark)\w*)`)...)
	}
	for _, p := range goPattern.FindAllStringSubmatch(line, -1) {
		for part := range strings.SplitSeq(p[2], "|") {
			part, _, _ = strings.Cut(part, "/")
			if part != "^$" && !slices.ContainsFunc(there, regexp.MustCompile(part).MatchString) {
				t.Errorf("%s: %s has nothing that matches %s", f.at(i), m[1], part)
			}
		}
	}
}

func linesOf(t *testing.T, file, pattern string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	return all
}

// load has a piece of a configuration read, with the least that it needs around it.
func (f fence) load(t *testing.T) {
	t.Helper()
	text := strings.Join(f.text, "\n") + "\n"
	if strings.HasPrefix(text, "groups:") { // Prometheus' own
		return
	}
	text = strings.ReplaceAll("\n"+text, "\n"+strings.Repeat(" ", len(text)-len(strings.TrimLeft(text, " "))), "\n") // of a list's item
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range regexp.MustCompile(`(\w+)_file: ([^\s,}]+)`).FindAllStringSubmatch(text, -1) {
		secret := []byte(aSecret + "\n")
		if file[1] == "key" {
			secret = aKey(t)
		}
		if err := os.WriteFile(filepath.Join(dir, file[2]), secret, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text = strings.ReplaceAll(text, "/usr/bin/oama", "/bin/true") // a program that is there
	for _, name := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(text, -1) {
		t.Setenv(name[1], aSecret)
	}
	for key, line := range map[string]string{"from": "from: tips@example.com\n", "newsletters": "newsletters: [{id: management, tips: library}]\n", "base_url": "base_url: https://tips.example.com\n"} {
		if !regexp.MustCompile(`(?m)^` + key + `:`).MatchString(text) {
			text += line
		}
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path); err != nil {
		t.Errorf("%s: %v\n%s", f.at(-1), err, text)
	}
}

// aSecret would do for a password and for signing webhooks.
const aSecret = "whsec_c2VjcmV0IG9mIDMyIGNoYXJhY3RlcnMsIHNheSBpdA=="

// aKey is a private key in PEM form.
func aKey(t *testing.T) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// documents are the pages for people.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	return append(pages, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md")
}

// inItem is what stands before a fence in a list.
var inItem = regexp.MustCompile(`^ *(\d+\. )?`)

func fences(t *testing.T, page string) (all []fence) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var open *fence
	for i, line := range strings.Split(string(text), "\n") {
		language, isFence := strings.CutPrefix(inItem.ReplaceAllString(line, ""), "```")
		switch {
		case isFence && open == nil:
			open = &fence{page: strings.TrimPrefix(page, "../../"), language: language, line: i + 1}
		case isFence:
			all, open = append(all, *open), nil
		case open != nil:
			open.text = append(open.text, line)
		}
	}
	if open != nil {
		t.Errorf("%s: its block never ends", open.at(-1))
	}
	return all
}

// given is a command of a block, and where it begins there.
type given struct {
	at   int
	line string
}

// commands are the lines of a block, put together where \ ends one, without comments.
func commands(text []string) (all []given) {
	more := false
	for i, line := range text {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "  #")
		if !more {
			all = append(all, given{at: i})
		}
		last := &all[len(all)-1]
		line, more = strings.CutSuffix(line, `\`)
		last.line = strings.TrimSpace(last.line + " " + line)
	}
	return slices.DeleteFunc(all, func(c given) bool { return c.line == "" })
}

const firstTip = "ask-one-person-by-name"

// newInstallation is a folder as an operator has it, with the files that the pages
// speak of.
func newInstallation(t *testing.T) string {
	t.Helper()
	work := t.TempDir()
	box, err := inbox.New(inbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
	})
	run := exec.CommandContext(t.Context(), "dailytip", "init", work, "--yes", "--no-try", "--from", "Daily Tip <tips@example.com>", "--relay", box.Addr())
	if said, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for name, text := range map[string]string{
		"readers.csv": "email,name\nana@example.net,Ana\n", "list.csv": "email,name\nben@example.net,Ben\n", "backups/.keep": "", "relay-password": aSecret + "\n",
		"notes/a.md": "---\ntitle: One thing\nlink: https://example.com/\n---\n\nDo one thing.\n\n## Translations\n\n<details lang=\"fr\">\n<summary>Une chose</summary>\n\nFaites-la.\n\n</details>\n\n<details lang=\"de\">\n<summary>Eines</summary>\n\nTu es.\n\n</details>\n", "notes/drafts/b.md": "No tip yet.\n",
		"Maildir/new/1.M1.mx": "From: MAILER-DAEMON@example.com\nTo: tips@example.com\nSubject: Undelivered\n\n<ada@example.com>: 550 5.1.1 no such user\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(work, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fs.Stat(os.DirFS(work), "tips"); err != nil {
		t.Fatal(err)
	}
	return work
}

// wayRow is a row of the table in CONTRIBUTING.md: a method and its file.
var wayRow = regexp.MustCompile("(?m)^\\| \\d+ \\| `(\\w+)\\.(\\w+)` \\| `([\\w/.]+)` \\|")

// Each function on the way of one tick is in the file that CONTRIBUTING.md names.
func TestTheWayOfOneTick(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := wayRow.FindAllStringSubmatch(string(page), -1)
	if len(rows) != 12 {
		t.Errorf("the way has %d steps, want 12", len(rows))
	}
	for _, row := range rows {
		code, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(row[3])))
		if err != nil {
			t.Error(err)
			continue
		}
		if method := regexp.MustCompile(`(?m)^func \(\w+ \*` + row[1] + `\) ` + row[2] + `\(`); !method.Match(code) {
			t.Errorf("%s has no %s.%s", row[3], row[1], row[2])
		}
	}
}
