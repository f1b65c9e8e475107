package mailer

import (
	"context"
	"log/slog"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
)

// journal tells in the log what happens to editions as a whole: that one begins,
// that nothing of it is left, what was done by command. However many nodes there
// are, each line is written by one of them.
type journal struct {
	ledger *ledger.Ledger
	log    *slog.Logger
	looked time.Time
	out    func() // told of each edition that is out; nil: nobody is
}

// journalEach is how often the journal looks, at most.
const journalEach = time.Second

// look writes what has happened since the last look. It may be called as often
// as one likes. An edition that ends while the ledger fails is told later.
func (j *journal) look(ctx context.Context, now time.Time) {
	if since := now.Sub(j.looked); since >= 0 && since < journalEach {
		return
	}
	j.looked = now
	entries, err := j.ledger.Journal(ctx, now)
	if err != nil {
		j.log.Debug("looking for editions that have begun or ended", "error", err) // the next exchange will say what is wrong
	}
	for _, e := range entries {
		j.write(e)
	}
}

func (j *journal) write(e ledger.Entry) {
	c := e.Counts
	log := j.log.With("newsletter", c.Edition.Newsletter, "date", c.Edition.LocalDate, "readers", c.Due)
	switch e.Kind {
	case ledger.EntryBegin:
		log.Info("an edition begins", "waiting", c.Pending+c.Retry, "sent", c.Sent)
	case ledger.EntryEnd:
		level, what := slog.LevelInfo, "an edition is out"
		if c.Edition.State == editions.Cancelled {
			what = "a cancelled edition has come to its end"
		}
		if c.InDoubt+c.Expired > 0 {
			level = slog.LevelWarn
			what += "; dailytip edition says what became of the rest"
		}
		log.Log(context.Background(), level, what, "sent", c.Sent, "failed", c.Failed, "in_doubt", c.InDoubt, "resent_in_doubt", c.ResentInDoubt,
			"expired", c.Expired, "withdrawn", c.Withdrawn, "took", e.Took.Round(time.Millisecond))
		if j.out != nil && c.Edition.State != editions.Cancelled && c.Sent > 0 {
			j.out()
		}
	case ledger.EntryAction:
		j.writeAction(e.Action)
	}
}

// actionTexts say what was done by command.
var actionTexts = map[string]string{
	ledger.ActionPause:       "an edition is paused by command",
	ledger.ActionResume:      "an edition goes on by command",
	ledger.ActionCancel:      "an edition is cancelled by command",
	ledger.ActionRetryFailed: "failed mails go out again by command",
	ledger.ActionRetryDoubt:  "mails in doubt go out again by command",
	ledger.ActionSettleDoubt: "mails in doubt are settled by command",
	ledger.ActionSkip:        "a date is skipped",
	ledger.ActionApprove:     "a tip is approved",
	ledger.ActionUnapprove:   "a tip isn't approved any more",
}

func (j *journal) writeAction(a ledger.Action) {
	text := actionTexts[a.Kind]
	switch {
	case a.Kind == ledger.ActionAlert, a.Kind == ledger.ActionBounces, a.Kind == ledger.ActionComplaints:
		j.log.Warn(a.Detail, "newsletter", scopeName(a.Newsletter))
		return
	case a.Kind == ledger.ActionSkip, a.Kind == ledger.ActionApprove, a.Kind == ledger.ActionUnapprove:
		j.log.Info(text, "newsletter", a.Newsletter, "date", a.LocalDate, "who", a.Who, "tip", a.Detail)
		return
	case a.LocalDate == "" && a.Kind == ledger.ActionPause:
		text = "all sending is paused by command"
	case a.LocalDate == "":
		text = "sending is to go on by command"
	}
	log := j.log.With("newsletter", scopeName(a.Newsletter), "who", a.Who)
	if a.LocalDate != "" {
		log = log.With("date", a.LocalDate, "mails", a.Deliveries)
	}
	if a.Detail != "" {
		log = log.With("detail", a.Detail)
	}
	log.Info(text)
}
