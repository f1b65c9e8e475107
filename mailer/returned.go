package mailer

import "sync"

// returned holds what is over, until the dispatcher takes it. It wakes the dispatcher
// when there is enough to make a commit worthwhile, not for each mail: a goroutine
// that is woken costs more than a mail's place here.
type returned struct {
	ready  chan struct{} // there is enough, or something urgent
	mu     sync.Mutex
	mails  []*message
	enough int
}

// put brings a mail back. What is urgent doesn't wait for company.
func (r *returned) put(x *message, urgent bool) {
	r.mu.Lock()
	r.mails = append(r.mails, x)
	urgent = urgent || len(r.mails) >= r.enough
	r.mu.Unlock()
	if urgent {
		r.wake()
	}
}

// wakeAt says how many mails are enough.
func (r *returned) wakeAt(enough int) {
	r.mu.Lock()
	r.enough = enough
	already := len(r.mails) >= max(enough, 1)
	r.mu.Unlock()
	if already {
		r.wake()
	}
}

func (r *returned) wake() {
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// take returns what has come back, and keeps emptied for what comes next.
func (r *returned) take(emptied []*message) []*message {
	r.mu.Lock()
	defer r.mu.Unlock()
	mails := r.mails
	r.mails = emptied[:0]
	return mails
}
