package web

import "time"

// Hasten sets how long a sign-up takes at least.
func (s *Server) Hasten(d time.Duration) { s.evenly = d }
