package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
)

// /sendz is 503, and says why, for each thing that keeps mail from flowing.
func TestWhyNotSending(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	a := in.app()
	handler := a.web().Handler()
	says := func(code int, want string) {
		t.Helper()
		a.flow.at = time.Time{}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest("GET", "/sendz", nil))
		if got := answer.Body.String(); answer.Code != code || !strings.Contains(got, want) {
			t.Errorf("/sendz says %d %q, want %d %q", answer.Code, got, code, want)
		}
	}
	now := time.Now()
	says(503, "the scheduler hasn't ticked yet")
	a.scheduler.Alive(now.Add(-3 * time.Minute))
	says(503, "the scheduler has stood still for 3m")
	a.scheduler.Alive(now)
	says(200, "sending\n")

	p := ledger.PauseInfo{Newsletter: ledger.Relay, Since: now, Reason: "the relay can't be reached: secret.example.com", Reply: ledger.Reply{Code: 421, Text: "secret"}, ProbeAt: now}
	if err := a.ledger.Pause(t.Context(), now, p); err != nil {
		t.Fatal(err)
	}
	says(503, "everything is paused since ")
	if err := a.whyNotSending(t.Context(), now); !strings.HasSuffix(fmt.Sprint(err), ": the relay can't be reached") {
		t.Errorf("the reason that everybody may read is %q", err)
	}
	if _, err := a.ledger.Resume(t.Context(), now, ledger.Relay); err != nil {
		t.Fatal(err)
	}
	says(200, "sending\n")

	today := a.scheduler.Newsletters[0].Today(now)
	missed := ledger.Run{Newsletter: "management", LocalDate: today.Add(-1).String(), Slot: 1, DueAt: now, State: "skipped", Reason: "too late", Deliveries: 3}
	if err := a.ledger.FinishRun(t.Context(), now, missed); err != nil {
		t.Fatal(err)
	}
	says(200, "sending\n")
	missed.LocalDate = today.String()
	if err := a.ledger.FinishRun(t.Context(), now, missed); err != nil {
		t.Fatal(err)
	}
	says(503, "the edition of "+today.String()+" was missed: management")
}
