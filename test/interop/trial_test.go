package interop

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dailytip/test/daemontest"
	"dailytip/test/sink"
)

const (
	userName = "tips@example.com"
	password = "s3cret-and-then-some"
)

var programs daemontest.Programs

// farEnd is the server to which the relay under test hands on what it took.
func farEnd(t *testing.T) (*sink.Server, *sink.Door) {
	t.Helper()
	s := sink.New(sink.Options{})
	door, err := s.Door()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		door.Shut()
	})
	return s, door
}

// relay is the relay under test, as the configuration names it.
type relay struct {
	port           int
	tls, auth      string // as in the configuration
	secret, caFile string // "": password
}

// send has the program send n mails through a relay, and waits until all of
// them have come to the far end, each once.
func (r relay) send(t *testing.T, s *sink.Server, n int) {
	t.Helper()
	binary, err := programs.Plain()
	if err != nil {
		t.Fatal(err)
	}
	if r.secret == "" {
		r.secret = password
	}
	in, err := daemontest.Install(daemontest.Options{
		Program: binary, Dir: t.TempDir(), Newsletter: `schedule: "0 7 * * *"`,
		Relays: fmt.Sprintf("- {host: localhost, port: %d, tls: %s, ca_file: %s, auth: %s, username: %s, password: %s}",
			r.port, r.tls, filepath.Clean(r.caFile), r.auth, userName, r.secret),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Fill(t.Context(), n, true); err != nil {
		t.Fatal(err)
	}
	before, seen := s.Received(), map[string]int{}
	for _, m := range s.Mails() {
		seen[m.ID] = len(m.From)
	}
	begin := time.Now()
	if _, err := in.Run(t.Context(), []string{"send", "--wait", "15m"}); err != nil {
		t.Fatal(err)
	}
	taken := time.Since(begin)
	for end := time.Now().Add(10 * time.Minute); s.Received() < before+n; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d mails have come", s.Received()-before, n)
		}
	}
	time.Sleep(100 * time.Millisecond) // a copy too many would come close behind; the next trial sees a later one
	people := map[string]bool{}
	for _, m := range s.Mails() {
		if seen[m.ID] == len(m.From) {
			continue
		}
		people[m.To] = true
		if len(m.From) != 1 {
			t.Errorf("%s came %d times to %s", m.ID, len(m.From), m.To)
		}
	}
	if got := s.Received() - before; got != n || len(people) != n {
		t.Errorf("%d mails for %d readers, want %d", got, len(people), n)
	}
	t.Logf("%s, %s: %d mails taken in %s, at the far end after %s", r.auth, r.tls, n, taken.Round(time.Second/10), time.Since(begin).Round(time.Second/10))
}
