package scheduler

import (
	"context"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// NextDue is when a subscription's next mail is due, in its reader's zone; zero:
// none is.
func (s *Scheduler) NextDue(sub subscribers.Subscription) time.Time {
	n, err := s.Find(sub.Newsletter)
	if err != nil { // the newsletter has left the configuration
		return time.Time{}
	}
	return n.NextDue(sub).In(n.Schedule(sub.Slot).Zone)
}

// Standing is an overview of a newsletter for pages and programs.
type Standing struct {
	Prospect
	Runway Runway
	// Of the coming days: what is pinned, and won't go out; and the dates whose tip waits
	// for an approval.
	Astray []Astray
	Waits  []Choice
	Ahead  Choice          // the next tip that goes out; its Reason is "" when none is planned for the coming days, or each reader has their own (a course)
	Latest *ledger.Summary // of its newest edition; nil: there was none
	Doubts []ledger.Doubt  // of its newest editions, newest first
}

// aheadDays is how far the next tip is looked for.
const aheadDays = 14

// doubtEditions is in how many editions mails in doubt are looked for: after that a
// relay's log, which could tell, is mostly gone.
const doubtEditions = 30

// Standing finds out when a newsletter is due next, for whom and with which tip, how long
// its library lasts, and what became of its newest edition.
func (s *Scheduler) Standing(ctx context.Context, n *Newsletter, now time.Time) (st Standing, err error) {
	if st.Prospect, err = s.recentProspect(ctx, n, now); err != nil {
		return st, err
	}
	calendar, err := s.Calendar(ctx, n, now)
	if err != nil {
		return st, err
	}
	upcoming := n.Upcoming(now)
	st.Runway = calendar.Runway(upcoming)
	if n.Order != CourseOrder {
		st.Astray = calendar.Astray(upcoming, warnDays)
		for _, choice := range calendar.Plan(upcoming, aheadDays) {
			if st.Ahead.Reason == "" && choice.Tip.ID != "" && choice.Reason != Sent {
				st.Ahead = choice
			}
			if choice.Waiting.ID != "" && upcoming.Add(warnDays).After(choice.Date) {
				st.Waits = append(st.Waits, choice)
			}
		}
	}
	counts, err := s.Ledger.RecentOf(ctx, n.ID, 1)
	if err != nil || len(counts) == 0 {
		return st, err
	}
	if st.Doubts, err = s.Ledger.Doubts(ctx, n.ID, doubtEditions); err != nil {
		return st, err
	}
	latest, err := s.Ledger.Summarize(ctx, now, counts[0])
	st.Latest = &latest
	return st, err
}

// Why says in a sentence when a subscription's reader gets mail next, or why they get
// none.
func (s *Scheduler) Why(person *subscribers.Subscriber, sub subscribers.Subscription, pauses []ledger.PauseInfo) string {
	n, err := s.Find(sub.Newsletter)
	switch {
	case err != nil:
		return "gets nothing: the newsletter isn't in the configuration"
	case sub.State == subscribers.Pending:
		return "gets nothing: they haven't confirmed since " + inUTC(sub.CreatedAt)
	case sub.State == subscribers.Unsubscribed:
		return "gets nothing: they unsubscribed"
	case sub.State == subscribers.Suppressed && person.SuppressedReason == "":
		return "gets nothing: suppressed"
	case sub.State == subscribers.Suppressed:
		return "gets nothing: suppressed, " + person.SuppressedReason
	case sub.State == subscribers.Paused && sub.PausedUntil.IsZero():
		return "gets nothing: paused until somebody resumes it"
	case sub.State == subscribers.Paused:
		return "gets nothing: paused until " + inUTC(sub.PausedUntil)
	}
	for _, p := range pauses {
		if p.Newsletter == ledger.Relay || p.Newsletter == sub.Newsletter {
			return "has to wait: sending is paused since " + inUTC(p.Since) + ": " + p.Reason
		}
	}
	due := n.NextDue(sub)
	if due.IsZero() {
		return "gets nothing: their days and the newsletter's have none in common"
	}
	zone := n.Schedule(sub.Slot).Zone
	return "next due " + due.In(zone).Format("Mon 2006-01-02 15:04 MST") + " (" + zone.String() + ")"
}

// inUTC writes a time for a person.
func inUTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// PauseEnd is the instant at which a pause until a date ends: when that date begins on
// the reader's clock. For "" it's the zero time: the pause lasts until somebody ends it.
func (s *Scheduler) PauseEnd(sub subscribers.Subscription, date string) (time.Time, error) {
	if date == "" {
		return time.Time{}, nil
	}
	n, err := s.Find(sub.Newsletter)
	if err != nil {
		return time.Time{}, err
	}
	until, err := ParseDate(date)
	if err != nil {
		return time.Time{}, err
	}
	return n.Begin(until, sub), nil
}
