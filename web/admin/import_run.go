package admin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"dailytip/membership/importer"
)

// How far a file is.
const (
	trying   = "trying"   // a dry run is under way
	tried    = "tried"    // it's over, and nothing was changed
	adding   = "adding"   // its people are added
	finished = "finished" // they were
)

// importTime is how long a file is kept for somebody to decide, and the most that one
// run may take.
const importTime = time.Hour

// mostImportNotes is how many notes on rows are kept.
const mostImportNotes = 100

// importing is a file that is looked at, or whose people are added. There is one at a
// time, so that two people don't add the same list at once without knowing it.
type importing struct {
	ended func(phase string, err error) // is told of each run; set before the first

	mu      sync.Mutex
	uploads int    // files that are on their way here
	id      string // "": there's none
	name    string // the file's
	who     string
	file    *os.File
	options importer.Options
	phase   string
	row, of int // which row is at hand, and of how many; 0: nobody knows yet
	notes   []importNote
	result  *importer.Result // of the last run
	err     error
	expiry  *time.Timer // drops what is kept since the last run; nil: there was none
}

type importNote struct {
	Line int // 0: of the file as a whole
	Text string
}

// mostUploads is how many files may be on their way here at a time: each takes room on
// the disk.
const mostUploads = 2

// mayUpload tells whether a file can be taken now. Whoever may calls
// [importing.uploaded] afterwards.
func (i *importing) mayUpload() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.uploads >= mostUploads || i.phase == trying || i.phase == adding {
		return false
	}
	i.uploads++
	return true
}

func (i *importing) uploaded() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.uploads--
}

// errImporting means that a file is under way.
var errImporting = errors.New("a file is being imported")

// begin takes a file, in place of one that nobody has decided on, and begins a dry run.
func (i *importing) begin(ctx context.Context, file *os.File, who string, o importer.Options) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.phase == trying || i.phase == adding {
		return errImporting
	}
	i.drop()
	i.id, i.name, i.who, i.file, i.options, i.result = rand.Text(), o.List.Name, who, file, o, nil
	i.start(ctx, trying)
	return nil
}

// add adds the people of a file that was looked at.
func (i *importing) add(ctx context.Context, id string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.id != id || i.phase != tried || i.err != nil || i.file == nil {
		return errImporting
	}
	i.start(ctx, adding)
	return nil
}

// start runs the importer beside the request that asked for it: it may take minutes, and
// goes on when the browser has gone. A daemon that ends or is reloaded meanwhile leaves
// whole steps, and the same file can be imported again. i.mu is held.
func (i *importing) start(ctx context.Context, phase string) {
	if i.expiry != nil {
		i.expiry.Stop()
	}
	i.phase, i.row, i.of, i.notes, i.err = phase, 0, 0, nil, nil
	o := i.options
	o.In, o.DryRun = i.file, phase == trying
	o.Progress = func(row, of int) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.row, i.of = row, of
	}
	o.Tell = func(line int, text string) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if len(i.notes) < mostImportNotes {
			i.notes = append(i.notes, importNote{line, text})
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), importTime)
	go func() {
		defer cancel()
		result, err := runImport(ctx, o)
		i.ended(phase, err)
		i.mu.Lock()
		defer i.mu.Unlock()
		i.result, i.err, i.phase = result, err, tried
		if phase == adding {
			i.phase = finished
			i.drop()
		}
		id := i.id
		i.expiry = time.AfterFunc(importTime, func() { i.forget(id) })
	}()
}

// runImport runs the importer, of which no fault ends the daemon: no request's handler
// stands around it.
func runImport(ctx context.Context, o importer.Options) (result *importer.Result, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the importer failed: %v\n%s", fault, debug.Stack())
		}
	}()
	return importer.Run(ctx, o)
}

// forget drops a file that nobody has decided on, and what was said of one that was
// imported: it names people.
func (i *importing) forget(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.id == id && i.phase != trying && i.phase != adding {
		i.drop()
		i.id, i.name, i.notes, i.result, i.err = "", "", nil, nil, nil
	}
}

// drop closes the file, which has no name any more, and so is gone. i.mu is held.
func (i *importing) drop() {
	if i.file != nil {
		_ = i.file.Close()
		i.file = nil
	}
}
