package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"dailytip/subscribers"
)

// importChunk is how many rows one transaction takes.
const importChunk = 500

func (c *command) subscribersImport() *cobra.Command {
	var confirmed bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Add the people of a CSV file (- for standard input)",
		Long: `import reads a CSV file whose first line names its columns: email, and of name,
language, timezone, send_at, days, cadence, newsletter those you have. A broken row
is reported with its line, and the others are kept; a name that can't be kept (it
holds a link, say) is left out, and its reader taken. Who is there already stays as
they are, so that importing twice changes nothing; who unsubscribed, was suppressed
or erased isn't revived.

It reads what export writes, too. The column state makes nobody active by itself:
they are asked to confirm. With --confirmed everybody is what the file says, with
consent, pause and preferences, and no mail goes out. Who left or is suppressed in
the file is so here either way, unless they have come back since; where the file
says two things of somebody, the stricter one counts.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			in, size, err := c.openTwice(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }()
			consent := subscribers.ByOperator
			if confirmed {
				consent = subscribers.Vouched
			}
			run := importRun{command: c, app: a, file: args[0], consent: consent, strictest: subscribers.NewStrictest(), counts: map[outcome]int{}}
			return run.cutOff(run.read(cmd.Context(), in, size))
		},
	}
	cmd.Flags().BoolVar(&confirmed, "confirmed", false, "you vouch for their consent: they're active at once")
	return cmd
}

// openTwice opens a file that is read twice. What can be read only once is kept
// in a file meanwhile.
func (c *command) openTwice(ctx context.Context, name string) (*os.File, int64, error) {
	in, err := c.openInput(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	if file, ok := in.(*os.File); ok {
		if _, err := file.Seek(0, io.SeekCurrent); err == nil {
			info, err := file.Stat()
			if err != nil {
				return nil, 0, errors.Join(fmt.Errorf("import: %w", err), file.Close())
			}
			return file, info.Size(), nil
		}
	}
	defer func() { _ = in.Close() }()
	file, err := os.CreateTemp("", "dailytip-import-") // only its owner may read it
	if err != nil {
		return nil, 0, fmt.Errorf("import: %w", err)
	}
	var size int64
	err = os.Remove(file.Name()) // it's there until it's closed
	if err == nil {
		size, err = io.Copy(file, awaited{ctx, in})
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("import: %w", err), file.Close())
	}
	return file, size, nil
}

// importRun is one import under way.
type importRun struct {
	*command
	app       *app
	file      string
	consent   subscribers.Consent
	strictest *subscribers.Strictest
	chunk     []subscribers.Row
	counts    map[outcome]int
	refused   int
}

// outcome is what became of a row.
type outcome struct {
	result subscribers.Result
	state  subscribers.State
}

// read goes through the file twice: what it says of somebody further down may
// forbid the mail that they would get at once.
func (r *importRun) read(ctx context.Context, in io.ReadSeeker, size int64) error {
	rows, err := r.rows(in)
	if err != nil {
		return err
	}
	for row := range rows {
		if row.Err == nil {
			r.strictest.See(row.Request)
		}
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	counted := &countingReader{Reader: in}
	if rows, err = r.rows(counted); err != nil {
		return err
	}
	bar := r.progress("Importing")
	defer bar.done()
	for row := range rows {
		if ctx.Err() != nil {
			break
		}
		if row.Err != nil {
			r.refused++
			r.say("%s:%d: %v", r.file, row.Line, row.Err)
			continue
		}
		if row.Notice != nil {
			r.say("%s:%d: %v", r.file, row.Line, row.Notice)
		}
		r.chunk = append(r.chunk, row)
		if len(r.chunk) == importChunk {
			if err := r.write(ctx); err != nil {
				return err
			}
			bar.show(counted.n, size)
		}
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	bar.done()
	return r.report()
}

// cutOff adds to the error of an import that ended early what became of the rows.
func (r *importRun) cutOff(err error) error {
	if err == nil || errors.As(err, new(exit)) {
		return err
	}
	taken := 0
	for _, n := range r.counts {
		taken += n
	}
	return fmt.Errorf("%w; %s taken before that, and the rest wasn't: put it right and import the same file again, which is safe, for who is there already stays as they are",
		err, count(taken, "row was", "rows were"))
}

func (r *importRun) rows(in io.Reader) (iter.Seq[subscribers.Row], error) {
	rows, err := subscribers.ReadCSV(in, r.app.newsletterIDs())
	if err != nil {
		return nil, exitf(codeUsage, "%s: %w", r.file, err)
	}
	return rows, nil
}

func (r *importRun) write(ctx context.Context) error {
	requests := make([]subscribers.Request, len(r.chunk))
	for i, row := range r.chunk {
		requests[i] = r.strictest.Over(row.Request)
		requests[i].Consent, requests[i].Detail = r.consent, fmt.Sprintf("import of %s, line %d", r.file, row.Line)
	}
	all, err := r.app.membership.SignUpAll(ctx, time.Now(), requests)
	if err != nil && len(all) < len(requests) {
		return fmt.Errorf("%s:%d: %w", r.file, r.chunk[len(all)].Line, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	for _, added := range all {
		r.counts[outcome{added.Result, added.State}]++
	}
	r.chunk = r.chunk[:0]
	return nil
}

type countingReader struct {
	io.Reader
	n int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n += int64(n)
	return n, err
}
