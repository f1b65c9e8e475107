package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"dailytip/inbox"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/test/logtext"
)

// onEachDatabase runs f with an installation on SQLite, or on each of the databases
// that the long tests have.
func onEachDatabase(t *testing.T, o inbox.Options, newsletter string, f func(in *installation, box *inbox.Server)) {
	t.Helper()
	for _, engine := range databases {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			box, relay := startInbox(t, o)
			in := install(t, relay, newsletter)
			if engine == "postgres" {
				in.moveDatabase(storetest.PostgresURL(t))
				in.shared = true
			}
			f(in, box)
		})
	}
}

// serveAll starts as many daemons as the database takes: two on PostgreSQL.
func (in *installation) serveAll() (stop func()) {
	in.Helper()
	daemons := []*daemon{in.serve()}
	if in.shared {
		other := &installation{T: in.T, dir: in.TempDir(), listen: freeAddr(in.T)}
		text, err := os.ReadFile(filepath.Join(in.dir, "config.yaml"))
		if err != nil {
			in.Fatal(err)
		}
		other.write("config.yaml", strings.NewReplacer("\nlisten: "+in.listen, "\nlisten: "+other.listen,
			"tips: library", "tips: "+filepath.Join(in.dir, "library")).Replace(string(text)))
		daemons = append(daemons, other.serve())
		for _, d := range daemons {
			in.eventually(patience, "the two know of each other", func() bool { return strings.Contains(d.log.String(), "nodes=2") })
		}
	}
	return func() {
		in.Helper()
		for _, d := range daemons {
			d.stop()
		}
	}
}

// allTakePart waits until, of two daemons, both have claimed something that the
// relay keeps waiting.
func (in *installation) allTakePart() {
	in.Helper()
	if in.shared {
		in.eventually(patience, "both daemons have claimed something", func() bool {
			return in.number("SELECT COUNT(DISTINCT owner) FROM deliveries WHERE state = 'sending'") == 2
		})
	}
}

