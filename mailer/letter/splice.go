package letter

import (
	"encoding/base64"
	"slices"
	"sync/atomic"
	"time"
)

// splice is a letter's message for all whose links have one shape: segments that
// are the same for everyone, each with the gap behind it.
type splice struct {
	shape    shape
	segments []segment // none: no splice is possible
	tail     string
	size     int // about that of the message

	date atomic.Pointer[dated] // the one written last: readers who are due together share it
}

type dated struct {
	at   time.Time
	text string
}

func (s *splice) appendDate(dst []byte, at time.Time) []byte {
	d := s.date.Load()
	if d == nil || d.at != at { // not Equal: the zone counts too
		d = &dated{at, at.Format(time.RFC1123Z)}
		s.date.Store(d)
	}
	return append(dst, d.text...)
}

type segment struct {
	text string
	gap  gap
}

// gap is a place for something of the recipient's.
type gap struct {
	own  own
	link run    // ownLink
	line string // ownLine: the source, with other bytes in the links' places
	runs []placedRun
}

// own is what of the recipient's stands in a gap.
type own int

const (
	ownTo own = iota + 1
	ownDate
	ownMessageID
	ownTag         // the left side of the Message-ID
	ownUnsubscribe // whole header lines, if any
	ownLink        // bytes of an address, as they are
	ownLine        // a line of base64, or a part of one, that has such bytes in it
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

func (s *splice) possible() bool { return s.segments != nil }

// append writes the message for r, whose values have been checked and whose
// links fit the shape.
func (s *splice) append(dst []byte, r *Recipient, to string, a *addresses) []byte {
	dst = slices.Grow(dst, s.size+len(r.Name)+len(r.Email)+len(r.UnsubscribeURL)+len(r.UnsubscribeMailto))
	for i := range s.segments {
		part := &s.segments[i]
		dst = append(dst, part.text...)
		switch part.gap.own {
		case ownTo:
			dst = appendMailbox(dst, len("To: "), r.Name, to)
		case ownDate:
			dst = s.appendDate(dst, r.Date)
		case ownMessageID:
			dst = append(append(append(dst, '<'), r.MessageID...), '>')
		case ownTag:
			dst = append(dst, leftOf(r.MessageID)...)
		case ownUnsubscribe:
			dst = appendUnsubscribeLines(dst, r)
		case ownLink:
			dst = append(dst, a[part.gap.link.link][part.gap.link.from:part.gap.link.to]...)
		case ownLine:
			var line [lineSource]byte
			n := copy(line[:], part.gap.line)
			for _, p := range part.gap.runs {
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
