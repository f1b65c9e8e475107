package site

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"dailytip/subscribers"
	"dailytip/web"
)

// ErrNoCalendar is what [Options.Calendar] answers for a newsletter that has
// none.
var ErrNoCalendar = errors.New("there is no calendar of this newsletter")

// calendar serves a newsletter's plan to the operator's calendar program, at an
// address that is a secret: nobody else needs to know the tips to come.
func (s *Site) calendar(w http.ResponseWriter, r *http.Request) {
	notFound := s.Page(s.NotFound)
	// A wildcard of the mux is a whole segment, so we cut the ending off here.
	token, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	newsletter := s.calendarOf(token)
	if !ok || s.Calendar == nil || newsletter == "" {
		notFound(w, r)
		return
	}
	file, err := s.Calendar(r.Context(), s.Now(), newsletter)
	if errors.Is(err, ErrNoCalendar) {
		notFound(w, r)
		return
	}
	if err != nil {
		s.Page(func(*http.Request) (web.Page, error) { return web.Page{}, err })(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="`+newsletter+`.ics"`) // an id is a-z, 0-9 and hyphens
	h.Set("Content-Length", strconv.Itoa(len(file)))
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	_, _ = w.Write(file)
}

// calendarOf returns the newsletter whose calendar a token opens; "" is none.
func (s *Site) calendarOf(token string) string {
	for _, n := range s.Newsletters {
		if _, err := s.List.Tokens().Check(subscribers.CalendarLink(n.ID), token); err == nil {
			return n.ID
		}
	}
	return ""
}
