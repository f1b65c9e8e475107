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

// proof enqueues the mails that show an editor the editions to come. It settles
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
	choice, err := t.choose(ctx, date)
	if err != nil || choice.Tip.ID == "" {
		return err
	}
	p := ledger.ProofOf{Newsletter: t.n.ID, To: t.n.Proof.To, LocalDate: date.String(), Reason: choice.Reason}
	p.DueAt, _ = t.n.own().Due(date)
	p.Due = p.DueAt.In(t.n.zone("")).Format("Mon 2006-01-02 15:04 MST")
	items, err := t.proofItems(ctx, choice)
	if err != nil {
		return err
	}
	p.Tip = items[0].Body
	var copied tips.Tip
	if err := json.Unmarshal(p.Tip, &copied); err != nil {
		return fmt.Errorf("read the copy of tip %s: %w", items[0].Tip, err)
	}
	p.Languages = []string{""}
	for _, tr := range copied.Translations {
		p.Languages = append(p.Languages, tr.Language)
	}
	// On its date the tip isn't stale yet: a date: of that day is no fault.
	all := tips.Lint(t.n.Library.Tips(), t.n.Library.Faults(), tips.LintOptions{Today: date.String()})
	if choice.Note != "" {
		p.Findings = append(p.Findings, "warning: "+choice.Note)
	}
	for _, f := range tips.FaultsOf(choice.Tip, all) {
		p.Findings = append(p.Findings, f.Severity.String()+": "+f.String())
	}
	done, err := t.Ledger.EnqueueProof(ctx, t.now, p)
	if err != nil {
		return err
	}
	t.proofed[[2]string{t.n.ID, p.LocalDate}] = true // spares the next ticks the question
	if done {
		t.Log.Info("the editor is shown an edition", "newsletter", t.n.ID, "date", p.LocalDate, "tip", choice.Tip.ID, "mails", len(p.Languages))
		if t.Opened != nil {
			t.Opened()
		}
	}
	return nil
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
