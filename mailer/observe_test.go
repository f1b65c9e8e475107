package mailer

import (
	"sync"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/verdict"
)

// Each reply is observed once, whatever becomes of the mail.
func TestRepliesAreObserved(t *testing.T) {
	h := setUp(t)
	h.open(9)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && a.To == reader(0) {
			return inbox.Fault{Code: 451, Enhanced: "4.7.1", Text: "later"}
		}
		return inbox.Fault{}
	})
	var mu sync.Mutex
	seen := map[verdict.Verdict]int{}
	h.run(func(s *setting) {
		s.pace.backoff = func(int) time.Duration { return time.Hour }
		s.Observe = func(o Observation) {
			mu.Lock()
			defer mu.Unlock()
			seen[o.Verdict]++
			if o.Relay != h.inbox.Addr() || o.Newsletter != "management" || o.Kind != "" || o.Attempt != 1 || o.Took <= 0 || o.Bytes < 1000 {
				t.Errorf("%+v", o)
			}
			if o.Verdict == verdict.Retry && o.Reply.Enhanced != "4.7.1" {
				t.Errorf("the reply is %s", o.Reply)
			}
		}
	})
	h.waitFor(ledger.Sent, 8)
	h.waitFor(ledger.Retry, 1)
	mu.Lock()
	defer mu.Unlock()
	if seen[verdict.Accepted] != 8 || seen[verdict.Retry] != 1 || len(seen) != 2 {
		t.Errorf("observed %v", seen)
	}
}
