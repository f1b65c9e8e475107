package bounces

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"regexp"
	"strings"

	"github.com/emersion/go-message/charset"
	"golang.org/x/net/html"
)

// The bounds of one message. What lies beyond them isn't read: a report says
// at its beginning what it has to say.
const (
	// MostBytes of a message are read; who keeps one in memory needs no more of it.
	MostBytes = 1 << 20
	mostText  = 64 << 10 // of a part, and of all parts for people
	mostLines = 1000
	mostParts = 48
	mostDepth = 8
)

// message is a mail taken apart.
type message struct {
	header header
	// parts are the leaves in their order, without those that a mail inside
	// this one has.
	parts []part
	// original is the header of the mail that was returned, nil without one.
	original header
	// said is the text for people, up to the mail that came back where that
	// stands in the same text; rest is what follows.
	said, rest string
	// inner is that mail, or another one that was attached.
	inner []byte
}

// part is one leaf.
type part struct {
	kind   string // its media type, in lower case: "text/plain"
	header header
	text   string // decoded; "" when it isn't text
}

// parse takes a mail apart. It never fails: of a mail that is broken, it gives
// what can be read.
func parse(raw []byte) *message {
	if len(raw) > MostBytes {
		raw = raw[:MostBytes]
	}
	raw = bytes.TrimLeft(plainLines(raw), " \t\n\x00\ufeff")
	m := new(message)
	var body []byte
	m.header, body = cutHeader(raw)
	m.add(m.header, body, 0)
	m.said, m.rest = cutOriginal(m.text())
	return m
}

// plainLines ends each line with a line feed, whatever ended it before.
func plainLines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	lines := make([]byte, 0, len(raw))
	for i, c := range raw {
		switch {
		case c != '\r':
			lines = append(lines, c)
		case i+1 == len(raw) || raw[i+1] != '\n':
			lines = append(lines, '\n')
		}
	}
	return lines
}

// add reads one entity, and the parts that it has.
func (m *message) add(h header, body []byte, depth int) {
	if len(m.parts) >= mostParts || depth > mostDepth {
		return
	}
	kind, params := mediaType(h.get("content-type"))
	if boundary := boundaryOf(kind, params["boundary"], body, depth); boundary != "" {
		for _, entity := range splitAt(body, boundary) {
			inner, rest := cutHeader(entity)
			m.add(inner, rest, depth+1)
		}
		return
	}
	switch {
	case kind == "message/rfc822" || kind == "message/global" || kind == "text/rfc822-headers" || kind == "message/global-headers":
		if m.original == nil {
			m.inner = decode(h, body)
			m.original, _ = cutHeader(m.inner)
			if len(m.original) == 0 {
				m.original = header{{name: "content-type", value: kind}}
			}
		}
	case strings.HasPrefix(kind, "text/"), strings.HasPrefix(kind, "message/"), strings.HasPrefix(kind, "multipart/"), kind == "":
		m.parts = append(m.parts, part{kind: kind, header: h, text: decodeText(h, kind, params["charset"], body)})
	}
}

// mediaType reads Content-Type, also one that is broken (RFC 2045 §5.1).
func mediaType(value string) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	params = map[string]string{}
	for _, m := range looseParam.FindAllStringSubmatch(rest, 8) {
		params[strings.ToLower(m[1])] = strings.Trim(m[2], `"`)
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}

var looseParam = regexp.MustCompile(`([A-Za-z-]+)\s*=\s*("[^"]*"|[^\s;]+)`)

// boundaryOf says what separates the parts of a body, "" when it has none. A
// boundary that isn't there, or was never declared, is looked for: it's a line
// of two dashes and more, with a part's header below it.
func boundaryOf(kind, declared string, body []byte, depth int) string {
	multipart := strings.HasPrefix(kind, "multipart/")
	if multipart && declared != "" && hasLine(body, "--"+declared) {
		return declared
	}
	if !multipart && (depth > 0 || kind != "" && kind != "text/plain") {
		return ""
	}
	body = body[:min(len(body), mostText)]
	found := undeclared.FindSubmatchIndex(body)
	if found == nil {
		return ""
	}
	if _, original := cutOriginal(string(body[:found[0]])); original != "" {
		return "" // it belongs to the mail that came back
	}
	return string(body[found[2]:found[3]])
}

var undeclared = regexp.MustCompile(`(?m)^--([^\s-]?[^\n]{1,200}?)[ \t]*\n(?i:content-[a-z-]+|mime-version)[ \t]*:`)

func hasLine(body []byte, line string) bool {
	return bytes.HasPrefix(body, []byte(line)) || bytes.Contains(body, []byte("\n"+line))
}

// splitAt gives what stands between the lines of a boundary (RFC 2046 §5.1.1).
func splitAt(body []byte, boundary string) [][]byte {
	var entities [][]byte
	line := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(body); {
		next, _ := cutLine(body[at:])
		if bytes.HasPrefix(next, line) {
			if start >= 0 {
				entities = append(entities, body[start:at])
			}
			start = min(at+len(next)+1, len(body))
			if bytes.HasPrefix(next[len(line):], []byte("--")) || len(entities) >= mostParts {
				return entities
			}
		}
		at += len(next) + 1
	}
	if start >= 0 { // cut off before its end
		entities = append(entities, body[start:])
	}
	return entities
}

// decode undoes the transfer encoding (RFC 2045 §6), as far as it goes.
func decode(h header, body []byte) []byte {
	var r io.Reader = bytes.NewReader(body)
	switch strings.ToLower(strings.TrimSpace(h.get("content-transfer-encoding"))) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	text, err := io.ReadAll(io.LimitReader(r, mostText))
	if err != nil && len(text) == 0 {
		return body[:min(len(body), mostText)]
	}
	return plainLines(text)
}

// decodeText gives a part's text as UTF-8, and HTML as the words that it shows.
func decodeText(h header, kind, name string, body []byte) string {
	text := decode(h, body)
	if name != "" && !strings.EqualFold(name, "us-ascii") && !strings.EqualFold(name, "utf-8") {
		if r, err := charset.Reader(name, bytes.NewReader(text)); err == nil {
			if read, err := io.ReadAll(io.LimitReader(r, 2*mostText)); err == nil {
				text = read
			}
		}
	}
	s := strings.ToValidUTF8(string(text), "�")
	if kind == "text/html" {
		s = words(s)
	}
	return s
}

// words gives the text of an HTML page, a line for each block.
func words(page string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(page))
	hidden := false
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if !hidden {
				b.Write(bytes.ReplaceAll(tokens.Text(), []byte("\n"), []byte(" ")))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			tag, _ := tokens.TagName()
			switch string(tag) {
			case "style", "script", "title":
				hidden = !hidden
			case "p", "br", "div", "td", "tr", "li", "h1", "h2", "h3", "pre", "blockquote":
				b.WriteByte('\n')
			}
		}
	}
}
