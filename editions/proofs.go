package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Proof is what an editor was shown of a date before its edition. It says what was
// planned then, and settles nothing.
type Proof struct {
	ID         int64 // what its links name
	Newsletter string
	LocalDate  string
	Tip        string    // its id
	Digest     string    // of the text
	To         string    // the editor's address
	ApprovedAt time.Time // by its link; zero: it wasn't
	SkippedAt  time.Time // its date, by its link
}

// ErrNoProof means that a proof isn't known.
var ErrNoProof = errors.New("there is no such proof")

// NoteProof notes that an editor is shown what a date will bring, and gives that a
// number. It returns 0 when it's no news: each date is shown once, whatever node or
// restart asks.
func (s *Editions) NoteProof(ctx context.Context, tx *sql.Tx, now time.Time, p Proof) (id int64, err error) {
	id = s.ids.New(now)
	n, err := affected(tx.ExecContext(ctx, `
		INSERT INTO proofs (newsletter, local_date, at, id, tip, digest, email) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		p.Newsletter, p.LocalDate, store.Millis(now), id, p.Tip, p.Digest, p.To))
	if err != nil {
		return 0, fmt.Errorf("note proof: %w", err)
	}
	if n == 0 {
		return 0, nil
	}
	return id, nil
}

// Proof returns the proof with a number, or [ErrNoProof].
func (s *Editions) Proof(ctx context.Context, id int64) (Proof, error) {
	p := Proof{ID: id}
	var approved, skipped int64
	err := s.db.Read().QueryRowContext(ctx, `
		SELECT newsletter, local_date, tip, digest, email, approved_at, skipped_at FROM proofs WHERE id = $1 AND id > 0`, id).
		Scan(&p.Newsletter, &p.LocalDate, &p.Tip, &p.Digest, &p.To, &approved, &skipped)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNoProof
	}
	if err != nil {
		return p, fmt.Errorf("read proof: %w", err)
	}
	p.ApprovedAt, p.SkippedAt = store.Time(approved), store.Time(skipped)
	return p, nil
}

// UseProof notes that a proof's link to approve was used, or the one to skip. It
// returns false when it was before.
func UseProof(ctx context.Context, tx *sql.Tx, now time.Time, id int64, skip bool) (first bool, err error) {
	use := "UPDATE proofs SET approved_at = $1 WHERE id = $2 AND approved_at = 0"
	if skip {
		use = "UPDATE proofs SET skipped_at = $1 WHERE id = $2 AND skipped_at = 0"
	}
	n, err := affected(tx.ExecContext(ctx, use, store.Millis(now), id))
	if err != nil {
		return false, fmt.Errorf("use a proof: %w", err)
	}
	return n > 0, nil
}
