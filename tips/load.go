package tips

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"dailytip/tips/markup"
)

// record is what we know of one file.
type record struct {
	path     string
	size     int64
	modified time.Time
	hash     [sha256.Size]byte
	read     bool // size, modified and hash are those of the bytes last read
	role     role // what it was read as
	good     *Tip // what it last held without a fault that withholds it
	now      *Tip // what it holds now; nil when that can't be sent
	attempt  Tip  // what could be read of what can't be sent: its id and its days
	faults   []Fault
}

// role is what a file is for, which depends on the files beside it.
type role struct {
	base     string // of a translation: the path of the tip's file
	language string // by the file's name or folder; "" when they don't say
	alone    bool   // a translation whose original isn't there
}

// Reload reads the files that are new or whose size, time or content changed,
// and forgets those that are gone. A file that got worse leaves its last good
// tip in place. The error is about the folder itself; then nothing changes.
func (l *Library) Reload() error {
	l.reload.Lock()
	defer l.reload.Unlock()
	fsys, done, err := l.open()
	if err != nil {
		return fmt.Errorf("read library: %w", err)
	}
	defer func() { _ = done() }() // only reads happened; closing can't lose anything
	seen, err := l.scan(fsys)
	if err != nil {
		return fmt.Errorf("read library: %w", err)
	}
	found := seen.files
	dirty := len(found) != len(l.records)
	roles := l.assignRoles(found)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	changed := make([]bool, len(found))
	for i, f := range found {
		old := l.records[f.path]
		if old == nil {
			dirty = true
		} else {
			f.good, f.now, f.attempt, f.faults, f.hash = old.good, old.now, old.attempt, old.faults, old.hash
			f.read = old.read && old.role == roles[f.path]
			if old.role != roles[f.path] {
				f.good = nil // a translation isn't checked as a tip is
			}
			if f.read && f.size == old.size && f.modified.Equal(old.modified) {
				f.role = old.role
				continue
			}
		}
		f.role = roles[f.path]
		group.Go(func() error {
			changed[i] = f.load(fsys)
			return nil
		})
	}
	_ = group.Wait() // files report through their records
	l.records = make(map[string]*record, len(found))
	for _, f := range found {
		l.records[f.path] = f
	}
	before := l.current.Load()
	if dirty || slices.Contains(changed, true) || !slices.Equal(seen.faults, folderFaultsOf(before.faults)) || !slices.Equal(seen.leftOut, l.leftOut) || !slices.Equal(seen.images, l.images) {
		next := assemble(found, seen)
		l.publish(next)
		l.leftOut, l.images = seen.leftOut, seen.images
		l.log.Debug("library read", "tips", len(next.tips), "faults", len(next.faults), "files", len(found))
	}
	return nil
}

// scanned is what a look at a library's folder found.
type scanned struct {
	files   []*record // that may hold tips, sorted by path
	leftOut []LeftOut // that are none by their names, sorted by path
	faults  []Fault
	names   []string // of all markdown files that aren't excluded
	unread  []string // that may hold texts, in a format that isn't read
	images  []string // pictures
}

// scan lists the files that may hold tips. What is in a folder that can't be
// read stays as it was.
func (l *Library) scan(fsys fs.FS) (scanned, error) {
	var s scanned
	entries := make(map[string]fs.DirEntry)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			s.faults = append(s.faults, Fault{Path: name, Rule: RuleUnreadable, Severity: Error, Message: "the folder can't be read: " + cause(err)})
			for p, old := range l.records {
				if strings.HasPrefix(p, name+"/") {
					s.files = append(s.files, old)
				}
			}
			return fs.SkipDir
		case isHidden(d.Name()) && d.IsDir():
			return fs.SkipDir
		case isHidden(d.Name()):
			return nil
		case name != "." && isExcluded(name, l.exclude):
			if d.IsDir() || isMarkdown(name) || isUnread(name) {
				s.leftOut = append(s.leftOut, LeftOut{name, excluded})
			}
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() && isForeignFolder(d.Name()) && name != ".":
			s.leftOut = append(s.leftOut, LeftOut{name, foreign})
			return fs.SkipDir
		case d.IsDir() && isOldVersion(name):
			s.leftOut = append(s.leftOut, LeftOut{name, oldVersion})
			return fs.SkipDir
		case d.IsDir():
			return nil
		case isMarkdown(d.Name()):
			s.names = append(s.names, name)
			entries[name] = d
		case isUnread(name):
			s.unread = append(s.unread, name)
		case markup.IsPicture(name):
			s.images = append(s.images, name)
		}
		return nil
	})
	readmes := loneReadmes(s.names)
	for _, name := range s.names {
		if why := leftOut(name); why != "" && !readmes[name] {
			s.leftOut = append(s.leftOut, LeftOut{name, why})
			continue
		}
		l.look(fsys, name, entries[name], &s)
	}
	s.reportUnread()
	slices.SortFunc(s.files, func(a, b *record) int { return strings.Compare(a.path, b.path) })
	return s, err
}

