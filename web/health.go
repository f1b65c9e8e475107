package web

import (
	"fmt"
	"net/http"
)

// healthz says that the process lives and answers. It looks at nothing else, so that
// nobody kills the process because the database is down.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	writeText(w, http.StatusOK, "ok")
}

// readyz says whether a reader who comes now can be served, and if not, why, in
// general terms. What the database says goes into the log, for it may name its host
// and user.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.pingDatabase(r); err != nil {
		s.Log.WarnContext(r.Context(), "not ready: the database doesn't answer", "error", err)
		writeText(w, http.StatusServiceUnavailable, "not ready: the database doesn't answer")
		return
	}
	if s.Ready != nil {
		if err := s.Ready(r.Context()); err != nil {
			writeText(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
			return
		}
	}
	writeText(w, http.StatusOK, "ready")
}

// sendz says whether mail flows, and if not, why: for who is to be woken then. A
// server whose pages are all right may still be one that sends nothing.
func (s *Server) sendz(w http.ResponseWriter, r *http.Request) {
	if s.Sending != nil {
		if err := s.Sending(r.Context()); err != nil {
			writeText(w, http.StatusServiceUnavailable, "not sending: "+err.Error())
			return
		}
	}
	writeText(w, http.StatusOK, "sending")
}

// pingDatabase reads a row that every migrated database has.
func (s *Server) pingDatabase(r *http.Request) error {
	var id int64
	err := s.DB.Read().QueryRowContext(r.Context(), "SELECT id FROM link_keys ORDER BY id LIMIT 1").Scan(&id)
	if err != nil {
		return fmt.Errorf("read link keys: %w", err)
	}
	return nil
}
