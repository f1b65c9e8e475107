package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// What keeps an edition from being sent by hand.
var (
	ErrNoTip    = errors.New("there is no tip for that date")
	ErrTooEarly = errors.New("the date's tip mustn't go out yet")
)

// SendNow opens a date's edition for all readers who are active now and whose
// days include the date, whatever the hour, and returns how many deliveries are
// new. Its mails expire counting from now.
func (s *Scheduler) SendNow(ctx context.Context, now time.Time, n *Newsletter, date Date) (total int64, err error) {
	slots, err := s.taking(ctx, n, date)
	if err != nil {
		return 0, err
	}
	t := &tick{Scheduler: s, n: n, now: now, hand: true}
	none := ""
	for _, slot := range slots {
		got, err := t.open(ctx, slot, date, ledger.Opening{DueAt: now, ExpiresAt: now.Add(n.GiveUpAfter), Everyone: true})
		total += got.deliveries
		if err != nil {
			return total, err
		}
		if got.reason != "" {
			none = got.reason
		}
	}
	if total == 0 && none != "" {
		return 0, fmt.Errorf("%w: %s %s", ErrNoTip, date, reasonText(none))
	}
	return total, nil
}

// CountNow counts the readers that [Scheduler.SendNow] would send to.
func (s *Scheduler) CountNow(ctx context.Context, n *Newsletter, date Date) (int64, error) {
	slots, err := s.taking(ctx, n, date)
	if err != nil {
		return 0, err
	}
	total := int64(0)
	for _, slot := range slots {
		readers, err := s.Ledger.CountActive(ctx, slot.ID)
		if err != nil {
			return 0, err
		}
		total += readers
	}
	return total, nil
}

// taking returns the slots whose readers get a date that is sent by hand, weekly
// ones last: their mail has the tip that daily readers have just got. The
// newsletter's own days don't matter: sending by hand is how an edition outside
// them is made.
func (s *Scheduler) taking(ctx context.Context, n *Newsletter, date Date) ([]subscribers.Slot, error) {
	slots, err := s.List.Slots(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	var daily, weekly []subscribers.Slot
	for _, slot := range slots {
		switch {
		case slot.Cadence == subscribers.Weekly && n.Schedule(slot).Matches(date):
			weekly = append(weekly, slot)
		case slot.Cadence != subscribers.Weekly && slot.Days.Has(date.Weekday()):
			daily = append(daily, slot)
		}
	}
	return append(daily, weekly...), nil
}
