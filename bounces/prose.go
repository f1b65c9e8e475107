package bounces

import (
	"regexp"
	"slices"
	"strings"

	"dailytip/verdict"
)

// entry is what a text for people says of one recipient.
type entry struct {
	recipient string
	text      strings.Builder
	above     string // what stands over the first address: with some servers, the reason
	sure      bool   // in a form that only a report has
}

const (
	mostEntries   = 100
	mostEntryText = 4 << 10
	mostLine      = 2000
)

// prose reads a report that is written for people only.
func (m *message) prose() []Finding {
	entries, preamble := m.entries()
	if len(entries) == 0 {
		for _, name := range []string{"x-failed-recipients", "x-mailer-daemon-recipients"} {
			for address := range strings.SplitSeq(m.header.get(name), ",") {
				if address = firstAddress(address); address != "" && len(entries) < mostEntries {
					entries = append(entries, &entry{recipient: address, sure: true})
				}
			}
			if len(entries) > 0 {
				break
			}
		}
	}
	if address := m.returned("to"); len(entries) == 0 && address != "" {
		entries = append(entries, &entry{recipient: address, sure: true})
	}
	delayed := isDelay(m.header.get("subject") + " " + preamble)
	var found []Finding
	for _, e := range entries {
		text := e.said()
		if len(verdict.Plain(text)) < 8 || !replyCode.MatchString(text) && replyCode.MatchString(preamble) {
			text = preamble + " " + text // the reason stands above the address, or nowhere
		}
		a := reply("", "", text)
		f := judged(e.recipient, a)
		if f.Class == Hard && !e.sure && a.Code == 0 && f.Status == "" {
			f.Class = Soft // words in no known form: they don't end a subscription
		}
		if f.Delayed = delayed; delayed && f.Class == Hard {
			f.Class = Soft
		}
		found = append(found, f)
	}
	return found
}

// told gives the text for people of a report that has one for programs, too.
func (m *message) told() map[string]string {
	entries, _ := m.entries()
	told := make(map[string]string, len(entries))
	for _, e := range entries {
		told[e.recipient] = e.said()
	}
	return told
}

// entries reads the text for people: the recipients with what is said of each,
// and what is said before the first.
func (m *message) entries() ([]*entry, string) {
	self := m.header.address("to")
	var entries []*entry
	var preamble strings.Builder
	var last *entry
	above := ""
	margin := -1 // of the line that named the last recipient on its own; -1: it wasn't
	for line := range strings.Lines(m.said) {
		indented := indentation(line)
		line = strings.TrimSpace(line)
		if len(line) > mostLine {
			line = strings.ToValidUTF8(line[:mostLine], "")
		}
		address, rest, as := recipientLine(line, above)
		if margin >= 0 && indented > margin {
			address, rest, as = "", line, notAtAll // what was said of the last one goes on
		}
		statement := above
		if line != "" {
			above = line
		}
		switch {
		case address != "" && (address != self || as == onItsOwn):
			last = nil
			for _, e := range entries {
				if e.recipient == address {
					last = e
				}
			}
			if last == nil && len(entries) < mostEntries {
				last = &entry{recipient: address}
				if len(entries) == 0 && strings.HasSuffix(statement, ".") {
					last.above = statement
				}
				entries = append(entries, last)
			}
			if last != nil {
				last.sure = last.sure || as > loosely
				last.add(rest)
				if margin = -1; as == onItsOwn {
					margin = indented
				}
			}
		case last != nil:
			last.add(line)
		case preamble.Len() < mostEntryText:
			preamble.WriteString(line + " ")
		}
	}
	return withoutSender(entries, m.returned("from")), preamble.String()
}

// indentation is how far a line is from the margin, a tab being eight blanks.
func indentation(line string) (n int) {
	for _, c := range line {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 8
		default:
			return n
		}
	}
	return n
}

// withoutSender leaves out the sender of the mail that came back, which some
// reports name beside the recipients.
func withoutSender(entries []*entry, sender string) []*entry {
	if len(entries) < 2 || sender == "" {
		return entries
	}
	return slices.DeleteFunc(entries, func(e *entry) bool { return e.recipient == sender })
}

func (e *entry) add(line string) {
	if line != "" && !handlers.MatchString(line) && e.text.Len() < mostEntryText {
		e.text.WriteString(line + " ")
	}
}

// handlers are lines of Exchange's details that say who handled the mail: their words
// aren't the reply's.
var handlers = regexp.MustCompile(`(?i)^(?:message rejected by|sent by|(?:generating|receiving|reporting) (?:server|mta)|sender address|original message headers):`)

func (e *entry) said() string { return strings.TrimSpace(e.text.String() + e.above) }

// text gives what the message says to people: its plain text, else the words
// of its page.
func (m *message) text() string {
	var plain, page strings.Builder
	for _, p := range m.parts {
		switch {
		case strings.HasSuffix(p.kind, "delivery-status"), strings.HasSuffix(p.kind, "disposition-notification"):
		case p.kind == "text/html":
			page.WriteString(p.text + "\n")
		default:
			plain.WriteString(p.text + "\n")
		}
	}
	text := plain.String()
	if strings.TrimSpace(text) == "" {
		text = page.String()
	}
	return text[:min(len(text), mostText)]
}

// isDelay tells a warning that the mail is still on its way.
func isDelay(text string) bool {
	text = verdict.Plain(text)
	for _, s := range []string{" warning message only", " delivery status notification delay", " delivery delayed", " has been delayed", " hours on the queue", " delayed 24", " delayed 48", " delayed 72", " is delayed", " could not send message for past", " will be retried", " no action is required on your part", " not yet been delivered", " delivery temporarily suspended"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
