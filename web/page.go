package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// page is one letter: what happened or is asked, in one sentence and a bit, and
// at most one button, which posts to the page's own address. What has more to it
// brings a body of its own.
type page struct {
	Status  int // 0: 200
	Lang    string
	Title   string // of the window; "": the heading and the newsletter's name
	Mark    string // a small drawing over the heading: "letter", "done" or ""
	Heading template.HTML
	Text    []template.HTML
	Button  template.HTML // "": no button
	Field   string        // what the button sends with the value 1; "": nothing
	Body    template.HTML // what follows; see [Server.part]
	Below   template.HTML // what follows the letter, on the paper
	Wide    bool          // the body brings sheets of its own instead of standing in one

	// Public pages may be found and kept by anybody, Listed ones only found; the
	// others hold a person's address, or stand at an address that is a secret.
	Public   bool
	Listed   bool
	Keep     time.Duration // Public: how long, without asking again; 0: ask each time
	Modified time.Time     // Public: when it last changed; zero: unknown
	Head     []headLink
	Meta     []metaTag
	Script   bool // our script: it improves a form, and nothing needs it

	// Here is the path that the links to other languages lead to; "": the
	// request's own.
	Here string

	// Languages are the versions of a page that has its own, and Say what these
	// links are for; nil and "": all that we speak.
	Languages []languageLink
	Say       string

	Wait time.Duration // Status 429: until it's worth trying again

	letterhead
}

// headLink is a <link> of the page's head, such as a feed or the next page.
type headLink struct{ Rel, Type, Title, Lang, Href string }

// metaTag is a <meta> of the page's head. Open Graph writes property for name.
type metaTag struct{ Name, Property, Content string }

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

// part fills in a template of templates/, for the body of a page.
func (s *Server) part(name string, data any) (template.HTML, error) {
	var b strings.Builder
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("write page: %w", err)
	}
	return template.HTML(b.String()), nil
}

// render writes a page with its frame.
func (s *Server) render(r *http.Request, p page) ([]byte, error) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, "page", s.frame(r, p)); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return b.Bytes(), nil
}

// write renders a page and sends it.
func (s *Server) write(w http.ResponseWriter, r *http.Request, p page) {
	body, err := s.render(r, p)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "a page can't be written", "error", err)
		machineText(w, http.StatusInternalServerError, "The fault is ours. Please try again in a few minutes.")
		return
	}
	s.send(w, r, p, body)
}

// send sends a page that has been rendered.
func (s *Server) send(w http.ResponseWriter, r *http.Request, p page, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.Lang)
	h.Add("Vary", "Accept-Language")
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	if p.Public && p.Status == http.StatusOK {
		s.writePublic(w, r, p, body)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	if p.Listed {
		h.Set("Referrer-Policy", publicReferrer)
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

// publicReferrer is for pages whose address is no secret. With no-referrer a
// browser would hide where their forms come from, also from us.
const publicReferrer = "same-origin"

// writePublic sends a page that caches may keep, or 304 to who has it already.
func (s *Server) writePublic(w http.ResponseWriter, r *http.Request, p page, body []byte) {
	h := w.Header()
	h.Set("Referrer-Policy", publicReferrer)
	sum := sha256.Sum256(body)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	h.Set("Cache-Control", "no-cache")
	if p.Keep > 0 {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(p.Keep.Seconds())))
	}
	http.ServeContent(w, r, "", p.Modified, bytes.NewReader(body))
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
	if listed := s.listed(); len(listed) == 1 {
		return s.newsletters[listed[0].ID]
	}
	return letterhead{Name: isolated(s.host, "")}
}

func (s *Server) nothingHere(r *http.Request) (page, error) {
	p := s.plain(r, http.StatusNotFound, "page.error.not_found_heading", "page.error.not_found")
	p.Here = "/"
	p.Body = template.HTML(`<p class="after"><a href="`+template.HTMLEscapeString(s.link(r, "/"))+`">`) + say(p.Lang, "page.error.home") + "</a></p>"
	return p, nil
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
