package letter

import (
	"errors"
	"fmt"
	"strings"
)

// field is one header line's name and its value, folded and encoded.
type field struct{ name, value string }

// encodeText writes unstructured text for the header of that name.
func encodeText(name, text string) field {
	f := foldInto(nil, len(name)+len(": "))
	f.text(text)
	return field{name, string(f.b)}
}

// appendMailbox writes one address for a header whose name and colon take used
// columns.
func appendMailbox(b []byte, used int, name, address string) []byte {
	f := foldInto(b, used)
	if name != "" {
		f.phrase(name)
	}
	f.part(" ", "<", address, ">")
	return f.b
}

// addressHeaders are From, To and Reply-To, each with one address. They are
// written here and not by go-mail's FromMailAddress, because net/mail leaves
// "=?" inside quotes, which programs decode, and because a long name would
// start on the second line of its header.
func (l *Letter) addressHeaders(name, to string) ([]field, error) {
	all := []struct{ header, name, address string }{
		{"From", l.sender.Name, l.sender.Address},
		{"To", name, to},
		{"Reply-To", l.newsletter.ReplyTo.Name, l.newsletter.ReplyTo.Address},
	}
	var fields []field
	for _, a := range all {
		if a.address == "" {
			continue
		}
		address, err := checkAddress(a.header, a.address)
		if err != nil {
			return nil, err
		}
		fields = append(fields, field{a.header, string(appendMailbox(nil, len(a.header)+len(": "), a.name, address))})
	}
	return fields, nil
}

// commonHeaders are those of every mail of ours.
func (l *Letter) commonHeaders() ([]field, error) {
	if err := checkLine("subject", l.Subject); err != nil {
		return nil, err
	}
	return []field{
		encodeText("Subject", l.Subject),
		{"Content-Language", l.Language},
		// RFC 3834 §5: no out-of-office replies to us.
		{"Auto-Submitted", "auto-generated"},
		{"X-Auto-Response-Suppress", "All"},
	}, nil
}

// listHeaders adds what makes it a newsletter (RFC 2369, RFC 2919).
func (l *Letter) listHeaders(edition int64) ([]field, error) {
	fields, err := l.commonHeaders()
	if err != nil {
		return nil, err
	}
	n := l.newsletter
	domain, err := listDomain(n)
	if err != nil {
		return nil, err
	}
	id := "<" + strings.ToLower(n.ID) + "." + domain + ">"
	if len(id) > 255 {
		return nil, errors.New("newsletter id and list domain are longer than 255 characters together (RFC 2919 §2)")
	}
	owner := "mailto:" + addressInURI(firstAddress(n.ReplyTo, n.From))
	help := owner + "?subject=help"
	if n.HelpURL != "" {
		help = n.HelpURL
	}
	// Only the phrase is encoded, the id never (RFC 2919 §3).
	listID := foldInto(nil, len("List-Id: "))
	listID.phrase(n.Title)
	listID.part(" ", id)
	fields = append(fields,
		field{"List-Id", string(listID.b)},
		field{"List-Help", "<" + help + ">"},
		field{"List-Owner", "<" + owner + ">"},
		field{"List-Post", "NO"},
		field{"Precedence", "bulk"},
		field{"Feedback-ID", fmt.Sprintf("%d:%s:%s:%s", edition, l.Language, n.ID, senderID(n))},
	)
	if n.ArchiveURL != "" {
		fields = append(fields, field{"List-Archive", "<" + n.ArchiveURL + ">"})
	}
	return fields, nil
}

// senderID is the rightmost part of Feedback-ID: 5–15 characters that stay the
// same over all mails of one sender. It's made of From's domain.
func senderID(n Newsletter) string {
	domain := strings.ToLower(n.From.Address[strings.LastIndexByte(n.From.Address, '@')+1:])
	id := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, domain)
	if len(id) > 15 {
		id = id[:15]
	}
	id = strings.Trim(id, "-")
	if len(id) < 5 {
		id += "-mail"
	}
	return id
}

// unsubscribeHeaders are RFC 2369 §3.2 and RFC 8058 §3.1.
func unsubscribeHeaders(r Recipient) []field {
	ways := appendUnsubscribe(nil, &r)
	if len(ways) == 0 {
		return nil
	}
	fields := []field{{"List-Unsubscribe", string(ways)}}
	if r.UnsubscribeURL != "" {
		fields = append(fields, field{"List-Unsubscribe-Post", oneClick})
	}
	return fields
}

const oneClick = "List-Unsubscribe=One-Click"

// appendUnsubscribe writes the value of List-Unsubscribe, if there is any.
func appendUnsubscribe(b []byte, r *Recipient) []byte {
	f := foldInto(b, len("List-Unsubscribe: "))
	if r.UnsubscribeURL != "" {
		f.part(", ", "<", r.UnsubscribeURL, ">")
	}
	if r.UnsubscribeMailto != "" {
		f.part(", ", "<mailto:", addressInURI(r.UnsubscribeMailto), ">")
	}
	return f.b
}

// appendUnsubscribeLines writes both as they stand in a message.
func appendUnsubscribeLines(b []byte, r *Recipient) []byte {
	before := len(b)
	b = append(b, "List-Unsubscribe: "...)
	value := len(b)
	if b = appendUnsubscribe(b, r); len(b) == value {
		return b[:before]
	}
	b = append(b, "\r\n"...)
	if r.UnsubscribeURL != "" {
		b = append(b, "List-Unsubscribe-Post: "+oneClick+"\r\n"...)
	}
	return b
}
