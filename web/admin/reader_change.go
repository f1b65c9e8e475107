package admin

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"dailytip/admins"
	"dailytip/membership"
	"dailytip/subscribers"
)

// byOperator is how a change came about, for a person's history, which they may ask for.
// Who it was is in our log.
const byOperator = "by the operator"

// onReader are the buttons of somebody's page.
func (a *Admin) onReader() []action {
	return []action{
		a.readerAction("set", a.setReader),
		a.readerAction("address", a.changeAddress),
		a.readerAction("suppress", a.suppress),
		a.readerAction("restore", a.restore),
		a.readerAction("erase", a.erase),
		a.readerAction("undo", a.undoBounce),
		a.placeAction("when", a.setPlace),
		a.placeAction("pause", a.pausePlace),
		a.placeAction("resume", a.resumePlace),
		a.placeAction("leave", a.leave),
		a.placeAction("resend", a.resend),
	}
}

// readerAction is a button of somebody's page. prepare reads its form, and says what is
// to be done.
func (a *Admin) readerAction(name string, prepare func(v *visit, s *subscribers.Subscriber, c *change) error) action {
	return action{path: "/readers/{id}/" + name, needs: admins.Readers, read: func(v *visit) (change, error) {
		s, err := a.person(v)
		if err != nil {
			return change{}, err
		}
		id := strconv.FormatInt(s.ID, 10)
		c := change{name: "readers_" + name, subject: id, back: "/readers/" + id, query: url.Values{}}
		err = prepare(v, s, &c)
		return c, err
	}}
}

// withReader does something to a person who stays as they are meanwhile.
func (a *Admin) withReader(id int64, f func(ctx context.Context, tx *sql.Tx, s *subscribers.Subscriber) error) func(context.Context) error {
	return func(ctx context.Context) error {
		return a.DB.Write(ctx, func(tx *sql.Tx) error {
			s, err := a.List.Lock(ctx, tx, id)
			if errors.Is(err, subscribers.ErrUnknown) {
				return nobody()
			}
			if err != nil {
				return err
			}
			return f(ctx, tx, s)
		})
	}
}

// setReader changes name, language and zone.
func (a *Admin) setReader(v *visit, s *subscribers.Subscriber, c *change) error {
	name, language, zone := v.typed("name"), v.typed("language"), v.typed("timezone")
	written := subscribers.Written{Name: &name, Language: &language, Timezone: &zone}
	if _, err := written.Over(subscribers.Preferences{}); err != nil {
		return faulty(err)
	}
	c.do = a.withReader(s.ID, func(ctx context.Context, tx *sql.Tx, s *subscribers.Subscriber) error {
		var sub subscribers.Subscription // the zone is the same in all of them
		if len(s.Subscriptions) > 0 {
			sub = s.Subscriptions[0]
		}
		p, err := written.Over(s.PreferencesIn(sub))
		if err != nil {
			return err
		}
		return a.List.Set(ctx, tx, v.now, s, sub, p)
	})
	return nil
}

// changeAddress moves somebody to another address, or asks its owner.
func (a *Admin) changeAddress(v *visit, s *subscribers.Subscriber, c *change) error {
	to, err := subscribers.ParseAddress(v.typed("email"))
	if err != nil {
		return faulty(err)
	}
	vouched := v.PostFormValue("confirmed") != ""
	c.do = func(ctx context.Context) error {
		done, err := a.Membership.ChangeAddress(ctx, v.now, s.ID, to, vouched, byOperator)
		if !done && err == nil {
			c.query.Set(doneField, "readers_asked")
			a.enqueued()
		}
		return told(err, map[error]string{
			subscribers.ErrTaken: "admin.reader.fault.taken", membership.ErrKeptOut: "admin.reader.fault.kept_out",
			membership.ErrNothingToMove: "admin.reader.fault.nothing_to_move", membership.ErrTooOften: "admin.reader.fault.asked_often",
		})
	}
	return nil
}

// told makes a refusal of an error that there are words for.
func told(err error, words map[error]string) error {
	if errors.Is(err, subscribers.ErrUnknown) {
		return nobody()
	}
	for known, message := range words {
		if errors.Is(err, known) {
			return refuse(http.StatusConflict, message)
		}
	}
	return err
}

// suppress keeps all mails from somebody.
func (a *Admin) suppress(v *visit, s *subscribers.Subscriber, c *change) error {
	why, err := v.why()
	c.do = a.withReader(s.ID, func(ctx context.Context, tx *sql.Tx, s *subscribers.Subscriber) error {
		return a.List.Suppress(ctx, tx, v.now, s.ID, why)
	})
	return err
}

// restore undoes a suppression.
func (a *Admin) restore(v *visit, s *subscribers.Subscriber, c *change) error {
	why, err := v.why()
	c.do = a.withReader(s.ID, func(ctx context.Context, tx *sql.Tx, s *subscribers.Subscriber) error {
		did, err := a.List.Restore(ctx, tx, v.now, s.ID, why)
		if err == nil && !did {
			err = refuse(http.StatusConflict, "admin.reader.fault.not_suppressed")
		}
		return err
	})
	return err
}

// erase forgets somebody, whose address was typed, so that it isn't another one.
func (a *Admin) erase(v *visit, s *subscribers.Subscriber, c *change) error {
	same := func(s *subscribers.Subscriber) error {
		typed, err := subscribers.ParseAddress(v.typed("email"))
		if err != nil || typed.Key() != s.Email.Key() {
			return refuse(http.StatusUnprocessableEntity, "admin.reader.fault.other_address")
		}
		return nil
	}
	c.back = "/readers"
	c.do = func(ctx context.Context) error {
		return told(a.Membership.Erase(ctx, v.now, s.ID, same), nil)
	}
	return same(s)
}

// undoBounce takes back what was decided because of a mail that came back.
func (a *Admin) undoBounce(v *visit, s *subscribers.Subscriber, c *change) error {
	missing := refuse(http.StatusNotFound, "admin.reader.fault.no_bounce")
	id, err := strconv.ParseInt(v.typed("bounce"), 10, 64)
	if err != nil {
		return missing
	}
	b, err := a.List.Bounce(v.Context(), a.DB.Read(), id)
	if errors.Is(err, subscribers.ErrNoBounce) || err == nil && b.Subscriber != s.ID {
		return missing
	}
	c.do = func(ctx context.Context) error {
		err := told(a.Intake.Undo(ctx, v.now, id, ""), map[error]string{
			subscribers.ErrLeft: "admin.reader.fault.left_by_mail", subscribers.ErrNoBounce: "admin.reader.fault.no_bounce",
		})
		if err != nil || b.Decision != subscribers.Barring {
			return err
		}
		after, err := a.List.Get(ctx, a.DB.Read(), s.ID)
		if err == nil && !after.SuppressedAt.IsZero() {
			c.query.Set(doneField, "readers_undo_stays")
		}
		return told(err, nil)
	}
	return err
}

// enqueued wakes whoever sends, when there's a mail to be sent.
func (a *Admin) enqueued() {
	if a.Enqueued != nil {
		a.Enqueued()
	}
}
