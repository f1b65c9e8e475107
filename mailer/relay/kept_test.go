package relay

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
)

// Every stage × every fault, at the second message of a connection, with and
// without PIPELINING: the neighbours arrive once, and so does the message itself
// when nothing was said about it.
func TestFaultsInTheMiddle(t *testing.T) {
	t.Parallel()
	faults := []struct {
		name  string
		fault inbox.Fault
	}{
		{"451", inbox.Fault{Code: 451, Enhanced: "4.3.0", Text: "later"}},
		{"550", inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "no"}},
		{"421", inbox.Fault{Code: 421, Enhanced: "4.3.2", Text: "bye"}},
		{"drop", inbox.Fault{Drop: true}},
		{"silence", inbox.Fault{Delay: time.Hour}},
	}
	want := func(at inbox.Stage, fault string) string {
		stage := map[inbox.Stage]string{inbox.MailFrom: "mail from", inbox.RcptTo: "rcpt to", inbox.Data: "data", inbox.Dot: "dot"}[at]
		switch {
		case fault == "451", fault == "550", fault == "421" && at != inbox.MailFrom:
			return stage + " " + fault
		case at == inbox.Dot:
			return "dot 0"
		}
		return "accepted"
	}
	for _, lockStep := range []bool{false, true} {
		for _, at := range []inbox.Stage{inbox.MailFrom, inbox.RcptTo, inbox.Data, inbox.Dot} {
			for _, f := range faults {
				t.Run(fmt.Sprintf("lock-step %v/%s/%s", lockStep, at, f.name), func(t *testing.T) {
					t.Parallel()
					var reached atomic.Int32
					s := serve(t, inbox.Options{TLS: inbox.NoTLS, NoPipelining: lockStep, Fault: func(a inbox.Ask) inbox.Fault {
						if a.Stage == at && a.Conn == 1 && reached.Add(1) == 2 {
							return f.fault
						}
						return inbox.Fault{}
					}})
					got := deliver(t, open(t, s, Options{Timeout: silence, DotTimeout: silence}), 4)
					if want := []string{"accepted", want(at, f.name), "accepted", "accepted"}; !slices.Equal(got, want) {
						t.Errorf("got %q, want %q", got, want)
					}
					for i := range 4 {
						copies := 0
						if got[i] == "accepted" {
							copies = 1
						}
						if n := s.Counts()[fmt.Sprintf("%d@example.com", i+1)]; n != copies {
							t.Errorf("%d copies of %d, want %d", n, i+1, copies)
						}
					}
				})
			}
		}
	}
}
