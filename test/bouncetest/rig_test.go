package bouncetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/test/daemontest"
	"dailytip/test/freeport"
	"dailytip/test/postfixtest"
)

const (
	readers = 200
	dead    = 20 // of them don't exist
	full    = 10 // of them have no room left

	userName = "tips@example.com"
	password = "s3cret-and-then-some"
)

var programs daemontest.Programs

// address is a reader's. There are five in each of 40 domains, and at most one of
// them is dead: many of one domain at once would be held back.
func address(n int) string { return fmt.Sprintf("reader%d@d%d.example.net", n, n%40) }

func isDead(n int) bool { return n < dead }
func isFull(n int) bool { return n >= dead && n < dead+full }

// rig is an installation, the relay that it sends through, and the far end.
type rig struct {
	*testing.T
	in    *daemontest.Installation
	relay *postfixtest.Server
	door  int // the port that the relay's LMTP leads to
}

// setUp starts the servers and makes an installation. routes are lines of the relay's
// transport_maps, which lead what comes back to lmtp:inet:127.0.0.1:PORT, dailytip: or
// virtual:, whose mailbox Dovecot serves.
func setUp(t *testing.T, routes func(port int) string) *rig {
	t.Helper()
	r := &rig{T: t}
	var err error
	if r.door, err = freeport.Find(); err != nil {
		t.Fatal(err)
	}
	refuse := map[string]string{}
	for n := range readers {
		switch {
		case isDead(n):
			refuse[address(n)] = "550 5.1.1 <" + address(n) + ">: Recipient address rejected: User unknown"
		case isFull(n):
			refuse[address(n)] = "552 5.2.2 <" + address(n) + ">: user is over quota"
		}
	}
	far := postfixtest.Start(t, postfixtest.Options{Refuse: refuse, NoTLS: true})
	dir := r.folder()
	r.relay = postfixtest.Start(t, postfixtest.Options{
		Users: map[string]string{userName: password}, IMAP: true,
		Config: map[string]string{
			"virtual_mailbox_domains": "", "default_transport": "smtp", "relayhost": fmt.Sprintf("[127.0.0.1]:%d", far.Port),
			"transport_maps": routes(r.door), "in_flow_delay": "0", "dailytip_destination_recipient_limit": "1",
		},
		Services: []string{
			"lmtp unix - - n - - lmtp",
			"dailytip unix - n n - 4 pipe\n  flags=DORX user=nobody argv=" + filepath.Join(dir, "dailytip") +
				" bounces take --config " + filepath.Join(dir, "config.yaml") + " --recipient ${original_recipient}",
		},
	})
	r.install(dir)
	return r
}

// folder makes the installation's, which the pipe's user can use: a mail server runs
// no command as root.
func (r *rig) folder() string {
	r.Helper()
	program, err := programs.Plain()
	if err != nil {
		r.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "bt")
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { os.RemoveAll(dir) })
	if out, err := exec.Command("cp", program, filepath.Join(dir, "dailytip")).CombinedOutput(); err != nil {
		r.Fatalf("%v: %s", err, out)
	}
	return dir
}

func (r *rig) install(dir string) {
	r.Helper()
	var err error
	r.in, err = daemontest.Install(daemontest.Options{
		Program: filepath.Join(dir, "dailytip"), Dir: dir,
		Newsletter: fmt.Sprintf("schedule: \"0 %d * * *\"", (time.Now().UTC().Hour()+12)%24), // never while the test runs
		Relays: fmt.Sprintf("- {host: localhost, port: %d, ca_file: %s, username: %s, password: %s}",
			r.relay.Port, r.relay.CAFile, userName, password),
		Top: fmt.Sprintf("bounces:\n  domain: bounces.example.com\n  listen: 127.0.0.1:%d\n  imap: {host: localhost, port: %d, ca_file: %s, username: %s, password: %s, every: 1s}",
			r.door, r.relay.IMAPPort, r.relay.CAFile, userName, password),
	})
	if err != nil {
		r.Fatal(err)
	}
	var list strings.Builder
	list.WriteString("email\n")
	for n := range readers {
		fmt.Fprintln(&list, address(n))
	}
	if err := os.WriteFile(r.in.Path("readers.csv"), []byte(list.String()), 0o600); err != nil {
		r.Fatal(err)
	}
	if _, err := r.in.Run(r.Context(), []string{"subscribers", "import", "readers.csv", "--confirmed"}); err != nil {
		r.Fatal(err)
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		r.Fatal(err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	for _, name := range []string{"", "config.yaml", "dailytip.db", "dailytip.db-wal", "dailytip.db-shm", "library", "library/first.md"} {
		if err := os.Chown(r.in.Path(name), uid, -1); err != nil && !os.IsNotExist(err) {
			r.Fatal(err)
		}
	}
}

// state is what the list says of everybody.
type state struct{ dead, full, others []string }

// list reads who is suppressed, against whom something is counted, and whom of the
// others anything was done to.
func (r *rig) list(db *store.DB) (s state, soft int) {
	r.Helper()
	rows, err := db.Read().QueryContext(r.Context(), `
		SELECT s.email, s.suppressed_at, (SELECT COUNT(*) FROM bounces b WHERE b.subscriber = s.id AND b.decision = 'counted')
		FROM subscribers s`)
	if err != nil {
		r.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var email string
		var suppressed int64
		var bounces int
		if err := rows.Scan(&email, &suppressed, &bounces); err != nil {
			r.Fatal(err)
		}
		local, _, _ := strings.Cut(strings.TrimPrefix(email, "reader"), "@")
		n, _ := strconv.Atoi(local)
		switch {
		case isDead(n) && suppressed > 0:
			s.dead = append(s.dead, email)
		case isFull(n) && suppressed == 0 && bounces > 0:
			s.full = append(s.full, email)
			soft += bounces
		case suppressed > 0 || bounces > 0:
			s.others = append(s.others, email)
		}
	}
	if err := rows.Err(); err != nil {
		r.Fatal(err)
	}
	return s, soft
}

// doors tells by which ways in messages have come.
func (r *rig) doors(db *store.DB) map[string]int {
	r.Helper()
	rows, err := db.Read().QueryContext(r.Context(), "SELECT door, COUNT(*) FROM bounces GROUP BY door")
	if err != nil {
		r.Fatal(err)
	}
	defer rows.Close()
	doors := map[string]int{}
	for rows.Next() {
		var door string
		var n int
		if err := rows.Scan(&door, &n); err != nil {
			r.Fatal(err)
		}
		doors[door] = n
	}
	if err := rows.Err(); err != nil {
		r.Fatal(err)
	}
	return doors
}

// edition sends one and waits until all that comes back of it has been taken: soft is
// what must be counted then.
func (r *rig) edition(db *store.DB, date string, soft int) {
	r.Helper()
	if _, err := r.in.Run(r.Context(), []string{"send", "--date", date, "--wait", "10m"}); err != nil {
		r.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Minute)
	defer cancel()
	for {
		s, counted := r.list(db)
		if len(s.dead) == dead && counted >= soft {
			if len(s.full) != full || counted != soft || len(s.others) > 0 {
				r.Fatalf("after %s: %d over quota counted %d times, want %d and %d; touched beside them: %v", date, len(s.full), counted, full, soft, s.others)
			}
			return
		}
		select {
		case <-ctx.Done():
			r.Fatalf("after %s only %d of %d are suppressed, and %d of %d counted; touched beside them: %v", date, len(s.dead), dead, counted, soft, s.others)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
