package web

import (
	"net/http"
	"net/url"
)

// protection tells our own pages' requests from those of other sites.
func (s *Server) protection() *http.CrossOriginProtection {
	protection := http.NewCrossOriginProtection()
	if u, err := url.Parse(s.BaseURL); err == nil && u.Host != "" {
		// Our own address is no other site. This matters behind a proxy that
		// changes Host, from which an old browser's Origin then differs.
		_ = protection.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fault(w, r, s.Plain(r, http.StatusForbidden, "page.error.failed_heading", "page.error.elsewhere"))
	}))
	return protection
}

// guard refuses what a form on another site sends, unless its route takes it.
func (s *Server) guard(next http.Handler) http.Handler {
	guarded := s.anywhere.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.route(r).Token && OriginHidden(r) {
			next.ServeHTTP(w, r) // who knows the token could as well press the button
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// OwnForm tells whether a page of ours sent a request, or a program that is no
// browser.
func (s *Server) OwnForm(r *http.Request) bool { return s.forms.Check(r) == nil }

// OriginHidden tells whether a browser may have hidden that a form is our own. With
// Referrer-Policy: no-referrer it writes "Origin: null" on the POST, and over
// plain HTTP or before 2023 it sends no Sec-Fetch-Site that would tell more.
func OriginHidden(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null"
}
