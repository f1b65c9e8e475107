package bounces

import (
	"strings"

	"dailytip/verdict"
)

// Class is what a returned mail says about an address.
type Class string

// The classes.
const (
	Hard        Class = "hard"         // the address is dead
	Soft        Class = "soft"         // not now: a full mailbox, a server that can't be reached, no reason given
	Ours        Class = "ours"         // the sender's or a policy's fault, never the reader's
	Complaint   Class = "complaint"    // the reader calls it spam
	OtherReport Class = "other-report" // about a mail that arrived: DMARC, a virus, "not spam"
	Reply       Class = "reply"        // an automatic reply
	None        Class = "none"         // nothing of all that
)

// Classes are all classes, the gravest first.
var Classes = []Class{Hard, Complaint, Soft, Ours, OtherReport, Reply, None}

// Action is what to do about an address that no mail was ever delivered to.
type Action string

// The actions.
const (
	Suppress Action = "suppress" // write to it no more
	Count    Action = "count"    // towards the soft bounces that end in a rest
	Alert    Action = "alert"    // tell the operator, leave the address alone
	Ignore   Action = "ignore"
)

// Finding is what one message says of one recipient.
type Finding struct {
	// Recipient is the address in lower case; "" when the message names none.
	Recipient string
	Class     Class
	// Status is the enhanced status code that was judged (RFC 3463); "" when
	// there was none.
	Status string
	// Reason is one word for people: "userunknown", "mailboxfull".
	Reason string
	// Reply is what the remote server said, on one line.
	Reply string
	// Delayed: the mail is still on its way (RFC 3464 §2.3.3).
	Delayed bool
}

// Action says what to do about the address when no mail was ever delivered to
// it.
func (f Finding) Action() Action {
	switch f.Class {
	case Hard, Complaint:
		if f.Recipient != "" {
			return Suppress
		}
	case Soft:
		if !f.Delayed {
			return Count
		}
	case Ours:
		return Alert
	}
	return Ignore
}

// Read says what a returned message is about: one finding for each recipient,
// or one with an empty recipient. It never fails.
func Read(raw []byte) []Finding { return read(raw, 0) }

func read(raw []byte, depth int) []Finding {
	m := parse(raw)
	if found, ok := m.feedback(); ok {
		return found
	}
	if found, ok := m.notices(); ok {
		return orNone(found)
	}
	if groups := m.groups(); len(groups) > 0 {
		return orNone(m.judgeGroups(groups))
	}
	if kind, _ := mediaType(m.original.get("content-type")); kind == "multipart/report" && depth < 2 {
		return read(m.inner, depth+1) // a gateway put the report into a mail of its own
	}
	switch {
	case m.isBounce():
		return orNone(m.prose())
	case m.isReply():
		return []Finding{{Recipient: m.header.address("from"), Class: Reply, Reason: "vacation"}}
	}
	return orNone(nil)
}

func orNone(found []Finding) []Finding {
	if len(found) == 0 {
		return []Finding{{Class: None}}
	}
	return found
}

// judgeGroups judges the recipients of a delivery report. What the report says
// to people often says more: the moment at which the reply was given, or the
// reply itself.
func (m *message) judgeGroups(groups []group) []Finding {
	told := m.told()
	var found []Finding
	seen := map[string]bool{}
	for _, g := range groups {
		recipient := g.final
		if recipient == "" {
			recipient = g.original
		}
		if recipient == "" || seen[recipient] {
			continue
		}
		switch g.action {
		case "delivered", "relayed", "expanded", "deliverable": // RFC 3464 §2.3.3; Postfix, asked whether it would
			continue
		}
		seen[recipient] = true
		prose := told[recipient]
		if prose == "" && len(told) == 1 && len(groups) == 1 {
			for _, text := range told {
				prose = text
			}
		}
		f := judged(recipient, reply(g.diagnostic, g.status, prose))
		if g.action == "delayed" {
			f.Delayed = true
			if f.Class == Hard {
				f.Class = Soft
			}
		}
		found = append(found, f)
	}
	return found
}

// judged asks the one judge of the program.
func judged(recipient string, a verdict.Reply) Finding {
	o := verdict.Assess(a)
	f := Finding{Recipient: recipient, Class: Soft, Status: o.Status, Reason: o.Reason, Reply: replyIn(a.Text)}
	switch o.Class {
	case verdict.ClassSuppress:
		f.Class = Hard
	case verdict.ClassOwn, verdict.ClassUnroutable:
		f.Class = Ours
	}
	return f
}

// mostReply is as much of a reply as is shown, in bytes.
const mostReply = 500

// replyIn gives the reply within a text, on one line: from its code on, or
// all when there is none.
func replyIn(text string) string {
	if code := replyCode.FindStringSubmatchIndex(text); code != nil {
		text = text[code[2]:]
	}
	text = strings.Join(strings.Fields(text[:min(len(text), 2*mostReply)]), " ")
	if len(text) > mostReply {
		text = text[:mostReply] + "…"
	}
	return strings.ToValidUTF8(text, "")
}
