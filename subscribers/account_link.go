package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// accountLife is how long the link to all that we hold on a reader works, and
// the page that it opens. It is mailed to them: every mail's own links may have
// been passed on with the mail.
const accountLife = time.Hour

// Account is one such link.
type Account struct {
	ID           int64
	Subscription int64
	EndsAt       time.Time
}

// NewAccount makes a link for who reads a subscription.
func (l *List) NewAccount(ctx context.Context, tx *sql.Tx, now time.Time, subscription int64) (Account, error) {
	a := Account{l.ids.New(now), subscription, now.Add(accountLife)}
	if _, err := tx.ExecContext(ctx, "DELETE FROM accounts WHERE ends_at <= $1", store.Millis(now)); err != nil {
		return a, fmt.Errorf("forget old account links: %w", err)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO accounts (id, subscription, ends_at) VALUES ($1, $2, $3)",
		a.ID, a.Subscription, store.Millis(a.EndsAt))
	if err != nil {
		return a, fmt.Errorf("make an account link: %w", err)
	}
	return a, nil
}

// Account returns what a token of a purpose names: a link that hasn't been used
// ([AccountLink]), or a page that one has opened ([AccountPage]). What is over,
// used, forged or erased is [ErrToken]; whose it was stands in the Account, if we
// still know.
func (l *List) Account(ctx context.Context, q store.Queryer, now time.Time, p Purpose, token string) (Account, error) {
	id, err := l.tokens.Check(p, token)
	if err != nil {
		return Account{}, err
	}
	a := Account{ID: id}
	var ends, opened int64
	err = q.QueryRowContext(ctx, "SELECT subscription, ends_at, opened_at FROM accounts WHERE id = $1", id).Scan(&a.Subscription, &ends, &opened)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrToken
	}
	if err != nil {
		return a, fmt.Errorf("read account link: %w", err)
	}
	if a.EndsAt = store.Time(ends); !a.EndsAt.After(now) || (opened != 0) != (p == AccountPage) {
		return a, ErrToken
	}
	return a, nil
}

// OpenAccount uses a link up; false: somebody was faster.
func (l *List) OpenAccount(ctx context.Context, tx *sql.Tx, now time.Time, id int64) (bool, error) {
	res, err := tx.ExecContext(ctx, "UPDATE accounts SET opened_at = $1 WHERE id = $2 AND opened_at = 0", store.Millis(now), id)
	if err != nil {
		return false, fmt.Errorf("open an account link: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
