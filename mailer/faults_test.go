package mailer

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
)

// some tells whether a fault concerns a reader: every fifth.
func some(to string) bool {
	return strings.HasSuffix(strings.TrimSuffix(to, "@example.org"), "0") || strings.HasSuffix(strings.TrimSuffix(to, "@example.org"), "5")
}

// What goes wrong once for some readers goes right soon after, and pauses
// nothing.
func TestPassingFaults(t *testing.T) {
	tests := map[string]struct {
		stage    inbox.Stage
		fault    inbox.Fault
		attempts int // of those concerned
		copies   int
	}{
		"greylisted":                  {inbox.RcptTo, inbox.Fault{Code: 450, Enhanced: "4.7.1", Text: "greylisted"}, 2, 1},
		"mailbox full":                {inbox.RcptTo, inbox.Fault{Code: 552, Enhanced: "5.2.2"}, 2, 1},
		"451 after the dot":           {inbox.Dot, inbox.Fault{Code: 451, Enhanced: "4.3.0"}, 2, 1},
		"421 for the recipient":       {inbox.RcptTo, inbox.Fault{Code: 421, Enhanced: "4.3.2"}, 1, 1},
		"421 to DATA":                 {inbox.Data, inbox.Fault{Code: 421}, 1, 1},
		"421 after the dot":           {inbox.Dot, inbox.Fault{Code: 421}, 1, 1},
		"dropped at the recipient":    {inbox.RcptTo, inbox.Fault{Drop: true}, 1, 1},
		"dropped at DATA":             {inbox.Data, inbox.Fault{Drop: true}, 1, 1},
		"dropped after the dot, lost": {inbox.Dot, inbox.Fault{Drop: true}, 2, 1},
		"dropped after the dot, kept": {inbox.Dot, inbox.Fault{Drop: true, Keep: true}, 2, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := setUp(t)
			h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == test.stage && a.Attempt == 1 && some(a.To) {
					return test.fault
				}
				return inbox.Fault{}
			})
			h.open(20)
			h.run()
			h.waitFor(ledger.Sent, 20)
			h.wantCopies(h.inbox.Counts(), func(d ledger.Delivery) int {
				if some(string(d.Email)) {
					return test.copies
				}
				return 1
			})
			for email, d := range h.deliveries() {
				want, doubts := 1, 0
				if some(email) {
					want = test.attempts
					if test.stage == inbox.Dot && test.fault.Drop {
						doubts = 1
					}
				}
				if d.Attempts != want || d.Doubts != doubts {
					t.Errorf("%s: %d attempts, %d doubts; want %d, %d", email, d.Attempts, d.Doubts, want, doubts)
				}
			}
			h.wantActive()
			h.wantCalm()
		})
	}
}

// A server that greylists everyone is no fault of anybody's.
func TestGreylistedEverywhere(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && a.Attempt == 1 {
			return inbox.Fault{Code: 451, Enhanced: "4.7.1", Text: "come back later"}
		}
		return inbox.Fault{}
	})
	h.open(40)
	h.run()
	h.waitFor(ledger.Sent, 40)
	h.wantOnce()
	h.wantQuiet()
}

// Many relays close a connection after some number of mails, or take no more
// over it.
func TestFewMailsAConnection(t *testing.T) {
	for _, enough := range []inbox.Fault{
		{Code: 421, Enhanced: "4.7.0", Text: "too many messages on this connection"},
		{Code: 452, Enhanced: "4.5.3", Text: "Too many recipients: Too many messages"}, // OpenSMTPD
	} {
		t.Run(strconv.Itoa(enough.Code), func(t *testing.T) { fewMailsAConnection(t, enough) })
	}
}

func fewMailsAConnection(t *testing.T, enough inbox.Fault) {
	h := setUp(t)
	var mu sync.Mutex
	mails := map[int]int{}
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage != inbox.MailFrom {
			return inbox.Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		if mails[a.Conn]++; mails[a.Conn] > 5 {
			return enough
		}
		return inbox.Fault{}
	})
	h.open(40)
	h.run()
	h.waitFor(ledger.Sent, 40)
	h.wantOnce()
	h.wantQuiet()
}

func TestInDoubtIsHeld(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		return inbox.Fault{Drop: a.Stage == inbox.Dot && some(a.To), Keep: true}
	})
	h.open(20)
	h.run(hold)
	h.waitFor(ledger.Sent, 16)
	h.waitFor(ledger.InDoubt, 4)
	h.wantCopies(h.inbox.Counts(), func(ledger.Delivery) int { return 1 })
}

