package site

import (
	"errors"
	"html/template"
	"net/http"

	"dailytip/editions"
	"dailytip/membership"
	"dailytip/subscribers"
	"dailytip/web"
)

// resubscribeField is what the button sends that somebody sees who has left. An old
// page doesn't send it, so its button can't bring back who has left meanwhile.
const resubscribeField = "again"

// How a confirmation came about, kept as proof of consent.
const (
	confirmDetail     = "pressed the button on the confirmation page"
	resubscribeDetail = "pressed the button to subscribe again on the confirmation page"
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
	return s.confirmPage(r, p, confirmation{})
}

// confirmation is what the button changed.
type confirmation struct {
	membership.Confirmed
	fault bool   // the name can't be used, so nothing was changed changed
	name  string // when it has a fault: as it was written
}

// confirm makes a pending subscription active. Pressing twice is as good as
// once.
func (s *Site) confirm(r *http.Request) (web.Page, error) {
	id, bad := s.linked(r, subscribers.ConfirmLink, "page.confirm.invalid")
	if bad != nil {
		return *bad, nil
	}
	p, err := s.reader(r.Context(), s.DB.Read(), id)
	var out confirmation
	if err == nil && p.known {
		if out, err = s.pressed(r, p); err == nil && out.Active {
			s.enqueued()
			p, err = s.reader(r.Context(), s.DB.Read(), id)
		}
	}
	switch {
	case errors.Is(err, subscribers.ErrUnknown), err == nil && !p.known:
		return s.badLink(r, "page.confirm.invalid"), nil
	case err != nil:
		return web.Page{}, err
	}
	return s.confirmPage(r, p, out)
}

// pressed does what the button says, unless the name beside it can't be used.
func (s *Site) pressed(r *http.Request, p reader) (confirmation, error) {
	c := membership.Confirmation{Subscription: p.subscription.ID, Again: r.PostFormValue(resubscribeField) != "", Detail: confirmDetail}
	if c.Again {
		c.Detail = resubscribeDetail
	}
	if p.state() == subscribers.Pending && r.PostForm.Has("name") {
		written := r.PostForm.Get("name")
		name, err := subscribers.ParseName(written)
		if err != nil {
			return confirmation{fault: true, name: written}, nil
		}
		c.Name = &name
	}
	done, err := s.Membership.Confirm(r.Context(), s.Now(), c)
	return confirmation{Confirmed: done}, err
}

// confirmPage says where the subscription stands now.
func (s *Site) confirmPage(r *http.Request, p reader, out confirmation) (web.Page, error) {
	p.proven = true // this link was mailed to nobody else
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
	case state == subscribers.Active && out.CameBack:
		show("done", "page.confirm.done_heading", "page.unsubscribe.undone")
	case state == subscribers.Active && out.Active:
		show("done", "page.confirm.done_heading", "page.confirm.done")
		when = "page.confirm.first"
	case state == subscribers.Active:
		show("done", "page.confirm.already_heading", "page.confirm.already")
	case state == subscribers.Paused:
		show("done", "page.confirm.already_heading", "page.confirm.paused")
	case state == subscribers.Unsubscribed:
		show("", "page.confirm.left_heading", "page.confirm.left")
		button("page.unsubscribe.undo_button")
		l.Field = resubscribeField
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

// withName puts the name on the page, for its owner to change, and the button.
func (s *Site) withName(l web.Page, p reader, out confirmation) (web.Page, error) {
	e, faults := entry{Name: p.person.Name}, []fault(nil)
	if out.fault {
		e.Name, faults, l.Status = out.name, []fault{{"name", "page.fault.name"}}, http.StatusUnprocessableEntity
	}
	var err error
	l.Body, err = s.fill("confirm", s.entryFields(l.Lang, e, faults))
	return l, err
}

// welcome offers the latest tip at once, and the reader's settings.
func (s *Site) welcome(r *http.Request, lang string, p reader) (template.HTML, error) {
	_, err := s.latestFor(r.Context(), s.DB.Read(), p)
	if err != nil && !errors.Is(err, editions.ErrNoEdition) {
		return "", err
	}
	return s.fill("welcome", struct {
		messages
		Settings, Do string
		Offer        bool
	}{messages{lang}, s.settingsPath(r, p.subscription.ID), doResend, err == nil})
}
