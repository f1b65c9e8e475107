package site

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/render"
	"dailytip/tips"
)

// How old the archive's picture of the ledger may be: for a list, and before
// saying of a page that it doesn't exist, which somebody may ask for who has
// just got the mail.
const (
	listAge = time.Second
	missAge = 100 * time.Millisecond
)

// followTimeout is how long the ledger may take to say what is new.
const followTimeout = 10 * time.Second

// overlap is how far back is looked again for what was sent: another node's
// clock may be behind, and its transaction long.
const overlap = 10 * time.Minute

// batch is how many contents are read at once.
const batch = 200

// archive keeps in memory what is public, and follows the ledger. The texts stay
// in the ledger.
type archive struct {
	ledger      *ledger.Ledger            // nil: nothing is public
	newsletters map[string]render.Options // whose archives are public
	log         *slog.Logger

	shelf   atomic.Pointer[shelf] // nil: not read yet
	checked atomic.Int64          // when the ledger was last asked, ms

	mu        sync.Mutex // of what follows: one asks the ledger at a time
	editions  map[string]*edition
	contents  map[int64]bool // those that have been looked at
	cancelled map[int64]bool
	works     map[string]*work
	since     time.Time
	lags      bool // the shelf hasn't got what has changed
}

// only is the newsletter, when there is no other one whose archive is public.
func (a *archive) only() string {
	if len(a.newsletters) != 1 {
		return ""
	}
	for id := range a.newsletters {
		return id
	}
	return ""
}

// open returns what is public now, at most a second old.
func (a *archive) open(ctx context.Context, now time.Time) (*shelf, error) {
	s := a.shelf.Load()
	switch {
	case s == nil:
		a.mu.Lock()
		defer a.mu.Unlock()
	case !a.older(now, listAge) || !a.mu.TryLock():
		return s, nil // fresh enough, or somebody is about to bring a new one
	default:
		defer a.mu.Unlock()
	}
	return a.follow(ctx, now, listAge)
}

