//go:build long

package main

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/store/storetest"
)

// An installation moves to PostgreSQL. TestInstallationMovesBack goes the other way
// as well.
func TestInstallationMoves(t *testing.T) {
	t.Parallel()
	installationMoves(t, 1)
}

// installationMoves goes to PostgreSQL and, with a second move, back. Who got what,
// the links in mails that are out and all that is planned stay as they were.
func installationMoves(t *testing.T, moves int) {
	t.Helper()
	const readers = 12
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.run(codeDone, "plan", "pin", "2031-01-05", "second")
	in.subscribe(readers)
	in.run(codeFailed, "migrate", "--from", "nothing.db", "--to", "other.db")
	in.run(codeUsage, "migrate", "--from", "tips.db", "--to", "tips.db")
	in.run(codeUsage, "migrate", "--from", "tips.db")

	postgres, back := storetest.PostgresURL(t), filepath.Join(in.dir, "back.db")
	databases := []string{"tips.db", postgres, back}
	for i, to := range databases[1 : 1+moves] {
		d := in.serve()
		date := []string{"2026-01-05", "2026-01-06"}[i]
		in.run(codeDone, "send", "--date", date)
		mails := box.Messages()
		if said := in.fails(codeFailed, "migrate", "--to", to); !strings.Contains(said, "a daemon uses the source") {
			t.Errorf("while a daemon runs, migrate says: %s", said)
		}
		d.stop()
		before := in.run(codeDone, "status", "--json") + in.run(codeDone, "subscribers", "export") + in.run(codeDone, "plan", "--from", "2031-01-01", "--json")
		moved := in.run(codeDone, "migrate", "--to", to)
		if !strings.Contains(moved, "deliveries") || !strings.Contains(moved, "Now set database:") {
			t.Errorf("migrate says:\n%s", moved)
		}
		if said := in.fails(codeFailed, "migrate", "--to", to); !strings.Contains(said, "isn't empty") {
			t.Errorf("a second time: %s", said)
		}
		in.rename(databases[i], to)
		after := in.run(codeDone, "status", "--json") + in.run(codeDone, "subscribers", "export") + in.run(codeDone, "plan", "--from", "2031-01-01", "--json")
		if before != after {
			t.Errorf("before the move:\n%s\nafter it:\n%s", before, after)
		}
		d = in.serve()
		in.run(codeNothing, "send", "--date", date)
		leaving := mails[len(mails)-1]
		post(t, link(t, leaving, in, "/u/"), url.Values{"List-Unsubscribe": {"One-Click"}})
		if shown := in.run(codeDone, "subscribers", "show", leaving.To[0]); !strings.Contains(shown, "unsubscribed") {
			t.Errorf("a link from before the move doesn't work after it:\n%s", shown)
		}
		d.stop()
	}
	if got, want := box.Received(), []int{readers, readers + readers - 1}[moves-1]; got != want {
		t.Errorf("%d mails, want %d", got, want)
	}
}

// rename changes the database of the configuration.
func (in *installation) rename(from, to string) {
	in.Helper()
	in.replace("database: "+from, "database: "+to)
}

// A daemon that was killed counts as running for a moment on PostgreSQL, and
// --force moves all the same.
func TestMoveByForce(t *testing.T) {
	t.Parallel()
	_, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.subscribe(3)
	in.rename("tips.db", storetest.PostgresURL(t))
	in.subscribe(2)
	d := in.serve()
	in.eventually(10*time.Second, "the daemon has said that it's alive", func() bool {
		out, _ := in.command("migrate", "--to", "new.db").CombinedOutput()
		return strings.Contains(string(out), "a daemon uses the source")
	})
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.cmd.Wait()
	in.fails(codeFailed, "migrate", "--to", "new.db")
	out := lines(in.run(codeDone, "migrate", "--to", "newer.db", "--force", "--json"))
	if !strings.Contains(strings.Join(out, "\n"), `{"repaired":0,"rows":2,"sha256":"`) {
		t.Errorf("%s", strings.Join(out, "\n"))
	}
}
