package chaos

import (
	"database/sql"
	"hash/fnv"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/test/daemontest"
	"dailytip/test/sink"
)

// part is the hundredth, 0 to 99, that a reader belongs to.
func part(to string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(to))
	return int(h.Sum32() % 100)
}

// passing are faults that are over when a mail comes again. Only the last of
// them makes copies: of what was taken before the connection went.
var passing = []struct {
	stage inbox.Stage
	inbox.Fault
}{
	{inbox.RcptTo, inbox.Fault{Code: 451, Enhanced: "4.7.1", Text: "come back later"}},
	{inbox.Dot, inbox.Fault{Code: 451, Enhanced: "4.3.0", Text: "try again"}},
	{inbox.RcptTo, inbox.Fault{Code: 421, Enhanced: "4.3.2", Text: "closing"}},
	{inbox.Data, inbox.Fault{Drop: true}},
	{sink.Body, inbox.Fault{Drop: true}},
	{inbox.Dot, inbox.Fault{Drop: true}},
	{inbox.Dot, inbox.Fault{Drop: true, Keep: true}},
}

// pass does each passing fault to five readers in a hundred, the first time that
// the mail comes to its stage.
func pass(a inbox.Ask) inbox.Fault {
	if i := part(a.To) / 5; i < len(passing) && a.Stage == passing[i].stage && a.Attempt == 1 {
		return passing[i].Fault
	}
	return inbox.Fault{}
}

// Nobody is lost, and the only copies are of what was taken before the
// connection went.
func TestPassingFaults(t *testing.T) {
	t.Parallel()
	r := newTrial(t, setup{readers: *readers / 3})
	r.sink.SetFault(pass)
	r.start()
	r.allButRetries()
	r.backoffEnds()
	r.done()
	r.shows()
	r.stopAll()
	a := r.audit()
	for _, m := range r.sink.Mails() {
		want := 1
		if part(m.To)/5 == len(passing)-1 {
			want = 2
		}
		if len(m.From) != want {
			t.Errorf("%s got %d copies, want %d", m.To, len(m.From), want)
		}
	}
	t.Logf("%d readers: %d copies, %d in doubt", r.readers, a.copies, a.counts.Doubts)
}

// For five readers in a hundred the relay says nothing for a while, at the
// recipient or after the dot: that's no reason to give up.
func TestSilence(t *testing.T) {
	t.Parallel()
	silence, s := 200*time.Millisecond, setup{readers: *readers / 10}
	if *long { // with room for many who are kept waiting
		silence, s = 20*time.Second, setup{readers: *readers / 4, inFlight: 512, connections: 100}
		s.wait = 3 * silence * time.Duration(s.readers/20/s.connections) // not all are busy at all times
	}
	r := newTrial(t, s)
	var silent atomic.Int64
	r.sink.SetFault(func(a inbox.Ask) inbox.Fault {
		at := []inbox.Stage{inbox.RcptTo, inbox.Dot}[part(a.To)%2]
		if part(a.To) >= 5 || a.Stage != at || a.Attempt > 1 {
			return inbox.Fault{}
		}
		silent.Add(1)
		return inbox.Fault{Delay: silence}
	})
	begin := time.Now()
	r.start()
	r.done()
	r.shows()
	r.stopAll()
	r.audit().wantNoCopies(r)
	t.Logf("%d readers, %d times %s of silence: %s in all", r.readers, silent.Load(), silence, time.Since(begin).Round(time.Second))
}

// allButRetries waits until only what the relay put off is left. What is in doubt
// is to be tried again at once, and may be put off then.
func (r *trial) allButRetries() {
	r.Helper()
	r.eventually(r.patience(), "only retries are left", func() bool {
		time.Sleep(50 * time.Millisecond)
		c, err := daemontest.Count(r.Context(), r.db)
		return err == nil && c.States["pending"]+c.States["sending"]+c.Due == 0
	})
}

// backoffEnds has the minute or so that a mail waits after a refusal be over at
// once, in the short form.
func (r *trial) backoffEnds() {
	r.Helper()
	if *long {
		return
	}
	err := r.db.Write(r.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(r.Context(), "UPDATE deliveries SET next_at = 1 WHERE state = 'retry'")
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
}

// The relay dies in mid-run, and comes back.
func TestRelayGoesAway(t *testing.T) {
	t.Parallel()
	away := 4 * time.Second
	if *long {
		away = time.Minute
	}
	r := newTrial(t, setup{readers: *readers / 3, relay: sink.Options{Delay: time.Millisecond}})
	r.start()
	r.received(r.readers / 3)
	n := r.nodes[0]
	n.door.Shut()
	begin := time.Now()
	if err := n.daemon.Says(t.Context(), "sending is paused: the relay can't be reached or went away"); err != nil {
		t.Fatal(err)
	}
	r.says("check smtp: host, port and tls, and that the relay runs")
	time.Sleep(time.Until(begin.Add(away)))
	if err := n.door.Open(); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	r.allButRetries()
	r.says("sending goes on")
	r.backoffEnds() // of those whose reply was never seen
	r.done()
	r.shows()
	r.stopAll()
	a := r.audit()
	if a.copies > r.inFlight || a.counts.Doubts > r.inFlight {
		t.Errorf("%d copies, %d in doubt, at most %d were on the wire", a.copies, a.counts.Doubts, r.inFlight)
	}
	t.Logf("away for %s, all sent %s later; %d copies", away, time.Since(back).Round(time.Second), a.copies)
}

// says fails the test if the first node's log lacks a text.
func (r *trial) says(text string) {
	r.Helper()
	if err := r.nodes[0].daemon.Says(r.Context(), text); err != nil {
		r.Fatal(err)
	}
}

// The relay stops letting us send as this address, until somebody has a word
// with its operator and says "send".
func TestSenderIsRefused(t *testing.T) {
	t.Parallel()
	r := newTrial(t, setup{readers: *readers / 3, relay: sink.Options{Delay: time.Millisecond}})
	r.start()
	r.received(r.readers / 3)
	r.sink.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.MailFrom {
			return inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not you"}
		}
		return inbox.Fault{}
	})
	r.says("sending is paused: the relay refused the sender")
	r.says("check from: and that the relay lets you send as this address")
	r.rest()
	r.shows()
	c, err := daemontest.Count(t.Context(), r.db)
	if err != nil {
		t.Fatal(err)
	}
	if waiting := c.States["pending"] + c.States["retry"]; c.Bad != 0 || c.States["sent"]+waiting != r.readers || waiting == 0 {
		t.Errorf("while it refuses: %+v; want all to wait, and nobody blamed", c)
	}
	r.sink.SetFault(nil)
	if err := r.nodes[0].Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.done()
	r.shows()
	r.stopAll()
	r.audit().wantNoCopies(r)
}

// rest waits until nothing is on the wire.
func (r *trial) rest() {
	r.Helper()
	r.eventually(time.Minute, "nothing is on the wire", func() bool {
		c, err := daemontest.Count(r.Context(), r.db)
		return err == nil && c.States["sending"] == 0
	})
}
