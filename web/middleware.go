package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
)

// maxBody is the most that a request's body may hold, in bytes, where its route
// doesn't say more.
const maxBody = 64 << 10

// mount brings every request to the same paths: without the path of BaseURL,
// which some proxies take off and others leave, and without doubled slashes,
// which the mux would answer with a redirect that RFC 8058 §3.1 forbids.
func (s *Server) mount(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := *r.URL
		r = r.WithContext(r.Context()) // a copy, whose URL is ours to change
		r.URL = &u
		u.Path, u.RawPath = path.Clean("/"+u.Path), ""
		// A path that is a page by itself stays: a base of /u must not take
		// the /u off /u/{token}.
		if rest, ok := strings.CutPrefix(u.Path, s.base); ok && s.base != "" && (rest == "" || rest[0] == '/') {
			if _, pattern := s.mux.Handler(r); pattern == fallback {
				u.Path = path.Clean("/" + rest)
			}
		}
		ctx, cancel := context.WithTimeout(r.Context(), cmp.Or(s.route(r).Timeout, handlerTimeout))
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// record logs each request by its route, never by its path, which may hold a
// token, nor by whom it came from.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.Now()
		answer := &recorder{ResponseWriter: w}
		route := s.route(r)
		defer func() {
			fault := recover()
			if fault != nil {
				s.Log.ErrorContext(r.Context(), "a page failed", "route", route.Pattern, "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
				if answer.status == 0 {
					s.fault(answer, r, s.failed(r))
				}
			}
			s.Log.LogAttrs(r.Context(), level(route, answer.status), "request",
				slog.String("route", route.Pattern), slog.String("method", knownMethod(r.Method)), slog.Int("status", answer.status),
				slog.Int("bytes", answer.bytes), slog.Duration("took", s.Now().Sub(start)))
		}()
		next.ServeHTTP(answer, r)
	})
}

// level is the level at which a request is logged.
func level(route Route, status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelWarn
	case route.Quiet:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// knownMethod keeps a client from writing what it likes into the log.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// recorder remembers the status and the size of an answer.
type recorder struct {
	http.ResponseWriter
	status, bytes int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// secure sets the headers that every answer carries. Nothing but our own files
// may be loaded, and no other site may frame a page.
func (s *Server) secure(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // the address of a page holds its token
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if s.https() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// limit reads the whole body, so that a handler has it all or isn't called.
func (s *Server) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := s.route(r)
		if route.Unread {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, cmp.Or(route.MaxBody, maxBody)))
		if err != nil {
			status := http.StatusBadRequest
			if errors.As(err, new(*http.MaxBytesError)) {
				status = http.StatusRequestEntityTooLarge
			}
			w.Header().Set("Connection", "close") // the rest of the body isn't read
			s.fault(w, r, s.Plain(r, status, "page.error.failed_heading", ""))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}
