package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dailytip/editions"
	"dailytip/tips"
)

// ProofState is where a link of a proof stands.
type ProofState int

// The states of a link. Only one that waits does something.
const (
	ProofUnknown  ProofState = iota // of a newsletter, or of a rule, that is no more
	ProofWaits                      // nobody has answered
	ProofDone                       // it was done just now
	ProofAnswered                   // it was done before, by this link or otherwise
	ProofEdited                     // the tip isn't any more what the editor was shown
	ProofOver                       // the date's edition is there, or its time is over
)

// Answer is a link of a proof: what it asks, and where that stands.
type Answer struct {
	State ProofState
	Proof editions.Proof
	Skip  bool     // it leaves the date without an edition; else it approves the tip
	Tip   tips.Tip // as it is now; its ID is "" when it has left the library
	Now   Line     // what the date gets as things stand; its Date is "" when it gets nothing by its rule
}

// Answer says what a proof's link would do at an instant, and does nothing. A number
// that is nobody's is [editions.ErrNoProof].
func (s *Scheduler) Answer(ctx context.Context, now time.Time, proof int64, skip bool) (Answer, error) {
	p, err := s.Editions.Proof(ctx, proof)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Proof: p, Skip: skip}
	n, err := s.Find(p.Newsletter)
	if err != nil || !skip && !n.Approve { // it has left the configuration
		return a, nil
	}
	date, err := ParseDate(p.LocalDate)
	if err != nil {
		return a, fmt.Errorf("read proof: %w", err)
	}
	if a.State, err = s.stateOf(ctx, now, n, date, &a); err != nil {
		return a, err
	}
	lines, _, err := s.Plan(ctx, now, n, date, 1, false)
	if len(lines) > 0 {
		a.Now = lines[0]
	}
	return a, err
}

func (s *Scheduler) stateOf(ctx context.Context, now time.Time, n *Newsletter, date Date, a *Answer) (ProofState, error) {
	c, err := s.Calendar(ctx, n, now)
	if err != nil {
		return ProofUnknown, err
	}
	i, there := c.place[a.Proof.Tip]
	digest := ""
	if there {
		a.Tip = c.choice(date, i, "").Tip
		if digest, err = a.Tip.TextDigest(); err != nil {
			return ProofUnknown, err
		}
	}
	answered := !a.Proof.ApprovedAt.IsZero() || c.approvals != nil && slices.Contains(c.approvals.digests[a.Proof.Tip], a.Proof.Digest)
	if a.Skip {
		answered = !a.Proof.SkippedAt.IsZero() || c.skipped(date)
	}
	if answered {
		return ProofAnswered, nil
	}
	// A link works until the date's run, which may come late, within the grace.
	due, ok := n.own().Due(date)
	opened, err := s.Editions.Opened(ctx, n.ID, date.String())
	switch {
	case err != nil:
		return ProofUnknown, err
	case opened, !ok, now.After(due.Add(n.Grace)):
		return ProofOver, nil
	case digest != a.Proof.Digest:
		return ProofEdited, nil
	}
	return ProofWaits, nil
}

// DoAnswer does what a proof's link says, once, if it still can; the answer says
// whether it did.
func (s *Scheduler) DoAnswer(ctx context.Context, now time.Time, proof int64, skip bool) (Answer, error) {
	a, err := s.Answer(ctx, now, proof, skip)
	if err != nil || a.State != ProofWaits {
		return a, err
	}
	first, err := s.Ledger.AnswerProof(ctx, now, a.Proof, skip)
	if err != nil && !errors.Is(err, editions.ErrOpened) {
		return a, err
	}
	after, err := s.Answer(ctx, now, proof, skip)
	if first && err == nil {
		after.State = ProofDone
	}
	return after, err
}
