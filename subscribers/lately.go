package subscribers

import (
	"sync"
	"time"
)

// lately keeps what takes a while to count, for as long as it may be shown.
type lately[K comparable, V any] struct {
	mu sync.Mutex
	of map[K]counted[V]
}

type counted[V any] struct {
	value     V
	at, until time.Time
}

// What is large is counted once a minute at most, however many look.
const (
	largeCount = 10_000
	countedIn  = time.Minute
	mostKept   = 10_000
)

// get returns what was counted last, or counts it. count also says for how long that may
// be shown; 0: it's counted each time.
func (l *lately[K, V]) get(key K, now time.Time, count func() (value V, holds time.Duration, err error)) (V, error) {
	l.mu.Lock()
	defer l.mu.Unlock() // also while it counts: the others wait for the same
	if last, known := l.of[key]; known && !now.Before(last.at) && now.Before(last.until) {
		return last.value, nil
	}
	value, holds, err := count()
	if err != nil || holds == 0 {
		return value, err
	}
	if l.of == nil || len(l.of) >= mostKept {
		l.of = map[K]counted[V]{}
	}
	l.of[key] = counted[V]{value, now, now.Add(holds)}
	return value, nil
}
