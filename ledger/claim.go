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
	Detail       string // of an alert
	OpenedAt     time.Time
	ExpiresAt    time.Time
	Attempts     int // this one included
	Probe        bool

	row   int64   // the delivery's number
	claim claimed // that it is in
	owner string  // of the claim
	batch *batch  // of a delivery that has no row yet
}

// Claiming says how much to claim, and for whom.
type Claiming struct {
	Owner string        // this node
	Lease time.Duration // after it, others may take a claim for lost
	Limit int           // at most; 0 or less: none
	// Ahead says that what is claimed isn't sent before a later Exchange has it
	// in Begin.
	Ahead bool
	Begin []Job // claimed ahead, and to be sent now
}

// Exchange records outcomes and claims new work in one transaction, so that a
// page of mails costs one commit. Notices come before deliveries, and what is
// tried again before what was opened since. What is paused yields one mail, as a
// probe, each time its probe is due.
func (l *Ledger) Exchange(ctx context.Context, now time.Time, outcomes []Outcome, c Claiming) ([]Job, error) {
	jobs, records, err := l.exchange(ctx, now, outcomes, c, false)
	if errors.Is(err, errHasRow) {
		jobs, records, err = l.exchange(ctx, now, outcomes, c, true)
	}
	if err != nil {
		l.batches.clear()
		return nil, fmt.Errorf("exchange with ledger: %w", err)
	}
	l.taken.settle(jobs, records.ended)
	l.known.learn(records.courses)
	return jobs, nil
}

func (l *Ledger) exchange(ctx context.Context, now time.Time, outcomes []Outcome, c Claiming, alone bool) (jobs []Job, records *recorder, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) (err error) {
		records = l.recorder(tx, now, c.Owner)
		records.alone = alone
		if err := records.recordAll(ctx, outcomes); err != nil {
			return err
		}
		if err := begin(ctx, tx, c.Begin); err != nil {
			return err
		}
		jobs, err = l.claim(ctx, tx, now, c)
		return err
	})
	return jobs, records, err
}

func (l *Ledger) claim(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming) ([]Job, error) {
	if c.Limit <= 0 {
		return nil, nil
	}
	work, err := l.lookForWork(ctx, tx, now, 0)
	if err != nil {
		return nil, err
	}
	held := held{}
	if work.paused {
		if held, err = l.heldNow(ctx, tx, now); err != nil {
			return nil, err
		}
	}
	if held.all && !held.probeAll {
		return nil, nil
	}
	if held.all {
		c.Limit = 1
	}
	var jobs []Job
	if work.notices {
		if jobs, err = l.claimNotices(ctx, tx, now, c, held); err != nil {
			return nil, err
		}
	}
	if jobs, err = l.claimDeliveries(ctx, tx, now, c, held, work, jobs); err != nil {
		return nil, err
	}
	for i := range jobs {
		jobs[i].Probe = jobs[i].Probe || held.all
	}
	return jobs, nil
}

// claimDeliveries adds to jobs, up to the limit, edition by edition.
func (l *Ledger) claimDeliveries(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, held held, w work, jobs []Job) (_ []Job, err error) {
	for w.ID != 0 && len(jobs) < c.Limit {
		limit := c.Limit
		probe, paused := held.scopes[w.Newsletter]
		if paused {
			limit = min(limit, len(jobs)+1)
		}
		before := len(jobs)
		if w.State == EditionOpen && (probe || !paused) {
			if jobs, err = l.claimEdition(ctx, tx, now, c, w.openEdition, limit, jobs); err != nil {
				return nil, err
			}
		}
		if paused && len(jobs) > before {
			jobs[before].Probe, held.scopes[w.Newsletter] = true, false
		}
		if len(jobs) < c.Limit {
			if w, err = l.lookForWork(ctx, tx, now, w.ID); err != nil {
				return nil, err
			}
		}
	}
	return jobs, nil
}

