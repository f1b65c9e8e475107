package mailer

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
)

// What concerns everyone pauses the run, says what to do, touches no reader, and
// goes on by itself when it's mended (P4).
func TestPauses(t *testing.T) {
	tests := map[string]struct {
		stage inbox.Stage
		fault inbox.Fault
		scope string
		says  []string
	}{
		"sender refused": {
			inbox.MailFrom,
			inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not your address"},
			"management",
			[]string{"the relay refused the sender", "check from: and that the relay lets you send", "550 5.7.1 not your address", "newsletter=management"},
		},
		"sender refused for now": {
			inbox.MailFrom,
			inbox.Fault{Code: 451, Enhanced: "4.1.8", Text: "no such domain"},
			"management",
			[]string{"refused the sender for now, several times in a row", "451 4.1.8 no such domain"},
		},
		"relaying denied": {
			inbox.RcptTo,
			inbox.Fault{Code: 554, Enhanced: "5.7.1", Text: "relay access denied"},
			"management",
			[]string{"the relay won't pass mail on for us", "have it let this machine send, or log in", "554 5.7.1 relay access denied"},
		},
		"refused by a policy": {
			inbox.RcptTo,
			inbox.Fault{Code: 554, Enhanced: "5.7.1", Text: "no"},
			"management",
			[]string{"several mails in a row, which is hardly the readers' fault", "554 5.7.1 no"},
		},
		"lost its users": {
			inbox.RcptTo,
			inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"},
			"management",
			[]string{"addresses of example.org that were tried exists, the relay says, which is hardly the readers' fault", "550 5.1.1 no such user"},
		},
		"unsigned": {
			inbox.Dot,
			inbox.Fault{Code: 550, Enhanced: "5.7.26", Text: "no SPF"},
			"management",
			[]string{"the mails don't pass SPF, DKIM or DMARC", "550 5.7.26 no SPF"},
		},
		"content refused": {
			inbox.Dot,
			inbox.Fault{Code: 554, Enhanced: "5.6.0", Text: "bad message"},
			"management",
			[]string{"several mails in a row", "554 5.6.0 bad message"},
		},
		"connection refused": {
			inbox.Connect,
			inbox.Fault{Code: 554, Text: "go away"},
			ledger.Relay,
			[]string{"the relay refused the connection", "554 go away", "newsletter=all"},
		},
		"busy": {
			inbox.Connect,
			inbox.Fault{Code: 421, Text: "too busy"},
			ledger.Relay,
			[]string{"the relay takes no mail just now", "421 too busy", "newsletter=all"},
		},
		"hangs up at DATA": {
			inbox.Data,
			inbox.Fault{Drop: true},
			ledger.Relay,
			[]string{"the relay broke off several conversations in a row", "look into its log"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := setUp(t)
			h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == test.stage {
					return test.fault
				}
				return inbox.Fault{}
			})
			h.open(40)
			h.run()
			h.waitLog("sending is paused")
			h.wait("a probe has been refused too", func() bool {
				p := h.pauses()
				return len(p) == 1 && p[0].Probes >= 2
			})
			p := h.pauses()[0]
			if p.Newsletter != test.scope || p.Reply.Code != test.fault.Code {
				t.Errorf("%+v", p)
			}
			h.wantLog(test.says...)
			if n := h.states(); n[ledger.Failed] != 0 || n[ledger.InDoubt] != 0 {
				t.Errorf("%v while paused", n)
			}
			h.inbox.SetFault(nil)
			h.waitFor(ledger.Sent, 40)
			h.wantOnce()
			h.waitLog("sending goes on")
			if p := h.pauses(); len(p) != 0 {
				t.Errorf("still paused: %+v", p)
			}
		})
	}
}

// A refused login isn't tried by every mail that is on its way, lest the account
// be locked. A restart tries at once.
func TestLoginRefused(t *testing.T) {
	h := setUp(t)
	s := h.serve(inbox.Options{TLS: inbox.NoTLS, Users: map[string]string{"ann": "secret"}, InsecureAuth: true, RequireAuth: true})
	var logins atomic.Int64
	s.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Auth {
			logins.Add(1)
			return inbox.Fault{Code: 535, Enhanced: "5.7.8", Text: "wrong password"}
		}
		return inbox.Fault{}
	})
	h.open(50)
	rarely := func(to *inbox.Server) func(*setting) {
		return func(s *setting) {
			s.Relays = []Relay{h.relayTo(to, "ann")}
			s.pace.probe = func(string, int) time.Duration { return time.Hour }
			s.pace.aside = func(int) time.Duration { return time.Hour }
		}
	}
	stop := h.run(rarely(s))
	h.waitLog("sending is paused: the relay refused the login")
	h.waitFor(ledger.Pending, 50)
	h.wantLog("check smtp: auth, username and password", "535 5.7.8 wrong password", "newsletter=all")
	if n := logins.Load(); n > 4 {
		t.Errorf("%d logins over 4 connections", n)
	}
	stop()
	s.SetFault(nil)
	h.run(rarely(s))
	h.waitFor(ledger.Sent, 50)
	h.wantCopies(s.Counts(), func(ledger.Delivery) int { return 1 })
}

