package web

import (
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// Evenly is how long a sign-up takes at least.
const Evenly = evenly

// Hasten sets how long a sign-up takes at least.
func (s *Server) Hasten(d time.Duration) { s.evenly = d }

// Client is where a request comes from.
func (s *Server) Client(r *http.Request) netip.Addr { return s.client(r) }

// Hurry sets how long a client may take to say what it wants.
func (s *Server) Hurry(d time.Duration) { s.patience = d }

// ReadEmail is the address in a body that programs send.
func ReadEmail(body string) (string, error) {
	e, err := readEntry(strings.NewReader(body))
	return e.Email, err
}
