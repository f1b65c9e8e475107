package chaos

import (
	"time"

	"dailytip/test/daemontest"
	"dailytip/test/sink"
)

// audit is the count at the end: what came, beside what the ledger says.
type audit struct {
	counts daemontest.Counts
	copies int               // mails that came again
	by     map[sink.Life]int // copies of what a life had sent, by whomever
	twice  int               // mails that one life sent twice
	most   int               // the most copies of one mail
}

// audit counts, and fails the test if anybody got nothing, or the wrong thing.
func (r *trial) audit() audit {
	r.Helper()
	r.agrees()
	a, mails, ids, people := r.count()
	if people != r.readers || mails != r.readers || ids != r.readers {
		r.Errorf("%d readers got a mail, of %d; %d Message-IDs for %d pairs of id and reader", people, r.readers, ids, mails)
	}
	if a.counts.States["sent"] != r.readers || len(a.counts.States) != 1 {
		r.Errorf("the ledger says %v, want %d sent", a.counts.States, r.readers)
	}
	if a.counts.Bad != 0 {
		r.Errorf("something is held against %d readers", a.counts.Bad)
	}
	return a
}

// count counts: mails are pairs of Message-ID and reader.
func (r *trial) count() (a audit, mails, ids, people int) {
	r.Helper()
	counts, err := daemontest.Count(r.Context(), r.db)
	if err != nil {
		r.Fatal(err)
	}
	a = audit{counts: counts, by: map[sink.Life]int{}}
	messageIDs, to := map[string]bool{}, map[string]bool{}
	all := r.sink.Mails()
	for _, m := range all {
		messageIDs[m.ID], to[m.To] = true, true
		a.copies += len(m.From) - 1
		a.most = max(a.most, len(m.From))
		lives := map[sink.Life]bool{}
		for i, life := range m.From {
			if i+1 < len(m.From) {
				a.by[life]++
			}
			if lives[life] {
				a.twice++
			}
			lives[life] = true
		}
	}
	return a, len(all), len(messageIDs), len(to)
}

// wantNoCopies fails the test if anybody got the mail twice.
func (a audit) wantNoCopies(r *trial) {
	r.Helper()
	if a.copies != 0 || a.counts.Doubts != 0 {
		r.Errorf("%d copies and %d doubts, want none", a.copies, a.counts.Doubts)
	}
}

// wantCopiesOfKilled holds P3: a kill leaves at most in_flight mails that come
// again, each once more for each kill.
func (a audit) wantCopiesOfKilled(r *trial) {
	r.Helper()
	if still := time.Duration(r.stall.Load()); still > stoodStill && len(r.nodes) > 1 {
		// A node that doesn't renew its lease is dead to the others.
		r.Logf("the machine stood still for %s: who wasn't killed may have lost mails to other nodes all the same", still)
		for life := range a.by {
			r.deaths[life] = true
		}
		a.twice = 0
	}
	worst := 0
	for life, n := range a.by {
		if !r.deaths[life] {
			r.Errorf("%d mails of a process that wasn't killed came again (%+v)", n, life)
		}
		if n > r.inFlight {
			r.Errorf("%d copies because of one kill, want at most %d", n, r.inFlight)
		}
		worst = max(worst, n)
	}
	if a.twice != 0 {
		r.Errorf("one process sent %d mails twice", a.twice)
	}
	if a.copies > a.counts.Doubts || a.counts.Doubts > len(r.deaths)*r.inFlight {
		r.Errorf("%d copies, %d in doubt by the ledger, %d allowed", a.copies, a.counts.Doubts, len(r.deaths)*r.inFlight)
	}
	r.Logf("%d kills: %d in doubt, %d came again (at most %d for one kill; one mail %d times)", len(r.deaths), a.counts.Doubts, a.copies, worst, a.most)
}
