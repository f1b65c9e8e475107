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
	all, err := l.countEach(ctx, q, []editions.Edition{e})
	if err != nil {
		return Counts{Edition: e}, err
	}
	return all[0], nil
}

// countedAtOnce is how many editions one statement counts.
const countedAtOnce = 100

// countEach counts editions, without their tips and votes.
func (l *Ledger) countEach(ctx context.Context, q store.Queryer, which []editions.Edition) ([]Counts, error) {
	all := make([]Counts, len(which))
	for i, e := range which {
		all[i].Edition = e
	}
	for some := range slices.Chunk(all, countedAtOnce) {
		if err := count(ctx, q, some); err != nil {
			return nil, fmt.Errorf("count deliveries: %w", err)
		}
	}
	return all, nil
}

// count fills in the numbers of some editions, in one statement, so that all of them are
// of the same instant.
func count(ctx context.Context, q store.Queryer, some []Counts) error {
	ids := editionsOf(some)
	places, args := store.Listed(ids)
	rows, err := q.QueryContext(ctx, sqlCount(places), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Reason
		var edition, second int64
		if err := rows.Scan(&edition, &r.State, &r.Code, &r.Enhanced, &r.Count, &second); err != nil {
			return err
		}
		some[slices.Index(ids, edition)].add(r, second)
	}
	for i := range some {
		c := &some[i]
		c.Pending = c.Due - c.Sent - c.Retry - c.Failed - c.InDoubt - c.Expired - c.Withdrawn
		slices.SortFunc(c.Reasons, func(a, b Reason) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.State, b.State), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Enhanced, b.Enhanced))
		})
	}
	return rows.Err()
}

func editionsOf(some []Counts) []int64 {
	ids := make([]int64, len(some))
	for i, c := range some {
		ids[i] = c.Edition.ID
	}
	return ids
}

func sqlCount(places string) string {
	these := "edition IN (" + places + ")"
	return `
	SELECT edition, '', 0, '', CAST(SUM(opened) AS BIGINT), CAST(SUM(sent) AS BIGINT) FROM counters WHERE ` + these + ` GROUP BY edition
	UNION ALL
	SELECT edition, state, code, enhanced, CAST(SUM(n) AS BIGINT), CAST(SUM(doubted) AS BIGINT) FROM (
		SELECT edition, state, code, enhanced, COUNT(*) AS n, SUM(CASE WHEN doubts > 0 THEN 1 ELSE 0 END) AS doubted
		FROM deliveries WHERE ` + these + ` AND ` + other + ` GROUP BY edition, state, code, enhanced
		UNION ALL
		SELECT edition, state, code, enhanced, deliveries, doubted FROM past_deliveries WHERE ` + these + `
	) AS ended GROUP BY edition, state, code, enhanced`
}

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
	all, err := store.Collect(rows, err, func(rows *sql.Rows) (d Doubt, err error) {
		err = rows.Scan(&d.LocalDate, &d.Mails)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read mails in doubt: %w", err)
	}
	return all, nil
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
	for some := range slices.Chunk(all, countedAtOnce) {
		ids := editionsOf(some)
		tips, err := l.editions.DailyTips(ctx, q, ids)
		if err != nil {
			return nil, err
		}
		votes, err := l.editions.TallyEach(ctx, q, ids)
		if err != nil {
			return nil, err
		}
		for i, id := range ids {
			some[i].Tip, some[i].Votes = tips[id], votes[id]
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

// ReplyOf returns what was said to one of the deliveries that a reason is of.
func (l *Ledger) ReplyOf(ctx context.Context, e editions.Edition, r Reason) (reply string, err error) {
	err = l.db.Read().QueryRowContext(ctx, sqlReplyOf, e.ID, string(r.State), r.Code, r.Enhanced).Scan(&reply)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // it may have changed since
		return "", fmt.Errorf("read reply: %w", err)
	}
	return reply, nil
}

const sqlReplyOf = `SELECT reply FROM deliveries WHERE edition = $1 AND ` + other + ` AND state = $2 AND code = $3 AND enhanced = $4 LIMIT 1`
