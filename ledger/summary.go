package ledger

import (
	"context"
	"math"
	"time"
)

// Summary is what there is to say of an edition, as commands and programs print it.
type Summary struct {
	Newsletter    string          `json:"newsletter"`
	LocalDate     string          `json:"local_date"`
	Tip           string          `json:"tip"`
	Due           int64           `json:"due"`
	Pending       int64           `json:"pending"`
	Sent          int64           `json:"sent"`
	Retry         int64           `json:"retry"`
	Failed        int64           `json:"failed"`
	InDoubt       int64           `json:"in_doubt"`
	ResentInDoubt int64           `json:"resent_in_doubt"`
	Expired       int64           `json:"expired"`
	Withdrawn     int64           `json:"withdrawn"`
	Useful        int64           `json:"useful"` // readers' answers to whether it was
	NotUseful     int64           `json:"not_useful"`
	State         string          `json:"state"`                    // open, paused, cancelled
	Rate          float64         `json:"rate"`                     // mails a second just now
	Remaining     *float64        `json:"remaining_seconds"`        // until what is pending is out; null: nobody can tell
	FirstBeganAt  string          `json:"first_began_at,omitempty"` // RFC 3339: when sending first began
	BeganAt       string          `json:"began_at,omitempty"`       // and when it last did, of a retry or a later zone
	EndedAt       string          `json:"ended_at,omitempty"`       // and when nothing was left; none: it's under way
	PrunedAt      string          `json:"pruned_at,omitempty"`      // RFC 3339: since when its deliveries are kept no longer
	Reasons       []SummaryReason `json:"reasons"`                  // of mails that went another way than to sent
}

// SummaryReason is how many mails are in a state for the same cause.
type SummaryReason struct {
	State    string `json:"state"`
	Code     int    `json:"code"` // 0: the relay gave none
	Enhanced string `json:"enhanced"`
	Count    int64  `json:"count"`
	Reply    string `json:"reply"` // to one of them
}

// mostReasons is how many reasons are told; an edition has a handful.
const mostReasons = 20

// Summarize puts together what there is to say of an edition that has been counted.
func (l *Ledger) Summarize(ctx context.Context, now time.Time, counts Counts) (Summary, error) {
	all, err := l.SummarizeAll(ctx, now, []Counts{counts})
	if err != nil {
		return Summary{}, err
	}
	return all[0], nil
}

// SummarizeAll is Summarize for some editions, of which it asks together.
func (l *Ledger) SummarizeAll(ctx context.Context, now time.Time, counts []Counts) ([]Summary, error) {
	if len(counts) == 0 {
		return nil, nil
	}
	progress, err := l.progress(ctx, now, editionsOf(counts))
	if err != nil {
		return nil, err
	}
	all := make([]Summary, len(counts))
	for i, c := range counts {
		if all[i], err = l.summarize(ctx, c, progress[c.Edition.ID]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (l *Ledger) summarize(ctx context.Context, counts Counts, progress Progress) (Summary, error) {
	e := counts.Edition
	s := Summary{
		Newsletter: e.Newsletter, LocalDate: e.LocalDate, Tip: counts.Tip, Due: counts.Due, Pending: counts.Pending, Sent: counts.Sent,
		Retry: counts.Retry, Failed: counts.Failed, InDoubt: counts.InDoubt, ResentInDoubt: counts.ResentInDoubt,
		Expired: counts.Expired, Withdrawn: counts.Withdrawn, Useful: counts.Votes.Useful, NotUseful: counts.Votes.Useless,
		State: e.State, Reasons: []SummaryReason{},
	}
	if counts.Open() {
		s.Rate = math.Round(progress.Rate*10) / 10
	}
	if s.Pending == 0 || s.Rate > 0 {
		seconds := math.Round(progress.Remaining(s.Pending).Seconds())
		s.Remaining = &seconds
	}
	if !progress.FirstAt.IsZero() {
		s.FirstBeganAt = progress.FirstAt.Format(time.RFC3339)
	}
	if !progress.BeganAt.IsZero() {
		s.BeganAt = progress.BeganAt.Format(time.RFC3339)
	}
	if !progress.EndedAt.IsZero() {
		s.EndedAt = progress.EndedAt.Format(time.RFC3339)
	}
	if !e.PrunedAt.IsZero() {
		s.PrunedAt = e.PrunedAt.Format(time.RFC3339)
	}
	for i, r := range counts.Reasons {
		if i == mostReasons {
			break
		}
		reply, err := l.ReplyOf(ctx, e, r)
		if err != nil {
			return s, err
		}
		s.Reasons = append(s.Reasons, SummaryReason{string(r.State), r.Code, r.Enhanced, r.Count, reply})
	}
	return s, nil
}
