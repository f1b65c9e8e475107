package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Who waits for data that doesn't come ends at the first signal.
func TestWaitingForInputEndsAtASignal(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"import of a named pipe": {"subscribers", "import", "pipe"},
		"import":                 {"subscribers", "import", "-"},
		"bounces":                {"bounces", "read", "-"},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := install(t, relayTo(1, ""), "")
			in.run(0, "migrate")
			if err := syscall.Mkfifo(filepath.Join(in.dir, "pipe"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := in.command(args...)
			var said bytes.Buffer
			cmd.Stderr = &said
			held, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = held.Close() }() // whichever it is by then
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			defer func() { _ = cmd.Process.Kill(); <-ended }()
			if args[len(args)-1] == "pipe" { // who opens it waits for who reads
				held, err = os.OpenFile(filepath.Join(in.dir, "pipe"), os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
			}
			// More than a pipe holds: it's taken once somebody reads.
			if _, err := held.Write(bytes.Repeat([]byte("email\n"), 1<<15)); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Process.Signal(syscall.SIGTERM)
			in.eventually(patience, "it ends", func() bool {
				select {
				case <-ended:
					return true
				default:
					return false
				}
			})
			if code := cmd.ProcessState.ExitCode(); code != codeFailed || !strings.Contains(said.String(), "interrupted while waiting for input") {
				t.Errorf("exit code %d: %s", code, &said)
			}
		})
	}
}
