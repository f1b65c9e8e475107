// Package importer adds the people of a file to the list, or says what that would do. It
// owns how a file is gone through: twice, in steps that are a transaction each. Reading
// the file is listfile's, and each person the use case's of membership.
//
// It refuses to stop at a broken row: that one is reported, and the others are kept.
package importer

import (
	"context"
	"fmt"
	"io"
	"time"

	"dailytip/membership"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// step is how many rows one transaction takes.
const step = 500

// Options are what [Run] needs. Membership, In and List.Newsletters are required.
type Options struct {
	Membership *membership.Service
	In         io.ReadSeeker
	List       listfile.Options // its Name is the file's, in messages and histories
	Consent    subscribers.Consent
	DryRun     bool // say what would happen, and change nothing

	// Refuse says why a row that can be read isn't taken all the same; nil: each is.
	Refuse func(subscribers.Request) error
	// Tell is told what is wrong with a row, or was read in a way to be told, unless it's
	// a dry run; line 0: of the file as a whole. nil: nobody is told.
	Tell func(line int, text string)
	// Progress is told now and then which row is at hand, and of how many: 0 while they are
	// read for the first time, for nobody knows yet. May be nil.
	Progress func(row, of int)
	Now      func() time.Time
}

// Result counts the rows by what became of them, or would.
type Result struct {
	Added      int
	States     map[subscribers.State]int // of those that were added
	Confirmed  int                       // were pending, and are active now
	Ended      int                       // were there, and have left or are suppressed, as the file says
	Left       int                       // not revived: they left, or were erased
	Suppressed int                       // not revived: they are suppressed
	Unchanged  int                       // were there already
	Refused    int
	Kinds      []*Kind // of a dry run
}

// Good is how many rows could be read.
func (r *Result) Good() int {
	return r.Added + r.Confirmed + r.Ended + r.Left + r.Suppressed + r.Unchanged
}

// FileError means that a file can't be read as a whole.
type FileError struct{ err error }

func (e FileError) Error() string { return e.err.Error() }
func (e FileError) Unwrap() error { return e.err }

// run is one import under way.
type run struct {
	Options
	strictest *subscribers.Strictest
	chunk     []listfile.Row
	trial     trial
	result    Result
}

// Run adds the people of a file. It goes through the file twice: what it says of
// somebody further down may forbid the mail that they would get at once. What it has
// done when it fails stays, and the result says how much that is.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := &run{Options: o, strictest: subscribers.NewStrictest(), trial: newTrial(), result: Result{States: map[subscribers.State]int{}, Kinds: []*Kind{}}}
	err := r.read(ctx)
	if o.DryRun {
		r.result.Kinds = r.trial.kinds
	}
	return &r.result, err
}

func (r *run) read(ctx context.Context) error {
	file, err := listfile.Open(r.In, r.List)
	if err != nil {
		return FileError{fmt.Errorf("%s: %w", r.List.Name, err)}
	}
	for _, note := range file.Notes {
		r.tell(0, note)
	}
	rows := 0
	for row := range file.Rows() {
		if ctx.Err() != nil {
			return fmt.Errorf("%s:%d: %w", r.List.Name, row.Line, context.Cause(ctx))
		}
		rows++
		r.progress(rows, 0)
		if r.judge(&row); row.Err == nil {
			r.strictest.See(row.Request)
		}
	}
	at := 0
	for row := range file.Rows() {
		if ctx.Err() != nil {
			break
		}
		at++
		r.progress(at, rows)
		r.judge(&row)
		if r.findings(row); row.Err != nil {
			r.result.Refused++
			continue
		}
		if r.chunk = append(r.chunk, row); len(r.chunk) == step {
			if err := r.write(ctx); err != nil {
				return err
			}
		}
	}
	return r.write(ctx)
}

func (r *run) progress(row, of int) {
	if r.Progress != nil && row%step == 0 {
		r.Progress(row, of)
	}
}

// judge refuses a row that isn't to be taken.
func (r *run) judge(row *listfile.Row) {
	if row.Err != nil || r.Refuse == nil {
		return
	}
	if err := r.Refuse(row.Request); err != nil {
		row.Err, row.About = err, "not allowed"
	}
}

func (r *run) tell(line int, text string) {
	if r.Tell != nil {
		r.Tell(line, text)
	}
}

// findings reports what is wrong with a row, or was read in a way to be told. A trial
// counts it by kind.
func (r *run) findings(row listfile.Row) {
	if r.DryRun {
		r.trial.findings(r.List.Name, row)
		return
	}
	if row.Err != nil {
		r.tell(row.Line, row.Err.Error())
		return
	}
	for _, note := range row.Notes {
		r.tell(row.Line, note.Text)
	}
}

func (r *run) write(ctx context.Context) error {
	requests := make([]subscribers.Request, len(r.chunk))
	for i, row := range r.chunk {
		requests[i] = r.strictest.Over(row.Request)
		requests[i].Consent, requests[i].Detail = r.Consent, fmt.Sprintf("import of %s, line %d", r.List.Name, row.Line)
	}
	signUp := r.Membership.SignUpAll
	if r.DryRun {
		signUp = r.Membership.TrySignUpAll
	}
	all, err := signUp(ctx, r.Now(), requests)
	if err != nil && len(all) < len(requests) {
		return fmt.Errorf("%s:%d: %w", r.List.Name, r.chunk[len(all)].Line, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.List.Name, err)
	}
	for i, added := range all {
		if r.DryRun {
			added = r.trial.outcome(r.List.Name, r.chunk[i].Line, requests[i], added)
		}
		r.result.count(added)
	}
	r.chunk = r.chunk[:0]
	return nil
}

func (r *Result) count(added subscribers.Added) {
	switch added.Result {
	case subscribers.Created:
		r.Added++
		r.States[added.State]++
	case subscribers.Confirmed:
		r.Confirmed++
	case subscribers.Ended:
		r.Ended++
	case subscribers.Left:
		r.Left++
	case subscribers.Barred:
		r.Suppressed++
	case subscribers.Unchanged:
		r.Unchanged++
	}
}
