package listfile

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// errHeader means that the first line doesn't name the columns.
var errHeader = errors.New("the first line must name the columns")

// header is what the columns of a file mean.
type header struct {
	names    []string // as they stand there
	meanings []string // of each; "": it's left alone
	ours     bool     // written by our export, where an empty cell says as much as a full one
}

// at returns the first column with a meaning, or -1.
func (h header) at(meaning string) int { return slices.Index(h.meanings, meaning) }

// leftAlone are the columns that nothing is made of.
func (h header) leftAlone() (all []string) {
	for i, name := range h.names {
		if h.meanings[i] == "" && name != "" {
			all = append(all, name)
		}
	}
	return all
}

// readHeader reads the first line that isn't blank, and learns from it what separates
// the columns. A file that begins with an address has one on each line.
func (f *File) readHeader(records *recordReader) (header, error) {
	first, err := firstLine(records)
	if err != nil {
		return header{}, err
	}
	said, isSep := sepLine(first.text)
	if isSep {
		if first, err = firstLine(records); err != nil {
			return header{}, err
		}
	}
	records.lines.unread(first)
	if _, err := parsePerson(first.text); err == nil {
		return header{names: []string{colEmail}, meanings: []string{colEmail}}, nil
	}
	if records.separator = said; !isSep {
		records.separator = separator(first.text)
	}
	rec, err := records.next()
	if err != nil {
		return header{}, fmt.Errorf("%w: %w", errHeader, err)
	}
	return f.columns(rec)
}

// firstLine passes over what is blank.
func firstLine(records *recordReader) (line, error) {
	for {
		l, err := records.lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return l, fmt.Errorf("%w (%s), but nothing stands there", errHeader, strings.Join(Columns, ", "))
		case err != nil:
			return l, fmt.Errorf("read: %w", err)
		case l.tooLong:
			return l, fmt.Errorf("%w: line %d: %w", errHeader, records.lines.number, errLongLine)
		case strings.Trim(l.text, ` "`+separators) != "":
			return l, nil
		}
	}
}

// sepLine reads the line with which Excel says what separates the columns.
func sepLine(text string) (byte, bool) {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if len(text) == 5 && strings.EqualFold(text[:4], "sep=") && strings.IndexByte(separators, text[4]) >= 0 {
		return text[4], true
	}
	return 0, false
}

const separators = ",;\t|"

// separator guesses from the header: spreadsheets in many countries write semicolons.
func separator(line string) byte {
	best := separators[0]
	for _, c := range []byte(separators[1:]) {
		if strings.Count(line, string(c)) > strings.Count(line, string(best)) {
			best = c
		}
	}
	return best
}

// columns finds out what a header's columns mean: what the operator says, else what
// the table does.
func (f *File) columns(rec record) (h header, err error) {
	fail := func(format string, args ...any) (header, error) {
		return header{}, fmt.Errorf("%w: %w", errHeader, fmt.Errorf(format, args...))
	}
	if rec.fault != nil {
		return fail("line %d: %w", rec.line, rec.fault)
	}
	said := map[string]string{}
	for column, meaning := range f.options.Columns {
		if meaning != "" && !slices.Contains(known(), meaning) {
			return fail("--map %q: %q is no meaning that a column can have; write one of %s, or nothing", column+"="+meaning, meaning, strings.Join(known(), ", "))
		}
		said[plain(column)] = meaning
	}
	all := make([]string, len(rec.fields))
	for i, text := range rec.fields {
		rec.fields[i] = tidy(unguard(strings.TrimSpace(text)))
		all[i] = plain(rec.fields[i])
	}
	for i, text := range rec.fields {
		meaning, isSaid := said[all[i]]
		if !isSaid {
			meaning = meaningOf[all[i]]
			if other, ok := besides[all[i]]; ok && slices.Contains(all, other) {
				meaning = colState
			}
			if slices.Contains(slices.Collect(maps.Values(said)), meaning) {
				meaning = "" // the operator has named another column for it
			}
		}
		delete(f.unmapped, all[i])
		if before := slices.Index(h.names, text); text != "" && before >= 0 && h.meanings[before] != "" || meaning == colEmail && h.at(colEmail) >= 0 {
			return fail(`%q stands there twice, or means the same as another; --map "Column=" leaves one alone`, text)
		}
		h.names, h.meanings = append(h.names, text), append(h.meanings, meaning)
	}
	for _, column := range slices.Sorted(maps.Keys(f.unmapped)) {
		return fail("--map: there is no column %q among %s", f.unmapped[column], strings.Join(h.names, ", "))
	}
	if slices.ContainsFunc(rec.fields, func(cell string) bool { _, err := parsePerson(cell); return err == nil }) {
		return fail("%q is an address; write a line such as email,name above it", strings.Join(h.names, ", "))
	}
	if h.at(colEmail) < 0 {
		return fail(`there is no column email among %s; rename the one that holds the addresses, or add --map "Column=email" to the command`, strings.Join(h.names, ", "))
	}
	h.ours = !slices.ContainsFunc(ExportColumns, func(meaning string) bool { return h.at(meaning) < 0 })
	return h, nil
}
