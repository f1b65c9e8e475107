package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
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
is reported with its line, and the others are kept. Who is there already stays as
they are, so that importing twice changes nothing; who unsubscribed, was suppressed
or erased isn't revived.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			in, size, err := c.openInput(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }()
			consent := subscribers.ByOperator
			if confirmed {
				consent = subscribers.Vouched
			}
			run := importRun{command: c, app: a, file: args[0], consent: consent, counts: map[subscribers.Result]int{}}
			return run.read(cmd.Context(), in, size)
		},
	}
	cmd.Flags().BoolVar(&confirmed, "confirmed", false, "you vouch for their consent: they're active at once")
	return cmd
}

func (c *command) openInput(name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(c.in), 0, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, exitf(codeUsage, "import: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("import: %w", err), file.Close())
	}
	return file, info.Size(), nil
}

// importRun is one import under way.
type importRun struct {
	*command
	app     *app
	file    string
	consent subscribers.Consent
	chunk   []subscribers.Row
	counts  map[subscribers.Result]int
	refused int
}

func (r *importRun) read(ctx context.Context, in io.Reader, size int64) error {
	counted := &countingReader{Reader: in}
	rows, err := subscribers.ReadCSV(counted, r.app.newsletterIDs())
	if err != nil {
		return exitf(codeUsage, "%s: %w", r.file, err)
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

func (r *importRun) write(ctx context.Context) error {
	var results []subscribers.Result
	err := r.app.db.Write(ctx, func(tx *sql.Tx) error {
		results = results[:0]
		ctx := context.WithoutCancel(ctx) // who ends it waits for the chunk: watching each statement costs more than most take
		for _, row := range r.chunk {
			request := row.Request
			request.Consent, request.Detail = r.consent, fmt.Sprintf("import of %s, line %d", r.file, row.Line)
			added, err := r.app.ledger.SignUp(ctx, tx, time.Now(), request)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", r.file, row.Line, err)
			}
			results = append(results, added.Result)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, result := range results {
		r.counts[result]++
	}
	r.chunk = r.chunk[:0]
	return nil
}

func (r *importRun) report() error {
	added := r.counts[subscribers.Created] + r.counts[subscribers.Confirmed]
	kept := r.counts[subscribers.Left] + r.counts[subscribers.Barred]
	if r.json {
		err := r.printJSON(map[string]int{
			"added": added, "unchanged": r.counts[subscribers.Unchanged], "left": r.counts[subscribers.Left],
			"suppressed": r.counts[subscribers.Barred], "refused": r.refused,
		})
		if err != nil {
			return err
		}
	} else {
		r.printf("%d added, %d there already", added, r.counts[subscribers.Unchanged])
		if kept > 0 {
			r.printf(", %d not revived (they left or are suppressed)", kept)
		}
		if r.refused > 0 {
			r.printf(", %d refused", r.refused)
		}
		r.printf("\n")
		if added > 0 && r.consent == subscribers.ByOperator {
			r.say("they get a mail that asks them to confirm; the running daemon sends it")
		}
	}
	good := added + kept + r.counts[subscribers.Unchanged]
	switch {
	case r.refused > 0 && good == 0:
		return exitf(codeFailed, "no row could be read")
	case r.refused > 0:
		return exitf(codePart, "%d rows were refused", r.refused)
	}
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
