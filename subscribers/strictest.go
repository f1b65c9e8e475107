package subscribers

import (
	"cmp"
	"hash/maphash"
)

// Strictest settles what counts when a file has several rows on one person: the
// strictest state of them does, wherever it stands. It must see all rows before the
// first of them is added.
type Strictest struct {
	seed   maphash.Seed
	people map[uint64]bool // who is suppressed, by a hash of the address
	places map[uint64]State
}

// NewStrictest returns one that has seen no rows.
func NewStrictest() *Strictest {
	return &Strictest{maphash.MakeSeed(), map[uint64]bool{}, map[uint64]State{}}
}

// strictness is the order of states, from who gets mail to who mustn't.
var strictness = map[State]int{"": 0, Active: 0, Paused: 1, Pending: 2, Unsubscribed: 3}

// See takes a row into account. Active people, who are most, take no memory.
func (s *Strictest) See(r Request) {
	if r.Imported.Suppressed() {
		s.people[s.person(r)] = true
	}
	if place := s.place(r); strictness[r.Imported.State] > strictness[s.places[place]] {
		s.places[place] = r.Imported.State
	}
}

// Over returns a row with the strictest state that the file has for it.
func (s *Strictest) Over(r Request) Request {
	p, state := &r.Imported, s.places[s.place(r)]
	if p.State == Suppressed {
		if strictness[state] > strictness[cmp.Or(p.Before, Pending)] {
			p.Before = state
		}
		return r
	}
	if strictness[state] > strictness[p.State] {
		p.State = state
	}
	if s.people[s.person(r)] && !p.Suppressed() && p.State != Unsubscribed {
		p.Before, p.State = p.State, Suppressed
	}
	return r
}

func (s *Strictest) person(r Request) uint64 { return maphash.String(s.seed, r.Address.Key()) }

func (s *Strictest) place(r Request) uint64 {
	return maphash.String(s.seed, r.Newsletter+"\x00"+r.Address.Key())
}
