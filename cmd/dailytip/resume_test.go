package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
)

// Of a pause that is over by the time it would be resumed nobody says that it goes on.
func TestResumeSaysWhatWasPassedOver(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	a := in.app()
	var said bytes.Buffer
	c := &command{stdio: stdio{err: &said}}
	now := time.Now()
	over := ledger.PauseInfo{Newsletter: "management", Since: now}
	err := c.resumeThese(t.Context(), a, "", []ledger.PauseInfo{over}, true, 0)
	if known := (exit{}); !errors.As(err, &known) || known.code != codeNothing || strings.Contains(said.String(), "goes out again") {
		t.Errorf("%v, and it says %q", err, said.String())
	}
	all := ledger.PauseInfo{Newsletter: ledger.Relay, Since: now.Truncate(time.Millisecond)}
	if err := a.ledger.Pause(t.Context(), now, all); err != nil {
		t.Fatal(err)
	}
	said.Reset()
	err = c.resumeThese(t.Context(), a, "", []ledger.PauseInfo{over, all}, false, 0)
	if want := "newsletter management isn't paused any more"; err != nil || !strings.Contains(said.String(), want) || !strings.Contains(said.String(), "all sending goes on") {
		t.Errorf("%v, and it says %q", err, said.String())
	}
}
