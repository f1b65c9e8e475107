package mailer

import (
	"sync"
	"time"
)

// day is what a relay may still get today. Days are UTC's: providers count in
// zones of their own, and one that all nodes agree on is the next best.
type day struct {
	limit int // 0: none

	mu    sync.Mutex
	date  string
	left  int  // reserved in the ledger and not used
	spent bool // the ledger has no more for this date
}

// take uses one up. It reports false when there is none.
func (d *day) take() bool {
	if d.limit == 0 {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left == 0 {
		return false
	}
	d.left--
	return true
}

// giveBack is for a mail that the relay never saw.
func (d *day) giveBack() {
	if d.limit == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left++
}

// wants begins a new date if need be, and returns how many more to reserve so
// that up to full are at hand.
func (d *day) wants(date string, full int) (want int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.date != date {
		d.date, d.left, d.spent = date, 0, false
	}
	// A handful isn't worth a transaction of its own.
	if d.spent || d.left > full/2 {
		return 0
	}
	return full - d.left
}

// got adds what was reserved. It reports whether the date's total is now used
// up, when that is news.
func (d *day) got(date string, want, granted int) (spent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.date != date {
		return false
	}
	d.left += granted
	if granted < want {
		d.spent = true
	}
	return d.spent
}

// rest ends the use of what is at hand and returns it.
func (d *day) rest() (date string, left int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	date, left = d.date, d.left
	d.left, d.spent = 0, true
	return date, left
}

// atHand is what may be handed over without asking the ledger.
func (d *day) atHand() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.left
}

func utcDate(t time.Time) string { return t.UTC().Format(time.DateOnly) }
