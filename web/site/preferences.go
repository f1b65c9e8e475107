package site

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"dailytip/editions"
	"dailytip/membership"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/web"
)

// What a button on the page of settings asks for; "" is doSave. Every mail has a link
// to that page, and a mail may be passed on. So the page changes what comes and
// when, and neither shows nor does what could hurt its owner.
const (
	doSave    = "save"
	doPause   = "pause"
	doResume  = "resume"
	doResend  = "again"   // send the latest tip once more
	doJoin    = "join"    // subscribe to this newsletter again
	doAccount = "account" // mail the link to the account
)

// How a change came about, kept as proof of consent.
const settingsDetail = "chose it on the page of settings"

// preferences shows a reader's settings, and changes nothing.
func (s *Site) preferences(r *http.Request) (web.Page, error) {
	id, bad := s.linked(r, subscribers.PreferencesLink, "page.error.not_found")
	if bad != nil {
		return *bad, nil
	}
	return s.settingsOf(r, id, outcome{})
}

// outcome is what a button brought about, for the top of the page.
type outcome struct {
	message    string // names it; "": nothing happened
	newsletter string // the newsletter that it is about; "": the page's own
	when       bool   // it says when the next tip comes
	mailed     bool   // a mail waits to be sent
	form       *settingsForm
	faults     []fault
}

// changePreferences does what a button says.
func (s *Site) changePreferences(r *http.Request) (web.Page, error) {
	id, bad := s.linked(r, subscribers.PreferencesLink, "page.error.not_found")
	if bad != nil {
		return *bad, nil
	}
	do, now := r.PostFormValue("do"), s.Now()
	p, err := s.reader(r.Context(), s.DB.Read(), id)
	var out outcome
	if err == nil {
		switch do {
		case doResend:
			out, err = s.resend(r.Context(), now, p)
		case doJoin:
			out, err = s.join(r.Context(), now, p)
		case doAccount:
			out, err = s.mailAccount(r.Context(), now, p)
		default:
			out, err = s.set(r, now, id, do)
		}
	}
	switch {
	case errors.Is(err, subscribers.ErrUnknown):
		return s.gone(r), nil
	case err != nil:
		return web.Page{}, err
	case out.mailed:
		s.enqueued()
	}
	if do == doAccount && out.mailed {
		return s.accountMailed(r, p), nil
	}
	return s.settingsOf(r, id, out)
}

// set changes the subscription itself, which is no other room's business.
func (s *Site) set(r *http.Request, now time.Time, id int64, do string) (out outcome, err error) {
	err = s.DB.Write(r.Context(), func(tx *sql.Tx) error {
		p, err := s.reader(r.Context(), tx, id)
		if err != nil {
			return err
		}
		switch do {
		case doPause:
			out, err = s.pause(r, tx, now, p)
		case doResume:
			out, err = s.resume(r.Context(), tx, now, p)
		case doSave, "":
			out, err = s.save(r, tx, now, p)
		}
		return err
	})
	return out, err
}

// pause holds the newsletter for some weeks or until a date.
func (s *Site) pause(r *http.Request, tx *sql.Tx, now time.Time, p reader) (outcome, error) {
	if !p.comes() {
		return outcome{}, nil
	}
	until, ok := s.pauseEnd(r, now, p)
	if !ok {
		return outcome{faults: []fault{{"until", "page.fault.until"}}}, nil
	}
	changed, err := s.List.Pause(r.Context(), tx, now, until, p.subscription.ID, settingsDetail)
	if err != nil || !changed {
		return outcome{}, err
	}
	return outcome{message: "page.pause.done", when: true}, nil
}

func (s *Site) resume(ctx context.Context, tx *sql.Tx, now time.Time, p reader) (outcome, error) {
	changed, err := s.List.Resume(ctx, tx, now, p.subscription.ID, settingsDetail)
	if err != nil || !changed {
		return outcome{}, err
	}
	return outcome{message: "page.pause.resumed", when: true}, nil
}

// resend sends the latest tip once more.
func (s *Site) resend(ctx context.Context, now time.Time, p reader) (outcome, error) {
	if !p.comes() {
		return outcome{}, nil
	}
	c, err := s.latestFor(ctx, s.DB.Read(), p)
	if err == nil {
		err = s.Membership.Resend(ctx, now, p.subscription.ID, c.ID)
	}
	switch {
	case errors.Is(err, editions.ErrNoEdition):
		return outcome{message: "page.settings.again_none"}, nil
	case errors.Is(err, membership.ErrTooOften):
		return outcome{message: "page.settings.again_limit"}, nil
	}
	return outcome{message: "page.settings.again_done", mailed: true}, err
}

// latestFor is the tip that the button sends.
func (s *Site) latestFor(ctx context.Context, q store.Queryer, p reader) (editions.Content, error) {
	before := ""
	if due, err := s.nextDue(ctx, q, p); err == nil && !due.IsZero() {
		before = due.Format(time.DateOnly)
	}
	return s.Ledger.LatestFor(ctx, q, p.subscription.Newsletter, p.person.ID, before)
}

// join sends a mail that asks a reader who has left whether they want to come back,
// as the form does: somebody else may have pressed the button.
func (s *Site) join(ctx context.Context, now time.Time, p reader) (outcome, error) {
	if p.state() != subscribers.Unsubscribed || !p.known {
		return outcome{}, nil
	}
	request := subscribers.Request{Address: p.person.Email, Newsletter: p.newsletter.ID, Consent: subscribers.ByReader, Detail: settingsDetail}
	_, err := s.Membership.SignUp(ctx, now, request, membership.Form{Delay: func() time.Duration { return s.limiters.mail(now, p.person.Email) }})
	return outcome{message: "page.subscribe.sent", mailed: true}, err
}

// gone answers a good link of somebody whom we have erased.
func (s *Site) gone(r *http.Request) web.Page {
	p := s.Plain(r, http.StatusOK, "page.settings.erased_heading", "page.unsubscribe.gone")
	p.Mark = "done"
	return p
}