// look takes one file whose name is a tip's.
func (l *Library) look(fsys fs.FS, name string, d fs.DirEntry, s *scanned) {
	if why := unfitName(name); why != "" {
		s.faults = append(s.faults, Fault{Path: shownName(name), Rule: RuleUnreadable, Severity: Error, Message: why + "; rename the file or its folder"})
		return
	}
	info, err := fs.Stat(fsys, name) // follows links, but never out of the root
	switch {
	case errors.Is(err, fs.ErrNotExist) && d.Type()&fs.ModeSymlink == 0: // deleted while we looked
	case err != nil:
		s.faults = append(s.faults, unreadable(name, d, err))
		if old := l.records[name]; old != nil {
			s.files = append(s.files, old)
		}
	case info.Mode().IsRegular():
		s.files = append(s.files, &record{path: name, size: info.Size(), modified: info.ModTime()})
	case !info.IsDir(): // a link to a folder isn't followed
		s.faults = append(s.faults, Fault{Path: name, Rule: RuleUnreadable, Severity: Warning, Message: "this is no file but a pipe, a device or the like, and isn't read; delete it"})
	}
}

func unreadable(name string, d fs.DirEntry, err error) Fault {
	f := Fault{Path: name, Rule: RuleUnreadable, Severity: Error, Message: "the file can't be read: " + cause(err)}
	if d.Type()&fs.ModeSymlink != 0 {
		f.Severity = Warning
		f.Message = "this link leads nowhere, or out of the library, and isn't followed: " + cause(err)
	}
	return f
}

// cause leaves out the path that a fault names anyway.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

func folderFaultsOf(faults []Fault) []Fault {
	var some []Fault
	for _, f := range faults {
		if f.Rule == RuleUnreadable || f.Rule == RuleNotMarkdown {
			some = append(some, f)
		}
	}
	return some
}

// load reads and parses the file, unless it holds the same bytes as before.
// It says whether anything about it changed.
func (f *record) load(fsys fs.FS) bool {
	data, err := readCapped(fsys, f.path, f.size)
	if err != nil {
		f.read = false
		f.attempt = Tip{ID: idOf(f.path), Path: f.path}
		fault := Fault{Path: f.path, Rule: RuleUnreadable, Severity: Error, Message: "the file can't be read: " + cause(err)}
		same := len(f.faults) == 1 && f.faults[0] == fault
		f.faults, f.now = []Fault{fault}, nil
		return !same
	}
	hash := sha256.Sum256(data)
	if f.read && hash == f.hash {
		return false
	}
	f.hash, f.read = hash, true
	r := readSafely(f.path, data, f.role.base != "" || f.role.alone)
	f.faults = r.faults
	f.now, f.attempt = nil, r.tip
	if !r.withheld {
		t := r.tip
		if t.Language == "" {
			t.Language = f.role.language
		}
		f.now, f.good = &t, &t
	}
	return true
}

// readCapped reads a file of about the given size, but little more than a tip
// may have.
func readCapped(fsys fs.FS, name string, size int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var b bytes.Buffer
	b.Grow(int(min(max(size, 0), MaxFileSize)) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(file, MaxFileSize+1)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
