package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// Warning is something that will go wrong unless the operator does something.
type Warning struct {
	Newsletter string
	LocalDate  string // that it's about; "": none
	Subject    string
	Text       string
	To         subscribers.Address // "": the operator
}

// TellOnce tells the operator, or whom it names, of a warning, unless they were told
// before, by whatever node.
func (l *Ledger) TellOnce(ctx context.Context, now time.Time, w Warning) error {
	told, err := l.Told(ctx, w.Newsletter, w.LocalDate, w.Subject)
	if err == nil && !told {
		err = l.db.Write(ctx, func(tx *sql.Tx) error {
			n, err := affected(tx.ExecContext(ctx, "INSERT INTO warnings (newsletter, local_date, subject, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
				w.Newsletter, w.LocalDate, store.Text(w.Subject), store.Millis(now)))
			if err != nil || n == 0 { // another node was first
				return err
			}
			to := cmp.Or(w.To, l.alertTo)
			return l.tellOf(ctx, tx, now, to, Action{Kind: ActionAlert, Newsletter: w.Newsletter, LocalDate: w.LocalDate, Who: "dailytip", Detail: w.Subject}, w.Text)
		})
	}
	if err != nil {
		return fmt.Errorf("warn of what is ahead: %w", err)
	}
	return nil
}

// Told tells whether somebody was told of a warning, by whatever node. It takes no lock.
func (l *Ledger) Told(ctx context.Context, newsletter, date, subject string) (told bool, err error) {
	err = l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM warnings WHERE newsletter = $1 AND local_date = $2 AND subject = $3)",
		newsletter, date, store.Text(subject)).Scan(&told)
	if err != nil {
		return false, fmt.Errorf("look whether a warning was told: %w", err)
	}
	return told, nil
}

// Mended forgets that warnings of a newsletter that are about no date were told, by
// their subjects. What other nodes still warn of isn't the caller's to name.
func (l *Ledger) Mended(ctx context.Context, newsletter string, subjects []string) error {
	if len(subjects) == 0 {
		return nil
	}
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, subject := range subjects {
			if _, err := tx.ExecContext(ctx, "DELETE FROM warnings WHERE newsletter = $1 AND local_date = '' AND subject = $2", newsletter, store.Text(subject)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget warnings: %w", err)
	}
	return nil
}
