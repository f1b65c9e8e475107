package tips

import (
	"context"
	"sync"
)

// Findings are what is found wrong in a library, kept as long as the library stays: with
// thousands of tips it takes seconds to look. Its methods may be called from several
// goroutines.
type Findings struct {
	library *Library
	find    func(today string) []Fault

	mu      sync.Mutex
	last    *Found
	looking chan struct{} // closed when the look that is under way ends; nil: none is
}

// Found is what was found in a library at one look.
type Found struct {
	Faults  []Fault         // shared: don't change them
	library <-chan struct{} // closed when the library isn't any more as it was then
	today   string
}

// NewFindings returns what a function finds in a library on a local date (YYYY-MM-DD).
// The function is called when somebody wants to know, and never twice at once.
func NewFindings(l *Library, find func(today string) []Fault) *Findings {
	return &Findings{library: l, find: find, last: &Found{}}
}

// Look returns what was found last, and whether the library is still as it was then. When
// it isn't, somebody begins to look again, and the caller waits for that until the
// context ends; the look goes on then, for who comes later.
func (f *Findings) Look(ctx context.Context, today string) (found *Found, fresh bool) {
	for {
		found, looking := f.known(today)
		if looking == nil {
			return found, true
		}
		select {
		case <-looking:
		case <-ctx.Done():
			return found, false
		}
	}
}

// known is what was found last, and, unless it's still so, the end of the look that is
// under way.
func (f *Findings) known(today string) (found *Found, looking <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last.library == f.library.Changed() && f.last.today == today {
		return f.last, nil
	}
	if f.looking == nil {
		f.looking = make(chan struct{})
		go f.lookAgain(today)
	}
	return f.last, f.looking
}

func (f *Findings) lookAgain(today string) {
	found := &Found{library: f.library.Changed(), today: today} // before what it holds is read
	found.Faults = f.find(today)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = found
	close(f.looking)
	f.looking = nil
}
