package editions

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// Approval is an editor's word that a text may go out: a tip's, in all languages that
// it's sent in. An edited text has another digest, and no approval.
type Approval struct {
	Newsletter string
	Tip        string // its id
	Digest     string
	At         time.Time
	Who        string // user@host, or what the caller knows of them
}

// Approvals returns what is approved in a newsletter.
func (s *Editions) Approvals(ctx context.Context, newsletter string) ([]Approval, error) {
	rows, err := s.db.Read().QueryContext(ctx, "SELECT tip, digest, at, who FROM approvals WHERE newsletter = $1 ORDER BY tip, at", newsletter)
	all, err := store.Collect(rows, err, func(rows *sql.Rows) (a Approval, err error) {
		var at int64
		err = rows.Scan(&a.Tip, &a.Digest, &at, &a.Who)
		a.Newsletter, a.At = newsletter, store.Time(at)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	return all, nil
}

// Approve writes an approval down, and tells whether it's news.
func Approve(ctx context.Context, tx *sql.Tx, a Approval) (isNew bool, err error) {
	n, err := affected(tx.ExecContext(ctx, "INSERT INTO approvals (newsletter, tip, digest, at, who) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		a.Newsletter, a.Tip, a.Digest, store.Millis(a.At), store.Text(a.Who)))
	if err != nil {
		return false, fmt.Errorf("approve: %w", err)
	}
	return n > 0, nil
}

// Unapprove takes back all approvals of a tip, and tells whether there were any.
func Unapprove(ctx context.Context, tx *sql.Tx, newsletter, tip string) (there bool, err error) {
	n, err := affected(tx.ExecContext(ctx, "DELETE FROM approvals WHERE newsletter = $1 AND tip = $2", newsletter, tip))
	if err != nil {
		return false, fmt.Errorf("take back an approval: %w", err)
	}
	return n > 0, nil
}
