package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"dailytip/safetext"
)

// printJSON writes one object on a line of its own.
func (c *command) printJSON(v any) error {
	e := json.NewEncoder(visibleWriter{c.out})
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func (c *command) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(visibleWriter{c.out}, format, args...)
}

// say writes to standard error: for a person, beside the data.
func (c *command) say(format string, args ...any) {
	_, _ = fmt.Fprintf(visibleWriter{c.err}, format+"\n", args...)
}

// count writes a number with its noun: "1 newsletter", "2 newsletters". many is
// given for nouns that don't just get an s.
func count[N int | int64](n N, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return fmt.Sprintf("%d %s", n, many[0])
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// table writes rows under a head, in columns that hold in every script.
func (c *command) table(head table.Row, rows []table.Row, aligned ...int) {
	t := table.NewWriter()
	t.SetOutputMirror(c.out)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	var columns []table.ColumnConfig
	for _, number := range aligned {
		columns = append(columns, table.ColumnConfig{Number: number, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	t.SuppressTrailingSpaces()
	t.AppendHeader(head)
	for _, row := range rows {
		for i, cell := range row {
			if s, ok := cell.(string); ok {
				row[i] = safetext.Visible(s)
			}
		}
		t.AppendRow(row)
	}
	t.Render()
}

// isTerminal tells whether a person looks at what is written.
func isTerminal(w io.Writer) bool {
	if out, ok := w.(*written); ok {
		w = out.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// instant writes a time for a person; "" for none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
