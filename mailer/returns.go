package mailer

import "sync"

// returns gathers what became of mails until it is worth a commit: to wake the
// dispatcher for each would cost more than handing the mail over.
type returns struct {
	ready chan struct{} // holds a token when the dispatcher should look

	mu    sync.Mutex
	mails []*message
	want  int // so many are worth a look
}

func newReturns() *returns { return &returns{ready: make(chan struct{}, 1), want: 1} }

// add brings a mail back. What wasn't accepted may concern the others, so that
// is looked at without delay.
func (r *returns) add(x *message) {
	r.mu.Lock()
	r.mails = append(r.mails, x)
	ready := len(r.mails) >= r.want || !x.accepted()
	r.mu.Unlock()
	if ready {
		r.signal()
	}
}

// expect says how many are worth a look.
func (r *returns) expect(n int) {
	r.mu.Lock()
	r.want = n
	ready := len(r.mails) >= max(n, 1)
	r.mu.Unlock()
	if ready {
		r.signal()
	}
}

func (r *returns) signal() {
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// take returns what has come back, in exchange for room for what comes next.
func (r *returns) take(room []*message) []*message {
	r.mu.Lock()
	defer r.mu.Unlock()
	mails := r.mails
	r.mails = room[:0]
	return mails
}
