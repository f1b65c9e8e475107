package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// Schedule returns the due instants of a slot of the newsletter.
func (n *Newsletter) Schedule(slot subscribers.Slot) Schedule {
	s := Schedule{
		Rule: n.Rule, Zone: n.zone(slot.Timezone), Hour: n.Rule.hour, Minute: n.Rule.minute,
		Days: slot.Days, Cadence: slot.Cadence,
	}
	if t, err := time.Parse("15:04", slot.SendAt); err == nil {
		s.Hour, s.Minute = t.Hour(), t.Minute()
	}
	return s
}

func (n *Newsletter) zone(name string) *time.Location {
	if n.Zone != nil {
		return n.Zone
	}
	if name != "" {
		// Names were checked when they came in; one that a newer tz database
		// has dropped must not cost the reader their mail.
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return n.DefaultZone
}

// Today returns the date in the newsletter's default zone.
func (n *Newsletter) Today(now time.Time) Date {
	if n.Zone != nil {
		return DateOf(now, n.Zone)
	}
	return DateOf(now, n.DefaultZone)
}

// NextDue returns when a subscription's next mail is due, or the zero time when
// none is. What is due but not yet opened counts.
func (n *Newsletter) NextDue(s subscribers.Subscription) time.Time {
	if s.State != subscribers.Active {
		return time.Time{}
	}
	after := s.Slot.DoneUntil
	if s.DueAfter.After(after) {
		after = s.DueAfter
	}
	return n.Schedule(s.Slot).Next(after)
}

// Find returns the newsletter with an id, or the only one there is when id is
// "".
func (s *Scheduler) Find(id string) (*Newsletter, error) {
	ids := make([]string, len(s.Newsletters))
	for i, n := range s.Newsletters {
		ids[i] = n.ID
	}
	id, err := subscribers.PickNewsletter(id, ids)
	if err != nil {
		return nil, err
	}
	for i := range s.Newsletters {
		if s.Newsletters[i].ID == id {
			return &s.Newsletters[i], nil
		}
	}
	return nil, errors.New("there are no newsletters")
}

// Calendar reads what a newsletter's choices depend on.
func (s *Scheduler) Calendar(ctx context.Context, n *Newsletter) (*Calendar, error) {
	c := &Calendar{
		Newsletter: n.ID, Rule: n.Rule, Skips: n.Skips, Order: n.Order, RepeatAfter: n.RepeatAfter, Stop: n.Stop,
		pins: map[string]string{}, sent: map[string]string{}, last: map[string]string{},
	}
	c.fill(n.Library.Tips(), n.Tags)
	history, err := s.Ledger.History(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	for _, h := range history {
		c.note(h.LocalDate, h.Tip)
	}
	pins, err := s.Ledger.Pins(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range pins {
		c.pins[p.LocalDate] = p.Tip
	}
	return c, nil
}

// ErrNoTip means that there is no tip for a date.
var ErrNoTip = errors.New("there is no tip for that date")

// SendNow opens a date's edition for all readers who are active now and whose
// days include the date, whatever the hour, and returns how many deliveries are
// new. Its mails expire counting from now.
func (s *Scheduler) SendNow(ctx context.Context, now time.Time, n *Newsletter, date Date) (int64, error) {
	slots, err := s.List.Slots(ctx, n.ID)
	if err != nil {
		return 0, err
	}
	total := int64(0)
	for _, slot := range slots {
		if !n.takesPart(slot, date) {
			continue
		}
		opened, reason, err := s.openFor(ctx, now, n, slot, date, ledger.Opening{
			Newsletter: n.ID, LocalDate: date.String(), Slot: slot.ID, DueAt: now, ExpiresAt: now.Add(n.GiveUpAfter), Everyone: true,
		})
		total += opened
		switch {
		case err != nil:
			return total, err
		case reason != "":
			return total, fmt.Errorf("%w: %s %s", ErrNoTip, date, reasonText(reason))
		}
	}
	return total, nil
}

// takesPart tells whether the readers of a slot get a date that is sent by hand.
// The newsletter's own days don't matter: sending by hand is how an edition
// outside them is made.
func (n *Newsletter) takesPart(slot subscribers.Slot, date Date) bool {
	if slot.Cadence == subscribers.Weekly {
		return n.Schedule(slot).Matches(date)
	}
	return slot.Days.Has(date.Weekday())
}

// CountNow counts the readers that [Scheduler.SendNow] would send to.
func (s *Scheduler) CountNow(ctx context.Context, n *Newsletter, date Date) (int64, error) {
	slots, err := s.List.Slots(ctx, n.ID)
	if err != nil {
		return 0, err
	}
	total := int64(0)
	for _, slot := range slots {
		if !n.takesPart(slot, date) {
			continue
		}
		readers, err := s.Ledger.CountActive(ctx, slot.ID)
		if err != nil {
			return 0, err
		}
		total += readers
	}
	return total, nil
}

func reasonText(reason string) string {
	return map[string]string{
		Skipped: "is skipped, by skip: in the configuration or by dailytip plan skip",
		Empty:   "finds the library used up; add tips, or set when_empty: repeat",
	}[reason]
}

// Next returns when the newsletter is next due for readers who chose nothing
// for themselves.
func (n *Newsletter) Next(now time.Time) time.Time {
	return n.Schedule(subscribers.Slot{Cadence: subscribers.Daily}).Next(now)
}
