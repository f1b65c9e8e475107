package listfile

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"dailytip/subscribers"
)

// Options say how a file is to be read. All but Newsletters may be left out.
type Options struct {
	Name        string            // the file's: a program may have written a state into it
	Newsletters []string          // ids that a row may name; a row without one means the only one there is
	Charset     string            // "": it's found out
	Columns     map[string]string // header → one of [ExportColumns], or "" to leave the column alone
	State       subscribers.State // of everybody in the file whose row doesn't say; "": the file's name and columns say
}

// File is a list of subscribers in a file. It's read as often as its rows are asked
// for.
type File struct {
	in       io.ReadSeeker
	options  Options
	charset  charset
	header   header
	state    subscribers.State   // see Options.State
	unmapped map[string]string   // columns that the operator named and the file doesn't have
	zones    map[string]readZone // by what the file's cells say

	// Notes are what the operator should know of the file as a whole.
	Notes []string
}

// Row is one record of a file. Either Err says what is wrong with it, or the request
// can be added.
type Row struct {
	Line    int // where the record begins, from 1
	Lines   int // how many lines it takes
	Request subscribers.Request
	Notes   []Finding // what was left out of the request, or read as something else
	Err     error
	About   string // what Err is about: address, time zone, …
}

// Finding is something that is said of a row.
type Finding struct {
	About string
	Text  string
}

// Open finds out how a file is written and what its columns mean. The error is about
// the file as a whole: no header, or a reader that failed.
func Open(in io.ReadSeeker, o Options) (*File, error) {
	f := &File{in: in, options: o, unmapped: map[string]string{}, zones: map[string]readZone{}}
	for column := range o.Columns {
		f.unmapped[plain(column)] = column
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	var err error
	if f.charset, err = findCharset(in, o.Charset); err != nil {
		return nil, err
	}
	records, err := f.fromStart()
	if err != nil {
		return nil, err
	}
	if f.header, err = f.readHeader(records); err != nil {
		return nil, err
	}
	if f.charset.note != "" {
		f.Notes = append(f.Notes, f.charset.note)
	}
	if alone := f.header.leftAlone(); len(alone) > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf(`left alone, for we have no use for them: %s (--map "Column=field" gives one a meaning)`, strings.Join(alone, ", ")))
	}
	var note string
	if f.state, note = f.stateOfAll(); note != "" {
		f.Notes = append(f.Notes, note)
	}
	return f, nil
}

// fromStart goes back to the beginning.
func (f *File) fromStart() (*recordReader, error) {
	if _, err := f.in.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return &recordReader{lines: lineReader{in: f.charset.reader(f.in)}}, nil
}

// Rows reads the file row by row, and goes on after a broken one: each line that
// isn't blank is part of one row.
func (f *File) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		records, err := f.fromStart()
		if err == nil {
			_, err = f.readHeader(records)
		}
		if err != nil {
			yield(Row{Line: 1, Lines: 1, Err: err, About: "file"})
			return
		}
		records.certain, records.begins = f.certain, f.begins(records.separator)
		for {
			rec, err := records.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{Line: rec.line, Err: fmt.Errorf("read: %w", err), About: "file"})
				return
			}
			if rec.blank() {
				continue
			}
			row := Row{Line: rec.line, Lines: rec.lines, Err: rec.fault, About: "quotes"}
			if row.Err == nil {
				f.parseRow(&row, rec.fields)
			}
			if !yield(row) {
				return
			}
		}
	}
}

// certain tells whether fields that stand on several lines are a row: it's complete,
// and somebody's.
func (f *File) certain(fields []string) bool {
	if len(withoutEmptyEnd(fields, len(f.header.names))) != len(f.header.names) {
		return false
	}
	_, err := parsePerson(unguard(fields[f.header.at(colEmail)]))
	return err == nil
}

// begins tells whether a text that stands from a column on looks like a row of its
// own: an address stands where the file has its addresses.
func (f *File) begins(separator byte) func(string, int) bool {
	return func(text string, column int) bool {
		cells, at := strings.Split(text, string(separator)), f.header.at(colEmail)-column
		if at < 0 || at >= len(cells) {
			return false
		}
		_, err := parsePerson(unguard(strings.TrimSpace(cells[at])))
		return err == nil
	}
}

// withoutEmptyEnd takes away the empty cells that spreadsheets add behind the last
// column.
func withoutEmptyEnd(fields []string, columns int) []string {
	for len(fields) > columns && strings.TrimSpace(fields[len(fields)-1]) == "" {
		fields = fields[:len(fields)-1]
	}
	return fields
}
