package web

import (
	"net/http"
	"net/netip"
	"time"
)

// Client is where a request comes from.
func (s *Server) Client(r *http.Request) netip.Addr { return s.client(r) }

// Hurry sets how long a client may take to say what it wants.
func (s *Server) Hurry(d time.Duration) { s.clientTimeout = d }
