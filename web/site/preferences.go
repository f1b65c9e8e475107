package site

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/web"
)

// What a button on the page of settings asks for; "": to save them. Every mail has
// the link to it, and may be passed on with it: it changes what comes and when,
// and shows and does nothing that could hurt its owner.
const (
	doSave    = "save"
	doPause   = "pause"
	doResume  = "resume"
	doAgain   = "again"   // the latest tip once more
	doJoin    = "join"    // this newsletter again
	doAccount = "account" // the link to all that we hold
)

// How a change came about, kept as proof of consent.
const settingsDetail = "chose it on the page of settings"

// preferences shows a reader's settings, and changes nothing.
func (s *Site) preferences(r *http.Request) (web.Page, error) {
	id, bad := s.linked(r, subscribers.PreferencesLink, "page.error.not_found")
	if bad != nil {
		return *bad, nil
	}
	return s.settingsOf(r, id, news{})
}

// news is what a button brought about, for the top of the page.
type news struct {
	message    string // names it; "": nothing happened
	newsletter string // that it is about; "": the page's own
	when       bool   // it says when the next tip comes
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
	var out news
	var mailed bool
	var p reader
	err := s.DB.Write(r.Context(), func(tx *sql.Tx) error {
		out, mailed = news{}, false
		var err error
		if p, err = s.reader(r.Context(), tx, id); err != nil {
			return err
		}
		switch do {
		case doPause:
			out, err = s.pause(r, tx, now, p)
		case doResume:
			out, err = s.resume(r.Context(), tx, now, p)
		case doAgain:
			out, mailed, err = s.again(r.Context(), tx, now, p)
		case doJoin:
			out, mailed, err = s.join(r, tx, now, p)
		case doAccount:
			out, mailed, err = s.mailAccount(r.Context(), tx, now, p)
		case doSave, "":
			out, err = s.save(r, tx, now, p)
		}
		return err
	})
	switch {
	case errors.Is(err, subscribers.ErrUnknown):
		return s.gone(r), nil
	case err != nil:
		return web.Page{}, err
	case mailed:
		s.enqueued()
	}
	if do == doAccount && mailed {
		return s.accountMailed(r, p), nil
	}
	return s.settingsOf(r, id, out)
}

// pause holds the newsletter for some weeks or until a date.
func (s *Site) pause(r *http.Request, tx *sql.Tx, now time.Time, p reader) (news, error) {
	until, ok := s.pauseEnd(r, now, p)
	if !ok {
		return news{faults: []fault{{"until", "page.fault.until"}}}, nil
	}
	changed, err := s.List.Pause(r.Context(), tx, now, until, p.subscription.ID, settingsDetail)
	if err != nil || !changed {
		return news{}, err
	}
	return news{message: "page.pause.done", when: true}, nil
}

func (s *Site) resume(ctx context.Context, tx *sql.Tx, now time.Time, p reader) (news, error) {
	changed, err := s.List.Resume(ctx, tx, now, p.subscription.ID, settingsDetail)
	if err != nil || !changed {
		return news{}, err
	}
	return news{message: "page.pause.resumed", when: true}, nil
}

// again has the latest tip sent once more.
func (s *Site) again(ctx context.Context, tx *sql.Tx, now time.Time, p reader) (out news, mailed bool, err error) {
	if p.state() != subscribers.Active && p.state() != subscribers.Paused || !p.known {
		return news{}, false, nil
	}
	asked, err := s.Ledger.Asked(ctx, tx, ledger.Resend, p.person.ID, now.Add(-24*time.Hour))
	if err != nil {
		return news{}, false, err
	}
	if asked >= resendsPerDay {
		return news{message: "page.settings.again_limit"}, false, nil
	}
	c, err := s.latestFor(ctx, tx, p)
	if errors.Is(err, editions.ErrNoEdition) {
		return news{message: "page.settings.again_none"}, false, nil
	}
	if err != nil {
		return news{}, false, err
	}
	return news{message: "page.settings.again_done"}, true, s.Ledger.Enqueue(ctx, tx, now, ledger.Notice{
		Kind: ledger.Resend, Newsletter: p.subscription.Newsletter, Subscriber: p.person.ID, Subscription: p.subscription.ID,
		Email: p.person.Email, Language: p.person.Language, Content: c.ID,
	})
}

// latestFor is the tip that a reader was sent last. Who has had none gets the
// newsletter's, but not the one that is about to come to them.
func (s *Site) latestFor(ctx context.Context, q store.Queryer, p reader) (editions.Content, error) {
	c, err := s.Ledger.LastOf(ctx, q, p.subscription.Newsletter, p.person.ID)
	if !errors.Is(err, editions.ErrNoEdition) {
		return c, err
	}
	before := ""
	if due, err := s.nextDue(ctx, q, p); err == nil && !due.IsZero() {
		before = due.Format(time.DateOnly)
	}
	return s.Ledger.Editions().Latest(ctx, q, p.subscription.Newsletter, before)
}

// join asks who isn't on the newsletter's list by mail whether they would like to
// be, as the form does: the link may have come to somebody else.
func (s *Site) join(r *http.Request, tx *sql.Tx, now time.Time, p reader) (out news, mailed bool, err error) {
	if p.state() != subscribers.Unsubscribed || !p.known {
		return news{}, false, nil
	}
	request := subscribers.Request{Address: p.person.Email, Newsletter: p.newsletter.ID, Consent: subscribers.ByReader, Detail: settingsDetail}
	wait := func() time.Duration { return s.gates.mail(now, p.person.Email) }
	if _, err := s.Ledger.SignUpLater(r.Context(), tx, now, request, wait); err != nil {
		return news{}, false, err
	}
	return news{message: "page.subscribe.sent"}, true, nil
}

// gone answers a good link of somebody whom we have erased.
func (s *Site) gone(r *http.Request) web.Page {
	p := s.Plain(r, http.StatusOK, "page.settings.erased_heading", "page.unsubscribe.gone")
	p.Mark = "done"
	return p
}
