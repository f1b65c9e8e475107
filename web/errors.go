package web

import (
	"html/template"
	"net/http"
	"time"

	"dailytip/locale"
)

// TooMany is the page that asks to come back later.
func (s *Server) TooMany(r *http.Request, wait time.Duration) Page {
	p := Page{Status: http.StatusTooManyRequests, Lang: s.Language(r, "", ""), Letterhead: s.SiteLetterhead(), Wait: wait, Here: "/"}
	p.Heading = Say(p.Lang, "page.limit.heading")
	p.Text = []template.HTML{template.HTML(template.HTMLEscapeString(WaitText(p.Lang, wait)))}
	return p
}

// WaitText says in whole minutes when to come back.
func WaitText(lang string, wait time.Duration) string {
	minutes := max(1, int((wait+time.Minute-1)/time.Minute))
	return locale.Text(lang, "page.limit.text", map[string]any{"Count": minutes})
}

// Plain is a page of the whole site's, in the language of the browser.
func (s *Server) Plain(r *http.Request, status int, heading, text string) Page {
	p := Page{Status: status, Lang: s.Language(r, "", ""), Letterhead: s.SiteLetterhead()}
	p.Heading = Phrase(p.Lang, heading, nil)
	if text != "" {
		p.Text = []template.HTML{Phrase(p.Lang, text, nil)}
	}
	return p
}

// NotFound is the page of an address at which there is nothing.
func (s *Server) NotFound(r *http.Request) (Page, error) {
	p := s.Plain(r, http.StatusNotFound, "page.error.not_found_heading", "page.error.not_found")
	p.Here = "/"
	p.Body = template.HTML(`<p class="after"><a href="`+template.HTMLEscapeString(s.Link(r, "/"))+`">`) + Say(p.Lang, "page.error.home") + "</a></p>"
	return p, nil
}

// failed is 503 and not 500: what fails here is the database, and a mail
// program that unsubscribes by itself may try again.
func (s *Server) failed(r *http.Request) Page {
	return s.Plain(r, http.StatusServiceUnavailable, "page.error.failed_heading", "page.error.failed")
}

// fault answers in a handler's place: with a page, or as its route has it.
func (s *Server) fault(w http.ResponseWriter, r *http.Request, p Page) {
	if answer := s.route(r).Fault; answer != nil {
		answer(w, r, p.Status)
		return
	}
	s.write(w, r, p)
}

// WrongMethod answers the methods that a page doesn't take; allow lists those that
// it does.
func (s *Server) WrongMethod(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		s.write(w, r, s.Plain(r, http.StatusMethodNotAllowed, "page.error.failed_heading", ""))
	}
}
