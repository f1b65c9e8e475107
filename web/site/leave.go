package site

import (
	"context"
	"database/sql"
	"errors"
	"html/template"
	"net/http"
	"time"

	"dailytip/locale"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/web"
)

// How an unsubscription came about, for the operator.
const (
	oneClickDetail = "one click in a mail program (RFC 8058)"
	buttonDetail   = "pressed the button on the unsubscribe page"
)

// askToLeave shows the button, or that it needn't be pressed any more.
func (s *Site) askToLeave(r *http.Request, p reader) (l web.Page, err error) {
	if hasLeft(p) {
		return s.leftPage(r, p, "page.unsubscribe.already")
	}
	l = s.letter(r, p)
	l.Heading = p.say(l.Lang, "page.unsubscribe.heading")
	l.Text = []template.HTML{p.say(l.Lang, "page.unsubscribe.text")}
	l.Button = p.say(l.Lang, "page.unsubscribe.button")
	if less, weekly := s.offersLess(p); less {
		l.Body, err = s.frequencyOffer(r, l.Lang, p, weekly)
	}
	return l, err
}

// leaver is the reader behind a link to leave, or the page that says that there
// is none.
func (s *Site) leaver(r *http.Request, q store.Queryer) (p reader, bad *web.Page, err error) {
	id, err := s.List.Tokens().Check(subscribers.UnsubscribeLink, r.PathValue("token"))
	if err != nil {
		forged := s.badLink(r, "page.error.not_found")
		return p, &forged, nil
	}
	p, err = s.reader(r.Context(), q, id)
	if errors.Is(err, subscribers.ErrUnknown) {
		gone := s.leftNobody(r)
		return p, &gone, nil
	}
	_, replaced := s.List.Tokens().CheckNewest(subscribers.UnsubscribeLink, r.PathValue("token"))
	p.leaveOnly = replaced != nil
	return p, nil, err
}

// leave ends a subscription at once: without a cookie, a login or a redirect, with
// the same answer each time, for ever (RFC 8058 §3.1 and §4). The token is all that
// it needs. The body, which a mail program sends urlencoded or multipart, only tells
// the operator where the button was; a body that can't be read is no reason to
// refuse. A good link is never refused for coming too often.
func (s *Site) leave(r *http.Request) (web.Page, error) {
	p, bad, err := s.leaver(r, s.DB.Read())
	if bad != nil || err != nil {
		return orBad(bad), err
	}
	if p.subscription.State == subscribers.Unsubscribed {
		return s.leftPage(r, p, "page.unsubscribe.done")
	}
	detail := buttonDetail
	if r.PostFormValue("List-Unsubscribe") != "" {
		detail = oneClickDetail
	}
	if _, err = s.Membership.Leave(r.Context(), s.Now(), detail, p.subscription.ID); err == nil {
		leaveOnly := p.leaveOnly
		p, err = s.reader(r.Context(), s.DB.Read(), p.subscription.ID)
		p.leaveOnly = leaveOnly
	}
	if errors.Is(err, subscribers.ErrUnknown) {
		return s.leftNobody(r), nil
	}
	if err != nil {
		return web.Page{}, err
	}
	return s.leftPage(r, p, "page.unsubscribe.done")
}

func hasLeft(p reader) bool {
	return p.subscription.State == subscribers.Unsubscribed || p.state() == subscribers.Suppressed
}

// leftPage says that nothing comes any more. For a while the reader can take it back,
// and they may say why they left.
func (s *Site) leftPage(r *http.Request, p reader, text string) (web.Page, error) {
	l := s.letter(r, p)
	l.Mark, l.Here = "done", s.leavePath(r)
	l.Heading = p.say(l.Lang, "page.unsubscribe.done_heading")
	l.Text = []template.HTML{p.say(l.Lang, text)}
	if p.leaveOnly || p.state() != subscribers.Unsubscribed {
		return l, nil
	}
	undo, err := s.List.MayUndo(r.Context(), s.DB.Read(), s.Now(), p.subscription)
	if err != nil {
		return web.Page{}, err
	}
	given, err := s.List.ReasonGiven(r.Context(), s.DB.Read(), p.subscription)
	if err != nil {
		return web.Page{}, err
	}
	v := struct {
		messages
		Undo             bool
		UndoAt, ReasonAt string
		Reasons          []choice
	}{messages{l.Lang}, undo && p.known, s.Link(r, s.leavePath(r)+"/undo"), s.Link(r, s.leavePath(r)+"/reason"), nil}
	if !given {
		for _, reason := range subscribers.Reasons {
			v.Reasons = append(v.Reasons, choice{Value: reason, Text: locale.Text(l.Lang, reasonMessage(reason), nil)})
		}
	}
	l.Body, err = s.fill("left", v)
	return l, err
}

// reasonMessage names the message that says a reason to a reader.
func reasonMessage(reason string) string {
	if reason == "other" { // go-i18n takes "other" for a form of the plural
		reason = "any"
	}
	return "page.unsubscribe." + reason
}

// leftNobody answers a good token of somebody whom we have erased.
func (s *Site) leftNobody(r *http.Request) web.Page {
	l := s.Plain(r, http.StatusOK, "page.unsubscribe.done_heading", "page.unsubscribe.gone")
	l.Mark = "done"
	return l
}

// act makes a handler of one of the buttons beside the one to leave: it runs f in a
// transaction, and shows what came of it.
func (s *Site) act(f func(ctx context.Context, tx *sql.Tx, now time.Time, p reader) error, show func(r *http.Request, p reader) (web.Page, error)) http.HandlerFunc {
	return s.Page(func(r *http.Request) (web.Page, error) {
		id, bad := s.linked(r, subscribers.UnsubscribeLink, "page.error.not_found")
		if bad != nil {
			return *bad, nil
		}
		now := s.Now()
		var p reader
		err := s.DB.Write(r.Context(), func(tx *sql.Tx) (err error) {
			if p, err = s.reader(r.Context(), tx, id); err != nil {
				return err
			}
			if err = f(r.Context(), tx, now, p); err != nil {
				return err
			}
			p, err = s.reader(r.Context(), tx, id)
			return err
		})
		if errors.Is(err, subscribers.ErrUnknown) {
			return s.leftNobody(r), nil
		}
		if err != nil {
			return web.Page{}, err
		}
		return show(r, p)
	})
}
