package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"dailytip/tokens"
)

// keyHeader names a request, so that it's carried out once however often it's sent
// (draft-ietf-httpapi-idempotency-key-header-07).
const keyHeader = "Idempotency-Key"

// maxKey is how long a key may be, in characters.
const maxKey = 255

// once answers a request that carries a key as the same request was answered before.
func (a *API) once(w http.ResponseWriter, r *http.Request, by caller, op operation, answer http.HandlerFunc) {
	key := r.Header.Get(keyHeader)
	if key == "" || r.Method != http.MethodPost {
		answer(w, r)
		return
	}
	limit := op.maxBody
	if limit == 0 {
		limit = maxBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		status := http.StatusBadRequest
		if errors.As(err, new(*http.MaxBytesError)) {
			status = http.StatusRequestEntityTooLarge
		}
		a.fault(w, r, status)
		return
	}
	if len(key) > maxKey {
		writeProblem(w, http.StatusBadRequest, "The Idempotency-Key is longer than 255 characters.")
		return
	}
	// The program may go away, and the request's context ends with it: the key is noted
	// all the same, and the answer is kept or the key forgotten.
	ctx := context.WithoutCancel(r.Context())
	asked := bytes.Join([][]byte{[]byte(r.Method), []byte(r.URL.RequestURI()), body}, []byte{0})
	request, before, err := a.Tokens.Begin(ctx, a.Now(), by.Token, by.text, key, asked)
	switch {
	case errors.Is(err, tokens.ErrUnderWay):
		w.Header().Set("Retry-After", "1")
		writeProblem(w, http.StatusConflict, "The first request with this Idempotency-Key is still under way.")
		return
	case errors.Is(err, tokens.ErrOtherRequest):
		writeProblem(w, http.StatusUnprocessableEntity, "This Idempotency-Key was used for another request in the last 24 hours; make a new one for each request.")
		return
	case err != nil:
		a.Log.ErrorContext(ctx, "a request's key can't be noted", "operation", op.id, "error", err)
		a.fault(w, r, http.StatusServiceUnavailable)
		return
	case before != nil:
		repeat(w, before)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	kept := &copied{ResponseWriter: w}
	ended := false
	defer func() { // also when it panics
		if !ended {
			_ = request.Forget(ctx)
		}
	}()
	answer(kept, r)
	if kept.status >= http.StatusInternalServerError {
		return
	}
	ended = true
	header := map[string]string{}
	for _, name := range []string{"Content-Type", "Etag"} {
		if value := w.Header().Get(name); value != "" {
			header[name] = value
		}
	}
	if err := request.End(ctx, tokens.Answer{Status: kept.status, Header: header, Body: kept.body.Bytes()}); err != nil {
		a.Log.ErrorContext(ctx, "the answer to a request can't be kept", "operation", op.id, "error", err)
	}
}

// repeat gives an answer once more.
func repeat(w http.ResponseWriter, before *tokens.Answer) {
	for name, value := range before.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(before.Status)
	_, _ = w.Write(before.Body)
}

// copied is an answer that is kept while it's written.
type copied struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *copied) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *copied) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	c.body.Write(b)
	return c.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (c *copied) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Keyed is what the requests have in common that may carry a key.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"Names the request: sent again within 24 hours it isn't carried out again, and gets the same answer."`
}

var _ huma.Adapter = (*API)(nil)
