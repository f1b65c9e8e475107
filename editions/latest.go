package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dailytip/store"
)

// Latest returns the newest public content of a newsletter that its readers
// share, of a date before the one given ("": of any), or [ErrNoEdition].
func (s *Editions) Latest(ctx context.Context, q store.Queryer, newsletter, before string) (Content, error) {
	return newest(ctx, q, `
		SELECT c.id, c.edition, c.choice, c.reason, e.local_date FROM editions e JOIN contents c ON c.edition = e.id
		WHERE e.newsletter = $1 AND ($2 = '' OR e.local_date < $2) AND c.choice = 'daily' AND `+public+`
		ORDER BY e.local_date DESC LIMIT 1`, newsletter, before)
}

func newest(ctx context.Context, q store.Queryer, query string, args ...any) (c Content, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&c.ID, &c.Edition, &c.Choice, &c.Reason, &c.LocalDate)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNoEdition
	}
	if err != nil {
		return c, fmt.Errorf("read the last edition: %w", err)
	}
	return c, loadItems(ctx, q, &c)
}

// DailyTips are the tips that the readers of each of some editions share, by edition. A
// few hundred at a time: each is a parameter of one statement.
func (s *Editions) DailyTips(ctx context.Context, q store.Queryer, which []int64) (map[int64]string, error) {
	places, args := store.Listed(which)
	rows, err := q.QueryContext(ctx, `
		SELECT c.edition, MAX(t.tip) FROM contents c JOIN content_tips t ON t.content = c.id
		WHERE c.edition IN (`+places+`) AND c.choice = 'daily' GROUP BY c.edition`, args...)
	all, err := store.CollectMap(rows, err, func(rows *sql.Rows) (edition int64, tip string, err error) {
		err = rows.Scan(&edition, &tip)
		return edition, tip, err
	})
	if err != nil {
		return nil, fmt.Errorf("read tips of editions: %w", err)
	}
	return all, nil
}
