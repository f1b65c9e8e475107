//go:build long

package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/test/daemontest"
)

// many is how many readers the large edition has that commands look at:
//
//	go test -run CommandsBearALargeEdition -v ./cmd/dailytip -args -readers 1000000
var many = flag.Int("readers", 1_000, "readers of the large edition")

// measured is what a command took.
type measured struct {
	lines int
	first time.Duration // until it printed something
	took  time.Duration
	peak  float64 // MB that it held at most (VmHWM)
}

// crowd is an installation whose edition of today went to n readers, a hundredth
// of whom refused it.
func crowd(t *testing.T, n int) *installation {
	t.Helper()
	in := install(t, "- {host: 127.0.0.1, port: 1}", `schedule: "0 7 * * *"`)
	program, err := exec.LookPath("dailytip")
	if err != nil {
		t.Fatal(err)
	}
	rigged, err := daemontest.Install(daemontest.Options{Program: program, Dir: in.dir, Relays: "- {host: 127.0.0.1, port: 1}", Newsletter: `schedule: "0 7 * * *"`})
	if err != nil {
		t.Fatal(err)
	}
	if err := rigged.Fill(t.Context(), n, true); err != nil {
		t.Fatal(err)
	}
	db, err := rigged.OpenDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := rigged.OpenOnly(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	settle(t.Context(), t, db)
	return in
}

// settle writes what sending would have written.
func settle(ctx context.Context, t *testing.T, db *store.DB) {
	t.Helper()
	err := db.Write(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{
			`UPDATE deliveries SET attempts = 1, done_at = opened_at + 1000, code = 250, reply = '2.0.0 Ok: queued as 4XyZ0a1b2c3',
				state = CASE WHEN subscriber % 100 = 0 THEN 'failed' ELSE 'sent' END`,
			`UPDATE counters SET sent = (SELECT COUNT(*) FROM deliveries WHERE state = 'sent')`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// measure runs a command and reads what it prints as it comes.
func (in *installation) measure(args ...string) (m measured) {
	in.Helper()
	cmd := in.command(args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		in.Fatal(err)
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		in.Fatal(err)
	}
	peaks, ended := make(chan float64, 1), make(chan struct{})
	go func() { peaks <- peakOf(cmd.Process.Pid, ended) }()
	lines := bufio.NewReader(out)
	for {
		_, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			in.Fatal(err)
		}
		if m.lines++; m.lines == 1 {
			m.first = time.Since(begin)
		}
	}
	close(ended)
	m.peak = <-peaks
	_ = cmd.Wait() // with a code of its own
	m.took = time.Since(begin)
	in.Logf("dailytip %s: %d lines, the first after %s, all after %s, peak %.1f MB",
		strings.Join(args, " "), m.lines, m.first.Round(time.Millisecond), m.took.Round(time.Millisecond), m.peak)
	return m
}

// peakOf watches a process until it has ended. Wait tells less: on Linux what it
// says of memory begins with what the parent had.
func peakOf(pid int, ended <-chan struct{}) (mb float64) {
	for {
		if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
			if found := hwm.FindSubmatch(status); found != nil {
				kb, _ := strconv.Atoi(string(found[1])) // it's digits
				mb = max(mb, float64(kb)*1024/1e6)
			}
		}
		select {
		case <-ended:
			return mb
		case <-time.After(5 * time.Millisecond):
		}
	}
}

var hwm = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// What commands read of a million deliveries passes through, and the rest is
// counted already.
func TestCommandsBearALargeEdition(t *testing.T) {
	t.Parallel()
	small, large := crowd(t, 100), crowd(t, *many)
	for _, c := range []struct {
		args  []string
		lines int // of the large one; 0: some
	}{
		{[]string{"edition", "deliveries", "--json"}, *many},
		{[]string{"edition", "deliveries", "--json", "--state", "failed"}, *many / 100},
		{[]string{"edition", "deliveries"}, 1},
		{[]string{"edition", "--json"}, 1},
		{[]string{"status", "--json"}, 1},
		{[]string{"status"}, 0},
		{[]string{"backup", "copy.db"}, 1},
	} {
		before, m := small.measure(c.args...), large.measure(c.args...)
		if c.lines > 0 && m.lines != c.lines {
			t.Errorf("%v: %d lines, want %d", c.args, m.lines, c.lines)
		}
		// Less than this many would hide among what the garbage collector leaves.
		if grown := m.peak - before.peak; *many >= 50_000 && grown > 15 {
			t.Errorf("%v takes %.1f MB more for %d readers than for 100", c.args, grown, *many)
		}
	}
	large.streams("edition", "deliveries", "--json")
}

// streams checks that a command prints its first line before it has read the last
// row, and keeps no snapshot meanwhile: a daemon's log (WAL) would grow until
// somebody has read on.
func (in *installation) streams(args ...string) {
	in.Helper()
	cmd := in.command(args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		in.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		in.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReaderSize(out, 512).ReadBytes('\n')
	if err != nil || !json.Valid(line) {
		in.Fatalf("%q, %v", line, err)
	}
	// It can't end now: the pipe is too small for the rest.
	address := url.URL{Scheme: "file", Path: filepath.Join(in.dir, "dailytip.db"), RawQuery: "_pragma=busy_timeout(10000)"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		in.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(in.Context(), "UPDATE editions SET opened_at = opened_at + 1"); err != nil {
		in.Fatal(err)
	}
	var busy, logged, copied int
	if err := db.QueryRowContext(in.Context(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &copied); err != nil {
		in.Fatal(err)
	}
	if busy != 0 {
		in.Errorf("dailytip %s keeps a snapshot of the database while nobody reads on", strings.Join(args, " "))
	}
}