func TestRelayDownAndBack(t *testing.T) {
	h := setUp(t)
	first, stop := h.serveUntil(inbox.Options{TLS: inbox.NoTLS})
	stop()
	h.open(30)
	h.run(func(s *setting) { s.Relays = []Relay{h.relayTo(first, "")} })
	h.waitLog("sending is paused: the relay can't be reached or went away (" + first.Addr() + "); check smtp: host, port and tls")
	h.waitFor(ledger.Pending, 30)
	back := h.serve(inbox.Options{TLS: inbox.NoTLS, Addr: first.Addr()})
	h.waitFor(ledger.Sent, 30)
	h.wantCopies(back.Counts(), func(ledger.Delivery) int { return 1 })
	h.waitLog("sending goes on")
}

// The relay dies in the middle of a run, with mails on the wire.
func TestRelayDiesInTheMiddle(t *testing.T) {
	h := setUp(t)
	first, stop := h.serveUntil(inbox.Options{TLS: inbox.NoTLS})
	h.open(80)
	h.run(func(s *setting) { s.Relays = []Relay{h.relayTo(first, "")} })
	h.wait("some are out", func() bool { return first.Received() >= 30 })
	stop()
	back := h.serve(inbox.Options{TLS: inbox.NoTLS, Addr: first.Addr()})
	h.waitFor(ledger.Sent, 80)
	counts := back.Counts()
	for id, n := range first.Counts() {
		counts[id] += n
	}
	h.wantCopies(counts, func(d ledger.Delivery) int {
		if n := counts[MessageID(h.list.Tags(), d.Key, d.OpenedAt, from)]; n >= 1 && n <= 1+d.Doubts {
			return n
		}
		return 1
	})
	h.wantActive()
}

// A relay that always hangs up after the dot doesn't get everyone's mail four
// times.
func TestHangsUpAfterTheDot(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault { return inbox.Fault{Drop: a.Stage == inbox.Dot, Keep: true} })
	h.open(60)
	h.run(func(s *setting) { s.pace.probe = func(string, int) time.Duration { return time.Hour } })
	h.waitLog("the relay broke off several conversations in a row")
	h.wait("nothing is on its way", func() bool { return h.states()[ledger.Sending] == 0 })
	if n := h.inbox.Received(); n > 32+tooMuch/ofFive {
		t.Errorf("%d mails went out", n)
	}
	h.wantActive()
}

// A pause of one newsletter doesn't hold up another.
func TestPauseOfOneNewsletter(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.MailFrom && a.From == "other@example.com" {
			return inbox.Fault{Code: 550, Enhanced: "5.1.8"}
		}
		return inbox.Fault{}
	})
	h.open(20, func(o *ledger.Opening) { o.Newsletter = "other" })
	h.open(20)
	h.run(func(s *setting) {
		other := newsletter("other")
		other.From.Address = "other@example.com"
		s.Newsletters = append(s.Newsletters, other)
	})
	h.wait("management is out", func() bool { return h.inbox.Received() == 20 })
	h.waitLog("newsletter=other")
	if p := h.pauses(); len(p) != 1 || p[0].Newsletter != "other" {
		t.Errorf("%+v", p)
	}
}

func TestProbeSteps(t *testing.T) {
	for scope, want := range map[string][]time.Duration{
		"management": {5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour},
		ledger.Relay: {5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute},
	} {
		for i, w := range want {
			if got := probeAfter(scope, i); got != w {
				t.Errorf("probe %d of %q after %v, want %v", i, scope, got, w)
			}
		}
	}
	for i, w := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute} {
		if got := asideFor(i + 1); got != w {
			t.Errorf("aside for %v after %d failures, want %v", got, i+1, w)
		}
	}
	for attempts, w := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 5 * time.Minute, 3: 15 * time.Minute, 4: time.Hour, 99: time.Hour} {
		if got := backoff(attempts); got < w*9/10 || got > w*11/10 {
			t.Errorf("after attempt %d wait %v, want about %v", attempts, got, w)
		}
	}
}

// The operator is told of a pause, and of its end, from an address that isn't
// the one refused.
func TestAlerts(t *testing.T) {
	h := setUp(t)
	var refusing atomic.Bool
	refusing.Store(true)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.MailFrom && a.From == from && refusing.Load() {
			return inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not your address"}
		}
		return inbox.Fault{}
	})
	h.open(5)
	h.run(func(s *setting) { s.AlertTo = "ops@example.com" })
	alerts := func(n int) []inbox.Message {
		var all []inbox.Message
		h.wait("an alert has come", func() bool {
			all = nil
			for _, m := range h.inbox.Messages() {
				if slices.Contains(m.To, "ops@example.com") {
					all = append(all, m)
				}
			}
			return len(all) == n
		})
		return all
	}
	first := string(alerts(1)[0].Data)
	for _, text := range []string{"[dailytip] management: sending is paused", "the relay refused the sender", "550 5.7.1 not your address", "<" + confirmFrom + ">"} {
		if !strings.Contains(first, text) {
			t.Errorf("the alert doesn't say %q:\n%s", text, first)
		}
	}
	refusing.Store(false)
	h.waitFor(ledger.Sent, 5)
	if last := string(alerts(2)[1].Data); !strings.Contains(last, "[dailytip] management: sending goes on") {
		t.Errorf("%s", last)
	}
}
