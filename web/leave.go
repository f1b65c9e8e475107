package web

import (
	"database/sql"
	"errors"
	"html/template"
	"net/http"

	"dailytip/subscribers"
)

// How an unsubscription came about, for the operator.
const (
	oneClickDetail = "one click in a mail program (RFC 8058)"
	buttonDetail   = "pressed the button on the unsubscribe page"
)

// askToLeave shows the button, or that it needn't be pressed any more. It
// changes nothing: scanners follow the links of every mail.
func (s *Server) askToLeave(r *http.Request) (page, error) {
	id, err := s.List.Tokens().Check(subscribers.UnsubscribeLink, r.PathValue("token"))
	if err != nil {
		return s.badLink(r, "page.error.not_found"), nil
	}
	p, err := s.reader(r.Context(), s.DB.Read(), id)
	if errors.Is(err, subscribers.ErrUnknown) {
		return s.leftNobody(r), nil
	}
	if err != nil {
		return page{}, err
	}
	if hasLeft(p) {
		return s.leftPage(r, p, "page.unsubscribe.already"), nil
	}
	l := s.letter(r, p)
	l.Heading = p.say(l.Lang, "page.unsubscribe.heading")
	l.Text = []template.HTML{p.say(l.Lang, "page.unsubscribe.text")}
	l.Button = p.say(l.Lang, "page.unsubscribe.button")
	return l, nil
}

// leave ends a subscription at once: no cookie, no login, no redirect, the same
// answer each time, for ever (RFC 8058 §3.1 and §4). The token says it all.
// A mail program's body, urlencoded or multipart, only tells the operator where
// the button was; ours is empty; and one that can't be read keeps nobody here.
func (s *Server) leave(r *http.Request) (page, error) {
	id, err := s.List.Tokens().Check(subscribers.UnsubscribeLink, r.PathValue("token"))
	if err != nil {
		return s.badLink(r, "page.error.not_found"), nil
	}
	detail := buttonDetail
	if r.PostFormValue("List-Unsubscribe") != "" {
		detail = oneClickDetail
	}
	now := s.Now()
	var p reader
	err = s.DB.Write(r.Context(), func(tx *sql.Tx) error {
		if p, err = s.reader(r.Context(), tx, id); err != nil {
			return err
		}
		_, err := s.List.Unsubscribe(r.Context(), tx, now, id, detail)
		return err
	})
	if errors.Is(err, subscribers.ErrUnknown) {
		return s.leftNobody(r), nil
	}
	if err != nil {
		return page{}, err
	}
	return s.leftPage(r, p, "page.unsubscribe.done"), nil
}

func hasLeft(p reader) bool {
	return p.subscription.State == subscribers.Unsubscribed || p.state() == subscribers.Suppressed
}

func (s *Server) leftPage(r *http.Request, p reader, text string) page {
	l := s.letter(r, p)
	l.Mark = "done"
	l.Heading = p.say(l.Lang, "page.unsubscribe.done_heading")
	l.Text = []template.HTML{p.say(l.Lang, text)}
	return l
}

// leftNobody answers a good token of somebody whom we have erased.
func (s *Server) leftNobody(r *http.Request) page {
	l := s.plain(r, http.StatusOK, "page.unsubscribe.done_heading", "page.unsubscribe.gone")
	l.Mark = "done"
	return l
}
