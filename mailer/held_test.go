package mailer

import (
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
)

// A pause that only a command ends isn't ended by a mail that the relay takes, nor by
// one that it refuses: neither says anything of its cause.
func TestHeldPause(t *testing.T) {
	for name, fault := range map[string]inbox.Fault{
		"taken":   {},
		"refused": {Code: 550, Enhanced: "5.7.1", Text: "not your address"},
	} {
		t.Run(name, func(t *testing.T) {
			h := setUp(t)
			under := make(chan struct{})
			h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == inbox.MailFrom {
					<-under
					return fault
				}
				return inbox.Fault{}
			})
			h.open(40)
			h.run(func(s *setting) { s.InFlight = 4 })
			h.wait("some are under way", func() bool { return h.states()[ledger.Sending] == 4 })
			err := h.ledger.Pause(t.Context(), time.Now(), ledger.PauseInfo{Newsletter: "management", Since: time.Now(), Reason: "mails come back"})
			if err != nil {
				t.Fatal(err)
			}
			h.looks(2)
			close(under)
			h.wait("nothing is under way", func() bool { return h.states()[ledger.Sending] == 0 })
			h.looks(3)
			if p := h.pauses(); len(p) != 1 || !p[0].Held() {
				t.Errorf("paused: %+v", p)
			}
			if n := h.states(); n[ledger.Failed] != 0 || n[ledger.Pending] < 36 {
				t.Errorf("%v", n)
			}
			h.inbox.SetFault(nil)
			if _, err := h.ledger.ResumeNow(t.Context(), time.Now(), h.pauses(), true, "op@host"); err != nil {
				t.Fatal(err)
			}
			h.waitFor(ledger.Sent, 40)
			h.wantOnce()
		})
	}
}
