package scheduler

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/tips"
)

// proof enqueues the mail that shows an editor the editions to come. It settles
// nothing: what the editor changes before the instant is what goes out. A date
// that has no tip yet is looked at again, for that may change as well.
func (t *tick) proof(ctx context.Context) error {
	if t.n.Proof.To == "" || t.n.Order == CourseOrder {
		return nil
	}
	date, due := t.n.own().next(t.now)
	for !due.IsZero() && !due.After(t.now.Add(t.n.Proof.Before)) {
		if !t.proofed[[2]string{t.n.ID, date.String()}] {
			if err := t.proofOf(ctx, date); err != nil {
				return err
			}
		}
		date, due = t.n.own().next(due)
	}
	return nil
}

func (t *tick) proofOf(ctx context.Context, date Date) error {
	// Nobody reads: there is no edition, and the same tip would be shown each day.
	if someone, err := t.List.HasReaders(ctx, t.n.ID, t.now.Add(time.Millisecond)); err != nil || !someone {
		return err
	}
	shown, planned, err := t.shown(ctx, date)
	if err != nil || shown.Tip.ID == "" {
		return err
	}
	p, err := t.newProof(ctx, shown)
	if err != nil {
		return err
	}
	p.Approve, p.Approved = t.n.Approve, t.n.Approve && planned.Waiting.ID == ""
	if planned.Waiting.ID != "" && planned.Tip.ID != "" {
		p.Instead = titleOf(&planned.Tip)
	}
	done, err := t.Ledger.EnqueueProof(ctx, t.now, p)
	if err != nil {
		return err
	}
	t.proofed[[2]string{t.n.ID, p.LocalDate}] = true // spares the next ticks the question
	if done {
		t.Log.Info("the editor is shown an edition", "newsletter", t.n.ID, "date", p.LocalDate, "tip", p.TipID)
		if t.Wake != nil {
			t.Wake()
		}
	}
	return nil
}

// shown is the choice that an editor is asked about, and what is planned as it is: they
// differ when the date's own tip waits for an approval.
func (t *tick) shown(ctx context.Context, date Date) (shown, planned Choice, err error) {
	planned, err = t.choose(ctx, date)
	if err != nil || planned.Waiting.ID == "" {
		return planned, planned, err
	}
	c, err := t.calendar(ctx)
	if err != nil {
		return planned, planned, err
	}
	shown = c.asIfApproved().Ahead(t.n.Upcoming(t.now), date)
	if shown.Tip.ID != planned.Waiting.ID { // were all dates' tips approved, this date would get another
		shown = Choice{Date: date, Tip: planned.Waiting, Reason: Next}
	}
	return shown, planned, nil
}

// newProof is what there is to say of a date and its tip.
func (t *tick) newProof(ctx context.Context, shown Choice) (ledger.ProofOf, error) {
	date := shown.Date
	p := ledger.ProofOf{Newsletter: t.n.ID, To: t.n.Proof.To, LocalDate: date.String(), Reason: shown.Reason, Opened: shown.Reason == Sent}
	p.DueAt, _ = t.n.own().Due(date)
	p.Due = p.DueAt.In(t.n.zone("")).Format("Mon 2006-01-02 15:04 MST")
	items, err := t.proofItems(ctx, shown)
	if err != nil {
		return p, err
	}
	p.Tip, p.TipID = items[0].Body, items[0].Tip
	var copied tips.Tip
	if err := json.Unmarshal(p.Tip, &copied); err != nil {
		return p, fmt.Errorf("read the copy of tip %s: %w", items[0].Tip, err)
	}
	if p.Digest, err = copied.TextDigest(); err != nil {
		return p, err
	}
	// On its date the tip isn't stale yet: a date: of that day is no fault.
	all := tips.Lint(t.n.Library.Tips(), t.n.Library.Faults(), tips.LintOptions{Today: date.String()})
	if shown.Note != "" {
		p.Findings = append(p.Findings, "warning: "+shown.Note)
	}
	for _, f := range tips.FaultsOf(shown.Tip, all) {
		p.Findings = append(p.Findings, f.Severity.String()+": "+f.String())
	}
	return p, nil
}

// proofItems copies what a date gets: the copy that stands, when readers in
// zones to the east have had theirs already.
func (t *tick) proofItems(ctx context.Context, choice Choice) ([]editions.Item, error) {
	if choice.Reason != Sent {
		return t.items(choice)
	}
	items, _, err := t.writeDown(ctx, choice.Date)
	if err == nil && len(items) == 0 {
		err = fmt.Errorf("the edition of %s has no tip", choice.Date)
	}
	return items, err
}
