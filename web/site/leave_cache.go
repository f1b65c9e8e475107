package site

import (
	"bytes"
	"net/http"
	"sync"

	"dailytip/subscribers"
	"dailytip/web"
)

// The page to leave is what scanners ask for most often: they follow the links of
// every mail of a run within minutes. For all readers of a newsletter in one
// language it differs only in their tokens and address. So it's written once and
// kept in pieces, and each reader's own values are put between them.

// leavePages keeps those pages.
type leavePages struct {
	mu    sync.Mutex
	pages map[leavePageKey][]piece // at most as many as there are keys
}

// leavePageKey is what the page depends on beside the reader's own values.
type leavePageKey struct {
	newsletter, lang string
	offered, weekly  bool // see [Site.offersLess]
}

// piece is a part of a page, and which of the reader's own values follows it.
type piece struct {
	text  []byte
	value int // index of the values; -1: it's the last
}

// splitPage divides a page at each of the values. It returns false when the address
// is left somewhere in another form, so that no other reader is shown it.
func splitPage(body []byte, values [3]string, email string) ([]piece, bool) {
	var pieces []piece
	for {
		at, value := len(body), -1
		for i, v := range values {
			if n := bytes.Index(body, []byte(v)); v != "" && n >= 0 && n < at {
				at, value = n, i
			}
		}
		text := bytes.Clone(body[:at])
		if bytes.Contains(text, []byte(email)) {
			return nil, false
		}
		pieces = append(pieces, piece{text, value})
		if value < 0 {
			return pieces, true
		}
		body = body[at+len(values[value]):]
	}
}

func joinPage(pieces []piece, values [3]string) []byte {
	var b []byte
	for _, p := range pieces {
		if b = append(b, p.text...); p.value >= 0 {
			b = append(b, values[p.value]...)
		}
	}
	return b
}

// leavePage answers a GET of the link to leave. It changes nothing: scanners
// follow the links of every mail.
func (s *Site) leavePage(w http.ResponseWriter, r *http.Request) {
	p, bad, err := s.leaver(r, s.DB.Read())
	if bad != nil || err != nil || hasLeft(p) || r.URL.RawQuery != "" {
		s.Page(func(r *http.Request) (web.Page, error) {
			if bad != nil || err != nil {
				return orBad(bad), err
			}
			return s.askToLeave(r, p)
		})(w, r)
		return
	}
	less, weekly := s.offersLess(p)
	key := leavePageKey{p.subscription.Newsletter, s.letter(r, p).Lang, less, weekly}
	values := [3]string{
		r.PathValue("token"), s.List.Tokens().Make(subscribers.PreferencesLink, p.subscription.ID),
		string(p.address()),
	}
	s.leavePages.mu.Lock()
	pieces := s.leavePages.pages[key]
	s.leavePages.mu.Unlock()
	if pieces != nil {
		s.Send(w, r, web.Page{Lang: key.lang}, joinPage(pieces, values))
		return
	}
	s.Page(func(r *http.Request) (web.Page, error) {
		l, err := s.askToLeave(r, p)
		if err != nil {
			return l, err
		}
		body, err := s.Render(r, l)
		if err != nil {
			return l, err
		}
		if pieces, ok := splitPage(body, values, string(p.person.Email)); ok {
			s.leavePages.mu.Lock()
			s.leavePages.pages[key] = pieces
			s.leavePages.mu.Unlock()
		}
		return l, nil
	})(w, r)
}
