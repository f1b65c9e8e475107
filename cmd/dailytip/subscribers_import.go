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

	"dailytip/membership/importer"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

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
			run := importRun{command: c, options: importer.Options{Membership: a.membership, List: options, DryRun: flags.dryRun, Now: time.Now}}
			run.options.List.Name, run.options.List.Newsletters = args[0], a.newsletterIDs()
			if flags.confirmed {
				run.options.Consent = subscribers.Vouched
			}
			return run.do(cmd.Context(), &countingFile{File: in}, size)
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
	options importer.Options
}

func (r *importRun) do(ctx context.Context, in *countingFile, size int64) error {
	bar := r.progress("Importing")
	defer bar.done()
	r.options.In = in
	r.options.Progress = func(_, of int) { // the file is read twice
		read := in.n
		if of > 0 {
			read += size
		}
		bar.show(read, 2*size)
	}
	r.options.Tell = func(line int, text string) {
		if line == 0 {
			r.say("%s: %s", r.options.List.Name, text)
			return
		}
		r.say("%s:%d: %s", r.options.List.Name, line, text)
	}
	result, err := importer.Run(ctx, r.options)
	var file importer.FileError
	switch {
	case errors.As(err, &file):
		return exit{codeUsage, err}
	case err != nil && !r.options.DryRun:
		return fmt.Errorf("%w; %s taken before that, and the rest wasn't: put it right and import the same file again, which is safe, for who is there already stays as they are",
			err, count(result.Good(), "row was", "rows were"))
	case err != nil:
		return err
	}
	bar.done()
	return r.report(result)
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
