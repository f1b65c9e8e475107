package mailer

import (
	"context"
	"sync"
	"time"
)

// quota is what a relay may still get today. Days are UTC's: providers count in
// zones of their own, and one that all nodes agree on is the next best.
type quota struct {
	limit int // 0: none

	mu    sync.Mutex
	date  string
	left  int  // reserved in the ledger and not used
	spent bool // the ledger has no more for this date
}

// take uses one up. It reports false when there is none.
func (q *quota) take() bool {
	if q.limit == 0 {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.left == 0 {
		return false
	}
	q.left--
	return true
}

// giveBack is for a mail that the relay never saw.
func (q *quota) giveBack() {
	if q.limit == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left++
}

// wants begins a new date if need be, and returns how many more to reserve so
// that up to full are at hand.
func (q *quota) wants(date string, full int) (want int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.date != date {
		q.date, q.left, q.spent = date, 0, false
	}
	// A handful isn't worth a transaction of its own.
	if q.spent || q.left > full/2 {
		return 0
	}
	return full - q.left
}

// got adds what was reserved after [quota.wants]. It reports whether the date's total is now used
// up, when that is news.
func (q *quota) got(want, granted int) (spent bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left += granted
	if granted < want {
		q.spent = true
	}
	return q.spent
}

// rest ends the use of what is at hand and returns it.
func (q *quota) rest() (date string, left int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	date, left = q.date, q.left
	q.left, q.spent = 0, true
	return date, left
}

// atHand is what may be handed over without asking the ledger.
func (q *quota) atHand() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.left
}

func utcDate(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// provide reserves for relays with a day's total, and returns how many mails may
// be claimed at all: none when every relay's is used up.
func (d *dispatcher) provide(ctx context.Context, now time.Time) (room int, err error) {
	date, limited := utcDate(now), true
	for _, u := range d.relays {
		if !u.concurrency.used() {
			continue
		}
		if u.quota.limit == 0 {
			limited = false
			continue
		}
		if want := u.quota.wants(date, d.InFlight); want > 0 {
			granted, err := d.Ledger.Reserve(ctx, u.Name, date, want, u.quota.limit)
			if err != nil {
				return 0, err
			}
			if u.quota.got(want, granted) {
				d.Log.Warn("a relay's daily_limit is used up; what it can't take goes through another, or waits for the next day (UTC) while give_up_after allows it",
					"relay", u.Name, "daily_limit", u.quota.limit, "day", date)
			}
		}
		room += u.quota.atHand()
	}
	if !limited {
		return d.InFlight, nil
	}
	return max(room-d.busy(), 0), nil
}

// handBack returns what was reserved and not used, and leaves the nodes.
func (d *dispatcher) handBack(ctx context.Context) {
	for _, u := range d.relays {
		if date, left := u.quota.rest(); left > 0 {
			if err := d.Ledger.Return(ctx, u.Name, date, left); err != nil {
				d.Log.Debug("returning what a relay didn't use", "relay", u.Name, "error", err)
			}
		}
	}
	if err := d.Ledger.Leave(ctx, d.owner()); err != nil {
		d.Log.Debug("leaving the nodes", "error", err)
	}
}
