package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

const policy = "550 5.7.26 unauthenticated mail is refused by the DMARC policy of example.com"

// look does what the daemon does each minute, and returns what is paused.
func (h *harness) look(at time.Time) []ledger.PauseInfo {
	h.Helper()
	if err := h.taker.Look(h.Context(), at); err != nil {
		h.Fatal(err)
	}
	all, err := h.ledger.AllPauses(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	return all
}

// claims is how many mails could be sent at an instant.
func (h *harness) claims(at time.Time) int {
	h.Helper()
	jobs, err := h.ledger.Exchange(h.Context(), at, nil, ledger.Claiming{Owner: "node", Limit: 100})
	if err != nil {
		h.Fatal(err)
	}
	var outcomes []ledger.Outcome
	n := 0
	for _, j := range jobs {
		if outcomes = append(outcomes, outcome(j, "")); j.Kind == "" {
			n++
		}
	}
	if _, err := h.ledger.Exchange(h.Context(), at, outcomes, ledger.Claiming{Owner: "node"}); err != nil {
		h.Fatal(err)
	}
	return n
}

// A fault of ours that comes back from more than a fifth of an edition pauses the
// newsletter, and says so once. No try ends that, for the relay takes such mails, nor
// does a restart: only the operator does.
func TestPausedForWhatComesBack(t *testing.T) {
	each(t, func(h *harness) {
		all := addresses(15, "example.org")
		h.join(now.Add(-day), all...)
		jobs := h.send(now, nil)
		for i := range 3 {
			h.comesBack(now.Add(time.Hour), jobs[all[i]], policy)
			h.comesBack(now.Add(time.Hour), jobs[all[0]], fmt.Sprintf("%s, told %d times", policy, i)) // one reader counts once
		}
		if p := h.look(now.Add(time.Hour)); len(p) != 0 {
			h.Fatalf("three of fifteen, a fifth, pause it: %+v", p)
		}
		h.comesBack(now.Add(2*time.Hour), jobs[all[3]], policy)
		h.comesBack(now.Add(2*time.Hour), jobs[all[4]], full) // another reason doesn't matter
		for range 2 {
			p := h.look(now.Add(2 * time.Hour))
			if len(p) != 1 || p[0].Newsletter != "management" || !p[0].Held() || !strings.Contains(p[0].Reason, "check dkim:") || !strings.Contains(p[0].Reply.Text, policy) {
				h.Fatalf("paused: %+v", p)
			}
		}
		if got := h.alerts(); len(got) != 2 || !strings.Contains(got[0], "mails are refused or come back: authfailure") || !strings.Contains(got[1], "sending is paused") {
			h.Errorf("alerts: %q", got)
		}
		tomorrow := now.Add(day)
		h.open(tomorrow)
		if err := h.ledger.ProbeNow(h.Context(), tomorrow); err != nil { // as a restart does
			h.Fatal(err)
		}
		if n := h.claims(tomorrow); n != 0 {
			h.Errorf("%d go out, also as a try", n)
		}
		// What the mailer learns while it sends changes nothing.
		if err := h.ledger.Pause(h.Context(), tomorrow, ledger.PauseInfo{Newsletter: "management", Since: tomorrow, Reason: "refused", ProbeAt: tomorrow}); err != nil {
			h.Fatal(err)
		}
		if ended, err := h.ledger.Resume(h.Context(), tomorrow, "management"); ended || err != nil {
			h.Errorf("resumed: %v, %v", ended, err)
		}
		if p := h.look(tomorrow); len(p) != 1 || !p[0].Held() {
			h.Errorf("paused: %+v", p)
		}
	})
}

// After the operator has resumed it, what was sent before doesn't pause it again; what
// is sent then does.
func TestResumedAfterWhatCameBack(t *testing.T) {
	each(t, func(h *harness) {
		all := addresses(12, "example.org")
		h.join(now.Add(-day), all...)
		jobs := h.send(now, nil)
		at := now.Add(time.Hour)
		for _, a := range all[:4] {
			h.comesBack(at, jobs[a], policy)
		}
		paused := h.look(at)
		if len(paused) != 1 {
			h.Fatalf("paused: %+v", paused)
		}
		if _, err := h.ledger.ResumeNow(h.Context(), at, paused, true, "op@host"); err != nil {
			h.Fatal(err)
		}
		for _, a := range all[4:8] { // they were under way
			h.comesBack(at.Add(time.Hour), jobs[a], policy)
		}
		if p := h.look(at.Add(time.Hour)); len(p) != 0 {
			h.Fatalf("what was sent before pauses it again: %+v", p)
		}
		tomorrow := now.Add(day)
		jobs = h.send(tomorrow, nil)
		if len(jobs) < len(all) {
			h.Fatalf("%d mails went out", len(jobs))
		}
		for _, a := range all[:3] {
			h.comesBack(tomorrow.Add(time.Hour), jobs[a], policy)
		}
		if p := h.look(tomorrow.Add(time.Hour)); len(p) != 1 {
			h.Errorf("what is sent after it doesn't: %+v", p)
		}
	})
}

// What a server refuses for a fault of ours while it's being sent is written down and
// told like what comes back, once a day, and pauses nothing: that is up to whoever sends.
func TestRefusedForAFaultOfOurs(t *testing.T) {
	each(t, func(h *harness) {
		all := addresses(5, "example.org")
		h.join(now.Add(-day), all...)
		const listed = "550 5.7.1 Service unavailable, client host is blocked using a block list"
		said := replies{all[0]: policy, all[1]: listed, all[2]: listed, all[3]: "553 5.6.7 SMTPUTF8 is required"}
		h.send(now, said)
		want := []string{"refused or come back: authfailure", "refused or come back: blocked", "refused or come back: nosmtputf8"}
		if p := h.look(now); len(p) != 0 {
			h.Errorf("paused: %+v", p)
		}
		got := h.alerts()
		slices.Sort(got)
		if !slices.EqualFunc(got, want, strings.Contains) {
			h.Errorf("alerts: %q, want %q", got, want)
		}
		written, err := h.list.Bounces(h.Context(), h.db.Read(), subscribers.BounceFilter{Class: subscribers.OursBounce, Decision: subscribers.Ignored})
		if err != nil || len(written) != len(said) {
			h.Errorf("%d are written down, %v", len(written), err)
		}
		h.want(all[1], subscribers.Active)
		if rates, err := h.ledger.Rates(h.Context(), now.Add(-day)); err != nil || len(rates) != 0 {
			h.Errorf("they count as dead: %+v, %v", rates, err)
		}
	})
}

// What one server holds against us is its opinion, and what is for different reasons
// isn't one cause.
func TestNotPausedForAFew(t *testing.T) {
	each(t, func(h *harness) {
		all := addresses(6, "example.org")
		h.join(now.Add(-day), all...)
		jobs := h.send(now, nil)
		for i, said := range []string{policy, policy, "550 5.7.25 the client has no PTR record", "550 5.7.25 the client has no PTR record"} {
			h.comesBack(now.Add(time.Hour), jobs[all[i]], said)
		}
		if p := h.look(now.Add(time.Hour)); len(p) != 0 {
			h.Errorf("paused: %+v", p)
		}
	})
}
