package admin

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"time"

	"dailytip/editions"
	"dailytip/membership"
	"dailytip/subscribers"
)

// placeAction is a button that is about somebody's place in one newsletter.
func (a *Admin) placeAction(name string, prepare func(v *visit, s *subscribers.Subscriber, sub subscribers.Subscription, c *change) error) action {
	return a.readerAction(name, func(v *visit, s *subscribers.Subscriber, c *change) error {
		sub, err := placeIn(s, v.typed("newsletter"))
		if err != nil {
			return err
		}
		c.detail = sub.Newsletter
		return prepare(v, s, sub, c)
	})
}

// placeIn is somebody's place in a newsletter.
func placeIn(s *subscribers.Subscriber, newsletter string) (subscribers.Subscription, error) {
	i := slices.IndexFunc(s.Subscriptions, func(sub subscribers.Subscription) bool { return sub.Newsletter == newsletter })
	if i < 0 {
		return subscribers.Subscription{}, refuse(http.StatusNotFound, "admin.reader.fault.no_place")
	}
	return s.Subscriptions[i], nil
}

// setPlace changes when somebody gets a newsletter.
func (a *Admin) setPlace(v *visit, s *subscribers.Subscriber, sub subscribers.Subscription, c *change) error {
	sendAt, days, cadence := v.typed("send_at"), v.typed("days"), v.typed("cadence")
	written := subscribers.Written{SendAt: &sendAt, Days: &days, Cadence: &cadence}
	if _, err := written.Over(subscribers.Preferences{}); err != nil {
		return faulty(err)
	}
	c.do = a.withReader(s.ID, func(ctx context.Context, tx *sql.Tx, s *subscribers.Subscriber) error {
		sub, err := placeIn(s, sub.Newsletter)
		if err != nil {
			return err
		}
		p, err := written.Over(s.PreferencesIn(sub))
		if err != nil {
			return err
		}
		return a.List.Set(ctx, tx, v.now, s, sub, p)
	})
	return nil
}

// pausePlace holds a newsletter until a date, or until somebody resumes it.
func (a *Admin) pausePlace(v *visit, _ *subscribers.Subscriber, sub subscribers.Subscription, c *change) error {
	until, err := a.Scheduler.PauseEnd(sub, v.typed("until"))
	if err != nil {
		return faulty(err)
	}
	if !until.IsZero() && !until.After(v.now) {
		return refuse(http.StatusUnprocessableEntity, "admin.reader.fault.past")
	}
	c.do = a.changePlace(sub, "admin.reader.fault.not_active", func(ctx context.Context, tx *sql.Tx) (bool, error) {
		return a.List.Pause(ctx, tx, v.now, until, sub.ID, byOperator)
	})
	return nil
}

func (a *Admin) resumePlace(v *visit, _ *subscribers.Subscriber, sub subscribers.Subscription, c *change) error {
	c.do = a.changePlace(sub, "admin.reader.fault.not_paused", func(ctx context.Context, tx *sql.Tx) (bool, error) {
		return a.List.Resume(ctx, tx, v.now, sub.ID, byOperator)
	})
	return nil
}

// changePlace changes the state of somebody's place; the message says why it can't be.
func (a *Admin) changePlace(sub subscribers.Subscription, message string, f func(ctx context.Context, tx *sql.Tx) (bool, error)) func(context.Context) error {
	return a.withReader(sub.Subscriber, func(ctx context.Context, tx *sql.Tx, _ *subscribers.Subscriber) error {
		did, err := f(ctx, tx)
		if err == nil && !did {
			err = refuse(http.StatusConflict, message)
		}
		return err
	})
}

// leave ends somebody's subscription.
func (a *Admin) leave(v *visit, _ *subscribers.Subscriber, sub subscribers.Subscription, c *change) error {
	c.do = func(ctx context.Context) error {
		changed, err := a.Membership.Leave(ctx, v.now, byOperator, sub.ID)
		if err == nil && changed == 0 {
			err = refuse(http.StatusConflict, "admin.reader.fault.left_already")
		}
		return told(err, nil)
	}
	return nil
}

// resend sends somebody the tip that they were sent last once more, or, when they have
// had none, the one that the others were.
func (a *Admin) resend(v *visit, s *subscribers.Subscriber, sub subscribers.Subscription, c *change) error {
	if state := s.StateOf(sub); state != subscribers.Active && state != subscribers.Paused {
		return refuse(http.StatusConflict, "admin.reader.fault.gets_nothing")
	}
	c.do = func(ctx context.Context) error {
		before := ""
		if due := a.Scheduler.NextDue(sub); !due.IsZero() {
			before = due.Format(time.DateOnly)
		}
		content, err := a.Ledger.LatestFor(ctx, a.DB.Read(), sub.Newsletter, s.ID, before)
		if errors.Is(err, editions.ErrNoEdition) {
			return refuse(http.StatusConflict, "admin.reader.fault.no_edition")
		}
		if err != nil {
			return err
		}
		if err := a.Membership.Resend(ctx, v.now, sub.ID, content.ID); err != nil {
			return told(err, map[error]string{membership.ErrTooOften: "admin.reader.fault.resent_often"})
		}
		a.enqueued()
		return nil
	}
	return nil
}
