package admin

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/tips"
)

// shelf is what a newsletter's library holds, and what lint finds in it.
type shelf struct {
	items     []item         // by title
	byID      map[string]int // index in items
	tags      []string       // sorted
	languages []string       // sorted
	found     *tips.Found
	elsewhere []tips.Fault // of what was found: in files that are no tip's
	looking   bool         // the library has changed since, and it's looked for anew
}

// item is one tip of a shelf.
type item struct {
	tips.Tip           // of a broken one what could be read
	broken    bool     // it can't be used, and no good version of it is known
	languages []string // its own first
	faults    []tips.Fault
	old       bool                // the library has changed since they were found
	counts    [tips.Error + 1]int // of faults, by severity
}

// worse counts the faults of a severity, or of more.
func (i *item) worse(least tips.Severity) (n int) {
	for _, count := range i.counts[least:] {
		n += count
	}
	return n
}

// shelves keeps each newsletter's shelf as long as its library stays.
type shelves struct {
	findings func(*scheduler.Newsletter) *tips.Findings
	patience time.Duration // how long a page waits for what is found in a library that has changed

	mu   *sync.Mutex
	kept map[string]keptShelf // by newsletter
}

type keptShelf struct {
	*shelf
	library <-chan struct{} // closed when the library changes, and another then
}

// patience is how long a page waits. In this time some hundred tips are linted; with more,
// a page comes without.
const patience = 100 * time.Millisecond

func newShelves(findings func(*scheduler.Newsletter) *tips.Findings) shelves {
	return shelves{findings: findings, patience: patience, mu: &sync.Mutex{}, kept: map[string]keptShelf{}}
}

// of is a newsletter's shelf as it stands today, with what is known of its faults.
func (s shelves) of(v *visit, n *scheduler.Newsletter) *shelf {
	waiting, cancel := context.WithTimeout(v.Context(), s.patience)
	defer cancel()
	library := n.Library.Changed() // before what it holds is read
	found, fresh := s.findings(n).Look(waiting, n.Today(v.now).String())
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.kept[n.ID]; k.shelf != nil && k.library == library && k.found == found && k.looking == !fresh {
		return k.shelf
	}
	k := keptShelf{newShelf(n, found, !fresh), library}
	s.kept[n.ID] = k
	return k.shelf
}

func newShelf(n *scheduler.Newsletter, found *tips.Found, looking bool) *shelf {
	byFile := map[string][]tips.Fault{}
	for _, f := range found.Faults {
		byFile[f.Path] = append(byFile[f.Path], f)
	}
	s := &shelf{byID: map[string]int{}, found: found, looking: looking}
	tags, languages := map[string]string{}, map[string]bool{}
	of := map[string]bool{} // files of tips
	add := func(t tips.Tip, broken bool) {
		i := item{Tip: t, broken: broken, old: looking, languages: t.Languages(cmp.Or(n.Language, locale.Default))}
		i.Title = cmp.Or(t.Title, t.ID)
		for _, file := range t.Files() {
			i.faults = append(i.faults, byFile[file]...)
			of[file] = true
		}
		for _, f := range i.faults {
			i.counts[f.Severity]++
		}
		for _, tag := range t.Tags {
			tags[strings.ToLower(tag)] = tag
		}
		for _, lang := range i.languages {
			languages[lang] = true
		}
		s.items = append(s.items, i)
	}
	for _, t := range n.Library.Tips() {
		add(t, false)
	}
	for _, b := range n.Library.Broken() {
		add(b.Tip, true)
	}
	s.elsewhere = slices.DeleteFunc(slices.Clone(found.Faults), func(f tips.Fault) bool { return of[f.Path] })
	s.sort(tags, languages)
	return s
}

// sort brings all of it into its order.
func (s *shelf) sort(tags map[string]string, languages map[string]bool) {
	order := collate.New(language.English, collate.IgnoreCase)
	slices.SortStableFunc(s.items, func(a, b item) int {
		return cmp.Or(order.CompareString(a.Title, b.Title), strings.Compare(a.Path, b.Path))
	})
	for i := range s.items {
		if at, taken := s.byID[s.items[i].ID]; !taken || s.items[at].broken {
			s.byID[s.items[i].ID] = i // of two with one id, the one that is used
		}
	}
	for _, tag := range tags {
		s.tags = append(s.tags, tag)
	}
	slices.SortFunc(s.tags, order.CompareString)
	for lang := range languages {
		s.languages = append(s.languages, lang)
	}
	slices.Sort(s.languages)
}

// find is the tip with an id; nil: there is none.
func (s *shelf) find(id string) *item {
	if i, ok := s.byID[id]; ok {
		return &s.items[i]
	}
	return nil
}
