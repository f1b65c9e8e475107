package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// headerOrder is how a message's header is read: who and what first, what is
// for programs afterwards, MIME's own next to the bodies. A DKIM signature
// covers fields by name, so the order is only for the eye and for equal bytes.
var headerOrder = [...]string{
	"From", "To", "Reply-To", "Subject", "Date", "Message-ID",
	"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive", "List-Help", "List-Owner", "List-Post",
	"Precedence", "Auto-Submitted", "X-Auto-Response-Suppress", "Feedback-ID", "Content-Language",
	"MIME-Version", "Content-Transfer-Encoding", "Content-Type",
}

// headerRank is a field's place in headerOrder. Unknown ones come first.
func headerRank(name string) int { return slices.Index(headerOrder[:], name) }

// headerLine is a header field as it is written, with all its lines.
type headerLine struct {
	name string
	raw  []byte
}

// splitHeader takes a message's fields apart. The body keeps the empty line
// that separates it.
func splitHeader(data []byte) (fields []headerLine, body []byte) {
	for len(data) > 0 && !bytes.HasPrefix(data, crlfBytes) {
		end := 0
		for end < len(data) && (end == 0 || data[end] == ' ' || data[end] == '\t') {
			if n := bytes.Index(data[end:], crlfBytes); n >= 0 {
				end += n + len(crlfBytes)
			} else {
				end = len(data)
			}
		}
		name, _, _ := bytes.Cut(data[:end], []byte(":"))
		fields = append(fields, headerLine{string(name), data[:end]})
		data = data[end:]
	}
	return fields, data
}

var crlfBytes = []byte("\r\n")

// arrange gives a message of go-mail's, whose headers are in the order of a map
// and whose boundaries are random, the bytes that it has every time.
func arrange(data []byte, boundary string) []byte {
	fields, body := splitHeader(data)
	slices.SortStableFunc(fields, func(a, b headerLine) int { return headerRank(a.name) - headerRank(b.name) })
	ordered := make([]byte, 0, len(data)+len(data)/64)
	for _, f := range fields {
		// go-mail moves a long value below the name; some programs misread a
		// field whose first line is empty.
		if before, after, found := bytes.Cut(f.raw, []byte(":\r\n ")); found && !bytes.Contains(before, []byte(":")) {
			ordered = append(append(ordered, before...), ": "...)
			f.raw = after
		}
		ordered = append(ordered, f.raw...)
	}
	ordered = append(ordered, body...)
	for i, m := range boundaryParameter.FindAllSubmatch(ordered, -1) {
		drawn, ours := m[1], boundary+strconv.Itoa(i)
		ordered = bytes.ReplaceAll(ordered, append([]byte("boundary="), drawn...), []byte(`boundary="`+ours+`"`))
		ordered = bytes.ReplaceAll(ordered, append([]byte("--"), drawn...), []byte("--"+ours))
	}
	return ordered
}

// boundaryParameter is how go-mail writes the boundary that mime/multipart has
// drawn. In a body it can't occur: both encodings change the "=".
var boundaryParameter = regexp.MustCompile(`multipart/(?:related|alternative);\r\n boundary=([0-9a-f]{60})\r\n`)

// boundary begins the letter's boundaries; each level of parts adds its number.
// It's made of the letter alone, so that every attempt and every recipient has
// the same. "=_" stands in no body, neither in quoted-printable nor in base64
// (RFC 2045 §6.7), so that nobody who writes a tip can forge it.
func (l *Letter) boundary() string {
	sum := l.digest()
	return "=_" + hex.EncodeToString(sum[:12]) + "_"
}

// digest is of the letter's text: whoever wrote the text can't have put it in.
func (l *Letter) digest() [sha256.Size]byte {
	l.summed.Do(func() {
		var b strings.Builder
		for _, f := range l.headers {
			b.WriteString(f.name + ": " + f.value + "\n")
		}
		b.WriteString(l.text.card + "\x00" + l.text.before + "\x00" + l.text.after + "\x00" + string(l.page.Card))
		l.sum = sha256.Sum256([]byte(b.String()))
	})
	return l.sum
}
