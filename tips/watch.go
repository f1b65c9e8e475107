package tips

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Editors save in several steps; the files are read once it is quiet for
// settle, at the latest after patience.
const (
	settle   = 100 * time.Millisecond
	patience = 2 * time.Second
)

// Run watches the folder and reloads what changes, until ctx ends; then it
// returns nil. A library that isn't a folder is only polled.
func (l *Library) Run(ctx context.Context) error {
	events, failures, add, stop := l.watch()
	defer stop()
	add()
	told := l.reloadAndLog(nil) // what changed before the watch began
	poll := time.NewTicker(l.poll)
	defer poll.Stop()
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	defer quiet.Stop()
	var since time.Time // the first event not yet answered
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			if e.Op == fsnotify.Chmod || ignorable(e.Name) {
				continue
			}
			l.suspect(e.Name)
			now := time.Now() //nolint:forbidigo // Run reads the clock
			if since.IsZero() {
				since = now
			}
			quiet.Reset(max(0, min(settle, since.Add(patience).Sub(now))))
		case err, ok := <-failures:
			if !ok {
				failures = nil
				continue
			}
			// The queue ran over: something changed, we don't know what.
			l.log.Warn("watching the library failed for a moment; looking at all files", "error", err)
			quiet.Reset(settle)
		case <-quiet.C:
			since = time.Time{}
			add()
			told = l.reloadAndLog(told)
		case <-poll.C:
			add()
			told = l.reloadAndLog(told)
		}
	}
}

// reloadAndLog reads what changed, and says at once which files have become
// faulty. told holds what has been said; it returns what is to be told now.
func (l *Library) reloadAndLog(told map[Fault]bool) map[Fault]bool {
	if err := l.Reload(); err != nil {
		l.log.Error("library not reloaded; the tips read before stay in use", "error", err)
		return told
	}
	now := make(map[Fault]bool)
	for _, f := range l.Faults() {
		if f.Severity != Error {
			continue
		}
		now[f] = true
		if !told[f] {
			l.log.Warn("a file of the library can't be used as it is", "fault", f.In(l.dir).String())
		}
	}
	return now
}

// suspect makes the next Reload read a file even if its size and time are as
// before: file systems count time in steps of some milliseconds.
func (l *Library) suspect(name string) {
	folder, err := filepath.EvalSymlinks(l.dir)
	if err != nil {
		return
	}
	name, err = filepath.Rel(folder, name)
	if err != nil {
		return
	}
	l.reload.Lock()
	defer l.reload.Unlock()
	if r := l.records[filepath.ToSlash(name)]; r != nil {
		r.size = -1
	}
}

// watch begins to watch; add adds folders that are new. When watching isn't
// possible the channels are nil and polling has to do.
func (l *Library) watch() (events <-chan fsnotify.Event, failures <-chan error, add, stop func()) {
	nothing := func() {}
	if l.dir == "" {
		return nil, nil, nothing, nothing
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		l.log.Warn("can't watch the library; it is looked at from time to time instead", "every", l.poll, "error", err)
		return nil, nil, nothing, nothing
	}
	warned := false
	add = func() {
		err := addFolders(w, l.dir)
		if err != nil && !warned {
			l.log.Warn("can't watch all of the library; it is looked at from time to time as well", "every", l.poll, "error", err)
		}
		warned = err != nil
	}
	return w.Events, w.Errors, add, func() { _ = w.Close() }
}

// addFolders watches dir and every folder in it that isn't hidden. Adding one
// twice does no harm, and is needed after a folder was replaced.
func addFolders(w *fsnotify.Watcher, dir string) error {
	// A library that is a link to a folder is walked where the link leads.
	folder, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if folder != dir {
		if err := w.Add(filepath.Dir(filepath.Clean(dir))); err != nil && !os.IsPermission(err) {
			return err
		}
	}
	return filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil // Reload reports what can't be read
		}
		if name != folder && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if err := w.Add(name); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil // deleted while we looked
	})
}

// ignorable events are about files that editors use while saving.
func ignorable(name string) bool {
	base := filepath.Base(name)
	return strings.HasSuffix(base, "~") || strings.HasSuffix(base, ".swp") || strings.HasSuffix(base, ".swx") || base == "4913"
}
