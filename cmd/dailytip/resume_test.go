package main

import (
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
)

// A newsletter whose mails come back goes on when somebody says so, without a try.
func TestResumeWhatIsHeld(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	a := in.app()
	now := time.Now()
	err := a.ledger.Pause(t.Context(), now, ledger.PauseInfo{
		Newsletter: "management", Since: now, Reason: "mails come back: the mails don't pass DMARC; check dkim:", Reply: ledger.Reply{Text: "550 5.7.26 no"},
	})
	if err != nil {
		t.Fatal(err)
	}
	said := in.run(codeDone, "status")
	for _, want := range []string{"paused: newsletter management", "check dkim:", "a server said: 550 5.7.26 no", "dailytip resume goes on with it"} {
		if !strings.Contains(said, want) {
			t.Errorf("status doesn't say %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, "next try") {
		t.Errorf("status speaks of a try:\n%s", said)
	}
	in.run(codeDone, "resume")
	in.run(codeNothing, "resume")
}

// All sending is paused until somebody says that it goes on.
func TestPauseAll(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	in.run(codeDone, "pause")
	in.run(codeNothing, "pause")
	said := in.run(codeDone, "status")
	if !strings.Contains(said, "paused: everything") || !strings.Contains(said, "somebody paused it: ") || strings.Contains(said, "a server said") || strings.Contains(said, "next try") {
		t.Errorf("status says\n%s", said)
	}
	in.run(codeDone, "resume")
	if said := in.run(codeDone, "status"); strings.Contains(said, "paused:") {
		t.Errorf("afterwards status says\n%s", said)
	}
	in.run(codeNothing, "resume")
}
