// Package daemontest runs the real program as an operator does, for tests and
// measurements: a folder with a configuration and a library, processes that
// are started, stopped and killed, and a look into the database from beside.
//
// It owns the folder and the processes. It knows of the program only what an
// operator can know: commands, configuration, signals, log, tables.
package daemontest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Build links the program, unless the go command has it in its cache already, and
// returns its path there. It's built as "make build" does it, which therefore has
// little left to do: without C, like what is released.
func Build(ctx context.Context) (program string, err error) {
	return build(ctx, []string{"CGO_ENABLED=0"}, "-trimpath", "-ldflags", "-s -w")
}

// BuildRace is [Build] with the race detector, which takes a C compiler. The
// flags are those of scripts/test, for the same reason.
func BuildRace(ctx context.Context) (program string, err error) {
	return build(ctx, nil, "-race", "-gcflags=modernc.org/sqlite/lib=-race=false -d=checkptr=0", "-gcflags=modernc.org/libc=-d=checkptr=0")
}

// build asks "go run" for the path, because it keeps what it links in the cache:
// many packages of tests then share one program, and nobody has to remove it.
func build(ctx context.Context, env []string, flags ...string) (program string, err error) {
	args := slices.Concat([]string{"run"}, flags, []string{"-exec", "echo", "dailytip/cmd/dailytip"})
	for range 2 { // what it has just linked lies in a folder that is gone by now, and in the cache the next time
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.Output()
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			return "", fmt.Errorf("build dailytip: %w: %s", err, failed.Stderr)
		}
		if err != nil {
			return "", fmt.Errorf("build dailytip: %w", err)
		}
		program = strings.TrimSpace(string(out))
		if _, err := os.Stat(program); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("build dailytip: the go command says that the program is %q, and there is none", program)
}

// Options of an installation. Program and Dir are required.
type Options struct {
	// Program is the path of the binary, Dir an empty folder.
	Program, Dir string
	// Database is what stands in the configuration; "": dailytip.db.
	Database string
	// Relays are the entries of the key smtp, Newsletter the keys that follow
	// a newsletter's id, title, tips and order, Top more keys of the top level:
	// YAML each.
	Relays, Newsletter, Top string
	// More are further newsletters: YAML, the entries of a list.
	More string
	// Tip is the markdown of the only tip; "": a short one in two languages.
	Tip string
	// Listen is the address of the pages, which links in mails then lead to, such
	// as 127.0.0.1:8080; "": any free port, and links that lead nowhere.
	Listen string
}

// Installation is a folder in which the program runs.
type Installation struct{ o Options }

// Install writes the folder. Written again, it changes what is there.
func Install(o Options) (*Installation, error) {
	if o.Database == "" {
		o.Database = "dailytip.db"
	}
	if o.Tip == "" {
		o.Tip = shortTip
	}
	base := "localhost:8080"
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	} else {
		base = o.Listen
	}
	in := &Installation{o}
	return in, errors.Join(
		in.write("config.yaml", fmt.Sprintf(config, base, o.Listen, o.Database, o.Top, indent(o.Relays, "  "), indent(o.Newsletter, "    "), indent(o.More, "  "))),
		in.write("library/first.md", o.Tip),
	)
}

const config = `base_url: http://%s
listen: %s
database: %s
from: Daily Tip <tips@example.com>
%s
smtp:
%s
newsletters:
  - id: management
    title: Management Tip of the Day
    tips: library
    order: oldest
%s
%s
`

const shortTip = `---
title: Say it back first
emoji: 💡
link: https://example.com/article
created: 2026-01-01T00:00:00Z
---

Before you answer, say in your own words what you heard.

## Translations

<details>
<summary>🇪🇸 Repítelo primero</summary>

Di lo que has oído.

</details>
`

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+by)
}

func (in *Installation) write(name, text string) error {
	path := in.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// Path is that of a file of the installation.
func (in *Installation) Path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(in.o.Dir, name)
}

func (in *Installation) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, in.o.Program, args...)
	cmd.Dir = in.o.Dir
	return cmd
}

// Run carries out a command and returns what it printed. An exit code other
// than those named (none: 0) is an error, which has what the command said.
func (in *Installation) Run(ctx context.Context, args []string, codes ...int) (string, error) {
	cmd := in.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return "", fmt.Errorf("dailytip %s: %w", strings.Join(args, " "), err)
	}
	if len(codes) == 0 {
		codes = []int{0}
	}
	for _, code := range codes {
		if cmd.ProcessState.ExitCode() == code {
			return stdout.String(), nil
		}
	}
	return "", fmt.Errorf("dailytip %s: %w: %s", strings.Join(args, " "), err, &stderr)
}

// Open opens today's edition. A daemon sends it; without one this command sends
// what it can before it ends, which it does at once.
func (in *Installation) Open(ctx context.Context) error {
	_, err := in.Run(ctx, []string{"send", "--wait", "0s"}, 0, 1, 5)
	return err
}
