package credential

import (
	"context"
	"errors"
)

// ErrBusy means that as many passwords wait to be compared as may.
var ErrBusy = errors.New("too many passwords are compared just now")

// Checker compares passwords with hashes, a few at a time, so that guesses can't fill
// the memory.
type Checker struct {
	slots chan struct{} // those that are compared
	all   chan struct{} // those, and those that wait
}

// NewChecker returns one that works on so many passwords at once, while so many more
// may wait.
func NewChecker(atOnce, waiting int) *Checker {
	return &Checker{slots: make(chan struct{}, atOnce), all: make(chan struct{}, atOnce+waiting)}
}

// Matches tells whether a password is the one of a hash. It waits for its turn, until
// its context ends; where too many wait already, it returns [ErrBusy] at once.
func (c *Checker) Matches(ctx context.Context, h Hash, password string) (bool, error) {
	select {
	case c.all <- struct{}{}:
		defer func() { <-c.all }()
	default:
		return false, ErrBusy
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
