package bounces

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"

	"github.com/emersion/go-message/charset"
)

// header is a block of fields: names in lower case, values unfolded and
// decoded (RFC 2047), in their order.
type header []field

type field struct{ name, value string }

// get gives the first field of that name, which is in lower case.
func (h header) get(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// The bounds of one block: a message that passes them is read up to there.
const (
	mostFields = 500
	mostValue  = 4 << 10
)

// cutHeader takes the block of fields from the front of a message or a part. A
// line that is no field and continues none ends the block, and belongs to the
// body: some servers forget the empty line.
func cutHeader(text []byte) (header, []byte) {
	var h header
	for len(text) > 0 {
		line, rest := cutLine(text)
		if len(bytes.TrimRight(line, " \t")) == 0 {
			return h.decoded(), rest
		}
		if (line[0] == ' ' || line[0] == '\t') && len(h) > 0 {
			last := &h[len(h)-1]
			if len(last.value) < mostValue {
				last.value += " " + strings.TrimSpace(string(line))
			}
			text = rest
			continue
		}
		name, value, ok := cutField(line)
		switch {
		case ok && len(h) < mostFields:
			h = append(h, field{strings.ToLower(string(name)), string(value)})
		case !ok && !(len(h) == 0 && bytes.HasPrefix(line, []byte("From "))): // an mbox's own line
			return h.decoded(), text
		}
		text = rest
	}
	return h.decoded(), nil
}

// cutField reads "Name: value". A name holds no blanks (RFC 5322 §2.2).
func cutField(line []byte) (name, value []byte, ok bool) {
	before, after, found := bytes.Cut(line, []byte(":"))
	before = bytes.TrimRight(before, " \t")
	if !found || len(before) == 0 || len(before) > 76 || bytes.ContainsAny(before, " \t<>@\"") {
		return nil, nil, false
	}
	if len(after) > mostValue {
		after = after[:mostValue]
	}
	return before, bytes.TrimSpace(after), true
}

func (h header) decoded() header {
	words := mime.WordDecoder{CharsetReader: charset.Reader}
	for i, f := range h {
		if strings.Contains(f.value, "=?") && !strings.Contains(f.value, "?=@") { // an address of that look is left as it is
			if s, err := words.DecodeHeader(f.value); err == nil {
				h[i].value = s
			}
		}
		h[i].value = strings.ToValidUTF8(h[i].value, "�")
	}
	return h
}

// address gives the first address of a field, in lower case, or "".
func (h header) address(name string) string {
	value := h.get(name)
	if list, err := mail.ParseAddressList(value); err == nil {
		for _, a := range list {
			if address := firstAddress(a.Address); address != "" {
				return address
			}
		}
	}
	return firstAddress(value)
}

// cutLine takes one line, without its end, from the front.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte("\n"))
	return line, rest
}
