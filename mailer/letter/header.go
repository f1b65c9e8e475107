package letter

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/rivo/uniseg"
)

// field is one header line's name and its value, folded and encoded.
type field struct{ name, value string }

const (
	// maxLine is the longest line that RFC 5322 §2.1.1 asks for, and
	// maxWord the longest encoded word (RFC 2047 §2).
	maxLine = 78
	maxWord = 75
)

// encodeText writes unstructured text for a header whose name takes used
// columns of the first line. Text outside ASCII becomes base64 encoded words
// cut between grapheme clusters, so that an emoji isn't torn even by readers
// that decode each word by itself.
func encodeText(text string, used int) string {
	if isPlain(text) {
		return fold(strings.Split(text, " "), " ", used)
	}
	const open, end = "=?UTF-8?B?", "?="
	var words []string
	chunk, room := "", 0
	flush := func() {
		if chunk != "" {
			words = append(words, open+base64.StdEncoding.EncodeToString([]byte(chunk))+end)
		}
		chunk = ""
	}
	// fits counts whole groups of three bytes, each four characters.
	fits := func(n int) bool { return len(open)+len(end)+(n+2)/3*4 <= room }
	room = min(maxWord, maxLine-used)
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		for _, piece := range pieces(clusters.Str()) {
			if !fits(len(chunk) + len(piece)) {
				flush()
				room = maxWord
			}
			chunk += piece
		}
	}
	flush()
	return strings.Join(words, "\r\n ")
}

// pieces is the cluster itself, or its characters when it is too long for any
// encoded word (a base with dozens of combining marks).
func pieces(cluster string) []string {
	if len(cluster) <= 36 {
		return []string{cluster}
	}
	var all []string
	for _, r := range cluster {
		all = append(all, string(r))
	}
	return all
}

// isPlain says whether text can stand in a header as it is. What looks like an
// encoded word would be decoded by the reader's program.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	for word := range strings.SplitSeq(text, " ") {
		if len(word) > 900 {
			return false
		}
	}
	return !strings.Contains(text, "=?")
}

// fold joins parts with glue and breaks lines before a part that would pass
// column 78. The first part always stays beside the header's name: some
// programs misread a field whose first line is empty.
func fold(parts []string, glue string, used int) string {
	var b strings.Builder
	column := used
	for i, part := range parts {
		if i > 0 {
			b.WriteString(strings.TrimRight(glue, " "))
			if column+len(glue)+len(part) > maxLine && part != "" {
				b.WriteString("\r\n ")
				column = 1
			} else {
				b.WriteString(" ")
				column += len(glue)
			}
		}
		b.WriteString(part)
		column += len(part)
		if at := strings.LastIndexByte(part, '\n'); at >= 0 {
			column = len(part) - at - 1 // the part brought folds of its own
		}
	}
	return b.String()
}

var atoms = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+$")

// encodePhrase writes a display name: as atoms, quoted, or encoded.
func encodePhrase(text string, used int) string {
	switch {
	case !isPlain(text):
		return encodeText(text, used)
	case atoms.MatchString(text):
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
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
		used := len(a.header) + len(": ")
		parts := []string{"<" + address + ">"}
		if a.name != "" {
			parts = []string{encodePhrase(a.name, used), parts[0]}
		}
		fields = append(fields, field{a.header, fold(parts, " ", used)})
	}
	return fields, nil
}

// commonHeaders are those of every mail of ours.
func (l *Letter) commonHeaders() ([]field, error) {
	if err := checkLine("subject", l.Subject); err != nil {
		return nil, err
	}
	return []field{
		{"Subject", encodeText(l.Subject, len("Subject: "))},
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
	fields = append(fields,
		// Only the phrase is encoded, the id never (RFC 2919 §3).
		field{"List-Id", fold([]string{encodePhrase(n.Title, len("List-Id: ")), id}, " ", len("List-Id: "))},
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
	var ways []string
	if r.UnsubscribeURL != "" {
		ways = append(ways, "<"+r.UnsubscribeURL+">")
	}
	if r.UnsubscribeMailto != "" {
		ways = append(ways, "<mailto:"+addressInURI(r.UnsubscribeMailto)+">")
	}
	if len(ways) == 0 {
		return nil
	}
	fields := []field{{"List-Unsubscribe", fold(ways, ", ", len("List-Unsubscribe: "))}}
	if r.UnsubscribeURL != "" {
		fields = append(fields, field{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	return fields
}