func (l *Ledger) claimEdition(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, e openEdition, limit int, jobs []Job) (_ []Job, err error) {
	if e.later {
		if jobs, err = l.claimLater(ctx, tx, now, c, e.Edition, limit, jobs); err != nil {
			return nil, err
		}
	}
	if e.fresh {
		return l.claimFresh(ctx, tx, now, c, e.Edition, limit, jobs)
	}
	return jobs, nil
}

// claimFresh takes deliveries in the order in which they were opened.
func (l *Ledger) claimFresh(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, e Edition, limit int, jobs []Job) ([]Job, error) {
	for len(jobs) < limit {
		r, err := l.take(ctx, tx, e.ID, limit-len(jobs), store.Millis(now), forever)
		if err != nil || r.empty() {
			return jobs, err
		}
		taken := claimed{id: l.ids.New(now), span: r}
		if jobs, err = l.claimTaken(ctx, tx, now, c, e, taken, jobs); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// claimLater takes deliveries whose time has come.
func (l *Ledger) claimLater(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, e Edition, limit int, jobs []Job) ([]Job, error) {
	taken := claimed{id: l.ids.New(now)}
	n, err := affected(tx.ExecContext(ctx, sqlTakeLater(l.db), taken.id, e.ID, store.Millis(now), limit-len(jobs)))
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	if n == 0 {
		return jobs, nil
	}
	return l.claimTaken(ctx, tx, now, c, e, taken, jobs)
}

// sqlTakeLater marks what is to be tried now. MATERIALIZED: PostgreSQL may run a
// plain subquery again for each row, each time with other rows skipped, and so
// claim more than the limit. The condition stands twice: under READ COMMITTED
// the inner one may have been answered before another node's claim was
// committed. The + 0 keeps both engines from going through all that is due once
// more, by the index, instead of looking up a few rows.
func sqlTakeLater(db *store.DB) string {
	return `
		WITH due AS MATERIALIZED (
			SELECT id FROM deliveries WHERE edition = $2 AND next_at > 0 AND next_at <= $3 AND expires_at > $3
			ORDER BY next_at, id LIMIT $4 + 0` + db.SkipLocked() + `)
		UPDATE deliveries SET claim = $1, next_at = 0 WHERE id IN (SELECT id FROM due) AND next_at + 0 > 0 AND next_at + 0 <= $3`
}

// claimTaken writes a claim down and adds its jobs.
func (l *Ledger) claimTaken(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, e Edition, taken claimed, jobs []Job) ([]Job, error) {
	begun := taken.last
	if c.Ahead {
		begun = 0
	}
	if _, err := tx.ExecContext(ctx, sqlClaim, taken.id, c.Owner, store.Millis(now.Add(c.Lease)), e.ID, taken.first, taken.last, begun); err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	before := len(jobs)
	read := l.laterJobs
	if !taken.empty() {
		read = l.freshJobs
	}
	jobs, err := read(ctx, tx, now, e, taken, jobs)
	if err != nil {
		return nil, err
	}
	for i := range jobs[before:] {
		jobs[before+i].owner, jobs[before+i].claim = c.Owner, taken
	}
	if len(jobs) == before {
		return jobs, l.dropClaim(ctx, tx, taken)
	}
	return jobs, nil
}

const (
	sqlClaim = `INSERT INTO claims (id, owner, lease_until, edition, first_id, last_id, begun) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlBegin = `UPDATE claims SET begun = $2 WHERE id = $1`
)

// begin writes down that jobs which were claimed ahead, in the order of their
// claims, may be sent from now on.
func begin(ctx context.Context, tx *sql.Tx, jobs []Job) error {
	for i, j := range jobs {
		if i+1 < len(jobs) && jobs[i+1].claim.id == j.claim.id || j.claim.empty() {
			continue
		}
		if _, err := tx.ExecContext(ctx, sqlBegin, j.claim.id, j.row); err != nil {
			return fmt.Errorf("begin claimed deliveries: %w", err)
		}
	}
	return nil
}