// A mail whose reply never comes isn't sent for ever.
func TestCopiesAreBounded(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		return inbox.Fault{Drop: a.Stage == inbox.Dot && a.To == reader(7), Keep: true}
	})
	h.open(20)
	h.run()
	h.waitFor(ledger.Sent, 19)
	h.waitFor(ledger.InDoubt, 1)
	h.wantCopies(h.inbox.Counts(), func(d ledger.Delivery) int {
		if string(d.Email) == reader(7) {
			return ledger.MostDoubts
		}
		return 1
	})
}

// What was put off three times and then never answered once is in doubt once: it goes
// out again.
func TestOnlyDoubtsCountAsCopies(t *testing.T) {
	h := setUp(t)
	var tries atomic.Int32
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage != inbox.Dot {
			return inbox.Fault{}
		}
		switch tries.Add(1) {
		case 1, 2, 3:
			return inbox.Fault{Code: 451, Enhanced: "4.7.1", Text: "later"}
		case 4:
			return inbox.Fault{Drop: true, Keep: true}
		}
		return inbox.Fault{}
	})
	h.open(1)
	h.run()
	h.wait("it has come to its end", func() bool { n := h.states(); return n[ledger.Sent]+n[ledger.InDoubt] == 1 })
	if d := h.deliveries()[reader(0)]; d.State != ledger.Sent || d.Attempts != 5 || d.Doubts != 1 {
		t.Errorf("%s after %d attempts, %d of them in doubt; want sent after 5 and 1", d.State, d.Attempts, d.Doubts)
	}
}

// A mail at which the relay hangs up each time is tried again alone; the others
// go out, and nothing is paused.
func TestPoisonedMail(t *testing.T) {
	for name, fault := range map[string]inbox.Fault{"421": {Code: 421, Enhanced: "4.3.0"}, "dropped": {Drop: true}} {
		for _, stage := range []inbox.Stage{inbox.RcptTo, inbox.Data} {
			t.Run(name+" at "+string(stage), func(t *testing.T) {
				h := setUp(t)
				h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
					if a.Stage == stage && a.To == reader(0) {
						return fault
					}
					return inbox.Fault{}
				})
				h.open(15)
				h.run(func(s *setting) { s.pace.backoff = func(int) time.Duration { return time.Hour } })
				h.waitFor(ledger.Sent, 14)
				h.waitFor(ledger.Retry, 1)
				if d := h.deliveries()[reader(0)]; d.Attempts != 1 || d.Reply.Text == "" && d.Reply.Code == 0 {
					t.Errorf("%+v", d)
				}
				h.wantQuiet()
			})
		}
	}
}

// Dead addresses here and there are dead, one by one; refusals fail alone.
func TestRefusedOneByOne(t *testing.T) {
	tests := map[string]struct {
		fault inbox.Fault
		dead  bool
	}{
		"no such user":     {inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}, true},
		"their own policy": {inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not wanted"}, false},
		"bare 550":         {inbox.Fault{Code: 550, Text: "no"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := setUp(t)
			h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == inbox.RcptTo && some(a.To) {
					return test.fault
				}
				return inbox.Fault{}
			})
			h.open(20)
			h.run()
			h.waitFor(ledger.Sent, 16)
			h.waitFor(ledger.Failed, 4)
			var dead []string
			for email, d := range h.deliveries() {
				if d.State == ledger.Failed && (!some(email) || d.Reply.Code != 550 || d.Attempts != 1) {
					t.Errorf("%s: %+v", email, d)
				}
				if test.dead && some(email) {
					dead = append(dead, email)
				}
			}
			h.wantActive(dead...)
			h.wantQuiet()
		})
	}
}

// However few places there are, refusals that wait for company don't fill them
// for good.
func TestRowsDontBlock(t *testing.T) {
	for _, places := range []int{1, 4, 15, 20, 32} {
		t.Run(strconv.Itoa(places), func(t *testing.T) { rowsDontBlock(t, places) })
	}
}

func rowsDontBlock(t *testing.T, places int) {
	h := setUp(t)
	refused := []string{reader(0), reader(1), reader(2), reader(3), reader(4)}
	dead := []string{reader(5), reader(6), reader(7), reader(8), reader(9), reader(10), reader(11), reader(12), reader(13)}
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		switch {
		case a.Stage == inbox.RcptTo && slices.Contains(refused, a.To):
			return inbox.Fault{Code: 550, Enhanced: "5.7.1"}
		case a.Stage == inbox.RcptTo && slices.Contains(dead, a.To):
			return inbox.Fault{Code: 550, Enhanced: "5.1.1"}
		}
		return inbox.Fault{}
	})
	h.open(25)
	h.run(inFlight(places))
	h.waitFor(ledger.Sent, 11)
	h.waitFor(ledger.Failed, 14)
	h.wantActive() // so many of one domain are held back
	h.waitLog("many readers of example.org were refused")
	if strings.Count(h.log.String(), "\n") != 1 {
		t.Errorf("the log says more:\n%s", h.log)
	}
}
