package letter

import (
	"bytes"
	"cmp"
	"fmt"
	stdmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// Recipient is what differs between two copies of one letter.
type Recipient struct {
	Email      string // one address without a name
	Name       string // shown beside it; "" for none
	MessageID  string // without its angle brackets; the same on every attempt
	ReturnPath string // where bounces go; checked here, handed over by the relay
	Date       time.Time

	UnsubscribeURL    string // one click unsubscribes (RFC 8058); "" leaves it out
	PreferencesURL    string // "" leaves preferences and pause out
	UnsubscribeMailto string // an address that unsubscribes; "" leaves it out
	UsefulURL         string // says that the tip was useful; "" leaves it out
	UselessURL        string // says that it wasn't; "" leaves it out
}

// Message is the finished mail for one recipient: RFC 5322, CRLF at the end of
// each line, no bare CR or LF. The same letter and recipient give the same
// bytes, on every attempt and every machine.
//
// It fails, naming the field, when a value of r could break a header.
func (l *Letter) Message(r Recipient) ([]byte, error) {
	to, err := r.check()
	if err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	data, err := l.write(r, to, l.addresses(r))
	if err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	return data, nil
}

// write makes the message for a recipient whose values have been checked; to
// is the address for the header, a are the links in the bodies.
func (l *Letter) write(r Recipient, to string, a addresses) ([]byte, error) {
	data, err := l.render(r, to, a)
	if err != nil {
		return nil, err
	}
	data = arrange(data, l.boundary())
	if err := checkLines(data); err != nil {
		return nil, err
	}
	return data, nil
}

// render has go-mail write the message. Its headers are in no order, and its
// boundaries are random.
func (l *Letter) render(r Recipient, to string, a addresses) ([]byte, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP))
	addresses, err := l.addressHeaders(r.Name, to)
	if err != nil {
		return nil, err
	}
	// go-mail's own Message-ID would tell the world our host's name.
	m.SetMessageIDWithValue(r.MessageID)
	m.SetDateWithValue(r.Date)
	fields := slices.Concat(addresses, l.headers)
	if l.list {
		fields = append(fields, unsubscribeHeaders(r)...)
	}
	if name := l.newsletter.TagHeader; name != "" {
		fields = append(fields, field{name, leftOf(r.MessageID)})
	}
	for _, f := range fields {
		m.SetGenHeaderPreformatted(mail.Header(f.name), f.value)
	}
	if err := l.addBodies(m, r.Name, a); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// leftOf is what stands before the @ of a Message-ID.
func leftOf(messageID string) string {
	left, _, _ := strings.Cut(messageID, "@")
	return left
}

// addBodies adds the text, the HTML and the pictures that it shows.
func (l *Letter) addBodies(m *mail.Msg, name string, a addresses) error {
	encoding := mail.WithPartEncoding(mail.EncodingQP)
	if l.base64 {
		encoding = mail.WithPartEncoding(mail.EncodingB64)
	}
	m.SetBodyString(mail.TypeTextPlain, crlf(l.textWith(a)), encoding)
	html, err := l.htmlWith(a, name)
	if err != nil {
		return err
	}
	if html != "" {
		m.AddAlternativeString(mail.TypeTextHTML, crlf(html), encoding)
	}
	for _, p := range l.pictures {
		m.EmbedReadSeeker(p.Name, bytes.NewReader(p.Data),
			mail.WithFileContentID("<"+p.ID+">"), mail.WithFileContentType(mail.ContentType(p.Kind)))
	}
	return nil
}

// crlf ends lines as MIME's canonical form wants it (RFC 2049 §4): base64
// would carry a bare LF through to the reader.
func crlf(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
}

// base64IsShorter compares with quoted-printable, which takes three bytes for
// each byte outside ASCII.
func base64IsShorter(text string) bool {
	high := 0
	for i := range len(text) {
		if text[i] >= 0x80 {
			high++
		}
	}
	return 2*high > len(text)/3
}

// checkLines is the last look at the bytes: a bare CR or LF is how mail gets
// smuggled, and 998 octets are the most a line may have (RFC 5322 §2.1.1).
func checkLines(data []byte) error {
	for number := 1; len(data) > 0; number++ {
		line, rest, found := bytes.Cut(data, []byte("\r\n"))
		if !found {
			return fmt.Errorf("line %d doesn't end in CRLF", number)
		}
		if bytes.ContainsAny(line, "\r\n\x00") {
			return fmt.Errorf("line %d has a bare CR, LF or NUL", number)
		}
		if len(line) > 998 {
			return fmt.Errorf("line %d has %d octets, more than 998", number, len(line))
		}
		data = rest
	}
	return nil
}

// firstAddress is the first one that is set.
func firstAddress(a, b stdmail.Address) string { return cmp.Or(a.Address, b.Address) }

// addressInURI writes an address for a mailto URI (RFC 6068 §2), its domain in
// ASCII. The address has been checked.
func addressInURI(address string) string {
	checked, err := checkAddress("address", address)
	if err != nil {
		return ""
	}
	at := strings.LastIndexByte(checked, '@')
	local := url.PathEscape(checked[:at])
	if local == checked[:at] {
		return checked
	}
	return local + checked[at:]
}
