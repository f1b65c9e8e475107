package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"dailytip/editions"
	"dailytip/store"
)

// Counts are an edition's deliveries by state.
type Counts struct {
	Edition       editions.Edition
	Tip           string // the daily content's tip; "": it has none
	Due           int64  // all of them
	Pending       int64  // those being sent included
	Sent          int64
	Retry         int64
	Failed        int64
	InDoubt       int64
	ResentInDoubt int64 // sent again, or to be, since a reply was never seen
	Expired       int64
	Votes         editions.Tally // on all its tips
	Withdrawn     int64          // the reader left first, or the edition was cancelled
	Reasons       []Reason       // of those in Retry, Failed, InDoubt, Expired and Withdrawn; most common first
}

// Reason is how many deliveries are in a state for the same cause.
type Reason struct {
	State    State
	Code     int    // of the relay's last reply; 0: it gave none
	Enhanced string // RFC 3463, or ""
	Count    int64
}

// Open tells whether something of the edition is still to be sent.
func (c Counts) Open() bool { return c.Pending+c.Retry > 0 }

// other is what the index deliveries_other holds; a query that means it has to
// say it in these words.
const other = `(state <> 'pending' AND state <> 'sending' AND state <> 'sent' OR doubts > 0)`

// Count counts one edition's deliveries, those included that are kept no longer. It
// costs as much as there are deliveries that went another way than straight to sent,
// however many there are in all.
func (l *Ledger) Count(ctx context.Context, q store.Queryer, e editions.Edition) (Counts, error) {
	c := Counts{Edition: e}
	// One statement, so that both halves show the same instant.
	rows, err := q.QueryContext(ctx, sqlCount, e.ID)
	if err != nil {
		return c, fmt.Errorf("count deliveries: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Reason
		var second int64
		if err := rows.Scan(&r.State, &r.Code, &r.Enhanced, &r.Count, &second); err != nil {
			return c, fmt.Errorf("count deliveries: %w", err)
		}
		c.add(r, second)
	}
	c.Pending = c.Due - c.Sent - c.Retry - c.Failed - c.InDoubt - c.Expired - c.Withdrawn
	slices.SortFunc(c.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.State, b.State), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Enhanced, b.Enhanced))
	})
	return c, rows.Err()
}

const sqlCount = `
	SELECT '', 0, '', COALESCE(SUM(opened), 0), COALESCE(SUM(sent), 0) FROM counters WHERE edition = $1
	UNION ALL
	SELECT state, code, enhanced, CAST(SUM(n) AS BIGINT), CAST(SUM(doubted) AS BIGINT) FROM (
		SELECT state, code, enhanced, COUNT(*) AS n, SUM(CASE WHEN doubts > 0 THEN 1 ELSE 0 END) AS doubted
		FROM deliveries WHERE edition = $1 AND ` + other + ` GROUP BY state, code, enhanced
		UNION ALL
		SELECT state, code, enhanced, deliveries, doubted FROM past_deliveries WHERE edition = $1
	) AS ended GROUP BY state, code, enhanced`

// add takes a row of [Ledger.Count]: the sums of all deliveries, or a reason
// with how many of its deliveries have been in doubt.
func (c *Counts) add(r Reason, second int64) {
	if r.State == "" {
		c.Due, c.Sent = r.Count, second
		return
	}
	if r.State != InDoubt {
		c.ResentInDoubt += second
	}
	n := map[State]*int64{Retry: &c.Retry, Failed: &c.Failed, InDoubt: &c.InDoubt, Expired: &c.Expired, Withdrawn: &c.Withdrawn}[r.State]
	if n == nil { // was in doubt once, and is counted among all
		return
	}
	*n += r.Count
	c.Reasons = append(c.Reasons, r)
}

// Recent counts the newest editions, newest first.
func (l *Ledger) Recent(ctx context.Context, limit int) ([]Counts, error) {
	newest, err := l.editions.Newest(ctx, l.db.Read(), limit)
	if err != nil {
		return nil, err
	}
	return l.CountAll(ctx, newest)
}

// RecentOf is Recent for one newsletter.
func (l *Ledger) RecentOf(ctx context.Context, newsletter string, limit int) ([]Counts, error) {
	newest, err := l.editions.After(ctx, l.db.Read(), newsletter, "", "", limit)
	if err != nil {
		return nil, err
	}
	return l.CountAll(ctx, newest)
}

// Doubt is how many mails of an edition are in doubt.
type Doubt struct {
	LocalDate string
	Mails     int64
}

// Doubts are the mails in doubt of a newsletter's newest editions, newest first.
func (l *Ledger) Doubts(ctx context.Context, newsletter string, newest int) ([]Doubt, error) {
	rows, err := l.db.Read().QueryContext(ctx, sqlDoubts, newsletter, newest)
	if err != nil {
		return nil, fmt.Errorf("read mails in doubt: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Doubt
	for rows.Next() {
		var d Doubt
		if err := rows.Scan(&d.LocalDate, &d.Mails); err != nil {
			return nil, fmt.Errorf("read mails in doubt: %w", err)
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

const sqlDoubts = `
	SELECT local_date, mails FROM (
		SELECT e.local_date, (SELECT COUNT(*) FROM deliveries WHERE edition = e.id AND ` + other + ` AND state = 'in_doubt') AS mails
		FROM editions e WHERE e.newsletter = $1 ORDER BY e.local_date DESC LIMIT $2) AS newest
	WHERE mails > 0 ORDER BY local_date DESC`

// CountAll counts editions, and reads their tips and votes.
func (l *Ledger) CountAll(ctx context.Context, which []editions.Edition) ([]Counts, error) {
	q := l.db.Read()
	all, err := l.countEach(ctx, q, which)
	if err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		err := q.QueryRowContext(ctx, `
			SELECT COALESCE(MAX(t.tip), '') FROM contents c JOIN content_tips t ON t.content = c.id
			WHERE c.edition = $1 AND c.choice = 'daily'`, c.Edition.ID).Scan(&c.Tip)
		if err != nil {
			return nil, fmt.Errorf("read tip of edition: %w", err)
		}
		if c.Votes, err = l.editions.Tally(ctx, q, c.Edition.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// CountSince counts the editions of a local date (YYYY-MM-DD) and later, newest
// first, without their tips and votes.
func (l *Ledger) CountSince(ctx context.Context, date string) ([]Counts, error) {
	since, err := l.editions.Since(ctx, l.db.Read(), date)
	if err != nil {
		return nil, err
	}
	return l.countEach(ctx, l.db.Read(), since)
}

func (l *Ledger) countEach(ctx context.Context, q store.Queryer, which []editions.Edition) ([]Counts, error) {
	all := make([]Counts, 0, len(which))
	for _, e := range which {
		c, err := l.Count(ctx, q, e)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// ReplyOf returns what was said to one of the deliveries that a reason is of.
func (l *Ledger) ReplyOf(ctx context.Context, e editions.Edition, r Reason) (reply string, err error) {
	err = l.db.Read().QueryRowContext(ctx, sqlReplyOf, e.ID, string(r.State), r.Code, r.Enhanced).Scan(&reply)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // it may have changed since
		return "", fmt.Errorf("read reply: %w", err)
	}
	return reply, nil
}

const sqlReplyOf = `SELECT reply FROM deliveries WHERE edition = $1 AND ` + other + ` AND state = $2 AND code = $3 AND enhanced = $4 LIMIT 1`
