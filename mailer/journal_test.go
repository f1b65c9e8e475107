package mailer

import (
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store/storetest"
)

// A line for each begin, pause and end of an edition, with its counts.
func TestJournal(t *testing.T) {
	t.Parallel()
	h := setUpOn(t, storetest.SQLite(t))
	paused := make(chan struct{}) // nobody gets a mail before
	goOn := sync.OnceFunc(func() { close(paused) })
	defer goOn()
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		switch {
		case a.Stage == inbox.RcptTo && a.To == reader(0):
			return inbox.Fault{Code: 554, Enhanced: "5.7.1", Text: "not you"}
		case a.Stage == inbox.Dot:
			<-paused
		}
		return inbox.Fault{}
	})
	h.open(30)
	h.run(oneByOne, func(s *setting) { s.Log = slog.New(slog.NewTextHandler(h.log, nil)) })
	h.waitLog(`msg="an edition begins" newsletter=management date=2026-11-23 readers=30 waiting=`)
	editions, err := h.ledger.Recent(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if _, err := h.ledger.PauseEdition(t.Context(), now, editions[0].Edition, "op@host"); err != nil {
		t.Fatal(err)
	}
	h.waitLog(`msg="an edition is paused by command" newsletter=management who=op@host date=2026-11-23 mails=`)
	goOn()
	if _, err := h.ledger.ResumeEdition(t.Context(), now, editions[0].Edition, "op@host"); err != nil {
		t.Fatal(err)
	}
	h.waitLog(`msg="an edition goes on by command"`)
	h.waitFor(ledger.Sent, 29)
	h.waitLog(`msg="an edition is out" newsletter=management date=2026-11-23 readers=30 sent=29 failed=1 in_doubt=0`)
	if !regexp.MustCompile(`withdrawn=0 took=[1-9][0-9.]*m?s`).MatchString(h.log.String()) {
		t.Error("it doesn't say how long it took")
	}
	for _, line := range []string{"an edition begins", "an edition is out", "is paused by command", "goes on by command"} {
		if n := strings.Count(h.log.String(), line); n != 1 {
			t.Errorf("%q is told %d times", line, n)
		}
	}
}

// Whoever looks more often than once a second changes nothing.
func TestJournalLooksOnceASecond(t *testing.T) {
	t.Parallel()
	h := setUpOn(t, storetest.SQLite(t))
	j := journal{ledger: h.ledger, log: slog.New(slog.NewTextHandler(h.log, nil))}
	now := time.Now()
	j.look(t.Context(), now)
	h.open(2)
	j.look(t.Context(), now.Add(journalEach-time.Millisecond))
	if h.log.String() != "" {
		t.Errorf("it says %s", h.log)
	}
	j.look(t.Context(), now.Add(journalEach))
	h.wantLog("an edition begins")
	j.look(t.Context(), now.Add(-time.Hour)) // the clock was set back
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	before := h.log.String()
	j.look(t.Context(), now.Add(time.Hour))
	if h.log.String() != before {
		t.Errorf("a ledger that fails is said twice: %s", h.log)
	}
}

// What holds everything and what lets it go on isn't about an edition.
func TestJournalSaysThatAllIsPaused(t *testing.T) {
	t.Parallel()
	h := setUpOn(t, storetest.SQLite(t))
	j := journal{ledger: h.ledger, log: slog.New(slog.NewTextHandler(h.log, nil))}
	now := time.Now()
	if _, err := h.ledger.PauseAll(t.Context(), now, "ana"); err != nil {
		t.Fatal(err)
	}
	j.look(t.Context(), now)
	h.wantLog(`msg="all sending is paused by command" newsletter=all who=ana`)
	if strings.Contains(h.log.String(), "go on") {
		t.Errorf("it says %s", h.log)
	}
}
