package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// refusal is why a request is refused. Anybody may read the reason.
type refusal struct {
	status int
	reason string
}

func (r *refusal) Error() string { return r.reason }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// unsigned refuses a request that nobody has signed who could.
func unsigned(format string, args ...any) error {
	return refuse(http.StatusUnauthorized, format, args...)
}

// malformed refuses a request that isn't what the provider writes.
func malformed(format string, args ...any) error {
	return refuse(http.StatusBadRequest, format, args...)
}

// clockSkew is how far the clocks of a provider and of this machine may be apart.
const clockSkew = 5 * time.Minute

// fresh refuses a request from too long ago, or from the future. age is how long a
// provider goes on trying with the same timestamp: what's older is no second try but
// somebody who has kept a request.
func fresh(now, signed time.Time, age time.Duration) error {
	if d := now.Sub(signed); d > age+clockSkew || d < -clockSkew {
		return unsigned("the request was signed at %s, and here it's %s; check this machine's clock", signed.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return nil
}

// freshUnix is fresh for a timestamp in seconds since 1970.
func freshUnix(now time.Time, seconds string, age time.Duration) error {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return unsigned("the timestamp isn't a number of seconds since 1970")
	}
	return fresh(now, time.Unix(n, 0), age)
}

// equal compares secrets in a time that tells nothing of them.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
