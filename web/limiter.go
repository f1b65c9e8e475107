package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxKeys bounds a limiter's memory, in keys. Each takes some 200 bytes, and there
// may be twice as many.
const maxKeys = 20_000

// Limiter lets each key do something so many times an hour, a third of them at
// once. It forgets the keys that it hasn't seen for the longest. A nil Limiter
// knows no limit.
type Limiter struct {
	every rate.Limit
	burst int

	mu          sync.Mutex
	young, past map[string]*rate.Limiter
}

// NewLimiter returns nil, which is no limit, unless perHour is positive.
func NewLimiter(perHour int) *Limiter {
	if perHour <= 0 {
		return nil
	}
	return &Limiter{
		every: rate.Limit(float64(perHour) / time.Hour.Seconds()), burst: (perHour + 2) / 3,
		young: map[string]*rate.Limiter{},
	}
}

// Allow returns 0 and counts when a key may go on. Else it returns how long the
// key has to wait, and doesn't count.
func (l *Limiter) Allow(now time.Time, key string) time.Duration {
	if l == nil {
		return 0
	}
	// It isn't reserved and given back: of several at once, each would keep what the
	// others have reserved meanwhile, and the key would fall into debt.
	one := l.of(key)
	if one.AllowN(now, 1) {
		return 0
	}
	return max(l.delay(one, now), 1) // at another's later instant there may be one already
}

// Reserve counts in any case, and returns how long the key has to wait.
func (l *Limiter) Reserve(now time.Time, key string) time.Duration {
	if l == nil {
		return 0
	}
	return l.of(key).ReserveN(now, 1).DelayFrom(now)
}

// Delay is how long a key would have to wait now. It doesn't count.
func (l *Limiter) Delay(now time.Time, key string) time.Duration {
	if l == nil {
		return 0
	}
	return l.delay(l.of(key), now)
}

func (l *Limiter) delay(one *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - one.TokensAt(now)
	return time.Duration(max(missing, 0) / float64(l.every) * float64(time.Second))
}

// of returns the limiter of one key.
func (l *Limiter) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.young[key]
	if one != nil {
		return one
	}
	if one = l.past[key]; one == nil {
		one = rate.NewLimiter(l.every, l.burst)
	}
	if len(l.young) >= maxKeys {
		l.past, l.young = l.young, map[string]*rate.Limiter{}
	}
	l.young[key] = one
	return one
}
