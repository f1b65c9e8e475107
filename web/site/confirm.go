package site

import (
	"context"
	"database/sql"
	"errors"
	"html/template"
	"net/http"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
	"dailytip/web"
)

// againField is what the button of somebody who had left sends. Without it the
// button of an old page, pressed after leaving, would bring them back.
const againField = "again"

// How a confirmation came about, kept as proof of consent.
const (
	confirmDetail = "pressed the button on the confirmation page"
	againDetail   = "pressed the button to subscribe again on the confirmation page"
)

// askToConfirm shows where a subscription stands, and changes nothing: scanners
// follow the links of every mail.
func (s *Site) askToConfirm(r *http.Request) (web.Page, error) {
	id, bad := s.linked(r, subscribers.ConfirmLink, "page.confirm.invalid")
	if bad != nil {
		return *bad, nil
	}
	p, err := s.reader(r.Context(), s.DB.Read(), id)
	switch {
	case errors.Is(err, subscribers.ErrUnknown), err == nil && !p.known:
		return s.badLink(r, "page.confirm.invalid"), nil // erased, or a newsletter that is no more
	case err != nil:
		return web.Page{}, err
	}
	return s.confirmPage(r, p, outcome{})
}

// outcome is what pressing the button changed.
type outcome struct {
	confirmed, cameBack bool
	fault               bool   // the name can't be taken, so nothing was
	name                string // fault: as it was written
}

// takeName takes the name as its owner wants it, before it stands in any mail:
// whoever signed them up has written it.
func (s *Site) takeName(r *http.Request, tx *sql.Tx, now time.Time, p reader) (outcome, error) {
	if p.state() != subscribers.Pending || !r.PostForm.Has("name") {
		return outcome{}, nil
	}
	written := r.PostForm.Get("name")
	name, err := subscribers.ParseName(written)
	if err != nil {
		return outcome{fault: true, name: written}, nil
	}
	return outcome{}, s.setName(r.Context(), tx, now, p, name)
}

// confirm makes a pending subscription active. Pressing twice is as good as
// once.
func (s *Site) confirm(r *http.Request) (web.Page, error) {
	id, bad := s.linked(r, subscribers.ConfirmLink, "page.confirm.invalid")
	if bad != nil {
		return *bad, nil
	}
	now, again := s.Now(), r.PostFormValue(againField) != ""
	var p reader
	var out outcome
	err := s.DB.Write(r.Context(), func(tx *sql.Tx) (err error) {
		if p, err = s.reader(r.Context(), tx, id); err != nil || !p.known {
			return err
		}
		if out, err = s.takeName(r, tx, now, p); err != nil || out.fault {
			return err
		}
		if out, err = s.activate(r.Context(), tx, now, p, again); err != nil || !out.confirmed {
			return err
		}
		p, err = s.reader(r.Context(), tx, id)
		return err
	})
	switch {
	case errors.Is(err, subscribers.ErrUnknown), err == nil && !p.known:
		return s.badLink(r, "page.confirm.invalid"), nil
	case err != nil:
		return web.Page{}, err
	}
	if out.confirmed {
		s.enqueued()
	}
	return s.confirmPage(r, p, out)
}

// activate confirms a subscription and enqueues its welcome, in one commit. Who
// has left and asks to come back holds the link that was mailed to them: that is
// the proof which a second mail would ask for.
func (s *Site) activate(ctx context.Context, tx *sql.Tx, now time.Time, p reader, again bool) (out outcome, err error) {
	detail := confirmDetail
	if again && p.state() == subscribers.Unsubscribed {
		detail, out.cameBack = againDetail, true
		_, err = s.List.Add(ctx, tx, now, subscribers.Request{
			Address: p.person.Email, Newsletter: p.subscription.Newsletter, Consent: subscribers.ByReader, Detail: detail,
		})
		if err != nil {
			return out, err
		}
	}
	out.confirmed, err = s.List.Confirm(ctx, tx, now, p.subscription.ID, detail)
	if err != nil || !out.confirmed {
		return out, err
	}
	return out, s.Ledger.Enqueue(ctx, tx, now, ledger.Notice{
		Kind: ledger.Welcome, Newsletter: p.subscription.Newsletter, Subscriber: p.person.ID, Subscription: p.subscription.ID,
		Email: p.person.Email, Language: p.person.Language,
	})
}

// confirmPage says where the subscription stands now.
func (s *Site) confirmPage(r *http.Request, p reader, out outcome) (web.Page, error) {
	p.proven = true // the link came to the address alone
	l := s.letter(r, p)
	show := func(mark, heading string, text ...string) {
		l.Mark, l.Heading = mark, p.say(l.Lang, heading)
		for _, id := range text {
			l.Text = append(l.Text, p.say(l.Lang, id))
		}
	}
	button := func(id string) { l.Button = p.say(l.Lang, id) }
	when := "page.confirm.next"
	switch state := p.state(); {
	case state == subscribers.Pending:
		show("letter", "page.confirm.heading", "page.confirm.text")
		return s.withName(l, p, out)
	case state == subscribers.Active && out.cameBack:
		show("done", "page.confirm.done_heading", "page.unsubscribe.undone")
	case state == subscribers.Active && out.confirmed:
		show("done", "page.confirm.done_heading", "page.confirm.done")
		when = "page.confirm.first"
	case state == subscribers.Active:
		show("done", "page.confirm.already_heading", "page.confirm.already")
	case state == subscribers.Paused:
		show("done", "page.confirm.already_heading", "page.confirm.paused")
	case state == subscribers.Unsubscribed:
		show("", "page.confirm.left_heading", "page.confirm.left")
		button("page.unsubscribe.undo_button")
		l.Field = againField
	default:
		show("", "page.confirm.stopped_heading", "page.confirm.stopped")
	}
	if p.state() != subscribers.Active {
		return l, nil
	}
	next, err := s.next(r, l.Lang, when, p)
	if err != nil {
		return web.Page{}, err
	}
	l.Text = append(l.Text, next...)
	l.Body, err = s.welcome(r, l.Lang, p)
	return l, err
}

// withName has the name on the page, for its owner to change, and the button.
func (s *Site) withName(l web.Page, p reader, out outcome) (web.Page, error) {
	e, faults := entry{Name: p.person.Name}, []fault(nil)
	if out.fault {
		e.Name, faults, l.Status = out.name, []fault{{"name", "page.fault.name"}}, http.StatusUnprocessableEntity
	}
	var err error
	l.Body, err = s.part("confirm", s.entryFields(l.Lang, e, faults))
	return l, err
}

// welcome offers the latest tip at once, and the reader's settings.
func (s *Site) welcome(r *http.Request, lang string, p reader) (template.HTML, error) {
	_, err := s.latestFor(r.Context(), s.DB.Read(), p)
	if err != nil && !errors.Is(err, editions.ErrNoEdition) {
		return "", err
	}
	return s.part("welcome", struct {
		tongue
		Settings, Do string
		Offer        bool
	}{tongue{lang}, s.settingsPath(r, p.subscription.ID), doAgain, err == nil})
}
