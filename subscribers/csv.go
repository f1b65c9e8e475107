package subscribers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Columns are what a CSV file of subscribers may hold. email is required.
var Columns = []string{"email", "name", "language", "timezone", "send_at", "days", "cadence", "newsletter"}

// importedColumns are those that an export of ours has beside them: see [Imported].
var importedColumns = []string{
	"state", "state_before", "paused_until", "created_at", "source", "confirmed_at", "consent", "left_at", "suppressed_at", "suppressed_reason", "course_tip",
}

// Row is one record of a CSV file. Either Err says what is wrong with it, or the
// request can be added.
type Row struct {
	Line    int // where the record begins, from 1
	Lines   int // how many lines it takes
	Request Request
	Notice  error // what was left out of the request, which can be added without it
	Err     error
}

// errHeader means that the first line doesn't name the columns.
var errHeader = errors.New("the first line must name the columns")

// ReadCSV reads a file of subscribers (RFC 4180; comma, semicolon or tab) row by
// row, and goes on after a broken one: each line that isn't blank is part of one
// row. newsletters are the ids that a row may name; a row without one means the
// only one there is. The error is about the file as a whole: no header, or a
// reader that failed.
func ReadCSV(r io.Reader, newsletters []string) (iter.Seq[Row], error) {
	in := bufio.NewReader(r)
	if bom, _ := in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	records := recordReader{lines: lineReader{in: in}}
	header, err := readHeader(&records)
	if err != nil {
		return nil, err
	}
	records.certain = func(fields []string) bool {
		if len(fields) != len(header) {
			return false
		}
		_, err := ParseAddress(unguard(strings.TrimSpace(fields[slices.Index(header, "email")])))
		return err == nil
	}
	return func(yield func(Row) bool) {
		for {
			rec, err := records.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{Line: rec.line, Err: fmt.Errorf("read: %w", err)})
				return
			}
			row := Row{Line: rec.line, Lines: rec.lines, Err: rec.fault}
			if row.Err == nil && rec.blank() {
				continue
			}
			if row.Err == nil {
				row.Request, row.Notice, row.Err = parseRow(header, rec.fields, newsletters)
			}
			if !yield(row) {
				return
			}
		}
	}, nil
}

// readHeader reads the first line that isn't blank, and learns from it what
// separates the columns.
func readHeader(records *recordReader) ([]string, error) {
	start, _ := records.lines.in.Peek(4096)
	records.separator = separator(bytes.TrimLeft(start, "\r\n\t "))
	fail := func(format string, args ...any) ([]string, error) {
		return nil, fmt.Errorf("%w: %w", errHeader, fmt.Errorf(format, args...))
	}
	var rec record
	for rec.blank() {
		var err error
		if rec, err = records.next(); err != nil {
			return nil, fmt.Errorf("%w (%s): %w", errHeader, strings.Join(Columns, ", "), err)
		}
		if rec.fault != nil {
			return fail("line %d: %w", rec.line, rec.fault)
		}
	}
	header := rec.fields
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		switch {
		case header[i] == "":
		case !slices.Contains(Columns, header[i]) && !slices.Contains(importedColumns, header[i]):
			return fail("%q is unknown; write %s", name, strings.Join(Columns, ", "))
		case slices.Contains(header[:i], header[i]):
			return fail("%q stands there twice", header[i])
		}
	}
	if !slices.Contains(header, "email") {
		return fail("there is no column email among %s", strings.Join(header, ", "))
	}
	return header, nil
}

// separator guesses from the header: spreadsheets in many countries write
// semicolons.
func separator(start []byte) byte {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best := byte(',')
	for _, c := range []byte(";\t") {
		if bytes.Count(line, []byte{c}) > bytes.Count(line, []byte{best}) {
			best = c
		}
	}
	return best
}

// risky are the first characters that make a spreadsheet take a cell for a
// formula.
const risky = "=+-@\t\r"

// guard keeps a spreadsheet from running a cell; unguard undoes it.
func guard(s string) string {
	if isRisky(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && isRisky(rest) {
		return rest
	}
	return s
}

// isRisky tells whether a cell is a formula, or has a ' in front of one already.
func isRisky(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.IndexByte(risky, s[0]) >= 0
}
