package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
)

// Warning is something that will go wrong unless the operator does something.
type Warning struct {
	Newsletter string
	LocalDate  string // that it's about; "": none
	Subject    string
	Text       string
}

// TellOnce tells the operator of a warning, unless they were told before, by whatever
// node.
func (l *Ledger) TellOnce(ctx context.Context, now time.Time, w Warning) error {
	var told bool // looking takes no lock
	err := l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM warnings WHERE newsletter = $1 AND local_date = $2 AND subject = $3)",
		w.Newsletter, w.LocalDate, plain(w.Subject)).Scan(&told)
	if err == nil && !told {
		err = l.db.Write(ctx, func(tx *sql.Tx) error {
			n, err := affected(tx.ExecContext(ctx, "INSERT INTO warnings (newsletter, local_date, subject, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
				w.Newsletter, w.LocalDate, plain(w.Subject), store.Millis(now)))
			if err != nil || n == 0 { // another node was first
				return err
			}
			return l.tellOf(ctx, tx, now, Action{Kind: ActionAlert, Newsletter: w.Newsletter, LocalDate: w.LocalDate, Who: "dailytip", Detail: w.Subject}, w.Text)
		})
	}
	if err != nil {
		return fmt.Errorf("warn of what is ahead: %w", err)
	}
	return nil
}

// Mended forgets which warnings of a newsletter that are about no date were told, but
// those that still hold, by their subjects.
func (l *Ledger) Mended(ctx context.Context, newsletter string, holding []string) error {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT subject FROM warnings WHERE newsletter = $1 AND local_date = ''", newsletter)
	if err != nil {
		return fmt.Errorf("read warnings: %w", err)
	}
	told, err := texts(rows)
	if err != nil {
		return fmt.Errorf("read warnings: %w", err)
	}
	told = slices.DeleteFunc(told, func(s string) bool {
		return slices.ContainsFunc(holding, func(h string) bool { return plain(h) == s })
	})
	if len(told) == 0 {
		return nil
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, subject := range told {
			if _, err := tx.ExecContext(ctx, "DELETE FROM warnings WHERE newsletter = $1 AND local_date = '' AND subject = $2", newsletter, subject); err != nil {
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

// texts reads a column of texts.
func texts(rows *sql.Rows) (all []string, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}
