package mailer

import (
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/verdict"
)

// A relay that answers 421 to many gets fewer connections; nobody is lost and
// nothing is paused by it.
func TestStormNarrowsTheRelay(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		var i int
		if _, err := fmt.Sscanf(a.To, "reader%d@", &i); err == nil && i%3 == 0 && a.Stage == inbox.RcptTo && a.Attempt == 1 {
			return inbox.Fault{Code: 421, Enhanced: "4.3.2", Text: "too much"}
		}
		return inbox.Fault{}
	})
	h.open(120)
	h.run(func(s *setting) { s.pace.narrow = time.Hour }) // one storm, however slow the machine is
	h.waitFor(ledger.Sent, 120)
	h.wantLog("a relay asks for less")
	h.wantOnce()
	h.wantCalm()
}

// The concurrency itself: halved by a storm, at least one, never by one refusal or by
// greylisting, and widened one by one.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	const connections = 8
	p := pace{narrow: 5 * time.Second, widen: 30 * time.Second}
	busy := verdict.Reply{Stage: verdict.MailFrom, Code: 421}
	grey := verdict.Reply{Stage: verdict.RcptTo, Code: 451, Enhanced: "4.7.1"}
	fine := verdict.Reply{Stage: verdict.Dot, Code: 250}
	now := time.Unix(1_800_000_000, 0)
	w := newConcurrency(connections)
	heed := func(a verdict.Reply, times int) {
		for range times {
			w.heed(now, a, verdict.Judge(a), p)
			now = now.Add(time.Second)
		}
	}
	want := func(n int) {
		t.Helper()
		for i := range connections {
			if rests := w.beyond(i) != nil; rests != (i >= n) {
				t.Errorf("%d connections, want %d", w.limit, n)
				return
			}
		}
	}
	heed(grey, 100)
	heed(busy, 2)
	want(8)
	now = now.Add(time.Minute)
	heed(busy, 2)
	want(8)
	heed(busy, 1)
	want(4)
	heed(busy, 4)
	want(4) // all of one storm
	heed(busy, 30)
	want(1)
	heed(fine, 20)
	want(1)
	now = now.Add(p.widen)
	rest := w.beyond(1)
	heed(fine, 5)
	want(2)
	select {
	case <-rest:
	default:
		t.Error("the second connection isn't woken")
	}
	for range 20 {
		now = now.Add(p.widen)
		heed(fine, 1)
	}
	want(8)
	w.connected.Store(3)
	heed(verdict.Reply{Stage: verdict.Connect, Code: 421}, 1)
	want(3)
	w.share(2)
	want(2)
	w.share(0)
	want(0)
	w.share(8)
	want(8)
}

// A relay's daily_limit holds; the next relay takes the rest, and without one
// the rest waits.
func TestDailyLimit(t *testing.T) {
	for _, relays := range []int{1, 2} {
		t.Run(fmt.Sprint(relays), func(t *testing.T) {
			h := setUp(t)
			second := h.serve(inbox.Options{TLS: inbox.NoTLS})
			h.open(50)
			limited := func(s *setting) {
				first := h.relayTo(h.inbox, "")
				first.DailyLimit = 20
				s.InFlight = 8
				s.Relays = []Relay{first, h.relayTo(second, "")}[:relays]
			}
			stop := h.run(limited)
			h.waitLog("daily_limit is used up")
			if relays == 2 {
				h.waitFor(ledger.Sent, 50)
				if n := len(second.Counts()); n != 30 {
					t.Errorf("the second relay got %d", n)
				}
			}
			h.waitFor(ledger.Sent, []int{20, 50}[relays-1])
			stop()
			// A restart doesn't begin the day anew.
			stop = h.run(limited)
			if relays == 1 {
				h.wait("the limit is seen again", func() bool { return strings.Count(h.log.String(), "daily_limit is used up") == 2 })
			}
			stop()
			if n := len(h.inbox.Counts()); n != 20 {
				t.Errorf("the limited relay got %d", n)
			}
			if n := h.states(); relays == 1 && n[ledger.Pending] != 30 {
				t.Errorf("%v", n)
			}
			h.wantActive()
		})
	}
}

