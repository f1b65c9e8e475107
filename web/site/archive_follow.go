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
	"dailytip/render"
	"dailytip/tips"
)

// How old the index may be. A list may be a second old. Before we say that an
// edition doesn't exist, we look again sooner: somebody may have just got its mail.
const (
	listAge = time.Second
	missAge = 100 * time.Millisecond
)

// followTimeout is how long the ledger may take to say what is new.
const followTimeout = 10 * time.Second

// overlap is how far back we look again for what was sent: another node's clock may
// be slow, and its transaction may take long.
const overlap = 10 * time.Minute

// batch is how many contents are read at once.
const batch = 200

// archive keeps an index of what is public in memory, and brings it up to date from
// the ledger. The texts of the tips stay in the ledger.
type archive struct {
	sent        *editions.Editions        // nil: nothing is public
	newsletters map[string]render.Options // whose archives are public
	log         *slog.Logger

	index   atomic.Pointer[archiveIndex] // nil: not read yet
	checked atomic.Int64                 // when the database was last asked, ms

	mu        sync.Mutex // guards what follows: one request at a time asks the database
	editions  map[string]*edition
	contents  map[int64]bool // those that have been looked at
	cancelled map[int64]bool
	sentTips  map[string]*sentTip
	since     time.Time
	outdated  bool // the index lacks a change
}

// only is the newsletter whose archive is public, when there is just one; else "".
func (a *archive) only() string {
	if len(a.newsletters) != 1 {
		return ""
	}
	for id := range a.newsletters {
		return id
	}
	return ""
}

// open returns the index, which is at most a second old.
func (a *archive) open(ctx context.Context, now time.Time) (*archiveIndex, error) {
	s := a.index.Load()
	switch {
	case s == nil:
		a.mu.Lock()
		defer a.mu.Unlock()
	case !a.older(now, listAge) || !a.mu.TryLock():
		return s, nil // it is fresh enough, or another request is about to renew it
	default:
		defer a.mu.Unlock()
	}
	return a.follow(ctx, now, listAge)
}

// find returns the edition with a path, or nil.
func (a *archive) find(ctx context.Context, now time.Time, path string) (*archiveIndex, *edition, error) {
	s, err := a.open(ctx, now)
	if err != nil || s.byPath[path] != nil || !a.older(now, missAge) {
		return s, s.get(path), err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s, err = a.follow(ctx, now, missAge)
	return s, s.get(path), err
}

func (s *archiveIndex) get(path string) *edition {
	if s == nil {
		return nil
	}
	return s.byPath[path]
}

func (a *archive) older(now time.Time, age time.Duration) bool {
	passed := now.Sub(time.UnixMilli(a.checked.Load()))
	return passed >= age || passed < 0
}

// follow asks the ledger what is new. When that fails, the index that is there stays
// in use.
func (a *archive) follow(ctx context.Context, now time.Time, age time.Duration) (*archiveIndex, error) {
	s := a.index.Load()
	if s != nil && !a.older(now, age) {
		return s, nil
	}
	// Others wait for this answer, too: it goes on when this reader leaves.
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
			number = s.version + 1
		}
		s = newArchiveIndex(number, slices.Collect(maps.Values(a.editions)))
		a.index.Store(s)
	}
	return s, nil
}

// read adds what was sent since the last time, and takes out what was cancelled.
func (a *archive) read(ctx context.Context) (changed bool, err error) {
	if a.sent == nil {
		return false, nil
	}
	cancelled, err := a.sent.AllCancelled(ctx)
	if err != nil {
		return false, err
	}
	if !maps.Equal(cancelled, a.cancelled) {
		// This is so rare that we simply start afresh.
		a.editions = nil
		a.cancelled, a.outdated = cancelled, true
	}
	if a.editions == nil {
		a.editions, a.contents, a.sentTips, a.since = map[string]*edition{}, map[int64]bool{}, map[string]*sentTip{}, time.Time{}
	}
	since := a.since
	if !since.IsZero() {
		since = since.Add(-overlap)
	}
	sent, err := a.sent.SentSince(ctx, since)
	if err != nil {
		return false, err
	}
	sent = slices.DeleteFunc(sent, func(p editions.Publication) bool {
		_, public := a.newsletters[p.Newsletter]
		return !public || a.contents[p.Content]
	})
	changed, err = a.addEditions(ctx, lastOfCourses(sent))
	if err != nil {
		a.outdated = a.outdated || changed
		return false, err
	}
	for _, p := range sent {
		a.contents[p.Content] = true
		if p.At.After(a.since) {
			a.since = p.At
		}
	}
	changed, a.outdated = changed || a.outdated, false
	return changed, nil
}

// lastOfCourses makes one publication of each tip of a course, although the course
// sends it on many dates: the last copy of its text, with the date of the first.
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

// publication is something that was sent and becomes an edition of the archive.
type publication struct {
	editions.Publication
	name   string
	course bool
}

// addEditions reads the tips of what was sent. It begins with the newest, because
// only so many can be searched.
func (a *archive) addEditions(ctx context.Context, sent []publication) (changed bool, err error) {
	slices.Reverse(sent)
	count := 0
	for some := range slices.Chunk(sent, batch) {
		ids := make([]int64, len(some))
		for i, p := range some {
			ids[i] = p.Content
		}
		items, err := a.sent.FirstItems(ctx, ids)
		if err != nil {
			return changed, err
		}
		for _, p := range some {
			item, ok := items[p.Content]
			if !ok {
				continue
			}
			w, err := a.sentTip(p.Newsletter, item, count < searched)
			if err != nil {
				a.log.Error("a tip that was sent can't be shown in the archive", "newsletter", p.Newsletter, "date", p.LocalDate, "error", err)
				continue
			}
			count++
			a.add(p, w)
			changed = true
		}
	}
	return changed, nil
}

// add adds an edition. When it is a tip of a course that is there already, the new
// copy takes its place.
func (a *archive) add(p publication, w *sentTip) {
	e := &edition{
		newsletter: p.Newsletter, name: p.name, date: p.LocalDate, course: p.course,
		id: p.Edition, content: p.Content, sent: p.At, sentTip: w,
	}
	// A date wins over a tip of a course whose id looks like that date.
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

// sentTip returns the tip that was copied into an item.
func (a *archive) sentTip(newsletter string, item editions.Item, searched bool) (*sentTip, error) {
	var t tips.Tip
	if err := json.Unmarshal(item.Body, &t); err != nil {
		return nil, fmt.Errorf("read the copy of tip %s: %w", item.Tip, err)
	}
	key := newsletter + "/" + t.ID + "/" + t.Digest
	if w := a.sentTips[key]; w != nil && t.Digest != "" {
		return w, nil
	}
	w := newSentTip(a.newsletters[newsletter], t, searched)
	if t.Digest != "" {
		a.sentTips[key] = w
	}
	return w, nil
}
