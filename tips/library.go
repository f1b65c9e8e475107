package tips

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"
)

// Options for a library.
type Options struct {
	Log  *slog.Logger  // nil: nothing is logged
	Poll time.Duration // between looks at the folder in Run; 0: 30 s
}

// Library is a folder of tips.
type Library struct{}

// Open reads the folder dir.
func Open(dir string, o Options) (*Library, error) { return nil, errors.ErrUnsupported }

// OpenFS reads a library out of a file system, such as an embedded one.
func OpenFS(fsys fs.FS, o Options) (*Library, error) { return nil, errors.ErrUnsupported }

// Run watches the folder until ctx ends.
func (l *Library) Run(ctx context.Context) error { return errors.ErrUnsupported }

// Reload reads what changed.
func (l *Library) Reload() error { return errors.ErrUnsupported }

// Tips returns the good tips sorted by ID. The slice is shared: don't change it.
func (l *Library) Tips() []Tip { return nil }

// Tip returns one tip by its id.
func (l *Library) Tip(id string) (Tip, bool) { return Tip{}, false }

// Faults returns what was wrong when the files were last read.
func (l *Library) Faults() []Fault { return nil }

// Changed returns a channel that is closed when the tips next change; call it
// again for the change after that.
func (l *Library) Changed() <-chan struct{} { return nil }

// LintOptions for Lint.
type LintOptions struct {
	Today string // local date, YYYY-MM-DD; "" leaves out rules about today
}

// Lint checks tips.
func Lint(all []Tip, loadFaults []Fault, o LintOptions) []Fault { return nil }

// Parse reads one tip file.
func Parse(path string, data []byte) (t Tip, faults []Fault, ok bool) { return Tip{}, nil, false }
