package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"dailytip/tokens"
)

// What a token may ask: so many requests at once, and so many a second afterwards.
const (
	burst     = 100
	perSecond = 10
)

// refusedPerHour is how often one network may show what isn't taken.
const refusedPerHour = 360

// admit finds who sends a request, and whether they may. When they may not it has
// answered.
func (a *API) admit(w http.ResponseWriter, r *http.Request, op operation) (caller, bool) {
	text, shown := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	text = strings.TrimSpace(text)
	token, err := a.Tokens.Check(r.Context(), a.Now(), text)
	switch {
	case errors.Is(err, tokens.ErrInvalid):
		// A token that is taken is never kept out: others may come from its network.
		if wait := a.refused.Allow(a.Now(), a.ClientNetwork(r)); wait > 0 {
			tooMany(w, wait, "From this network came too many requests with tokens that aren't taken.")
			return caller{}, false
		}
		challenge := `Bearer realm="dailytip"` // RFC 6750 §3
		why := "The request shows no token: send the header Authorization: Bearer dt_…; dailytip tokens new makes one."
		if shown {
			challenge += `, error="invalid_token"`
			why = "The token isn't taken: it's mistyped, has expired or was revoked; dailytip tokens list shows those that are taken."
		}
		w.Header().Set("WWW-Authenticate", challenge)
		writeProblem(w, http.StatusUnauthorized, why)
		return caller{}, false
	case err != nil:
		if !errors.Is(err, context.Canceled) { // else whoever asked has gone
			a.Log.ErrorContext(r.Context(), "a token can't be checked", "operation", op.id, "error", err)
		}
		writeProblem(w, http.StatusServiceUnavailable, failedText)
		return caller{}, false
	}
	if !a.limits.allow(w, a.Now(), token.ID) {
		return caller{}, false
	}
	a.noteUse(r.Context(), token)
	if why := mayNot(token, op); why != "" {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="dailytip", error="insufficient_scope", scope=%q`, strings.ReplaceAll(scopeText(op.scopes), " or ", " ")))
		writeProblem(w, http.StatusForbidden, why)
		return caller{}, false
	}
	return caller{token, text}, true
}

// noteTime is how long a request waits for its token's use to be noted, while another
// process writes into the database.
const noteTime = time.Second

// noteUse notes that a token was used. Who only reads needs no database that can be
// written.
func (a *API) noteUse(ctx context.Context, t tokens.Token) {
	short, cancel := context.WithTimeout(ctx, noteTime)
	defer cancel()
	if err := a.Tokens.NoteUse(short, a.Now(), t); err != nil && !errors.Is(err, context.Canceled) {
		a.Log.WarnContext(ctx, "the use of a token can't be noted", "token", t.Name, "error", err)
	}
}

// mayNot says why a token isn't enough for an operation; "" when it is.
func mayNot(t tokens.Token, op operation) string {
	switch {
	case !t.Allows(op.scopes...):
		return "The token " + t.Name + " hasn't the scope for this: it needs " + scopeText(op.scopes) + "."
	case op.whole && t.Newsletter != "":
		return "The token " + t.Name + " is for one newsletter, and this is about a person in all their newsletters."
	}
	return ""
}

// limits are how much each token may still ask.
type limits struct {
	mu  sync.Mutex
	all map[int64]*rate.Limiter // there are as many as tokens were made
}

func newLimits() *limits { return &limits{all: map[int64]*rate.Limiter{}} }

// allow counts a request, and says in the headers how many may follow
// (draft-ietf-httpapi-ratelimit-headers-10). When there are too many it has answered.
func (l *limits) allow(w http.ResponseWriter, now time.Time, token int64) bool {
	l.mu.Lock()
	one := l.all[token]
	if one == nil {
		one = rate.NewLimiter(perSecond, burst)
		l.all[token] = one
	}
	l.mu.Unlock()
	ok := one.AllowN(now, 1)
	left := max(one.TokensAt(now), 0)
	h := w.Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=%d`, burst, burst/perSecond))
	h.Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, int(left), int(math.Ceil((burst-left)/perSecond))))
	if !ok {
		tooMany(w, time.Duration((1-left)/perSecond*float64(time.Second)), fmt.Sprintf("With this token at most %d requests may come at once, and %d a second.", burst, perSecond))
	}
	return ok
}

func tooMany(w http.ResponseWriter, wait time.Duration, why string) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
	writeProblem(w, http.StatusTooManyRequests, why)
}

// isText tells whether a database can keep a text.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
