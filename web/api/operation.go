package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"dailytip/tokens"
)

// operation is one thing that a program may ask.
type operation struct {
	id, method, path string // the path below [base]
	tag              string
	summary, text    string
	scopes           []tokens.Scope // one of them is needed
	whole            bool           // it's about a person in all their newsletters
	status           int            // 0: 200
	maxBody          int64          // bytes; 0: 64 KiB
}

// caller is who asks.
type caller struct {
	tokens.Token
	text string
}

// callerKey is what a context holds the caller under: huma passes nothing else on.
type callerKey struct{}

// admitted is what an operation's metadata holds the operation under.
const admitted = "operation"

// add registers an operation with the function that answers it.
func add[I, O any](a *API, op operation, f func(ctx context.Context, by tokens.Token, in *I) (*O, error)) {
	text := op.text
	if text != "" {
		text += "\n\n"
	}
	text += "Scope: " + scopeText(op.scopes) + "."
	if op.whole {
		text += " A token of one newsletter can't do it: it's about a person in all their newsletters."
	}
	described := huma.Operation{
		OperationID: op.id, Method: op.method, Path: base + op.path, Summary: op.summary, Description: text, Tags: []string{op.tag},
		DefaultStatus: op.status, MaxBodyBytes: op.maxBody, Security: []map[string][]string{{"token": {}}},
		Metadata: map[string]any{admitted: op},
		Errors:   []int{400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503},
	}
	if described.MaxBodyBytes == 0 {
		described.MaxBodyBytes = maxBody
	}
	huma.Register(a.huma, described, func(ctx context.Context, in *I) (*O, error) {
		by := ctx.Value(callerKey{}).(caller) // without one it panics: who asked has to be known
		out, err := f(ctx, by.Token, in)
		if err != nil {
			return nil, a.failed(ctx, op.id, err)
		}
		return out, nil
	})
	item := a.huma.OpenAPI().Paths[described.Path]
	for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
		if o != nil {
			delete(o.Responses, "500") // huma's own idea: we answer 503
		}
	}
}

// maxBody is the most that a body may hold, in bytes.
const maxBody = 64 << 10

func scopeText(scopes []tokens.Scope) string {
	return strings.Join(tokens.Names(append(slices.Clone(scopes), tokens.All)), " or ")
}

// answerer puts together what a request of an operation passes. What has no metadata is
// huma's own: the document, which everybody may read.
func (a *API) answerer(op *huma.Operation, handler func(huma.Context)) http.HandlerFunc {
	answer := func(w http.ResponseWriter, r *http.Request) { handler(humago.NewContext(op, r, w)) }
	declared, ours := op.Metadata[admitted].(operation)
	if !ours {
		return answer
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		by, ok := a.admit(w, r, declared)
		if !ok {
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, by))
		if !readable(r) {
			writeProblem(w, http.StatusBadRequest, "The path or the query holds what isn't text in UTF-8, or a NUL.")
			return
		}
		a.once(w, r, by, declared, answer)
	}
}

// readable tells whether path and query can be kept in a database.
func readable(r *http.Request) bool {
	for _, text := range []string{r.URL.Path, r.URL.RawQuery} {
		if !isText(text) {
			return false
		}
	}
	values := r.URL.Query()
	for name, all := range values {
		if !isText(name) || slices.ContainsFunc(all, func(v string) bool { return !isText(v) }) {
			return false
		}
	}
	return true
}
