package credential

import "context"

// Checker compares passwords with hashes, a few at a time, so that guesses can't fill
// the memory.
type Checker struct{ slots chan struct{} }

// NewChecker returns one that works on so many passwords at once.
func NewChecker(atOnce int) *Checker { return &Checker{make(chan struct{}, atOnce)} }

// Matches tells whether a password is the one of a hash. It waits for its turn, until
// its context ends.
func (c *Checker) Matches(ctx context.Context, h Hash, password string) (bool, error) {
	prepared, err := prepare(password)
	if err != nil {
		prepared = "" // nobody's; it takes as long as any other
	}
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-c.slots }()
	return h.matches(prepared) && err == nil, nil
}
