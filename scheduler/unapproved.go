package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
	"dailytip/tips"
)

// noneApproved is what the operator is told of a date that has no approved tip. By these
// words [tick.waited] finds that a run waited for one.
func noneApproved(date Date) string {
	return fmt.Sprintf("nothing goes out on %s: no tip is approved", date)
}

// tellUnapproved tells the operator, once a date, that nothing goes out since no tip is
// approved.
func (t *tick) tellUnapproved(ctx context.Context, date Date) error {
	return t.Ledger.TellOnce(ctx, t.now, ledger.Warning{
		Newsletter: t.n.ID, LocalDate: date.String(), Subject: noneApproved(date),
		Text: fmt.Sprintf("No tip that could go out is approved (approve: true in the configuration), and readers\nare due. Who is still within the grace of %s gets the tip as soon as one is approved:\n\n  %s\n",
			inShort(t.n.Grace), t.whereToApprove(date)),
	})
}

// waited tells whether a slot's readers got nothing on a date since no tip was approved:
// the operator was told so, and nothing of what they were to get is written down. To
// have told isn't enough, for perhaps only the readers of an earlier zone waited.
func (t *tick) waited(ctx context.Context, slot subscribers.Slot, date Date) (bool, error) {
	told, err := t.Ledger.Told(ctx, t.n.ID, date.String(), noneApproved(date))
	if err != nil || !told {
		return false, err
	}
	day := date
	if slot.Cadence == subscribers.Weekly {
		day = date.Add(-6)
	}
	for ; !day.After(date); day = day.Add(1) {
		if _, err := t.Editions.WrittenDown(ctx, t.n.ID, day.String(), editions.Daily); !errors.Is(err, editions.ErrNotWritten) {
			return false, err
		}
	}
	return true, nil
}

// whereToApprove is the page on which the tip of a date is approved, or else the command.
// A course has no calendar.
func (t *tick) whereToApprove(date Date) string {
	what := date.String()
	switch {
	case t.n.Order == CourseOrder:
		what = "TIP"
	case t.CalendarPage != nil:
		return t.CalendarPage(t.n.ID, what)
	}
	return fmt.Sprintf("dailytip plan approve --newsletter %s %s", t.n.ID, what)
}

// inShort writes a duration without what is zero.
func inShort(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// reminders are how long before its run an editor is told that a date's tip waits for
// an approval: the longest first.
var reminders = [...]struct {
	before time.Duration
	when   string
}{{48 * time.Hour, "in two days"}, {24 * time.Hour, "in a day"}}

// remind tells the editor which of the coming dates wait for an approval, twice each:
// two days and one day before their run.
func (t *tick) remind(ctx context.Context, plan []Choice) error {
	if !t.n.Approve {
		return nil
	}
	for _, choice := range plan {
		due, ok := t.n.own().Due(choice.Date)
		if !ok || choice.Waiting.ID == "" {
			continue
		}
		when := ""
		for _, r := range reminders {
			if left := due.Sub(t.now); left > 0 && left <= r.before {
				when = r.when
			}
		}
		if when == "" {
			continue
		}
		if err := t.Ledger.TellOnce(ctx, t.now, t.reminder(choice, due, when)); err != nil {
			return err
		}
	}
	return nil
}

// reminder doesn't name the tip in its subject, for each subject is sent once: another
// tip that waits instead is no news.
func (t *tick) reminder(choice Choice, due time.Time, when string) ledger.Warning {
	instead := "As it stands nothing goes out then."
	if choice.Tip.ID != "" {
		instead = fmt.Sprintf("As it stands another one goes out then, which is approved:\n\n  %s", named(choice.Tip))
	}
	how := "To approve it:"
	if t.n.Proof.To != "" {
		how = fmt.Sprintf("Its proof, which comes %s before it's due, has a button for that. Or:", inShort(t.n.Proof.Before))
	}
	return ledger.Warning{
		Newsletter: t.n.ID, LocalDate: choice.Date.String(), To: t.n.Proof.To,
		Subject: fmt.Sprintf("the tip of %s, %s, isn't approved", choice.Date, when),
		Text: fmt.Sprintf("This tip is meant for %s, and waits for an approval:\n\n  %s\n\n%s\n\n%s\n\n  %s\n",
			due.In(t.n.zone("")).Format("Mon 2006-01-02 15:04 MST"), named(choice.Waiting), instead, how, t.whereToApprove(choice.Date)),
	}
}

func named(t tips.Tip) string { return fmt.Sprintf("%s (%s)", titleOf(&t), t.ID) }