// number asks the database that daemons share for one.
func (in *installation) number(query string) (n int) {
	in.Helper()
	text, err := os.ReadFile(filepath.Join(in.dir, "config.yaml"))
	if err != nil {
		in.Fatal(err)
	}
	_, name, _ := strings.Cut(string(text), "database: ")
	name, _, _ = strings.Cut(name, "\n")
	db, err := store.OpenToRead(in.Context(), name)
	if err != nil {
		in.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Read().QueryRowContext(in.Context(), query).Scan(&n); err != nil {
		in.Fatal(err)
	}
	return n
}

// wantAllToHaveSent checks that, of two daemons, both took a part.
func (in *installation) wantAllToHaveSent() {
	in.Helper()
	if !in.shared {
		return
	}
	if nodes := in.number("SELECT COUNT(*) FROM counters WHERE sent > 0"); nodes < 2 {
		in.Errorf("%d nodes have sent something, want 2", nodes)
	}
}

// An edition is paused, resumed and cancelled while the daemon sends it.
func TestEditionIsControlledWhileItRuns(t *testing.T) {
	const readers = 400
	onEachDatabase(t, inbox.Options{}, `schedule: "0 7 * * *"`, func(in *installation, box *inbox.Server) {
		gate := inbox.NewGate(inbox.Dot)
		in.Cleanup(gate.Open)
		box.SetFault(gate.Fault)
		in.subscribe(readers)
		stop := in.serveAll()
		in.run(codeNothing, "edition", "pause") // there's none yet
		opened := make(chan string, 1)
		go func() {
			cmd := in.command("send")
			out, _ := cmd.CombinedOutput()
			opened <- fmt.Sprintf("%d %s", cmd.ProcessState.ExitCode(), out)
		}()
		in.allTakePart()
		gate.Let(11)
		in.eventually(patience, "some mails arrive", func() bool { return box.Received() > 10 })
		in.run(codeDone, "edition", "pause")
		in.run(codeNothing, "edition", "pause")
		in.comesToRest(box, gate)
		if s := in.status(); s.State != "paused" || s.Pending == 0 || s.Sent < 10 {
			in.Fatalf("%+v", s)
		}
		if said := in.fails(codeFailed, "send"); !strings.Contains(said, "dailytip edition resume") {
			in.Errorf("send says: %s", said)
		}
		got := box.Received()
		in.run(codeDone, "edition", "resume")
		in.run(codeNothing, "edition", "resume")
		gate.Let(11)
		in.eventually(patience, "it goes on", func() bool { return box.Received() > got+10 })

		if said := in.fails(codeUsage, "edition", "cancel"); !strings.Contains(said, "have the edition") || !strings.Contains(said, "--yes") {
			in.Errorf("cancel says: %s", said)
		}
		in.run(codeDone, "edition", "cancel", "--yes")
		in.run(codeNothing, "edition", "cancel", "--yes")
		in.comesToRest(box, gate)
		in.run(codeNothing, "edition", "resume")
		in.run(codeNothing, "send")
		s := in.status()
		if s.State != "cancelled" || s.Sent+s.Withdrawn != readers || s.Withdrawn == 0 || int(s.Sent) != box.Received() {
			in.Errorf("%+v with %d mails", s, box.Received())
		}
		for _, kind := range []string{"pause", "resume", "cancel"} {
			if shown := in.run(codeDone, "edition"); !strings.Contains(shown, kind) {
				in.Errorf("edition doesn't show the %s:\n%s", kind, shown)
			}
		}
		in.wantAllToHaveSent()
		if said := <-opened; !strings.HasPrefix(said, "5 ") || !strings.Contains(said, "the edition was cancelled meanwhile") {
			in.Errorf("send, which waited all the time, ends with %s", said)
		}
		stop()
	})
}

// comesToRest lets what is on the wire pass the gate, one mail at a time, until
// the daemons bring no more and all that came is recorded.
func (in *installation) comesToRest(box *inbox.Server, gate *inbox.Gate) {
	in.Helper()
	quiet := 0 // looks at which nobody waited
	in.eventually(patience, "nobody brings any more mails", func() bool {
		if quiet++; gate.Waiting() > 0 {
			gate.Let(1)
			quiet = 0
		}
		return quiet > 100 && int(in.status().Sent) == box.Received()
	})
}

// What failed, and what is in doubt, has a way out; the daemon takes it up.
func TestFailedAndDoubtfulGoOutAgain(t *testing.T) {
	onEachDatabase(t, inbox.Options{}, "schedule: \"0 7 * * *\"\nin_doubt: hold", func(in *installation, box *inbox.Server) {
		box.SetFault(func(a inbox.Ask) inbox.Fault {
			switch {
			case a.Stage == inbox.RcptTo && a.To == "reader0@example.net":
				return inbox.Fault{Code: 554, Enhanced: "5.7.1", Text: "not today"}
			case a.Stage == inbox.RcptTo && a.To == "reader1@example.net":
				return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
			case a.Stage == inbox.Dot && (a.To == "reader2@example.net" || a.To == "reader3@example.net"):
				return inbox.Fault{Drop: true}
			}
			return inbox.Fault{}
		})
		in.subscribe(6)
		stop := in.serveAll()
		in.run(codePart, "send")
		if s := in.status(); s.Sent != 2 || s.Failed != 2 || s.InDoubt != 2 || len(s.Reasons) != 3 {
			in.Fatalf("%+v", s)
		}
		shown := in.run(codeDone, "edition")
		for _, want := range []string{"1 failed: 554 5.7.1 not today", "1 failed: 550 5.1.1 no such user", "2 in doubt: "} {
			if !strings.Contains(shown, want) {
				in.Errorf("edition doesn't say %q:\n%s", want, shown)
			}
		}
		listed := lines(in.run(codeDone, "edition", "deliveries", "--state", "in_doubt", "--json"))
		if len(listed) != 2 || !strings.Contains(listed[0], `"state":"in_doubt","message_id":"<`) {
			in.Errorf("listed: %q", listed)
		}
		box.SetFault(nil)
		in.run(codeDone, "edition", "retry-failed")
		in.eventually(patience, "what failed is out", func() bool { return in.status().Sent == 3 })
		in.run(codeNothing, "edition", "retry-failed") // the other one's reader is suppressed
		in.run(codeUsage, "edition", "settle-in-doubt")
		in.run(codeUsage, "edition", "settle-in-doubt", "--as", "lost")
		in.run(codeFailed, "edition", "settle-in-doubt", "--as", "sent", "--to", "nobody@example.net")
		in.run(codeDone, "edition", "settle-in-doubt", "--as", "sent", "--to", "reader2@example.net")
		if s := in.status(); s.Sent != 4 || s.InDoubt != 1 {
			in.Errorf("settled: %+v", s)
		}
		in.run(codeDone, "edition", "resend-in-doubt")
		in.eventually(patience, "what was in doubt is out", func() bool { return in.status().Sent == 5 })
		in.run(codeNothing, "edition", "resend-in-doubt")
		in.run(codeNothing, "edition", "settle-in-doubt", "--as", "failed")
		stop()
		if n := copies(box)["reader3@example.net"]; n != 1 {
			in.Errorf("%d mails to who was in doubt, want 1", n)
		}
	})
}

// What failed is sent again while the rest of the edition still goes out, and
// nobody gets it twice.
func TestRetryFailedWhileItRuns(t *testing.T) {
	const readers = 300
	onEachDatabase(t, inbox.Options{}, `schedule: "0 7 * * *"`, func(in *installation, box *inbox.Server) {
		var mended atomic.Bool
		gate := inbox.NewGate(inbox.Dot) // so that it's stopped in the middle
		in.Cleanup(gate.Open)
		box.SetFault(func(a inbox.Ask) inbox.Fault {
			f := gate.Fault(a)
			if a.Stage == inbox.RcptTo && strings.HasSuffix(a.To, "7@example.net") && !mended.Load() {
				f.Code, f.Enhanced, f.Text = 554, "5.7.1", "not today"
			}
			return f
		})
		in.subscribe(readers)
		stop := in.serveAll()
		in.run(codeFailed, "send", "--wait", "1ms")
		in.allTakePart()
		in.eventually(patience, "some fail", func() bool {
			gate.Let(gate.Waiting())
			return in.status().Failed >= 3
		})
		in.run(codeDone, "edition", "pause")
		if s := in.status(); s.Pending == 0 {
			in.Fatalf("the edition is over already: %+v", s)
		}
		mended.Store(true)
		gate.Open()
		in.run(codeDone, "edition", "retry-failed") // they wait with the others
		in.run(codeDone, "edition", "resume")
		in.eventually(patience, "all but what failed meanwhile is out", func() bool { s := in.status(); return s.Sent+s.Failed == readers })
		if s := in.status(); s.Failed > 0 { // it was on the wire when the others were taken
			in.run(codeDone, "edition", "retry-failed")
		}
		in.eventually(patience, "all are sent", func() bool { return in.status().Sent == readers })
		stop()
		in.wantAllToHaveSent()
		if n := copies(box); len(n) != readers || box.Received() != readers {
			in.Errorf("%d mails to %d readers, want one each to %d", box.Received(), len(n), readers)
		}
	})
}

// sendUntilPaused runs send until the relay's refusal has paused the newsletter.
func (in *installation) sendUntilPaused(args ...string) {
	in.Helper()
	in.sendUntil("the newsletter is paused", func(string) bool { return in.isPaused() }, args...)
}

// sendUntil runs send until something holds of the state, or of what it has said.
func (in *installation) sendUntil(what string, holds func(said string) bool, args ...string) {
	in.Helper()
	cmd, said := in.command(append([]string{"send", "--wait", "1h"}, args...)...), &logtext.Log{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		in.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if in.Failed() {
			in.Logf("send said:\n%s", said)
		}
	}()
	in.eventually(patience, what, func() bool { return holds(said.String()) })
}

func (in *installation) isPaused() bool {
	in.Helper()
	return strings.Contains(in.run(codeDone, "status"), "paused: newsletter management")
}

// pauseGrows has the daemon try in vain until its next try is ten minutes off, so
// that none of its own comes between two commands.
func (in *installation) pauseGrows() {
	in.Helper()
	for range 3 {
		in.fails(codeFailed, "resume", "--wait", "3m")
	}
}

// What dailytip paused by itself is tried at once when somebody says so.
func TestResume(t *testing.T) {
	onEachDatabase(t, inbox.Options{}, `schedule: "0 7 * * *"`, func(in *installation, box *inbox.Server) {
		in.subscribe(3)
		refuse := func(a inbox.Ask) inbox.Fault {
			if a.Stage == inbox.MailFrom {
				return inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not you"}
			}
			return inbox.Fault{}
		}
		in.run(codeNothing, "resume")
		in.run(codeUsage, "resume", "--newsletter", "other")
		box.SetFault(refuse)
		in.sendUntilPaused()
		in.run(codeDone, "resume") // no daemon runs
		stop := in.serveAll()
		in.pauseGrows()
		if said := in.fails(codeFailed, "resume", "--wait", "3m"); !strings.Contains(said, "newsletter management still paused: the relay refused the sender") || !strings.Contains(said, "550 5.7.1 not you") {
			in.Errorf("resume says: %s", said)
		}
		box.SetFault(nil)
		in.run(codeDone, "resume", "--wait", "3m")
		in.eventually(patience, "all are sent", func() bool { return in.status().Sent == 3 })
		in.run(codeNothing, "resume")

		// The next one goes on without a try.
		box.SetFault(refuse)
		in.sendUntilPaused("--date", "2026-01-05")
		in.pauseGrows()
		in.run(codeDone, "resume", "--force") // too early: it pauses again
		in.eventually(patience, "it's paused again", func() bool { return in.isPaused() })
		in.pauseGrows()
		box.SetFault(nil)
		in.run(codeDone, "resume", "--force", "--newsletter", "management")
		in.eventually(patience, "all of that date are sent", func() bool { return in.edition("2026-01-05").Sent == 3 })
		in.run(codeNothing, "resume")
		stop()
		if n := box.Received(); n != 6 {
			in.Errorf("%d mails, want 6", n)
		}
	})
}

// Progress is told where nobody looks at a bar, and watched without an end.
func TestStatusIsWatched(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	gate := inbox.NewGate(inbox.Dot)
	t.Cleanup(gate.Open)
	box.SetFault(gate.Fault)
	const readers = 60
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.subscribe(readers)
	d := in.serve()
	in.run(codeFailed, "send", "--wait", "1ms")
	watching := in.command("status", "--watch", "--json")
	out := &logtext.Log{}
	watching.Stdout = out
	if err := watching.Start(); err != nil {
		t.Fatal(err)
	}
	// Some mails pass when it has looked, and the rest when it has seen those.
	in.eventually(patience, "it has looked", func() bool { return strings.Contains(out.String(), `"sent":0`) })
	gate.Let(20)
	in.eventually(patience, "it's seen that some are sent", func() bool { return strings.Contains(out.String(), `"sent":20`) })
	gate.Open()
	in.eventually(patience, "it's seen that all are sent", func() bool { return strings.Contains(out.String(), fmt.Sprintf(`"sent":%d`, readers)) })
	if err := watching.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := watching.Wait(); err != nil {
		t.Errorf("an interrupt ends it with %v", err)
	}
	seen := out.String()
	if n := strings.Count(seen, "\n"); n < 3 {
		t.Errorf("%d looks:\n%s", n, seen)
	}
	if !strings.Contains(seen, `"remaining_seconds":null`) && !strings.Contains(seen, `"remaining_seconds":1`) {
		t.Errorf("nobody says how long it takes:\n%s", seen)
	}
	d.stop()
}
