package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dailytip/locale"
)

// Path is the address of one of our pages, for a link on another one.
func (s *Server) Path(path string, query url.Values) string {
	return (&url.URL{Path: s.base + path, RawQuery: query.Encode()}).String()
}

// URL is the address of one of our pages as the world knows it.
func (s *Server) URL(path string, query url.Values) string {
	return strings.TrimSuffix(s.BaseURL, "/") + (&url.URL{Path: path, RawQuery: query.Encode()}).String()
}

// LangField is the name by which a page's address says what it speaks, so that a
// reader can change it without a cookie.
const LangField = "lang"

// AskedLanguage is the language that a page's address asks for; "": none that we
// speak.
func AskedLanguage(r *http.Request) string {
	lang := r.URL.Query().Get(LangField)
	if !slices.Contains(locale.Languages(), lang) {
		return ""
	}
	return lang
}

// Link is the address of one of our pages, in the language that was asked for.
func (s *Server) Link(r *http.Request, path string) string {
	if lang := AskedLanguage(r); lang != "" {
		return s.base + path + "?" + LangField + "=" + lang
	}
	return s.base + path
}
