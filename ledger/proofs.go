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
	Languages  []string            `json:"-"` // a mail for each; "": the newsletter's own
	DueAt      time.Time           `json:"-"` // an edition that is out needs no proof any more

	LocalDate string          `json:"date"` // YYYY-MM-DD
	Due       string          `json:"due"`  // DueAt for a person
	Reason    string          `json:"reason"`
	Findings  []string        `json:"findings"` // of lint, a line each
	Tip       json.RawMessage `json:"tip"`
}

// EnqueueProof writes the notices of a proof, once for a newsletter's date
// whatever node or restart asks. It reports whether it did.
func (l *Ledger) EnqueueProof(ctx context.Context, now time.Time, p ProofOf) (done bool, err error) {
	detail, err := json.Marshal(p)
	if err != nil {
		return false, fmt.Errorf("enqueue proof: %w", err)
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		if done, err = editions.NoteProof(ctx, tx, now, p.Newsletter, p.LocalDate); err != nil || !done {
			return err
		}
		for _, language := range p.Languages {
			err := l.Enqueue(ctx, tx, now, Notice{
				Kind: Proof, Newsletter: p.Newsletter, Email: p.To, Language: language,
				Detail: store.Text(string(detail)), ExpiresAt: p.DueAt,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return done && err == nil, err
}
