package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"dailytip/editions"
	"dailytip/store"
	"dailytip/subscribers"
)

// Job is a mail that has been claimed: from here on, until its outcome is
// recorded, it may be on the wire.
type Job struct {
	Key          Key
	Kind         string // "" for a delivery, else the notice's kind
	Newsletter   string
	LocalDate    string
	Content      int64
	Subscription int64
	Email        subscribers.Address
	Name         string
	Language     string
	Detail       string // what the kind of notice needs besides, see [Notice]
	OpenedAt     time.Time
	ExpiresAt    time.Time
	Attempts     int    // this one included
	Doubts       int    // attempts before this one whose reply was never seen
	Refused      string // the codes it had failed with when somebody had it sent again, as [Reply.Codes]; "": it had not
	Owner        string // the node that has claimed it
	Probe        bool   // it tries for all that a pause holds: its reply ends the pause or prolongs it
}

// Claiming says how much to claim, and for whom.
type Claiming struct {
	Owner string // this node
	Limit int    // at most; 0 or less: none
}

// Exchange records outcomes and claims new work in one transaction, so that a
// page of mails costs one commit. Notices come before deliveries. What is paused
// yields one mail, as a probe, each time its probe is due.
func (l *Ledger) Exchange(ctx context.Context, now time.Time, outcomes []Outcome, c Claiming) (jobs []Job, err error) {
	err = l.write(ctx, func(tx *sql.Tx) (err error) {
		ctx := uninterrupted(ctx, l.db)
		if err := l.recorder(tx, now).record(ctx, outcomes, c.Owner); err != nil {
			return err
		}
		jobs, err = l.claim(ctx, tx, now, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("exchange with ledger: %w", err)
	}
	return jobs, nil
}

// claim takes notices and deliveries, up to the limit.
func (l *Ledger) claim(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming) ([]Job, error) {
	if c.Limit <= 0 {
		return nil, nil
	}
	w, err := l.nextWork(ctx, tx, now, 0)
	if err != nil || !w.notices && w.ID == 0 {
		return nil, err
	}
	var p paused
	if w.paused {
		if p, err = l.takeProbes(ctx, tx, now); err != nil {
			return nil, err
		}
	}
	if p.all && !p.probeAll {
		return nil, nil
	}
	if p.all {
		c.Limit = 1
	}
	// A claim lasts as long as its node is known to be alive, which this says.
	if err := l.seen(ctx, tx, now, c.Owner); err != nil {
		return nil, err
	}
	var jobs []Job
	if w.notices {
		if jobs, err = l.claimNotices(ctx, tx, now, c, p); err != nil {
			return nil, err
		}
	}
	if jobs, err = l.claimDeliveries(ctx, tx, now, c, p, w, jobs); err != nil {
		return nil, err
	}
	for i := range jobs {
		jobs[i].Owner, jobs[i].Probe = c.Owner, jobs[i].Probe || p.all
	}
	return jobs, nil
}

// claimDeliveries adds to jobs, up to the limit, edition by edition.
func (l *Ledger) claimDeliveries(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, p paused, w work, jobs []Job) (_ []Job, err error) {
	for w.ID != 0 && len(jobs) < c.Limit {
		limit := c.Limit
		_, isPaused := p.scopes[w.Newsletter]
		if isPaused {
			limit = min(limit, len(jobs)+1)
		}
		before := len(jobs)
		if p.lets(w) {
			if jobs, err = l.claimEdition(ctx, tx, now, c.Owner, w.Edition, limit, jobs); err != nil {
				return nil, err
			}
		}
		if isPaused && len(jobs) > before {
			jobs[before].Probe, p.scopes[w.Newsletter] = true, false
		}
		if len(jobs) < c.Limit {
			if w, err = l.nextWork(ctx, tx, now, w.ID); err != nil {
				return nil, err
			}
		}
	}
	return jobs, nil
}

// mostWithdrawn bounds how many deliveries of readers who aren't active any more
// one transaction looks at.
const mostWithdrawn = 2_500

// claimEdition claims an edition's deliveries, and withdraws those of readers who
// aren't active any more (P5).
func (l *Ledger) claimEdition(ctx context.Context, tx *sql.Tx, now time.Time, owner string, e editions.Edition, limit int, jobs []Job) ([]Job, error) {
	for withdrawn := 0; len(jobs) < limit && withdrawn < mostWithdrawn; {
		want := limit - len(jobs)
		before := len(jobs)
		var gone map[Key]string
		var err error
		if jobs, gone, err = l.readReady(ctx, tx, now, e, want, jobs); err != nil {
			return nil, fmt.Errorf("claim deliveries: %w", err)
		}
		page := jobs[before:]
		if err := l.mark(ctx, tx, owner, page); err != nil {
			return nil, fmt.Errorf("claim deliveries: %w", err)
		}
		for key, state := range gone {
			_, err := l.endUnsent(ctx, tx, now, "UPDATE deliveries "+setUnsent(Withdrawn, "CAST($3 AS TEXT)")+", done_at = $4 WHERE edition = $1 AND subscriber = $2"+returningUnsent,
				key.Edition, key.Subscriber, "the reader was "+state+" before it was sent", store.Millis(now))
			if err != nil {
				return nil, fmt.Errorf("withdraw delivery: %w", err)
			}
		}
		withdrawn += len(gone)
		if len(page)+len(gone) < want {
			break
		}
	}
	return jobs, nil
}

// isReady is what makes a delivery or a notice free to claim at an instant ($1).
// Of deliveries it's asked with done_at = 0, which is what their index holds.
const (
	waits   = "state IN ('pending', 'retry')"
	isReady = waits + " AND next_at <= $1 AND expires_at > $1"
)

// sqlReady reads what is to be sent next of an edition, with what sending needs
// to know of the readers. On PostgreSQL it locks the rows: what another node has
// just claimed is skipped, or looked at again, so that nobody gets a row twice.
func sqlReady(db *store.DB) string {
	return `
		SELECT d.subscriber, d.content, d.attempts + 1, d.doubts, d.refused, d.opened_at, d.expires_at,
			COALESCE(p.email, ''), COALESCE(p.name, ''), COALESCE(p.language, ''), COALESCE(s.id, 0),
			CASE WHEN s.state = 'active' THEN '' ELSE COALESCE(s.state, 'erased') END
		FROM deliveries d
		LEFT JOIN subscribers p ON p.id = d.subscriber
		LEFT JOIN subscriptions s ON s.subscriber = d.subscriber AND s.newsletter = $3
		WHERE d.edition = $2 AND d.done_at = 0 AND d.state IN ('pending', 'retry') AND d.next_at <= $1 AND d.expires_at > $1
		ORDER BY d.next_at, d.subscriber LIMIT $4` + db.SkipLocked("d")
}

// readReady adds to jobs the next deliveries of an edition, and returns apart from them
// those of readers who are gone, with what they are.
func (l *Ledger) readReady(ctx context.Context, tx *sql.Tx, now time.Time, e editions.Edition, limit int, jobs []Job) (_ []Job, gone map[Key]string, err error) {
	rows, err := l.statements.Query(ctx, tx, sqlReady(l.db), store.Millis(now), e.ID, e.Newsletter, limit)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	jobs = slices.Grow(jobs, limit)
	for rows.Next() {
		j := Job{Newsletter: e.Newsletter, LocalDate: e.LocalDate, Key: Key{Edition: e.ID}}
		var opened, expires int64
		var state string
		err := rows.Scan(&j.Key.Subscriber, &j.Content, &j.Attempts, &j.Doubts, &j.Refused, &opened, &expires, &j.Email, &j.Name, &j.Language, &j.Subscription, &state)
		if err != nil {
			return nil, nil, err
		}
		j.OpenedAt, j.ExpiresAt = store.Time(opened), store.Time(expires)
		if state == "" {
			jobs = append(jobs, j)
			continue
		}
		if gone == nil {
			gone = map[Key]string{}
		}
		gone[j.Key] = state
	}
	return jobs, gone, rows.Err()
}

// sqlMark says who sends some deliveries of an edition. PostgreSQL gets an array,
// since its planner knows how long that is: of a list in JSON it expects a hundred
// numbers, and reads the whole table of a small list for each mail. It asks for no state:
// this transaction holds the rows, or SQLite's write lock, since it read them.
func sqlMark(db *store.DB) string {
	some := "IN (SELECT value FROM json_each($3))"
	if db.Postgres() {
		some = "= ANY($3)"
	}
	return "UPDATE deliveries SET state = 'sending', owner = $1 WHERE edition = $2 AND subscriber " + some
}

func (l *Ledger) mark(ctx context.Context, tx *sql.Tx, owner string, page []Job) error {
	if len(page) == 0 {
		return nil
	}
	readers := make([]int64, len(page))
	for i, j := range page {
		readers[i] = j.Key.Subscriber
	}
	var list any = readers
	if !l.db.Postgres() {
		asJSON, err := json.Marshal(readers)
		if err != nil {
			return err
		}
		list = string(asJSON)
	}
	_, err := l.statements.Exec(ctx, tx, sqlMark(l.db), owner, page[0].Key.Edition, list)
	return err
}
