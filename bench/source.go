package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// outcome is what a run came to.
type outcome struct {
	rate float64 // mails a second
	cpu  float64 // µs of processor time for each mail, of the sender
	peak float64 // MB (of a million bytes) that the sender held at most; 0: not measured
}

// source runs smtp-source with the same bytes as the program sends, over
// connections that stay open (-d).
func (b *bench) source(ctx context.Context, m *message, n, port int) (outcome, error) {
	file := filepath.Join(b.dir, "source.eml")
	if err := os.WriteFile(file, bytes.ReplaceAll(m.data, []byte("\r\n"), []byte("\n")), 0o600); err != nil {
		return outcome{}, err
	}
	return timed(ctx, n, smtpSource, "-d", "-s", strconv.Itoa(b.connections), "-m", strconv.Itoa(n), "-F", file,
		"-f", "tips@example.com", "-t", "reader@example.net", fmt.Sprintf("127.0.0.1:%d", port))
}

// timed runs a command that sends n mails, from its start to its end.
func timed(ctx context.Context, n int, name string, args ...string) (outcome, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(begin)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w: %s", filepath.Base(name), err, out)
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return outcome{rate: float64(n) / took.Seconds(), cpu: float64(used.Microseconds()) / float64(n)}, nil
}
