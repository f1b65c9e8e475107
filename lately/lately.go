// Package lately keeps counts that take a while, for as long as they may be shown.
package lately

import (
	"sync"
	"time"
)

// Counts are what was counted last. The zero value is ready.
type Counts[K comparable, V any] struct {
	mu sync.Mutex
	of map[K]*counted[V]
}

type counted[V any] struct {
	mu        sync.Mutex // held also while it's counted: who asks for the same waits for it
	value     V
	at, until time.Time
}

// What is large is counted once a minute at most, however many look: a million readers
// take a tenth of a second.
const (
	Large = 10_000
	For   = time.Minute
)

// mostKept is how many counts are remembered.
const mostKept = 10_000

// Holds is how long a count of so many may be shown; 0: it's counted each time.
func Holds(n int64) time.Duration {
	if n < Large {
		return 0
	}
	return For
}

// Get returns what was counted last, or counts it. count also says for how long that may
// be shown, as [Holds] does. Nobody waits while something else is counted.
func (c *Counts[K, V]) Get(key K, now time.Time, count func() (value V, holds time.Duration, err error)) (V, error) {
	last := c.last(key)
	last.mu.Lock()
	defer last.mu.Unlock()
	if !now.Before(last.at) && now.Before(last.until) {
		return last.value, nil
	}
	value, holds, err := count()
	if err == nil {
		last.value, last.at, last.until = value, now, now.Add(holds)
	}
	return value, err
}

func (c *Counts[K, V]) last(key K) *counted[V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := c.of[key]; last != nil {
		return last
	}
	if c.of == nil || len(c.of) >= mostKept {
		c.of = map[K]*counted[V]{}
	}
	last := &counted[V]{}
	c.of[key] = last
	return last
}