// find returns the edition with a path, or nil.
func (a *archive) find(ctx context.Context, now time.Time, path string) (*shelf, *edition, error) {
	s, err := a.open(ctx, now)
	if err != nil || s.at[path] != nil || !a.older(now, missAge) {
		return s, s.get(path), err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s, err = a.follow(ctx, now, missAge)
	return s, s.get(path), err
}

func (s *shelf) get(path string) *edition {
	if s == nil {
		return nil
	}
	return s.at[path]
}

func (a *archive) older(now time.Time, age time.Duration) bool {
	passed := now.Sub(time.UnixMilli(a.checked.Load()))
	return passed >= age || passed < 0
}

// follow asks the ledger what is new. When that fails and there is an earlier
// picture, it stands.
func (a *archive) follow(ctx context.Context, now time.Time, age time.Duration) (*shelf, error) {
	s := a.shelf.Load()
	if s != nil && !a.older(now, age) {
		return s, nil
	}
	// The others who wait for the answer shouldn't suffer if this reader goes.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), followTimeout)
	defer cancel()
	changed, err := a.read(ctx)
	if err != nil && s == nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	a.checked.Store(now.UnixMilli())
	if err != nil {
		a.log.Warn("the archive stands still: the ledger can't be read", "error", err)
		return s, nil
	}
	if s == nil || changed {
		number := uint64(1)
		if s != nil {
			number = s.number + 1
		}
		s = newShelf(number, slices.Collect(maps.Values(a.editions)))
		a.shelf.Store(s)
	}
	return s, nil
}

// read takes in what was sent since the last time, and takes out what was
// cancelled.
func (a *archive) read(ctx context.Context) (changed bool, err error) {
	if a.ledger == nil {
		return false, nil
	}
	cancelled, err := a.ledger.Editions().AllCancelled(ctx)
	if err != nil {
		return false, err
	}
	if !maps.Equal(cancelled, a.cancelled) {
		// It happens so rarely that starting afresh is the simple way.
		a.editions = nil
		a.cancelled, a.lags = cancelled, true
	}
	if a.editions == nil {
		a.editions, a.contents, a.works, a.since = map[string]*edition{}, map[int64]bool{}, map[string]*work{}, time.Time{}
	}
	since := a.since
	if !since.IsZero() {
		since = since.Add(-overlap)
	}
	sent, err := a.ledger.Editions().SentSince(ctx, since)
	if err != nil {
		return false, err
	}
	sent = slices.DeleteFunc(sent, func(p editions.Publication) bool {
		_, public := a.newsletters[p.Newsletter]
		return !public || a.contents[p.Content]
	})
	changed, err = a.takeIn(ctx, lastOfCourses(sent))
	if err != nil {
		a.lags = a.lags || changed
		return false, err
	}
	for _, p := range sent {
		a.contents[p.Content] = true
		if p.At.After(a.since) {
			a.since = p.At
		}
	}
	changed, a.lags = changed || a.lags, false
	return changed, nil
}

// lastOfCourses leaves of each course's tip the last sending, with the date of
// the first: a course sends the same tip on many dates.
func lastOfCourses(sent []editions.Publication) []publication {
	var all []publication
	courses := map[string]int{}
	for _, p := range sent {
		tip, course := strings.CutPrefix(p.Choice, editions.Course(""))
		if !course {
			all = append(all, publication{Publication: p, name: p.LocalDate})
			continue
		}
		if i, known := courses[p.Newsletter+"/"+tip]; known {
			all[i].Content, all[i].Edition = p.Content, p.Edition
			continue
		}
		courses[p.Newsletter+"/"+tip] = len(all)
		all = append(all, publication{Publication: p, name: tip, course: true})
	}
	return all
}

// publication is what becomes an edition.
type publication struct {
	editions.Publication
	name   string
	course bool
}

// takeIn reads the tips of what was sent, the newest first: those can be
// searched.
func (a *archive) takeIn(ctx context.Context, sent []publication) (changed bool, err error) {
	slices.Reverse(sent)
	count := 0
	for some := range slices.Chunk(sent, batch) {
		ids := make([]int64, len(some))
		for i, p := range some {
			ids[i] = p.Content
		}
		items, err := a.ledger.Editions().FirstItems(ctx, ids)
		if err != nil {
			return changed, err
		}
		for _, p := range some {
			item, ok := items[p.Content]
			if !ok {
				continue
			}
			w, err := a.work(p.Newsletter, item, count < searched)
			if err != nil {
				a.log.Error("a tip that was sent can't be shown in the archive", "newsletter", p.Newsletter, "date", p.LocalDate, "error", err)
				continue
			}
			count++
			a.put(p, w)
			changed = true
		}
	}
	return changed, nil
}

// put adds an edition, or for a course's tip that is there already its new copy.
func (a *archive) put(p publication, w *work) {
	e := &edition{
		newsletter: p.Newsletter, name: p.name, date: p.LocalDate, course: p.course,
		id: p.Edition, content: p.Content, sent: p.At, work: w,
	}
	// A date wins over a course's tip that is called like it.
	if old := a.editions[e.path()]; old != nil {
		if e.course && !old.course {
			return
		}
		if e.course {
			e.date, e.sent = old.date, old.sent
		}
	}
	a.editions[e.path()] = e
}

// work returns the one for a copy of a tip.
func (a *archive) work(newsletter string, item editions.Item, searched bool) (*work, error) {
	var t tips.Tip
	if err := json.Unmarshal(item.Body, &t); err != nil {
		return nil, fmt.Errorf("read the copy of tip %s: %w", item.Tip, err)
	}
	key := newsletter + "/" + t.ID + "/" + t.Digest
	if w := a.works[key]; w != nil && t.Digest != "" {
		return w, nil
	}
	w := newWork(a.newsletters[newsletter], t, searched)
	if t.Digest != "" {
		a.works[key] = w
	}
	return w, nil
}
