package letter

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
	m := mail.NewMsg(
		mail.WithNoDefaultUserAgent(),
		mail.WithCharset(mail.CharsetUTF8),
		mail.WithEncoding(mail.EncodingQP),
		mail.WithBoundary(boundary(r.MessageID)),
	)
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
	m.SetBodyString(mail.TypeTextPlain, crlf(l.textFor(r)), partEncoding(l.text))
	if html := l.htmlFor(r); html != "" {
		m.AddAlternativeString(mail.TypeTextHTML, crlf(html), partEncoding(l.html))
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	if err := checkLines(b.Bytes()); err != nil {
		return nil, fmt.Errorf("write message: %w", err)
	}
	return b.Bytes(), nil
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

func partEncoding(b body) mail.PartOption {
	if b.base64 {
		return mail.WithPartEncoding(mail.EncodingB64)
	}
	return mail.WithPartEncoding(mail.EncodingQP)
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
