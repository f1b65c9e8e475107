package editions

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Replanned is a date whose choice by the operator changes: from what it was to what it's
// then. The zero Choice is none.
type Replanned struct {
	LocalDate string
	From, To  Choice
}

// Back is what takes a change back.
func (r Replanned) Back() Replanned { return Replanned{r.LocalDate, r.To, r.From} }

// Replan changes what the operator chose for some dates, for all of them or for none. It
// refuses with [ErrChanged] when one isn't any more as the operator saw it, and with
// [ErrOpened] when the edition of one is there.
func (s *Editions) Replan(ctx context.Context, now time.Time, newsletter string, dates []Replanned) error {
	// Whoever else changes some of them takes them in the same order.
	inOrder := slices.SortedFunc(slices.Values(dates), func(a, b Replanned) int { return cmp.Compare(a.LocalDate, b.LocalDate) })
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		for _, d := range inOrder {
			if err := unchanged(ctx, tx, newsletter, d.LocalDate, &d.From); err != nil {
				return err
			}
			if d.To.Reason != "" {
				if err := s.PinIn(ctx, tx, now, newsletter, d.LocalDate, d.To.Tip); err != nil {
					return err
				}
				continue
			}
			if err := s.unopened(ctx, tx, newsletter, d.LocalDate); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "DELETE FROM pins WHERE newsletter = $1 AND local_date = $2", newsletter, d.LocalDate); err != nil {
				return fmt.Errorf("unpin: %w", err)
			}
		}
		return nil
	})
}
