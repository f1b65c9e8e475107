package site

import (
	"net/http"

	"dailytip/subscribers"
	"dailytip/web"
)

// badLink is the page of a token that is forged, cut off or made for something
// else; text says what to do about it.
func (s *Site) badLink(r *http.Request, text string) web.Page {
	return s.Plain(r, http.StatusNotFound, "page.confirm.invalid_heading", text)
}

// linked returns the subscription that the link in a path is for, or the page that
// says why there is none. It takes a link to unsubscribe only while its key is the
// newest: what is beside unsubscribing ends with the key. It bounds how often a link
// is posted to.
func (s *Site) linked(r *http.Request, purpose subscribers.Purpose, badText string) (id int64, bad *web.Page) {
	token := r.PathValue("token")
	id, err := s.List.Tokens().CheckNewest(purpose, token)
	if err != nil {
		p := s.badLink(r, badText)
		return 0, &p
	}
	if r.Method != http.MethodPost {
		return id, nil
	}
	if wait := s.limiters.buttons.Allow(s.Now(), token); wait > 0 {
		p := s.TooMany(r, wait)
		return 0, &p
	}
	return id, nil
}

// orBad returns the page of a bad link when there is one. The error of a handler
// makes a page of its own.
func orBad(bad *web.Page) web.Page {
	if bad == nil {
		return web.Page{}
	}
	return *bad
}

// settingsPath is the address of the settings of a subscription.
func (s *Site) settingsPath(r *http.Request, subscription int64) string {
	return s.Link(r, "/preferences/"+s.List.Tokens().Make(subscribers.PreferencesLink, subscription))
}

// leavePath is the path of the page to leave. The pages of its buttons are below it.
func (s *Site) leavePath(r *http.Request) string { return "/u/" + r.PathValue("token") }
