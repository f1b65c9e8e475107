package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/bounces"
)

func (c *command) bounces() *cobra.Command {
	cmd := &cobra.Command{Use: "bounces", Short: "What came back: list, show, undo, retry, read, take", Args: cobra.NoArgs}
	cmd.AddCommand(c.bouncesList(), c.bouncesShow(), c.bouncesUndo(), c.bouncesRetry(), c.bouncesRead(), c.bouncesTake())
	return cmd
}

// bounceLine is what bounces read prints of one recipient.
type bounceLine struct {
	File      string `json:"file"`
	Message   int    `json:"message,omitempty"` // its number in an mbox, from the second on
	Recipient string `json:"recipient"`
	Class     string `json:"class"`
	Status    string `json:"status"`
	Reason    string `json:"reason"`
	Reply     string `json:"reply"`
	Action    string `json:"action"`
}

func (c *command) bouncesRead() *cobra.Command {
	return &cobra.Command{
		Use:   "read FILE…",
		Short: "Say what returned mails mean, and change nothing",
		Long: `read says what returned mails mean: a line for each recipient with its class (hard,
soft, ours, complaint, other-report, reply, none), and what would be done about an
address that no mail was ever delivered to. It needs no configuration and changes
nothing.

A FILE is a message as it came, an mbox, or a folder (also a Maildir), of which each
file is read; - is standard input. The messages of an mbox are numbered from the
second on: bounces.mbox:2.`,
		Example: "  dailytip bounces read ~/Maildir/new\n  dailytip bounces read bounces.mbox --json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r := bounceReader{command: c, counts: map[string]int{}}
			for _, name := range args {
				if err := r.path(cmd.Context(), name); err != nil {
					return err
				}
			}
			r.end()
			if r.unread > 0 {
				return exitf(codePart, "%s could not be read", count(r.unread, "file"))
			}
			return nil
		},
	}
}

// bounceReader reads files and prints what they mean.
type bounceReader struct {
	*command
	rows     []table.Row
	counts   map[string]int // recipients of each class
	messages int
	unread   int
}

func (r *bounceReader) path(ctx context.Context, name string) error {
	if name == "-" {
		return r.messagesOf(ctx, name, r.in)
	}
	info, err := os.Stat(name)
	if err != nil {
		return exit{codeUsage, fmt.Errorf("read bounces: %w", err)}
	}
	if !info.IsDir() {
		return r.file(ctx, name)
	}
	return filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			r.unread++
			r.say("%s: %v", path, err)
			return nil
		case path != name && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		return r.file(ctx, path)
	})
}

// file reads one file; what can't be read is told, and the others go on.
func (r *bounceReader) file(ctx context.Context, name string) error {
	file, err := await(ctx, func() (*os.File, error) { return os.Open(name) })
	if errors.Is(err, errInterrupted) {
		return err
	}
	if err != nil {
		r.unread++
		r.say("%v", err)
		return nil
	}
	defer file.Close()
	return r.messagesOf(ctx, name, file)
}

func (r *bounceReader) messagesOf(ctx context.Context, name string, from io.Reader) error {
	return bounces.Each(awaited{ctx, from}, func(number int, raw []byte) error {
		r.messages++
		if number == 1 {
			number = 0 // many programs begin a single message as an mbox begins
		}
		for _, f := range bounces.Read(raw) {
			if err := r.finding(name, number, f); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *bounceReader) finding(name string, number int, f bounces.Finding) error {
	r.counts[string(f.Class)]++
	if r.json {
		return r.printJSON(bounceLine{name, number, f.Recipient, string(f.Class), f.Status, f.Reason, f.Reply, string(f.Action())})
	}
	if len(r.rows) < mostRows {
		shown := filepath.Base(name)
		if number > 0 {
			shown = fmt.Sprintf("%s:%d", shown, number)
		}
		r.rows = append(r.rows, table.Row{shown, f.Recipient, string(f.Class), f.Reason, f.Status, string(f.Action()), short(f.Reply, 60)})
	}
	return nil
}

// end prints the table and its sum, for people.
func (r *bounceReader) end() {
	if r.json {
		return
	}
	r.table(table.Row{"File", "Recipient", "Class", "Reason", "Status", "Action", "Reply"}, r.rows)
	total := 0
	var sums []string
	for _, class := range bounces.Classes {
		if n := r.counts[string(class)]; n > 0 {
			total += n
			sums = append(sums, fmt.Sprintf("%d %s", n, class))
		}
	}
	if total > len(r.rows) {
		r.printf("… and %d more: --json lists them all\n", total-len(r.rows))
	}
	r.printf("\n%s: %s\n", count(r.messages, "message"), strings.Join(sums, ", "))
}
