package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"time"
)

// Page is laid out like a letter: it says what happened, or asks something, in a
// sentence or two, and has at most one button, which posts to the page's own
// address. A page that needs more has a body.
type Page struct {
	Status  int // 0: 200
	Lang    string
	Title   string // of the window; "": the heading and the newsletter's name
	Mark    string // a small drawing over the heading: "letter", "done" or ""
	Heading template.HTML
	Text    []template.HTML
	Button  template.HTML // "": no button
	Field   string        // what the button sends with the value 1; "": nothing
	Body    template.HTML // what follows; often filled in from a template of the page's room
	Below   template.HTML // what follows below the letter
	Wide    bool          // the body has letters of its own instead of standing in one

	// Public: search engines may find the page, and caches may keep it. Listed:
	// search engines may find it. The other pages hold a person's mail address, or
	// their own address is a secret.
	Public bool
	Listed bool
	Head   []HeadLink
	Meta   []MetaTag
	Script bool // it loads our script, which makes a form easier and isn't needed

	// Here is the path that the links to other languages lead to; "": the
	// request's own.
	Here string

	// Languages are the versions of a page that has its own, and Say what these
	// links are for; nil and "": all that we speak.
	Languages []LanguageLink
	Say       string

	Wait time.Duration // Status 429: until it's worth trying again

	Letterhead
}

// HeadLink is a <link> of the page's head, such as a feed or the next page.
type HeadLink struct{ Rel, Type, Title, Lang, Href string }

// MetaTag is a <meta> of the page's head. Open Graph writes property for name.
type MetaTag struct{ Name, Property, Content string }

//go:embed templates/*.tmpl
var templates embed.FS

// Parse reads the templates of a room, below templates/ of its files. They may use
// what the frame of all pages defines. Templates are part of the program: a fault
// in them fails every test.
func Parse(own fs.FS) *template.Template {
	return template.Must(template.Must(template.ParseFS(templates, "templates/*.tmpl")).ParseFS(own, "templates/*.tmpl"))
}

// Page makes a handler of a function that says what to show. An error is ours,
// never the reader's: it's logged and the page asks to try again.
func (s *Server) Page(f func(*http.Request) (Page, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := f(r)
		if err != nil {
			if !errors.Is(err, context.Canceled) { // the reader has gone
				s.Log.ErrorContext(r.Context(), "a page failed", "route", s.route(r).Pattern, "error", err)
			}
			p = s.failed(r)
		}
		s.write(w, r, p)
	}
}

// Render writes a page with its frame.
func (s *Server) Render(r *http.Request, p Page) ([]byte, error) {
	var b bytes.Buffer
	if err := s.frames.ExecuteTemplate(&b, "page", s.frame(r, p)); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return b.Bytes(), nil
}

// write renders a page and sends it.
func (s *Server) write(w http.ResponseWriter, r *http.Request, p Page) {
	body, err := s.Render(r, p)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "a page can't be written", "error", err)
		writeText(w, http.StatusInternalServerError, "The fault is ours. Please try again in a few minutes.")
		return
	}
	s.Send(w, r, p, body)
}

// Send sends a page that has been rendered.
func (s *Server) Send(w http.ResponseWriter, r *http.Request, p Page, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.Lang)
	h.Add("Vary", "Accept-Language")
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	if p.Listed {
		// Its address is no secret. With no-referrer a browser would hide where
		// its forms come from, also from us.
		h.Set("Referrer-Policy", "same-origin")
	} else {
		h.Set("X-Robots-Tag", "noindex, nofollow")
	}
	switch p.Status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "120")
	case http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(max(1, int(p.Wait/time.Second)+1)))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
