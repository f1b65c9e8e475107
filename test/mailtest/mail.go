package mailtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message/mail"
)

// Mail is a finished message and what is in it.
type Mail struct {
	Name string // what tests and files call it, such as "say-it.zh-CN"
	Raw  []byte // RFC 5322, as it goes to the relay

	Subject  string
	Language string // Content-Language
	HTML     string // the decoded HTML part
	Text     string // the decoded text part

	// Pictures are those that the mail brings along, by Content-ID without <>.
	Pictures map[string]Picture
}

// Picture is a picture in a mail.
type Picture struct {
	Kind string // such as image/png
	Data []byte
}

// Read decodes a message. A message without both a text and an HTML part, with
// a charset that isn't UTF-8, or with any further part but the pictures that
// the HTML shows is an error.
func Read(name string, raw []byte) (Mail, error) {
	m := Mail{Name: name, Raw: raw, Pictures: map[string]Picture{}}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return m, fmt.Errorf("read mail %s: %w", name, err)
	}
	if m.Subject, err = r.Header.Subject(); err != nil {
		return m, fmt.Errorf("read mail %s: subject: %w", name, err)
	}
	m.Language = r.Header.Get("Content-Language")
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, fmt.Errorf("read mail %s: %w", name, err)
		}
		if err := m.add(part); err != nil {
			return m, fmt.Errorf("read mail %s: %w", name, err)
		}
	}
	if m.HTML == "" || m.Text == "" {
		return m, fmt.Errorf("read mail %s: it lacks an HTML or a text part", name)
	}
	return m, nil
}

func (m *Mail) add(part *mail.Part) error {
	kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type: %w", err)
	}
	body, err := io.ReadAll(part.Body)
	if err != nil {
		return fmt.Errorf("decode %s: %w", kind, err)
	}
	if strings.HasPrefix(kind, "image/") {
		id := strings.Trim(part.Header.Get("Content-ID"), "<>")
		if id == "" || !strings.Contains(m.HTML, "cid:"+id) {
			return fmt.Errorf("it has a picture that the HTML doesn't show: %q", id)
		}
		m.Pictures[id] = Picture{kind, body}
		return nil
	}
	if !strings.EqualFold(params["charset"], "utf-8") {
		return fmt.Errorf("the charset of %s is %q", kind, params["charset"])
	}
	switch {
	case kind == "text/plain" && m.Text == "":
		m.Text = string(body)
	case kind == "text/html" && m.HTML == "":
		m.HTML = string(body)
	default:
		return fmt.Errorf("it has a part too many: %s", kind)
	}
	return nil
}
