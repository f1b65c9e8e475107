package site

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"dailytip/render"
	"dailytip/tips"
)

// edition is one page of the archive: what was sent on a date, or a tip of a
// course, whose readers get it on dates of their own.
type edition struct {
	newsletter string
	name       string // in its address: the date, or the id of a course's tip
	date       string // YYYY-MM-DD; of a tip of a course: when it was first sent
	course     bool
	id         int64     // the edition's number in the ledger
	content    int64     // number of the content whose copy of the tip is shown
	sent       time.Time // when a relay first accepted it for a reader

	*sentTip
}

// path is the edition's address below the site's own.
func (e *edition) path() string { return "/archive/" + e.newsletter + "/" + e.name }

// year is that of the edition's date.
func (e *edition) year() int {
	date, err := time.Parse(time.DateOnly, e.date)
	if err != nil {
		return e.sent.Year()
	}
	return date.Year()
}

// sentTip is a tip as it was sent, without its texts. Editions that sent the same
// tip share it.
type sentTip struct {
	tip    tips.Tip
	tags   []string          // as [fold] writes them
	folded map[string]string // what a search looks through, by language

	mu     sync.Mutex
	titles map[string]titled // by the language asked for
}

// titled is the title that a reader gets, and its language.
type titled struct{ title, language string }

// in is the title for a reader of lang.
func (w *sentTip) in(n render.Options, lang string) titled {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t, ok := w.titles[lang]; ok {
		return t
	}
	var t titled
	t.title, t.language = render.Titled(n.Language, w.tip, lang)
	if w.titles == nil {
		w.titles = map[string]titled{}
	}
	w.titles[lang] = t
	return t
}

// newSentTip keeps what lists need of a tip, and with searched what a search needs.
func newSentTip(n render.Options, t tips.Tip, searched bool) *sentTip {
	w := &sentTip{tip: t}
	for _, tag := range t.Tags {
		w.tags = append(w.tags, fold(tag))
	}
	languages := render.Languages(n.Language, t)
	if searched {
		about := strings.Join(slices.Concat(t.Tags, []string{t.Source, t.Author}), "\n")
		w.folded = map[string]string{languages[0]: fold(t.Title + "\n" + t.Body + "\n" + about)}
		for _, tr := range t.Translations {
			w.folded[tr.Language] = fold(tr.Title + "\n" + tr.Body + "\n" + about)
		}
	}
	w.tip.Body, w.tip.Mindmap, w.tip.Extra = "", "", nil
	w.tip.Translations = slices.Clone(t.Translations)
	for i, tr := range w.tip.Translations {
		w.tip.Translations[i] = tips.Translation{Language: tr.Language, Title: tr.Title, Links: tr.Links}
	}
	return w
}

// archiveIndex is what is public at one moment. It never changes.
type archiveIndex struct {
	version      uint64                // each change makes a new one
	all          []*edition            // oldest first
	byNewsletter map[string][]*edition // the same by newsletter
	byPath       map[string]*edition   // by path
	byTip        map[string]*edition   // the newest with a tip, by [tipKey]
	changed      time.Time             // when the last edition was sent; zero: there is none
}

// newArchiveIndex sorts editions by their dates.
func newArchiveIndex(number uint64, editions []*edition) *archiveIndex {
	slices.SortFunc(editions, func(a, b *edition) int {
		return cmp.Or(strings.Compare(a.date, b.date), a.sent.Compare(b.sent), strings.Compare(a.newsletter, b.newsletter), strings.Compare(a.name, b.name))
	})
	s := &archiveIndex{version: number, all: editions, byNewsletter: map[string][]*edition{}, byPath: make(map[string]*edition, len(editions)), byTip: make(map[string]*edition, len(editions))}
	for _, e := range editions {
		s.byNewsletter[e.newsletter] = append(s.byNewsletter[e.newsletter], e)
		s.byPath[e.path()] = e
		s.byTip[tipKey(e.newsletter, e.tip.ID)] = e
		if e.sent.After(s.changed) {
			s.changed = e.sent
		}
	}
	return s
}

// tipKey is what a tip of a newsletter is found by.
func tipKey(newsletter, id string) string { return newsletter + "/" + id }

// linked are the editions of a newsletter to which a tip's links to others lead: those
// that are public.
func (s *archiveIndex) linked(newsletter string, t tips.Tip) map[string]*edition {
	var all map[string]*edition
	for _, id := range t.Linked() {
		if e := s.byTip[tipKey(newsletter, id)]; e != nil {
			if all == nil {
				all = make(map[string]*edition)
			}
			all[id] = e
		}
	}
	return all
}

// choose returns the editions of a newsletter ("": all) that have a tag ("": any),
// oldest first. The slice is shared.
func (s *archiveIndex) choose(newsletter, tag string) []*edition {
	chosen := s.all
	if newsletter != "" {
		chosen = s.byNewsletter[newsletter]
	}
	if tag == "" {
		return chosen
	}
	var tagged []*edition
	for _, e := range chosen {
		if slices.Contains(e.tags, tag) {
			tagged = append(tagged, e)
		}
	}
	return tagged
}

// neighbours returns the editions of the same newsletter before and after one;
// nil: there is none.
func (s *archiveIndex) neighbours(e *edition) (before, after *edition) {
	all := s.byNewsletter[e.newsletter]
	i := slices.Index(all, e)
	if i > 0 {
		before = all[i-1]
	}
	if i >= 0 && i+1 < len(all) {
		after = all[i+1]
	}
	return before, after
}

// tagCount is a subject and how many editions have it.
type tagCount struct {
	tag   string // as the newest edition writes it
	count int
}

// tagsOf returns the subjects of some editions, the most frequent first.
func tagsOf(editions []*edition, most int) []tagCount {
	counts := map[string]*tagCount{}
	for _, e := range editions {
		for i, tag := range e.tags {
			c := counts[tag]
			if c == nil {
				c = &tagCount{}
				counts[tag] = c
			}
			c.tag = e.tip.Tags[i]
			c.count++
		}
	}
	all := make([]tagCount, 0, len(counts))
	for _, c := range counts {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b tagCount) int { return cmp.Or(b.count-a.count, strings.Compare(fold(a.tag), fold(b.tag))) })
	return all[:min(most, len(all))]
}
