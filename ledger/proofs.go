package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/store"
	"dailytip/subscribers"
)

// ProofOf is an edition that isn't opened yet, as an editor is shown it. The
// tip is a copy: it says what was planned when the proof was made, and settles
// nothing.
type ProofOf struct {
	Newsletter string              `json:"-"`
	To         subscribers.Address `json:"-"`
	DueAt      time.Time           `json:"-"` // an edition that is out needs no proof any more
	TipID      string              `json:"-"`
	Digest     string              `json:"-"` // of the tip's text

	LocalDate string          `json:"date"` // YYYY-MM-DD
	Due       string          `json:"due"`  // DueAt for a person
	Reason    string          `json:"reason"`
	Findings  []string        `json:"findings"` // of lint, a line each
	Tip       json.RawMessage `json:"tip"`

	// Approve: the newsletter sends approved texts only. Approved: this is one. Else
	// Instead is what goes out in its place; "": nothing.
	Approve  bool   `json:"approve,omitempty"`
	Approved bool   `json:"approved,omitempty"`
	Instead  string `json:"instead,omitempty"`

	// Opened: readers in zones to the east have had it.
	Opened bool `json:"opened,omitempty"`

	// Number is what its links name. EnqueueProof fills it in; 0: it has no links.
	Number int64 `json:"number,omitempty"`
}

// EnqueueProof writes the notice of a proof, once for a newsletter's date
// whatever node or restart asks. It reports whether it did.
func (l *Ledger) EnqueueProof(ctx context.Context, now time.Time, p ProofOf) (done bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		p.Number, err = l.editions.NoteProof(ctx, tx, now, editions.Proof{
			Newsletter: p.Newsletter, LocalDate: p.LocalDate, Tip: p.TipID, Digest: p.Digest, To: string(p.To),
		})
		if done = p.Number != 0; err != nil || !done {
			return err
		}
		detail, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("enqueue proof: %w", err)
		}
		return l.Enqueue(ctx, tx, now, Notice{
			Kind: Proof, Newsletter: p.Newsletter, Email: p.To, Detail: store.Text(string(detail)), ExpiresAt: p.DueAt,
		})
	})
	return done && err == nil, err
}

// AnswerProof does what a proof's link to approve says, or the one to skip its date.
// It returns false when that link was used before, and [editions.ErrOpened] for a date
// whose edition is there.
func (l *Ledger) AnswerProof(ctx context.Context, now time.Time, p editions.Proof, skip bool) (first bool, err error) {
	who := "by the proof of " + p.To
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		if first, err = editions.UseProof(ctx, tx, now, p.ID, skip); err != nil || !first {
			return err
		}
		if !skip {
			_, err = l.approve(ctx, tx, editions.Approval{Newsletter: p.Newsletter, Tip: p.Tip, Digest: p.Digest, At: now, Who: who}, p.LocalDate)
			return err
		}
		if err := l.editions.PinIn(ctx, tx, now, p.Newsletter, p.LocalDate, ""); err != nil {
			return err
		}
		_, err = l.note(ctx, tx, now, Action{Kind: ActionSkip, Newsletter: p.Newsletter, LocalDate: p.LocalDate, Who: who, Detail: p.Tip})
		return err
	})
	return first && err == nil, err
}
