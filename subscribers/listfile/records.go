package listfile

import (
	"errors"
	"fmt"
	"strings"
)

// What a field with line breaks may have at most. Beyond that its quote is taken
// for a stray one.
const (
	mostLines = 20
	mostBytes = 16 << 10
)

// record is the fields of a row, or what is wrong with it.
type record struct {
	line, lines int
	fields      []string
	fault       error
}

// blank tells whether nothing stands there, as in the rows that spreadsheets add.
func (r record) blank() bool {
	return r.fault == nil && strings.TrimSpace(strings.Join(r.fields, "")) == ""
}

// recordReader reads records line by line. A quote that isn't closed on its line
// is a stray one, and costs that line only, unless it's certain that the field
// goes on: see [recordReader.more].
type recordReader struct {
	lines     lineReader
	separator byte // 0: a line is one field, whatever stands in it
	// certain tells whether fields of several lines are a row; nil: none are.
	certain func(fields []string) bool
	// begins tells whether a text that stands from a column on looks like a row of its own.
	begins func(text string, column int) bool
}

var (
	errOpenQuote  = errors.New("a quote is opened and not closed; close it, or write a quote within quotes twice")
	errStrayQuote = errors.New("a quote stands in the middle of a field; put the whole field in quotes, and write a quote within it twice")
	errLongLine   = fmt.Errorf("the line has more than %d bytes; is it a list of subscribers?", maxLine)
)

// next returns the next record, or io.EOF.
func (r *recordReader) next() (record, error) {
	l, err := r.lines.next()
	rec := record{line: r.lines.number, lines: 1}
	switch {
	case err != nil:
		return rec, err
	case l.tooLong:
		rec.fault = errLongLine
		return rec, nil
	}
	if r.separator == 0 {
		rec.fields = []string{l.text}
		return rec, nil
	}
	rec.fields, rec.fault = split(l.text, r.separator)
	if !errors.Is(rec.fault, errOpenQuote) || r.certain == nil {
		return rec, nil
	}
	if fields, n := r.more(l.text); n > 0 {
		rec.fields, rec.lines, rec.fault = fields, 1+n, nil
	}
	return rec, nil
}

// more looks whether the lines after text, whose last quote is open, belong to
// it, and takes n of them. That's certain when they close the quote as they
// should, the row is then complete, and none of the lines that it takes can be
// another person's.
func (r *recordReader) more(text string) (fields []string, n int) {
	var taken []line
	defer func() {
		for i := len(taken) - 1; i >= n; i-- {
			r.lines.unread(taken[i])
		}
	}()
	for len(taken) < mostLines && len(text) < mostBytes {
		l, err := r.lines.next()
		if err != nil { // io.EOF, or what the next record meets again
			return nil, 0
		}
		taken = append(taken, l)
		text += "\n" + l.text
		fields, fault := split(text, r.separator)
		switch {
		case l.tooLong || fault != nil && !errors.Is(fault, errOpenQuote):
			return nil, 0
		case fault != nil:
			continue
		}
		for i, field := range fields {
			if !strings.Contains(field, "\n") {
				continue
			}
			for number, part := range strings.Split(field, "\n") {
				if r.begins(part, []int{i, 0}[min(number, 1)]) {
					return nil, 0
				}
			}
			fields[i] = strings.Join(strings.Fields(field), " ")
		}
		if !r.certain(fields) {
			return nil, 0
		}
		return fields, len(taken)
	}
	return nil, 0
}

// split takes a row to pieces (RFC 4180 §2). Blanks around a quoted field are no
// part of it.
func split(text string, separator byte) (fields []string, fault error) {
	blanks := " \t"
	if separator == '\t' {
		blanks = " "
	}
	for {
		rest := strings.TrimLeft(text, blanks)
		if !strings.HasPrefix(rest, `"`) {
			end := strings.IndexByte(text, separator)
			field := text
			if end >= 0 {
				field = text[:end]
			}
			if strings.Contains(field, `"`) {
				return nil, errStrayQuote
			}
			fields = append(fields, field)
			if end < 0 {
				return fields, nil
			}
			text = text[end+1:]
			continue
		}
		field, rest, closed := quoted(rest[1:])
		if !closed {
			return nil, errOpenQuote
		}
		fields = append(fields, field)
		rest = strings.TrimLeft(rest, blanks)
		if rest == "" {
			return fields, nil
		}
		if rest[0] != separator {
			return nil, errStrayQuote
		}
		text = rest[1:]
	}
}

// quoted reads up to the quote that ends a field, and returns what follows.
func quoted(text string) (field, rest string, closed bool) {
	var b strings.Builder
	for {
		end := strings.IndexByte(text, '"')
		if end < 0 {
			return "", "", false
		}
		b.WriteString(text[:end])
		text = text[end+1:]
		if !strings.HasPrefix(text, `"`) {
			return b.String(), text, true
		}
		b.WriteByte('"')
		text = text[1:]
	}
}
