package subscribers

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Columns are what a CSV file of subscribers may hold. email is required.
var Columns = []string{"email", "name", "language", "timezone", "send_at", "days", "cadence", "newsletter"}

// Row is one record of a CSV file. Either Err says what is wrong with it, or the
// request can be added.
type Row struct {
	Line    int // where the record begins, from 1
	Request Request
	Err     error
}

// ErrHeader means that the first line doesn't name the columns.
var ErrHeader = errors.New("the first line must name the columns")

// ReadCSV reads a file of subscribers (RFC 4180; comma, semicolon or tab) row by
// row, and goes on after a broken one. newsletters are the ids that a row may
// name; a row without one means the only one there is. The error is about the
// file as a whole: no header, or a reader that failed.
func ReadCSV(r io.Reader, newsletters []string) (iter.Seq[Row], error) {
	in := bufio.NewReader(r)
	if bom, _ := in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	start, _ := in.Peek(4096)
	records := csv.NewReader(in)
	records.Comma = separator(start)
	records.FieldsPerRecord = -1
	records.TrimLeadingSpace = records.Comma != '\t'
	header, err := records.Read()
	if err != nil {
		return nil, fmt.Errorf("%w (%s): %w", ErrHeader, strings.Join(Columns, ", "), err)
	}
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		if header[i] != "" && !slices.Contains(Columns, header[i]) && !slices.Contains(exportOnly, header[i]) {
			return nil, fmt.Errorf("%w: %q is unknown; write %s", ErrHeader, name, strings.Join(Columns, ", "))
		}
	}
	if !slices.Contains(header, "email") {
		return nil, fmt.Errorf("%w: there is no column email among %s", ErrHeader, strings.Join(header, ", "))
	}
	return func(yield func(Row) bool) {
		for {
			record, err := records.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			row := Row{}
			var syntax *csv.ParseError
			switch {
			case errors.As(err, &syntax):
				row.Line, row.Err = syntax.StartLine, syntax.Err
			case err != nil:
				yield(Row{Err: fmt.Errorf("read: %w", err)})
				return
			default:
				row.Line, _ = records.FieldPos(0)
				row.Request, row.Err = parseRow(header, record, newsletters)
			}
			if !yield(row) {
				return
			}
		}
	}, nil
}

// separator guesses from the header: spreadsheets in many countries write
// semicolons.
func separator(start []byte) rune {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(line, []byte(string(c))) > bytes.Count(line, []byte(string(best))) {
			best = c
		}
	}
	return best
}

func parseRow(header, record []string, newsletters []string) (Request, error) {
	if len(record) > len(header) {
		return Request{}, fmt.Errorf("%d fields, but the header names %d; quote a field that holds a separator", len(record), len(header))
	}
	field := map[string]string{}
	for i, value := range record {
		if !utf8.ValidString(value) {
			return Request{}, fmt.Errorf("%s isn't valid UTF-8; save the file as UTF-8", header[i])
		}
		field[header[i]] = unguard(strings.TrimSpace(value))
	}
	var q Request
	var faults [7]error
	p := &q.Preferences
	q.Address, faults[0] = ParseAddress(field["email"])
	p.Name, faults[1] = ParseName(field["name"])
	p.Language, faults[2] = ParseLanguage(field["language"])
	p.Timezone, faults[3] = ParseZone(field["timezone"])
	p.SendAt, faults[4] = ParseSendAt(field["send_at"])
	p.Days, faults[5] = ParseDays(field["days"])
	p.Cadence, faults[6] = ParseCadence(field["cadence"])
	var newsletter error
	q.Newsletter, newsletter = PickNewsletter(field["newsletter"], newsletters)
	return q, oneLine(append(faults[:], newsletter))
}

// PickNewsletter finds the newsletter that somebody means: the one named, or
// the only one there is when none is.
func PickNewsletter(name string, newsletters []string) (string, error) {
	switch {
	case name == "" && len(newsletters) == 1:
		return newsletters[0], nil
	case name == "":
		return "", fmt.Errorf("no newsletter is named; write one of %s", strings.Join(newsletters, ", "))
	case !slices.Contains(newsletters, name):
		return "", fmt.Errorf("newsletter %q is unknown; write one of %s", name, strings.Join(newsletters, ", "))
	}
	return name, nil
}

// oneLine joins the faults of a row, so that each row is one line of a report.
func oneLine(faults []error) error {
	var said []string
	for _, err := range faults {
		if err != nil {
			said = append(said, err.Error())
		}
	}
	if len(said) == 0 {
		return nil
	}
	return errors.New(strings.Join(said, "; "))
}

// risky are the first characters that make a spreadsheet take a cell for a
// formula.
const risky = "=+-@\t\r"

// guard keeps a spreadsheet from running a cell; unguard undoes it.
func guard(s string) string {
	if s != "" && strings.ContainsRune(risky, rune(s[0])) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune(risky, rune(s[1])) {
		return s[1:]
	}
	return s
}
