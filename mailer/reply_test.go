package mailer

import (
	"fmt"
	"strings"
	"testing"

	"dailytip/inbox"
	"dailytip/ledger"
)

// once replies the n-th ask at a stage, and what follows up to the last, with a
// fault.
func once(stage inbox.Stage, from, to int, f inbox.Fault) func(inbox.Ask) inbox.Fault {
	asked := make(chan int, 1)
	asked <- 0
	return func(a inbox.Ask) inbox.Fault {
		if a.Stage != stage {
			return inbox.Fault{}
		}
		n := <-asked + 1
		asked <- n
		if n >= from && n <= to {
			return f
		}
		return inbox.Fault{}
	}
}

// What a relay says when it has too much to do costs nobody their mail, pauses
// nothing, and is no matter of the login. Where it speaks of connections it gets
// fewer at once.
func TestTooMuchForTheRelay(t *testing.T) {
	for name, test := range map[string]struct {
		stage    inbox.Stage
		from, to int
		fault    inbox.Fault
		fewer    bool
	}{
		"432 after the dot":             {inbox.Dot, 3, 3, inbox.Fault{Code: 432, Enhanced: "4.3.2", Text: "submission: sending thread limit exceeded"}, true},
		"432 to the sender":             {inbox.MailFrom, 2, 2, inbox.Fault{Code: 432, Enhanced: "4.3.2", Text: "concurrent connections exceeded"}, true},
		"432 without more":              {inbox.Dot, 1, 1, inbox.Fault{Code: 432, Text: "not now"}, false},
		"421 too many connections":      {inbox.RcptTo, 2, 2, inbox.Fault{Code: 421, Enhanced: "4.7.0", Text: "Too many connections from your host"}, true},
		"451 too many at a time":        {inbox.Dot, 2, 2, inbox.Fault{Code: 451, Enhanced: "4.7.1", Text: "Too many simultaneous deliveries"}, true},
		"451 congested":                 {inbox.Dot, 1, 2, inbox.Fault{Code: 451, Enhanced: "4.4.5", Text: "busy, try later"}, false},
		"454 throttled":                 {inbox.Dot, 1, 2, inbox.Fault{Code: 454, Text: "Throttled: the rate is at its maximum"}, false},
		"454 4.7.0":                     {inbox.MailFrom, 2, 2, inbox.Fault{Code: 454, Enhanced: "4.7.0", Text: "temporary authentication failure"}, false},
		"450 about the server's own DB": {inbox.Dot, 1, 1, inbox.Fault{Code: 450, Enhanced: "4.7.8", Text: "try again"}, false},
	} {
		for _, n := range sizes {
			if n > 9 && name != "432 after the dot" && name != "454 throttled" {
				continue // the number makes no difference to them
			}
			t.Run(fmt.Sprintf("%s, %d readers", name, n), func(t *testing.T) {
				h := setUp(t)
				h.inbox.SetFault(once(test.stage, test.from, test.to, test.fault))
				h.open(n)
				h.run()
				h.waitFor(ledger.Sent, n)
				h.wantOnce()
				h.wantCalm()
				said := h.log.String()
				if strings.Contains(said, "login") {
					t.Error("the log speaks of a login")
				}
				if test.fewer && n >= test.from && !strings.Contains(said, "a relay asks for less") {
					t.Error("the relay doesn't get fewer connections")
				}
			})
		}
	}
}

// A relay that wants a login, or encryption, says so at many stages and by many
// codes. The operator is told which; nobody's mail fails, and all goes out when
// it's mended.
func TestLoginWanted(t *testing.T) {
	const login, encryption = "the relay wants a login first", "the relay wants encryption first"
	for name, test := range map[string]struct {
		stage inbox.Stage
		fault inbox.Fault
		says  string
	}{
		"530 to the sender":           {inbox.MailFrom, inbox.Fault{Code: 530, Enhanced: "5.7.0", Text: "Authentication Required. See\nhttps://mail.example.net/help"}, login},
		"530 without more":            {inbox.MailFrom, inbox.Fault{Code: 530, Text: "no"}, login},
		"535 to the sender":           {inbox.MailFrom, inbox.Fault{Code: 535, Enhanced: "5.7.8", Text: "bad credentials"}, login},
		"534 to the sender":           {inbox.MailFrom, inbox.Fault{Code: 534, Enhanced: "5.7.9", Text: "an application password is needed"}, login},
		"550 in words":                {inbox.MailFrom, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "Authentication required"}, login},
		"503 in words":                {inbox.MailFrom, inbox.Fault{Code: 503, Enhanced: "5.5.1", Text: "Send AUTH first, please: AUTH command required"}, login},
		"530 to the recipient":        {inbox.RcptTo, inbox.Fault{Code: 530, Enhanced: "5.7.0", Text: "Authentication required"}, login},
		"535 after the dot":           {inbox.Dot, inbox.Fault{Code: 535, Enhanced: "5.7.8", Text: "the session isn't authenticated any more"}, login},
		"530 STARTTLS":                {inbox.MailFrom, inbox.Fault{Code: 530, Enhanced: "5.7.0", Text: "Must issue a STARTTLS command first"}, encryption},
		"538":                         {inbox.MailFrom, inbox.Fault{Code: 538, Enhanced: "5.7.11", Text: "not in the clear"}, encryption},
		"550 about the sender itself": {inbox.MailFrom, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not your address"}, "check from: and that the relay lets you send"},
		"550 about SPF":               {inbox.MailFrom, inbox.Fault{Code: 550, Enhanced: "5.7.26", Text: "authentication required: neither SPF nor DKIM passed"}, "check from: and that the relay lets you send"},
	} {
		for _, n := range sizes {
			if n > 9 && name != "530 to the sender" && name != "530 to the recipient" {
				continue // the number makes no difference to them
			}
			t.Run(fmt.Sprintf("%s, %d readers", name, n), func(t *testing.T) {
				h := setUp(t)
				h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
					if a.Stage == test.stage {
						return test.fault
					}
					return inbox.Fault{}
				})
				h.open(n)
				h.run()
				h.waitLog(test.says)
				if test.says == login && strings.Contains(h.log.String(), "check from:") {
					t.Error("the log blames the sender's address")
				}
				h.wait("nothing is on its way", func() bool {
					s := h.states()
					return s[ledger.Pending]+s[ledger.Retry] == n
				})
				h.inbox.SetFault(nil)
				h.waitFor(ledger.Sent, n)
				h.wantOnce()
			})
		}
	}
}

// A relay that drops the connection at DATA gets everybody's mail once, and
// nothing is in doubt.
func TestDropAtDataLeavesNoDoubt(t *testing.T) {
	h := setUp(t)
	const n = 150
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		return inbox.Fault{Drop: a.Stage == inbox.Data && a.Attempt == 1}
	})
	h.open(n)
	h.run()
	h.waitFor(ledger.Sent, n)
	h.wantOnce()
	for email, d := range h.deliveries() {
		if d.Doubts != 0 {
			t.Errorf("%s was in doubt", email)
		}
	}
}
