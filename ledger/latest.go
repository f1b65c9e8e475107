package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dailytip/store"
)

// Latest returns the newest public content of a newsletter that its readers
// share, of a date before the one given ("": of any), or [ErrNoEdition].
func (l *Ledger) Latest(ctx context.Context, q store.Queryer, newsletter, before string) (Content, error) {
	return l.newest(ctx, q, `
		SELECT c.id, c.edition, c.choice, c.reason, e.local_date FROM editions e JOIN contents c ON c.edition = e.id
		WHERE e.newsletter = $1 AND ($2 = '' OR e.local_date < $2) AND c.choice = 'daily' AND `+public+`
		ORDER BY e.local_date DESC LIMIT 1`, newsletter, before)
}

// LastOf returns what a reader was last sent of a newsletter, or [ErrNoEdition].
func (l *Ledger) LastOf(ctx context.Context, q store.Queryer, newsletter string, subscriber int64) (Content, error) {
	return l.newest(ctx, q, `
		SELECT c.id, c.edition, c.choice, c.reason, e.local_date FROM editions e
		JOIN deliveries d ON d.edition = e.id AND d.subscriber = $2 JOIN contents c ON c.id = d.content
		WHERE e.newsletter = $1 AND d.state = 'sent' AND e.state <> 'cancelled' ORDER BY e.local_date DESC LIMIT 1`, newsletter, subscriber)
}

func (l *Ledger) newest(ctx context.Context, q store.Queryer, query string, args ...any) (c Content, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&c.ID, &c.Edition, &c.Choice, &c.Reason, &c.LocalDate)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNoEdition
	}
	if err != nil {
		return c, fmt.Errorf("read the last edition: %w", err)
	}
	return c, l.loadItems(ctx, q, &c)
}

// HasDelivery tells whether a reader has their mail of a date, or will: another
// one of that date never comes.
func (l *Ledger) HasDelivery(ctx context.Context, q store.Queryer, newsletter, date string, subscriber int64) (has bool, err error) {
	err = q.QueryRowContext(ctx, sqlHasDelivery(l.db), subscriber, newsletter, date).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for a delivery: %w", err)
	}
	return has, nil
}

func sqlHasDelivery(db *store.DB) string {
	const is = "(SELECT id FROM editions WHERE newsletter = $2 AND local_date = $3)"
	return `
		SELECT EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = ` + is + ` AND d.subscriber = $1)
			OR EXISTS (SELECT 1 FROM ` + sqlListed(db, "b.edition = "+is+" AND "+ofReader) + ` AS listed)`
}
