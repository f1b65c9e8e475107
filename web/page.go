package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"

	"dailytip/locale"
)

// page is one letter: what happened or is asked, in one sentence and a bit, and
// at most one button. The button posts to the page's own address.
type page struct {
	Status  int // 0: 200
	Lang    string
	Mark    string // a small drawing over the heading: "letter", "done" or ""
	Heading template.HTML
	Text    []template.HTML
	Button  template.HTML // "": no button
	Field   string        // what the button sends with the value 1; "": nothing

	letterhead
}

// letterhead is what stands over a page: whose it is, and in whose colour.
type letterhead struct {
	Name     template.HTML
	Class    string // names the accent in the stylesheet; "": the house's own
	Language string // BCP 47, of the newsletter; ""
}

//go:embed templates/*.tmpl
var templates embed.FS

// parsePages reads the embedded templates. They are part of the program: a
// fault in them fails every test.
func parsePages() *template.Template {
	return template.Must(template.ParseFS(templates, "templates/*.tmpl"))
}

// page makes a handler of a function that says what to show. An error is ours,
// never the reader's: it's logged and the page asks to try again.
func (s *Server) page(f func(*http.Request) (page, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := f(r)
		if err != nil {
			if !errors.Is(err, context.Canceled) { // the reader has gone
				_, route := s.mux.Handler(r)
				s.Log.ErrorContext(r.Context(), "a page failed", "route", route, "error", err)
			}
			p = s.failed(r)
		}
		s.write(w, r, p)
	}
}

// write sends a page. Pages hold a person's address and stand at an address
// that is a secret: nobody keeps them.
func (s *Server) write(w http.ResponseWriter, r *http.Request, p page) {
	var b bytes.Buffer
	err := s.pages.ExecuteTemplate(&b, "page", struct {
		page
		Title, Dir, Style string
	}{p, untagged(p.Heading + " · " + p.Name), locale.Dir(p.Lang), s.base + s.style.path})
	if err != nil {
		s.Log.ErrorContext(r.Context(), "a page can't be written", "error", err)
		machineText(w, http.StatusInternalServerError, "The fault is ours. Please try again in a few minutes.")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.Lang)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Add("Vary", "Accept-Language")
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "120")
	}
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	w.WriteHeader(p.Status)
	_, _ = b.WriteTo(w)
}

// plain is a page of the whole site's, in the language of the browser.
func (s *Server) plain(r *http.Request, status int, heading, text string) page {
	p := page{Status: status, Lang: s.language(r, "", ""), letterhead: s.siteHead()}
	p.Heading = phrase(p.Lang, heading, nil)
	if text != "" {
		p.Text = []template.HTML{phrase(p.Lang, text, nil)}
	}
	return p
}

// siteHead is the letterhead of a page that we can't tell a newsletter of.
func (s *Server) siteHead() letterhead {
	if len(s.Newsletters) == 1 {
		return s.newsletters[s.Newsletters[0].ID]
	}
	return letterhead{Name: isolated(s.host, "")}
}

func (s *Server) nothingHere(r *http.Request) (page, error) {
	return s.plain(r, http.StatusNotFound, "page.error.not_found_heading", "page.error.not_found"), nil
}

// badLink is the page of a token that is forged, cut off or made for something
// else; text says what to do about it.
func (s *Server) badLink(r *http.Request, text string) page {
	return s.plain(r, http.StatusNotFound, "page.confirm.invalid_heading", text)
}

// failed is 503 and not 500: what fails here is the database, and a mail
// program that unsubscribes by itself may try again.
func (s *Server) failed(r *http.Request) page {
	return s.plain(r, http.StatusServiceUnavailable, "page.error.failed_heading", "page.error.failed")
}

func (s *Server) wrongMethod(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		s.write(w, r, s.plain(r, http.StatusMethodNotAllowed, "page.error.failed_heading", ""))
	}
}
