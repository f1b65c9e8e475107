package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/tips"
)

// A test from a tip's page goes out in the language that is looked at, whoever it goes
// to, and says what the relay replied.
func TestATestFromATipsPage(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, "")
	a := in.app()
	n, err := a.scheduler.Find("")
	if err != nil {
		t.Fatal(err)
	}
	tip, there := n.Library.Tip("first")
	if !there {
		t.Fatal("there is no tip")
	}
	mails, date := a.adminMails(), n.Today(time.Now())
	l, err := mails.Compose(t.Context(), n, date, tip, "es")
	if err != nil || l.Language != "es" {
		t.Fatalf("%v, %v", l, err)
	}
	state, reply, err := mails.SendTest(t.Context(), n, date, tip, "es", "ed@example.com")
	if err != nil || state != ledger.Sent || !strings.HasPrefix(reply, "250") {
		t.Errorf("%s %q %v", state, reply, err)
	}
	all := box.Messages()
	if len(all) != 1 || !slices.Equal(all[0].To, []string{"ed@example.com"}) || all[0].Subject != "💡 Repítelo primero" {
		t.Fatalf("the inbox has %v", all)
	}
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo {
			return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "nobody of this name"}
		}
		return inbox.Fault{}
	})
	if state, reply, err = mails.SendTest(t.Context(), n, date, tip, "es", "ed@example.com"); err != nil || state != ledger.Failed || !strings.Contains(reply, "nobody of this name") {
		t.Errorf("refused: %s %q %v", state, reply, err)
	}
	if found, fresh := mails.Findings(n).Look(t.Context(), date.String()); !fresh || tips.HasFaults(found.Faults) {
		t.Errorf("lint finds %v", found)
	}
	tip.Title = strings.Repeat("x\x00", 3)
	// What is wrong with a tip is told as it is; an error of ours would be wrapped.
	if _, err := mails.Compose(t.Context(), n, date, tip, ""); err == nil || errors.Unwrap(err) != nil {
		t.Errorf("of what no mail can be made: %v", err)
	}
}
