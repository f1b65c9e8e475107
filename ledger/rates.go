package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// ratesTime is for how long after it was opened an edition's rates are watched.
const ratesTime = 7 * 24 * time.Hour

// fewBounces are never worth an alert: in a small list they are a high rate.
const fewBounces = 3

// Rates are how much of an edition came back.
type Rates struct {
	editions.Edition
	Opened     int64 // mails
	Bounces    int64 // addresses of which a server said that there are none, but for those held back
	Complaints int64
}

// TellRates tells the operator of an edition of which more than a percentage of the
// mails came back for good, or were called spam, once for each edition and kind. 0 is
// no bound.
func (l *Ledger) TellRates(ctx context.Context, now time.Time, bounces, complaints float64) error {
	rates, err := l.Rates(ctx, now.Add(-ratesTime))
	if err != nil {
		return err
	}
	for _, r := range rates {
		if over(r.Bounces, r.Opened, bounces) && r.Bounces >= fewBounces {
			err = l.tellRate(ctx, now, r, ActionBounces, r.Bounces, "came back for good", bounces)
		}
		if err == nil && over(r.Complaints, r.Opened, complaints) {
			err = l.tellRate(ctx, now, r, ActionComplaints, r.Complaints, "were called spam", complaints)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func over(n, of int64, percent float64) bool {
	return percent > 0 && of > 0 && float64(n)*100 > percent*float64(of)
}

// Rates returns how much came back of the editions that were opened since an instant
// and of which anything did. What is held back is told by itself.
func (l *Ledger) Rates(ctx context.Context, since time.Time) (all []Rates, err error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT e.id, e.newsletter, e.local_date, (SELECT COALESCE(SUM(c.opened), 0) FROM counters c WHERE c.edition = e.id), b.hard, b.complaints
		FROM editions e JOIN (
			SELECT edition, COUNT(DISTINCT CASE WHEN class = 'hard' THEN subscriber END) AS hard,
				COUNT(DISTINCT CASE WHEN class = 'complaint' AND reason <> 'unsubscribe' THEN subscriber END) AS complaints
			FROM bounces WHERE edition > 0 AND edition IN (SELECT id FROM editions WHERE opened_at > $1) AND class IN ('hard', 'complaint') AND decision NOT IN ('undone', 'held back')
			GROUP BY edition) b ON b.edition = e.id`, store.Millis(since))
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (r Rates, err error) {
		err = rows.Scan(&r.ID, &r.Newsletter, &r.LocalDate, &r.Opened, &r.Bounces, &r.Complaints)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("count what came back: %w", err)
	}
	return all, nil
}

func (l *Ledger) tellRate(ctx context.Context, now time.Time, r Rates, kind string, n int64, what string, bound float64) error {
	told := func(q store.Queryer) (is bool, err error) {
		err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM actions WHERE newsletter = $1 AND local_date = $2 AND kind = $3)",
			r.Newsletter, r.LocalDate, kind).Scan(&is)
		return is, err
	}
	if is, err := told(l.db.Read()); err != nil || is {
		return err
	}
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		if is, err := told(tx); err != nil || is { // another node was first
			return err
		}
		subject := fmt.Sprintf("%.1f %% of the mails of %s %s", float64(n)*100/float64(r.Opened), r.LocalDate, what)
		return l.tellOf(ctx, tx, now, l.alertTo, Action{Kind: kind, Newsletter: r.Newsletter, LocalDate: r.LocalDate, Deliveries: n, Who: "dailytip", Detail: subject}, fmt.Sprintf(
			"Of %d mails of %s's edition of %s, %d %s: more than %g %%. Large receivers take\n"+
				"less mail from who passes such a bound. dailytip bounces list and dailytip status show\n"+
				"what came back, and from where.\n", r.Opened, r.Newsletter, r.LocalDate, n, what, bound))
	})
}
