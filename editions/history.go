package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Choice is the tip that a date got, or the operator chose for it.
type Choice struct {
	LocalDate string
	Tip       string // "" : no edition on that date (a skip), or nothing was left to send
	Reason    string
}

// History returns the tips of a newsletter's editions that all its readers
// share, by date. What a course reader got isn't in it.
func (s *Editions) History(ctx context.Context, newsletter string) ([]Choice, error) {
	return s.choices(ctx, `
		SELECT e.local_date, t.tip, c.reason FROM editions e
		JOIN contents c ON c.edition = e.id AND c.choice = 'daily'
		JOIN content_tips t ON t.content = c.id
		WHERE e.newsletter = $1 ORDER BY e.local_date`, newsletter)
}

// Pins returns what the operator chose for a newsletter's dates by command: a
// tip, or with the reason "skip" no edition.
func (s *Editions) Pins(ctx context.Context, newsletter string) ([]Choice, error) {
	return s.choices(ctx, "SELECT local_date, tip, action FROM pins WHERE newsletter = $1 ORDER BY local_date", newsletter)
}

func (s *Editions) choices(ctx context.Context, query, newsletter string) ([]Choice, error) {
	rows, err := s.db.Read().QueryContext(ctx, query, newsletter)
	choices, err := store.Collect(rows, err, func(rows *sql.Rows) (c Choice, err error) {
		err = rows.Scan(&c.LocalDate, &c.Tip, &c.Reason)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	return choices, nil
}

// ErrOpened means that an edition has been opened, and its tip stands.
var ErrOpened = errors.New("the edition of that date has been opened; what it sends can't be changed any more")

// ErrChanged means that a date hasn't got any more what the operator saw.
var ErrChanged = errors.New("what that date gets was changed meanwhile")

// Pin sets what a date gets: a tip, or no edition when tip is "". It replaces
// an earlier choice, and refuses with [ErrOpened] once the edition is there. seen is the
// choice that the operator knows of, the zero Choice when there is none: it refuses with
// [ErrChanged] to replace another one. nil: it replaces any.
func (s *Editions) Pin(ctx context.Context, now time.Time, newsletter, date, tip string, seen *Choice) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := unchanged(ctx, tx, newsletter, date, seen); err != nil {
			return err
		}
		return s.PinIn(ctx, tx, now, newsletter, date, tip)
	})
}

// PinIn is Pin in a transaction, whatever the date had.
func (s *Editions) PinIn(ctx context.Context, tx *sql.Tx, now time.Time, newsletter, date, tip string) error {
	if err := s.unopened(ctx, tx, newsletter, date); err != nil {
		return err
	}
	action := "pin"
	if tip == "" {
		action = "skip"
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO pins (newsletter, local_date, action, tip, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (newsletter, local_date) DO UPDATE SET action = excluded.action, tip = excluded.tip, created_at = excluded.created_at`,
		newsletter, date, action, tip, store.Millis(now))
	if err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	return nil
}

// Unpin takes the operator's choice for a date back, with seen and [ErrOpened] as
// [Editions.Pin] has them. It reports whether there was one.
func (s *Editions) Unpin(ctx context.Context, newsletter, date string, seen *Choice) (there bool, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := unchanged(ctx, tx, newsletter, date, seen); err != nil {
			return err
		}
		if err := s.unopened(ctx, tx, newsletter, date); err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, "DELETE FROM pins WHERE newsletter = $1 AND local_date = $2", newsletter, date))
		there = n > 0 && (seen == nil || seen.Reason != "")
		return err
	})
	return there, err
}

// unopened refuses with [ErrOpened] a date whose edition is there.
func (s *Editions) unopened(ctx context.Context, tx *sql.Tx, newsletter, date string) error {
	if _, err := s.Edition(ctx, tx, newsletter, date); !errors.Is(err, ErrNoEdition) {
		return errors.Join(err, ErrOpened)
	}
	return nil
}

// unchanged refuses with [ErrChanged] a date that hasn't got any more what the operator
// saw, and keeps it as it is until the transaction ends: whoever else changes it waits.
func unchanged(ctx context.Context, tx *sql.Tx, newsletter, date string, seen *Choice) error {
	if seen == nil {
		return nil
	}
	// A row that isn't there can be kept only by making it; what follows replaces it.
	var is Choice
	err := tx.QueryRowContext(ctx, `
		INSERT INTO pins (newsletter, local_date, action, tip, created_at) VALUES ($1, $2, '', '', 0)
		ON CONFLICT (newsletter, local_date) DO UPDATE SET tip = pins.tip RETURNING action, tip`, newsletter, date).Scan(&is.Reason, &is.Tip)
	if err != nil {
		return fmt.Errorf("read pin: %w", err)
	}
	if is.Reason != seen.Reason || is.Tip != seen.Tip {
		return ErrChanged
	}
	return nil
}
