package tips

import (
	"cmp"
	"fmt"
	"io/fs"
	"log/slog"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Options for a library.
type Options struct {
	Log *slog.Logger // nil: nothing is logged
	// Poll is the time between looks at the folder in Run, which find what
	// notifications miss (network drives, a full watch table); 0: 30 s.
	Poll time.Duration

	// Language is the newsletter's own; "": en. Of the texts of one tip, each in a
	// folder of its language, that one is the tip and the others its translations.
	Language string
	// Languages are those that have folders of their own. Empty: a folder named after
	// a language is one when another such folder has a file of the same path.
	Languages []string
	// Exclude are globs of files and folders that are no tips: names at any depth, or
	// with a slash paths from the library's folder. A folder stands for all in it.
	Exclude []string
}

// Library is a folder of tips. All methods may be called at the same time.
type Library struct {
	dir  string // "" for a library that isn't a folder
	open func() (fs.FS, func() error, error)
	log  *slog.Logger
	poll time.Duration

	language  string
	languages []string // in canonical form
	exclude   []string

	reload  sync.Mutex // held while files are read
	records map[string]*record
	leftOut []LeftOut // when last looked at
	images  []string  // likewise

	current atomic.Pointer[snapshot]

	lint struct { // what [Lint] found last
		sync.Mutex // held while it looks
		of         *snapshot
		today      string
		faults     []Fault
	}

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
}

// snapshot is what a library held at one moment. It never changes.
type snapshot struct {
	tips    []Tip // sorted by ID
	faults  []Fault
	broken  []Broken
	leftOut []LeftOut // sorted by path
}

// Open reads the folder dir and all folders in it. Files that can't be used are
// in Faults; the error is about the folder itself. Links that lead out of the
// folder aren't followed, nor are links to folders.
func Open(dir string, o Options) (*Library, error) {
	l := newLibrary(o)
	l.dir = dir
	l.open = func() (fs.FS, func() error, error) {
		// Opened anew each time: the folder may have been replaced by another.
		folder, err := OpenFolder(dir)
		if err != nil {
			return nil, nil, err
		}
		return folder, folder.Close, nil
	}
	return l, l.first()
}

// OpenFS reads a library out of a file system, such as an embedded one.
func OpenFS(fsys fs.FS, o Options) (*Library, error) {
	l := newLibrary(o)
	l.open = func() (fs.FS, func() error, error) { return fsys, func() error { return nil }, nil }
	return l, l.first()
}

func newLibrary(o Options) *Library {
	l := &Library{log: o.Log, poll: o.Poll, changed: make(chan struct{})}
	l.exclude = o.Exclude
	l.language, _ = canonicalLanguage(o.Language)
	for _, lang := range o.Languages {
		if canonical, ok := canonicalLanguage(lang); ok {
			l.languages = append(l.languages, canonical)
		}
	}
	if len(l.languages) > 0 {
		l.languages = append(l.languages, cmp.Or(l.language, defaultBase))
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if l.poll <= 0 {
		l.poll = 30 * time.Second
	}
	l.current.Store(&snapshot{})
	return l
}

func (l *Library) first() error {
	if err := l.Reload(); err != nil {
		return fmt.Errorf("open library: %w", err)
	}
	return nil
}

// Tips returns the tips that can be sent, and drafts, sorted by ID. The slice
// is shared and stays as it is: don't change it.
func (l *Library) Tips() []Tip { return l.current.Load().tips }

// Tip returns one tip by its id.
func (l *Library) Tip(id string) (Tip, bool) {
	all := l.Tips()
	i := sort.Search(len(all), func(i int) bool { return all[i].ID >= id })
	if i < len(all) && all[i].ID == id {
		return all[i], true
	}
	return Tip{}, false
}

// Faults returns what was wrong with the files when they were last read,
// sorted by place. The slice is shared: don't change it.
func (l *Library) Faults() []Fault { return l.current.Load().faults }

// Lint is [Lint] of what the library holds, on a local date (YYYY-MM-DD). It's found once
// as long as the library stays; meanwhile the others wait for it. The slice is shared:
// don't change it.
func (l *Library) Lint(today string) []Fault {
	l.lint.Lock()
	defer l.lint.Unlock()
	if now := l.current.Load(); l.lint.of != now || l.lint.today != today {
		l.lint.of, l.lint.today, l.lint.faults = now, today, Lint(now.tips, now.faults, LintOptions{Today: today})
	}
	return l.lint.faults
}

// Broken returns the tips that can't be used and of which no good version is
// known. The slice is shared: don't change it.
func (l *Library) Broken() []Broken { return l.current.Load().broken }

// LeftOut returns the markdown files in the folder that are no tips by their
// name or folder, and the translations beside tips, sorted by path. The slice is
// shared: don't change it.
func (l *Library) LeftOut() []LeftOut { return l.current.Load().leftOut }

// Changed returns a channel that is closed when tips or faults next change.
// Call it again for the change after that, before looking at Tips.
func (l *Library) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

func (l *Library) publish(s *snapshot) {
	l.current.Store(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
}
