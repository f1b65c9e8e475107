package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// importChunk is how many rows one transaction takes.
const importChunk = 500

func (c *command) subscribersImport() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Add the people of a file: our export's, another program's, a spreadsheet's (- for standard input)",
		Long: `Begin with --dry-run: it shows what import would do, by kind and with examples, and
changes nothing.

import reads the files of listmonk, Mailchimp, Substack, Ghost, beehiiv, Curated,
Buttondown, Kit and others as they come, a spreadsheet's CSV in any of its forms, and
one address on each line. What its columns mean is known by their names, and --map
says it of others; columns that it has no use for are named and left alone. A broken
row is reported with its line, and the others are kept.

A state in the file makes nobody active by itself: they are asked to confirm. With
--confirmed you vouch for their consent, everybody is what the file says, with
consent, pause and preferences, and no mail goes out. Who left or is suppressed in
the file is so here either way, unless they have come back since; where the file
says two things of somebody, the stricter one counts. Who is there already stays as
they are, so that importing twice changes nothing; who unsubscribed, was suppressed
or erased here isn't revived.`,
		Example: `  dailytip subscribers import list.csv --dry-run
  dailytip subscribers import list.csv --confirmed
  dailytip subscribers import crm.csv --map "Contact=email" --map "Region="`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := flags.options()
			if err != nil {
				return err
			}
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
			run := importRun{
				command: c, app: a, name: args[0], in: &countingFile{File: in}, size: size, options: options,
				dryRun: flags.dryRun, strictest: subscribers.NewStrictest(), counts: map[outcome]int{}, trial: newTrial(),
			}
			if flags.confirmed {
				run.consent = subscribers.Vouched
			}
			return run.cutOff(run.read(cmd.Context()))
		},
	}
	flags.register(cmd.Flags())
	return cmd
}

// importFlags are what can be said of a file, and of what to do with it.
type importFlags struct {
	confirmed, dryRun bool
	charset, state    string
	mapped            []string
}

func (f *importFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.confirmed, "confirmed", false, "you vouch for their consent: they're active at once")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would happen, and change nothing")
	flags.StringArrayVar(&f.mapped, "map", nil, "what a column means, as `Column=field`; \"Column=\" leaves it alone")
	flags.StringVar(&f.charset, "charset", "", "how the file is written, such as `windows-1252` (default: it's found out)")
	flags.StringVar(&f.state, "state", "", "the `state` of everybody whose row says none, such as unsubscribed (default: as the file's name or columns say)")
}

func (f *importFlags) options() (listfile.Options, error) {
	o := listfile.Options{Charset: f.charset, State: subscribers.State(f.state), Columns: map[string]string{}}
	if f.state != "" && !slices.Contains(subscribers.States, o.State) {
		return o, exitf(codeUsage, "--state %q is unknown; write one of pending, active, paused, unsubscribed, suppressed", f.state)
	}
	for _, m := range f.mapped {
		i := strings.LastIndex(m, "=")
		if i < 0 {
			return o, exitf(codeUsage, "--map %q has no =; write \"Column=field\", or \"Column=\" to leave a column alone", m)
		}
		o.Columns[m[:i]] = m[i+1:]
	}
	return o, nil
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
				return nil, 0, errors.Join(fmt.Errorf("read input: %w", err), file.Close())
			}
			return file, info.Size(), nil
		}
	}
	defer func() { _ = in.Close() }()
	file, err := os.CreateTemp("", "dailytip-import-") // only its owner may read it
	if err != nil {
		return nil, 0, fmt.Errorf("read input: %w", err)
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
		return nil, 0, errors.Join(fmt.Errorf("read input: %w", err), file.Close())
	}
	return file, size, nil
}

// importRun is one import under way.
type importRun struct {
	*command
	app       *app
	name      string
	in        *countingFile
	size      int64 // bytes
	options   listfile.Options
	consent   subscribers.Consent
	dryRun    bool
	strictest *subscribers.Strictest
	chunk     []listfile.Row
	counts    map[outcome]int
	refused   int
	trial     trial
}

// outcome is what became of a row.
type outcome struct {
	result subscribers.Result
	state  subscribers.State
}

// read goes through the file twice: what it says of somebody further down may
// forbid the mail that they would get at once.
func (r *importRun) read(ctx context.Context) error {
	r.options.Name, r.options.Newsletters = r.name, r.app.newsletterIDs()
	file, err := listfile.Open(r.in, r.options)
	if err != nil {
		return exitf(codeUsage, "%s: %w", r.name, err)
	}
	for _, note := range file.Notes {
		r.say("%s: %s", r.name, note)
	}
	for row := range file.Rows() {
		if row.Err == nil {
			r.strictest.See(row.Request)
		}
	}
	bar := r.progress("Importing")
	defer bar.done()
	for row := range file.Rows() {
		if ctx.Err() != nil {
			break
		}
		if r.findings(row); row.Err != nil {
			r.refused++
			continue
		}
		r.chunk = append(r.chunk, row)
		if len(r.chunk) == importChunk {
			if err := r.write(ctx); err != nil {
				return err
			}
			bar.show(r.in.n, r.size)
		}
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	bar.done()
	return r.report()
}

// findings reports what is wrong with a row, or was read in a way to be told. A trial
// counts it by kind.
func (r *importRun) findings(row listfile.Row) {
	if r.dryRun {
		r.trial.findings(r.name, row)
		return
	}
	if row.Err != nil {
		r.say("%s:%d: %v", r.name, row.Line, row.Err)
		return
	}
	for _, note := range row.Notes {
		r.say("%s:%d: %s", r.name, row.Line, note.Text)
	}
}

// cutOff adds to the error of an import that ended early what became of the rows.
func (r *importRun) cutOff(err error) error {
	if err == nil || r.dryRun || errors.As(err, new(exit)) {
		return err
	}
	taken := 0
	for _, n := range r.counts {
		taken += n
	}
	return fmt.Errorf("%w; %s taken before that, and the rest wasn't: put it right and import the same file again, which is safe, for who is there already stays as they are",
		err, count(taken, "row was", "rows were"))
}

func (r *importRun) write(ctx context.Context) error {
	requests := make([]subscribers.Request, len(r.chunk))
	for i, row := range r.chunk {
		requests[i] = r.strictest.Over(row.Request)
		requests[i].Consent, requests[i].Detail = r.consent, fmt.Sprintf("import of %s, line %d", r.name, row.Line)
	}
	signUp := r.app.membership.SignUpAll
	if r.dryRun {
		signUp = r.app.membership.TrySignUpAll
	}
	all, err := signUp(ctx, time.Now(), requests)
	if err != nil && len(all) < len(requests) {
		return fmt.Errorf("%s:%d: %w", r.name, r.chunk[len(all)].Line, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	for i, added := range all {
		if r.dryRun {
			added = r.trial.outcome(r.name, r.chunk[i].Line, requests[i], added)
		}
		r.counts[outcome{added.Result, added.State}]++
	}
	r.chunk = r.chunk[:0]
	return nil
}

// countingFile tells how far a file has been read.
type countingFile struct {
	*os.File
	n int64
}

func (f *countingFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.n += int64(n)
	return n, err
}

func (f *countingFile) Seek(offset int64, whence int) (n int64, err error) {
	f.n, err = f.File.Seek(offset, whence)
	return f.n, err
}
