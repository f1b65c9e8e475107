package letter

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	stdmail "net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
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
// message but for the order of its headers.
//
// It fails, naming the field, when a value of r could break a header.
func (l *Letter) Message(r Recipient) ([]byte, error) {
	to, err := r.check()
	if err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	options := []mail.MsgOption{
		mail.WithNoDefaultUserAgent(),
		mail.WithCharset(mail.CharsetUTF8),
		mail.WithEncoding(mail.EncodingQP),
	}
	if len(l.pictures) == 0 {
		options = append(options, mail.WithBoundary(boundary(r.MessageID)))
	}
	m := mail.NewMsg(options...)
	addresses, err := l.addressHeaders(r.Name, to)
	if err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	// go-mail's own Message-ID would tell the world our host's name.
	m.SetMessageIDWithValue(r.MessageID)
	m.SetDateWithValue(r.Date)
	fields := slices.Concat(addresses, l.headers)
	if l.list {
		fields = append(fields, unsubscribeHeaders(r)...)
	}
	for _, f := range fields {
		m.SetGenHeaderPreformatted(mail.Header(f.name), f.value)
	}
	if err := l.addBodies(m, r); err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	data := b.Bytes()
	if len(l.pictures) > 0 {
		data = withBoundaries(data, r.MessageID)
	}
	if err := checkLines(data); err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	return data, nil
}

// addBodies adds the text, the HTML and the pictures that it shows.
func (l *Letter) addBodies(m *mail.Msg, r Recipient) error {
	encoding := mail.WithPartEncoding(mail.EncodingQP)
	if l.base64 {
		encoding = mail.WithPartEncoding(mail.EncodingB64)
	}
	m.SetBodyString(mail.TypeTextPlain, crlf(l.textFor(r)), encoding)
	html, err := l.htmlFor(r)
	if err != nil {
		return err
	}
	if html != "" {
		m.AddAlternativeString(mail.TypeTextHTML, crlf(html), encoding)
	}
	for _, p := range l.pictures {
		m.EmbedReadSeeker(p.name, bytes.NewReader(p.data),
			mail.WithFileContentID("<"+p.id+">"), mail.WithFileContentType(mail.ContentType(p.kind)))
	}
	return nil
}

// boundaryParameter is how go-mail writes the boundary that mime/multipart has
// drawn. In a body it can't occur: both encodings change the "=".
var boundaryParameter = regexp.MustCompile(`multipart/(?:related|alternative);\r\n boundary=([0-9a-f]{60})\r\n`)

// withBoundaries replaces go-mail's random boundaries in a mail with two levels
// of parts, for which it would use one boundary of ours twice.
func withBoundaries(data []byte, messageID string) []byte {
	for i, m := range boundaryParameter.FindAllSubmatch(data, -1) {
		data = bytes.ReplaceAll(data, m[1], []byte(boundary(strconv.Itoa(i)+" "+messageID)))
	}
	return data
}

// boundary is derived from the Message-ID, so that every attempt sends the
// same bytes and nobody who writes a tip can know it.
func boundary(messageID string) string {
	sum := sha256.Sum256([]byte("boundary " + messageID))
	return "_" + hex.EncodeToString(sum[:16]) + "_"
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
	return url.PathEscape(checked[:at]) + checked[at:]
}
