package letter

import (
	"encoding/base64"
	"slices"
	"sync/atomic"
	"time"
)

// document is a letter's message for all whose links have one shape: text that is
// the same for everyone, with merge fields in between.
type document struct {
	shape    shape
	segments []segment // none: no document is possible
	tail     string
	size     int // about that of the message

	date atomic.Pointer[dated] // the one written last: readers who are due together share it
}

type dated struct {
	at   time.Time
	text string
}

func (s *document) appendDate(dst []byte, at time.Time) []byte {
	d := s.date.Load()
	if d == nil || d.at != at { // not Equal: the zone counts too
		d = &dated{at, at.Format(time.RFC1123Z)}
		s.date.Store(d)
	}
	return append(dst, d.text...)
}

// segment is some text and the field that follows it.
type segment struct {
	text  string
	field mergeField
}

// mergeField is a place for something of the recipient's.
type mergeField struct {
	kind fieldKind
	link run    // linkField
	line string // lineField: the source, with other bytes in the links' places
	runs []placedRun
}

// fieldKind is what of the recipient's stands in a field.
type fieldKind int

const (
	toField fieldKind = iota + 1
	dateField
	messageIDField
	tagField         // the left side of the Message-ID
	unsubscribeField // whole header lines, if any
	linkField        // bytes of an address, as they are
	lineField        // a line of base64, or a part of one, that has such bytes in it
)

// run is a stretch of an address's bytes.
type run struct {
	link     link
	from, to int
}

// placedRun is a run at its place in a text.
type placedRun struct {
	at int
	run
}

// lineSource is how many bytes a line of base64 holds, 76 characters.
const lineSource = 57

func (s *document) possible() bool { return s.segments != nil }

// append writes the message for r, whose values have been checked and whose
// links fit the shape.
func (s *document) append(dst []byte, r *Recipient, to string, a *addresses) []byte {
	dst = slices.Grow(dst, s.size+len(r.Name)+len(r.Email)+len(r.UnsubscribeURL)+len(r.UnsubscribeMailto))
	for i := range s.segments {
		part := &s.segments[i]
		dst = append(dst, part.text...)
		switch part.field.kind {
		case toField:
			dst = appendMailbox(dst, len("To: "), r.Name, to)
		case dateField:
			dst = s.appendDate(dst, r.Date)
		case messageIDField:
			dst = append(append(append(dst, '<'), r.MessageID...), '>')
		case tagField:
			dst = append(dst, leftOf(r.MessageID)...)
		case unsubscribeField:
			dst = appendUnsubscribeLines(dst, r)
		case linkField:
			dst = append(dst, a[part.field.link.link][part.field.link.from:part.field.link.to]...)
		case lineField:
			var line [lineSource]byte
			n := copy(line[:], part.field.line)
			for _, p := range part.field.runs {
				copy(line[p.at:], a[p.link][p.from:p.to])
			}
			dst = base64.StdEncoding.AppendEncode(dst, line[:n])
		}
	}
	return append(dst, s.tail...)
}

// shape is what must be the same of two readers' links: their lengths, and those
// bytes that an encoding changes, at their places. All others are free, and
// zero here.
type shape [linkCount]string

func shapeOf(a *addresses) (s shape) {
	for l, address := range a {
		pattern := []byte(address)
		for i, c := range pattern {
			if isFree(c) {
				pattern[i] = 0
			}
		}
		s[l] = string(pattern)
	}
	return s
}

// isFree says whether a byte of an address stands for itself both in HTML and in
// quoted-printable, so that any other such byte can take its place. A "#" isn't
// free because the address of the pause depends on it.
func isFree(c byte) bool {
	return isLetterOrDigit(c) || c > ' ' && c <= '~' && c != '=' && c != '&' && c != '\'' && c != '"' && c != '<' && c != '>' && c != '#'
}

func (s *shape) fits(a *addresses) bool {
	for l := range s {
		pattern, address := s[l], a[l]
		if len(pattern) != len(address) {
			return false
		}
		for i := range len(pattern) {
			if c := address[i]; pattern[i] != c && (pattern[i] != 0 || !isFree(c)) {
				return false
			}
		}
	}
	return true
}