// The relays' limits hold for the sum of the nodes, and a domain's for all.
func TestNodesShareARelay(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot {
			return inbox.Fault{Code: 250, Delay: 5 * time.Millisecond}
		}
		return inbox.Fault{}
	})
	node := func(s *setting) {
		r := h.relayTo(h.inbox, "")
		r.DailyLimit = 90
		s.Exclusive, s.Relays = false, []Relay{r}
	}
	h.open(120)
	var stops []func()
	for range 3 {
		stops = append(stops, h.run(node))
	}
	h.waitLog("nodes=3")
	h.waitFor(ledger.Sent, 90)
	h.looks(1)
	for _, stop := range stops {
		stop()
	}
	if n := len(h.inbox.Counts()); n != 90 {
		t.Errorf("the relay got %d", n)
	}
}

// A domain's rate: so many at once as it allows in a second, then one after the
// other, each at its turn.
func TestDomainRate(t *testing.T) {
	t.Parallel()
	all := newDomains(map[string]DomainLimit{"limited.example": {Rate: 5}})
	job := ledger.Job{Email: "ana@Limited.example"}
	now := time.Unix(1_800_000_000, 0)
	for i := range 5 {
		if _, ok := all.admit(now, job); !ok {
			t.Errorf("mail %d has to wait", i)
		}
	}
	for i := range 3 {
		turn, ok := all.admit(now, job)
		if want := now.Add(time.Duration(i+1) * time.Second / 5); ok || !turn.Equal(want) {
			t.Errorf("mail %d goes (%v), or at %v, want %v", 5+i, ok, turn, want)
		}
	}
	if _, ok := all.admit(now, ledger.Job{Email: "ana@example.org"}); !ok {
		t.Error("another domain has to wait")
	}
	if _, ok := all.admit(now, ledger.Job{Email: "ana@limited.example", Kind: ledger.Confirm}); !ok {
		t.Error("a notice has to wait")
	}
	if _, ok := all.admit(now.Add(time.Second), job); !ok {
		t.Error("after a second it still has to wait")
	}
}

// A domain's limits don't hold up the others.
func TestDomainLimit(t *testing.T) {
	for _, tc := range []struct {
		name  string
		limit DomainLimit
	}{{"rate", DomainLimit{Rate: 5}}, {"connections", DomainLimit{Connections: 1}}} {
		t.Run(tc.name, func(t *testing.T) {
			h := setUp(t)
			var mu sync.Mutex
			busy, most := 0, 0
			h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
				mu.Lock()
				defer mu.Unlock()
				limited := strings.HasSuffix(a.To, "@limited.example")
				switch {
				case limited && a.Stage == inbox.RcptTo:
					busy++
					most = max(most, busy)
				case limited && a.Stage == inbox.Dot:
					busy--
					return inbox.Fault{Code: 250, Delay: 10 * time.Millisecond}
				}
				return inbox.Fault{}
			})
			h.open(40)
			h.write(func(tx *sql.Tx) error {
				_, err := tx.ExecContext(h.Context(), `
					UPDATE subscribers SET email = REPLACE(email, 'example.org', 'limited.example') WHERE id IN (SELECT id FROM subscribers ORDER BY id LIMIT 4)`)
				return err
			})
			h.run(func(s *setting) { s.Domains = map[string]DomainLimit{"Limited.Example": tc.limit} }, inFlight(8))
			h.waitFor(ledger.Sent, 40)
			mu.Lock()
			defer mu.Unlock()
			if n := tc.limit.Connections; most == 0 || n > 0 && most > n {
				t.Errorf("%d at a time", most)
			}
			h.wantOnce()
			h.wantQuiet()
		})
	}
}
