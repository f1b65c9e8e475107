package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// ErrNoMail means that there's no such delivery or notice.
var ErrNoMail = errors.New("there is no such mail")

// Mail is what is known of a delivery or a notice, whatever became of it.
type Mail struct {
	Newsletter   string
	Subscriber   int64
	Subscription int64               // 0: the reader has none of that newsletter any more
	Kind         string              // of a notice; "": it's a delivery
	Email        subscribers.Address // "": they were erased
	OpenedAt     time.Time
}

// FindMail finds the mail with a key, or [ErrNoMail].
func (l *Ledger) FindMail(ctx context.Context, q store.Queryer, k Key) (m Mail, err error) {
	var opened int64
	var row *sql.Row
	if k.Notice != 0 {
		row = q.QueryRowContext(ctx, "SELECT newsletter, subscriber, subscription, kind, email, opened_at FROM notices WHERE id = $1", k.Notice)
	} else {
		row = q.QueryRowContext(ctx, `
			SELECT e.newsletter, d.subscriber, COALESCE(s.id, 0), '', COALESCE(p.email, ''), d.opened_at
			FROM deliveries d JOIN editions e ON e.id = d.edition
			LEFT JOIN subscribers p ON p.id = d.subscriber
			LEFT JOIN subscriptions s ON s.subscriber = d.subscriber AND s.newsletter = e.newsletter
			WHERE d.edition = $1 AND d.subscriber = $2`, k.Edition, k.Subscriber)
	}
	err = row.Scan(&m.Newsletter, &m.Subscriber, &m.Subscription, &m.Kind, &m.Email, &opened)
	if errors.Is(err, sql.ErrNoRows) {
		return m, ErrNoMail
	}
	if err != nil {
		return m, fmt.Errorf("find a mail: %w", err)
	}
	m.OpenedAt = store.Time(opened)
	return m, nil
}
