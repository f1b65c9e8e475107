package mailer

import (
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

// got adds what was reserved. It reports whether the date's total is now used
// up, when that is news.
func (q *quota) got(date string, want, granted int) (spent bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.date != date {
		return false
	}
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
