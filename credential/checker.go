package credential

import (
	"context"
	"errors"
	"sync"
)

// ErrBusy means that as many passwords wait to be compared as may.
var ErrBusy = errors.New("too many passwords are compared just now")

// Limits are how many passwords are compared, and wait for it.
type Limits struct {
	AtOnce  int
	Waiting int // for their turn
	OfOne   int // that come from one client, compared or waiting
}

// Checker compares passwords with hashes, a few at a time, so that guesses can't fill
// the memory.
type Checker struct {
	limits Limits
	slots  chan struct{}

	mu      sync.Mutex
	clients map[string]int // how many of each client are compared or wait
	all     int
}

// NewChecker returns one that is at rest.
func NewChecker(l Limits) *Checker {
	return &Checker{limits: l, slots: make(chan struct{}, l.AtOnce), clients: map[string]int{}}
}

// Matches tells whether a password is the one of a hash. It waits for its turn, until
// its context ends; where too many wait already, or too many that come from the same
// client, it returns [ErrBusy] at once. client "" is one that the limits aren't for.
func (c *Checker) Matches(ctx context.Context, client string, h Hash, password string) (bool, error) {
	if client != "" {
		if !c.enter(client) {
			return false, ErrBusy
		}
		defer c.leave(client)
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	prepared, err := prepare(password)
	if err != nil {
		prepared = "" // nobody's; it takes as long as any other
	}
	return h.matches(prepared) && err == nil, nil
}

func (c *Checker) enter(client string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= c.limits.AtOnce+c.limits.Waiting || c.clients[client] >= c.limits.OfOne {
		return false
	}
	c.all++
	c.clients[client]++
	return true
}

func (c *Checker) leave(client string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.clients[client]--; c.clients[client] == 0 {
		delete(c.clients, client)
	}
}
