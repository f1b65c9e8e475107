package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"dailytip/test/freeport"
	"dailytip/test/logtext"
)

// installation is a folder with a configuration, a library and a database, and
// the program run in it as an operator would.
type installation struct {
	*testing.T
	dir    string
	listen string // of the pages
	shared bool   // its database takes several daemons
}

// install writes a configuration for a relay. extra is YAML that follows the
// newsletter's keys; options replace pieces of the text.
func install(t *testing.T, relay, newsletter string) *installation {
	t.Helper()
	in := &installation{T: t, dir: t.TempDir(), listen: freeAddr(t)}
	in.write("config.yaml", fmt.Sprintf(`
base_url: http://%[1]s
listen: %[1]s
database: tips.db
from: Daily Tip <tips@example.com>
smtp:
%[2]s
newsletters:
  - id: management
    title: Management Tip of the Day
    tips: library
    order: oldest
%[3]s
`, in.listen, indent(relay, "  "), indent(newsletter, "    ")))
	in.write("library/first.md", "---\ntitle: Say it back first\nemoji: 💡\nlink: https://example.com/article\ncreated: 2026-01-01T00:00:00Z\n---\n\n"+
		"Before you answer, say in your own words what you heard.\n\n## Translations\n\n<details>\n<summary>🇪🇸 Repítelo primero</summary>\n\nDi lo que has oído.\n\n</details>\n")
	in.write("library/second.md", "---\ntitle: Name one owner\nlink: https://example.com/other\ncreated: 2026-01-02T00:00:00Z\n---\n\nAsk one person by name.\n")
	return in
}

func indent(text, by string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return by + strings.Join(lines, "\n"+by)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	port, err := freeport.Find()
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func (in *installation) write(name, text string) {
	in.Helper()
	path := filepath.Join(in.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		in.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		in.Fatal(err)
	}
}

// app puts the program together without running it, for as long as the test runs.
func (in *installation) app() *app {
	in.Helper()
	c := &command{stdio: stdio{strings.NewReader(""), io.Discard, io.Discard}, config: filepath.Join(in.dir, "config.yaml"), logFormat: "text"}
	a, err := c.open(in.Context(), 0)
	if err != nil {
		in.Fatal(err)
	}
	in.Cleanup(a.close)
	return a
}

func (in *installation) command(args ...string) *exec.Cmd {
	cmd := exec.Command("dailytip", args...)
	cmd.Dir = in.dir
	return cmd
}

// run runs a command that must end with a code, and returns what it printed.
func (in *installation) run(code int, args ...string) string {
	in.Helper()
	cmd := in.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != code {
		in.Fatalf("dailytip %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, &stdout, &stderr)
	}
	return stdout.String()
}

// subscribe imports readers who are active at once: reader0@…, reader1@….
func (in *installation) subscribe(n int) {
	in.Helper()
	var csv strings.Builder
	csv.WriteString("email,language\n")
	for i := range n {
		fmt.Fprintf(&csv, "reader%d@example.net,%s\n", i, []string{"en", "es"}[i%2])
	}
	in.write("readers.csv", csv.String())
	in.run(0, "subscribers", "import", "readers.csv", "--confirmed")
}

// daemon is dailytip serve in a process of its own.
type daemon struct {
	in  *installation
	cmd *exec.Cmd
	log *logtext.Log
}

// serve starts the daemon and waits until it runs.
func (in *installation) serve() *daemon {
	in.Helper()
	d := &daemon{in: in, cmd: in.command("serve"), log: &logtext.Log{}}
	d.cmd.Stderr = d.log
	if err := d.cmd.Start(); err != nil {
		in.Fatal(err)
	}
	in.Cleanup(func() {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait()
		if in.Failed() {
			in.Logf("the daemon's log:\n%s", d.log)
		}
	})
	in.eventually(patience, "the daemon runs", func() bool { return strings.Contains(d.log.String(), "dailytip is running") })
	return d
}

// stop ends the daemon as an operator does, and checks that it's content.
func (d *daemon) stop() {
	d.in.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.in.Fatal(err)
	}
	if err := d.cmd.Wait(); err != nil {
		d.in.Fatalf("the daemon ended with %v\n%s", err, d.log)
	}
}

// patience is how long a state may take to come: it only costs when it doesn't.
const patience = 3 * time.Minute

func (in *installation) eventually(within time.Duration, what string, f func() bool) {
	in.Helper()
	for end := time.Now().Add(within); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			in.Fatalf("after %s: not yet: %s", within, what)
		}
	}
}

// lines splits what a command printed as JSON.
func lines(text string) []string {
	var all []string
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		all = append(all, s.Text())
	}
	return all
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (d *daemon) hangUp() {
	d.in.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		d.in.Fatal(err)
	}
}
