package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// fallback is the pattern of the route for what no other route answers.
const fallback = "/"

// Route is one page, or one button of a page.
type Route struct {
	// Pattern is a method and a path, as [http.ServeMux] takes them. What is
	// logged of a request is its pattern, never its path.
	Pattern string
	Handler http.HandlerFunc

	// Anywhere: the forms of other sites may be sent to it. See [Server.guard].
	Anywhere bool

	// Token: the token in its path alone gives the right to act.
	Token bool

	// MaxBody is the most that a request's body may hold, in bytes; 0: 64 KiB.
	MaxBody int64

	// Timeout is how long an answer may take, at most 25 seconds, until the context of
	// its request ends; 0: ten seconds.
	Timeout time.Duration

	// Unread: the handler reads the body itself, and bounds it, once it knows who
	// sends it.
	Unread bool

	// Fault answers what never gets to the handler: another site's form, a body that
	// is too large, a panic. nil: with a page.
	Fault func(w http.ResponseWriter, r *http.Request, status int)

	// Quiet: it's asked for so often that only faults are worth a line in the log.
	Quiet bool
}

// Handle adds a route. It panics when there is one with its pattern already.
func (s *Server) Handle(r Route) {
	s.mux.HandleFunc(r.Pattern, r.Handler)
	s.routes[r.Pattern] = r
	if r.Anywhere {
		s.anywhere.AddInsecureBypassPattern(r.Pattern)
	}
}

// Patterns returns the patterns of all routes, sorted.
func (s *Server) Patterns() []string { return slices.Sorted(maps.Keys(s.routes)) }

// Missing has a handler answer what no route does, in place of our own page.
func (s *Server) Missing(answer http.HandlerFunc) { s.missing = answer }

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	if s.missing != nil {
		s.missing(w, r)
		return
	}
	s.Page(s.NotFound)(w, r)
}

// route returns the one that answers a request.
func (s *Server) route(r *http.Request) Route {
	_, pattern := s.mux.Handler(r)
	return s.routes[pattern]
}

// dispatch calls the route of a request. A path that ends before a pattern's last
// wildcard begins is nowhere: the mux would lead to the same path with a slash behind
// it, which [Server.mount] takes off, and so round and round.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	_, pattern := s.mux.Handler(r)
	if strings.HasSuffix(pattern, "...}") && strings.Count(r.URL.Path, "/") < strings.Count(pattern, "/") {
		s.notFound(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}
