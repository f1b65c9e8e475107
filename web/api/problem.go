package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Refused is why a request isn't carried out, in words for whoever sent it.
type Refused struct {
	Status int
	why    string
}

func (r Refused) Error() string { return r.why }

// Refuse refuses a request.
func Refuse(status int, format string, args ...any) error {
	return Refused{status, fmt.Sprintf(format, args...)}
}

func unknown(format string, args ...any) error { return Refuse(http.StatusNotFound, format, args...) }

func invalid(format string, args ...any) error {
	return Refuse(http.StatusUnprocessableEntity, format, args...)
}

func conflict(format string, args ...any) error { return Refuse(http.StatusConflict, format, args...) }

// faultTexts are what requests are told that no handler answers.
var faultTexts = map[int]string{
	http.StatusBadRequest:            "The request's body ended before it was over, or the program that sent it went away.",
	http.StatusForbidden:             "This is for programs: a page on another site can't send it.",
	http.StatusNotFound:              "There is nothing at this path. /api/v1/openapi.json says what there is.",
	http.StatusMethodNotAllowed:      "This path doesn't take the method; the header Allow names those that it takes.",
	http.StatusRequestEntityTooLarge: "The body is too large.",
}

// failedText is what a request is told when the fault is ours.
const failedText = "The fault is ours, and the log says what it is. Try again in a while."

// fault answers in a handler's place.
func (a *API) fault(w http.ResponseWriter, _ *http.Request, status int) {
	text, ok := faultTexts[status]
	if !ok {
		status, text = http.StatusServiceUnavailable, failedText
	}
	writeProblem(w, status, text)
}

// problem is what goes out of an error (RFC 9457).
func problem(status int, text string) *huma.ErrorModel {
	return &huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: text}
}

func writeProblem(w http.ResponseWriter, status int, text string) {
	body, err := json.Marshal(problem(status, text))
	if err != nil { // it's a struct of texts
		body = nil
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "60")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// failed makes a problem of a handler's error. What isn't [Refused] is our fault: it's
// logged, and the program is told to come back.
func (a *API) failed(ctx context.Context, operation string, err error) error {
	var r Refused
	if errors.As(err, &r) {
		return problem(r.Status, r.why)
	}
	if errors.Is(err, context.Canceled) { // whoever asked has gone
		return problem(http.StatusServiceUnavailable, failedText)
	}
	a.Log.ErrorContext(ctx, "a request of a program's failed", "operation", operation, "error", err)
	return huma.ErrorWithHeaders(problem(http.StatusServiceUnavailable, failedText), http.Header{"Retry-After": {"60"}})
}

// optional is an instant that may be none.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
