package letter

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"slices"
)

// placedField is a merge field with the bytes of a message that it replaces.
type placedField struct {
	start, end int
	field      mergeField
}

// compile has go-mail write the letter once, with marks for addresses, and finds
// what of its bytes is the recipient's own.
func (l *Letter) compile(s shape) (*document, error) {
	marks, err := s.marks(l.digest())
	if err != nil {
		return nil, err
	}
	r := l.nobody()
	data, err := l.write(r, r.Email, marks)
	if err != nil {
		return nil, err
	}
	found := mergeFieldsInHeader(data, l.list, l.newsletter.TagHeader)
	for _, b := range textBodies(data) {
		if b.base64 {
			found, err = appendBase64Fields(found, data, b, marks)
		} else {
			found = appendQuotedFields(found, data, b, marks)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b placedField) int { return cmp.Compare(a.start, b.start) })
	made := &document{shape: s, size: len(data)}
	text, at := string(data), 0
	for _, g := range found {
		made.segments = append(made.segments, segment{text[at:g.start], g.field})
		at = g.end
	}
	made.tail = text[at:]
	return made, nil
}

// marks are addresses of the shape that no text contains: their free bytes are
// made of a digest of the text.
func (s *shape) marks(digest [sha256.Size]byte) (marks addresses, err error) {
	for l, pattern := range s {
		mark, random := []byte(pattern), ""
		free := 0
		for i := range mark {
			if mark[i] != 0 {
				continue
			}
			if random == "" {
				sum := sha256.Sum256(append(digest[:], fmt.Sprint("mark ", l, free)...))
				random = hex.EncodeToString(sum[:])
			}
			mark[i], random = random[0], random[1:]
			free++
		}
		if len(mark) > 0 && free < leastFree {
			return addresses{}, fmt.Errorf("the address of link %d is too short", l)
		}
		marks[l] = string(mark)
	}
	return marks, nil
}

// leastFree is how many free bytes, of four bits each, make a mark that can't
// be met by chance. A token alone has more.
const leastFree = 20

// mergeFieldsInHeader finds those in the header; tag is the header field that repeats
// the left side of the Message-ID, "" where there is none.
func mergeFieldsInHeader(data []byte, list bool, tag string) (found []placedField) {
	fields, _ := splitHeader(data)
	start := 0
	for _, f := range fields {
		if list && headerRank(f.name) > headerRank("List-Unsubscribe") {
			found = append(found, placedField{start, start, mergeField{kind: unsubscribeField}})
			list = false
		}
		end := start + len(f.raw)
		value := placedField{start: start + len(f.name) + len(": "), end: end - len(crlfBytes)}
		switch f.name {
		case "To":
			value.field.kind = toField
		case "Date":
			value.field.kind = dateField
		case "Message-ID":
			value.field.kind = messageIDField
		case tag:
			value.field.kind = tagField
		}
		if value.field.kind != 0 {
			found = append(found, value)
		}
		start = end
	}
	return found
}

// encodedBody is where a message has the encoded body of a part with text.
type encodedBody struct {
	start, end   int
	base64, html bool
}

// textBodies finds them between the boundaries, which no body can contain.
func textBodies(data []byte) (all []encodedBody) {
	for start := 0; start < len(data); {
		end := len(data)
		if n := bytes.Index(data[start:], []byte("\r\n--=_")); n >= 0 {
			end = start + n + len(crlfBytes)
		}
		header, _, found := bytes.Cut(data[start:end], []byte("\r\n\r\n"))
		if found && bytes.Contains(header, []byte("\r\nContent-Type: text/")) {
			all = append(all, encodedBody{
				start + len(header) + 2*len(crlfBytes), end,
				bytes.Contains(header, []byte("\r\nContent-Transfer-Encoding: base64")),
				bytes.Contains(header, []byte("\r\nContent-Type: text/html")),
			})
		}
		start = end
	}
	return all
}

// findRuns finds the marks' free bytes in a body's text, in order.
func findRuns(text []byte, marks addresses, html bool) (runs []placedRun) {
	written := func(s string) string {
		if html {
			return template.HTMLEscapeString(s)
		}
		return s
	}
	for l, mark := range marks {
		if mark == "" {
			continue
		}
		whole := written(mark)
		for from := 0; ; {
			n := bytes.Index(text[from:], []byte(whole))
			if n < 0 {
				break
			}
			from += n
			at, open := from, false
			for i := range len(mark) {
				switch {
				case !isFree(mark[i]):
					open = false
				case open:
					runs[len(runs)-1].to++
				default:
					runs, open = append(runs, placedRun{at, run{link(l), i, i + 1}}), true
				}
				at += len(written(mark[i : i+1]))
			}
			from += len(whole)
		}
	}
	slices.SortFunc(runs, func(a, b placedRun) int { return cmp.Compare(a.at, b.at) })
	return runs
}

// appendQuotedFields decodes quoted-printable (RFC 2045 §6.7) and keeps in mind
// where each byte stood: a soft line break may stand within an address.
func appendQuotedFields(found []placedField, data []byte, b encodedBody, marks addresses) []placedField {
	var text []byte
	var places []int
	for i := b.start; i < b.end; {
		if data[i] != '=' || i+2 >= b.end {
			text, places = append(text, data[i]), append(places, i)
			i++
			continue
		}
		if data[i+1] != '\r' {
			// Of a mark's bytes only "=" is encoded; which others stand between
			// the marks doesn't matter.
			c := byte(0)
			if data[i+1] == '3' && data[i+2] == 'D' {
				c = '='
			}
			text, places = append(text, c), append(places, i)
		}
		i += len("=3D")
	}
	for _, r := range findRuns(text, marks, b.html) {
		for from := r.from; from < r.to; {
			start := places[r.at+from-r.from]
			to := from + 1
			for to < r.to && places[r.at+to-r.from] == start+to-from {
				to++
			}
			found = append(found, placedField{start, start + to - from, mergeField{kind: linkField, link: run{r.link, from, to}}})
			from = to
		}
	}
	return found
}

// appendBase64Fields widens each address to whole groups of three bytes, which are
// encoded anew with what stands around it, line by line.
func appendBase64Fields(found []placedField, data []byte, b encodedBody, marks addresses) ([]placedField, error) {
	text, err := base64.StdEncoding.DecodeString(string(data[b.start:b.end])) // passes over line ends
	if err != nil {
		return nil, fmt.Errorf("decode base64: %w", err)
	}
	place := func(at int) int { return b.start + at/3*4 + at/lineSource*len(crlfBytes) }
	runs := findRuns(text, marks, b.html)
	for line := 0; line < len(text); line += lineSource {
		end := min(line+lineSource, len(text))
		var here []placedRun
		first, last := end, line
		for _, r := range runs {
			start, stop := max(r.at, line), min(r.at+r.to-r.from, end)
			if start < stop {
				here = append(here, placedRun{start, run{r.link, r.from + start - r.at, r.from + stop - r.at}})
				first, last = min(first, start/3*3), max(last, min((stop+2)/3*3, end))
			}
		}
		if here == nil {
			continue
		}
		for i := range here {
			here[i].at -= first
		}
		from := place(first)
		found = append(found, placedField{from, from + (last-first+2)/3*4, mergeField{kind: lineField, line: string(text[first:last]), runs: here}})
	}
	return found, nil
}
