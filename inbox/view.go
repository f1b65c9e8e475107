package inbox

import (
	"bytes"
	"errors"
	"html"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mail in other encodings than UTF-8
)

// maxParts and maxDepth bound the work that a hostile message can cause.
const (
	maxParts = 200
	maxDepth = 10
)

// view is a message taken apart for the page.
type view struct {
	Message
	Fault    string // why it couldn't be read, "" when it could
	FromName string // the header's From for people
	ToName   string
	Language string // Content-Language
	Fields   []field
	HTML     []byte // the first HTML part, nil: none
	Text     string // the first text part
	Parts    []part // the others
}

type field struct{ Name, Value string }

// part is an attachment or an inline picture.
type part struct {
	ID, Name, Type string
	Data           []byte
}

// read takes a message apart. What can't be read is left out and said in
// Fault; the raw message is always there.
func read(m Message) view {
	v := view{Message: m, FromName: m.From, ToName: strings.Join(m.To, ", ")}
	e, err := message.Read(bytes.NewReader(m.Data))
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		v.Fault = err.Error()
	}
	if e == nil {
		return v
	}
	for f := e.Header.Fields(); f.Next(); {
		value, err := f.Text()
		if err != nil {
			value = f.Value()
		}
		key := f.Key()
		if raw, err := f.Raw(); err == nil { // as it was written: Message-ID, not Message-Id
			key, _, _ = strings.Cut(string(raw), ":")
		}
		v.Fields = append(v.Fields, field{key, value})
	}
	if name := people(e.Header.Get("From")); name != "" {
		v.FromName = name
	}
	if name := people(e.Header.Get("To")); name != "" {
		v.ToName = name
	}
	v.Language = e.Header.Get("Content-Language")
	n := 0
	err = e.Walk(func(path []int, e *message.Entity, err error) error {
		n++
		if n > maxParts || len(path) > maxDepth {
			return io.EOF
		}
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return err
		}
		if e.MultipartReader() == nil {
			v.add(e)
		}
		return nil
	})
	if err != nil && !errors.Is(err, io.EOF) {
		v.Fault = err.Error()
	}
	return v
}

// add files one leaf of the message.
func (v *view) add(e *message.Entity) {
	kind, params, err := e.Header.ContentType()
	if err != nil {
		kind = "application/octet-stream"
	}
	disposition, about, _ := e.Header.ContentDisposition()
	data, err := io.ReadAll(e.Body)
	if err != nil {
		v.Fault = "a part of type " + kind + ": " + err.Error()
	}
	switch {
	case kind == "text/html" && v.HTML == nil && disposition != "attachment":
		v.HTML = data
	case kind == "text/plain" && v.Text == "" && disposition != "attachment":
		v.Text = strings.ReplaceAll(string(data), "\r\n", "\n")
	default:
		p := part{ID: strings.Trim(e.Header.Get("Content-Id"), "<> "), Name: about["filename"], Type: kind, Data: data}
		if p.Name == "" {
			p.Name = params["name"]
		}
		if p.Name == "" {
			p.Name = kind
		}
		v.Parts = append(v.Parts, p)
	}
}

// Snippet is the beginning of the text, on one line. In a text with an
// underlined title it is what follows the title: the list shows that already.
func (v view) Snippet() string {
	text := v.Text
	if at := underline.FindStringIndex(text); at != nil {
		text = text[at[1]:]
	}
	var b strings.Builder
	for w := range strings.FieldsSeq(text) {
		if b.Len() > 200 {
			break
		}
		// Lines of Chinese and Japanese go on without a blank.
		before, _ := utf8.DecodeLastRuneInString(b.String())
		if after, _ := utf8.DecodeRuneInString(w); b.Len() > 0 && (!spaceless(before) || !spaceless(after)) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// spaceless tells the characters of Chinese and Japanese.
func spaceless(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo) || c >= 0x3000 && c <= 0x303F || c >= 0xFF00 && c <= 0xFF60
}

var underline = regexp.MustCompile(`(?m)^={3,}$`)

// people shows an address field as people read it: names, or addresses where
// there are none.
func people(field string) string {
	p := mail.AddressParser{WordDecoder: new(mime.WordDecoder)}
	list, err := p.ParseList(field)
	if err != nil {
		return field
	}
	var names []string
	for _, a := range list {
		if a.Name != "" {
			names = append(names, a.Name+" <"+a.Address+">")
		} else {
			names = append(names, a.Address)
		}
	}
	return strings.Join(names, ", ")
}

var (
	headTag = regexp.MustCompile(`(?i)<head(\s[^>]*)?>`)
	cidURL  = regexp.MustCompile(`(?i)cid:([^"'\s)>]+)`)
)

// frame is the HTML part as the frame shows it: links open outside, pictures
// sent along are found. Scripts need no removing: neither the frame's sandbox
// nor its policy lets any run.
func (v view) frame() []byte {
	doc := cidURL.ReplaceAllFunc(v.HTML, func(m []byte) []byte {
		id := cidURL.FindSubmatch(m)[1]
		return []byte("part/" + html.EscapeString(strings.ReplaceAll(html.UnescapeString(string(id)), "/", "%2F")))
	})
	base := []byte(`<base target="_blank">`)
	if at := headTag.FindIndex(doc); at != nil {
		return bytes.Join([][]byte{doc[:at[1]], base, doc[at[1]:]}, nil)
	}
	return append(base, doc...)
}
