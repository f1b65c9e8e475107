package bounces

import (
	"regexp"
	"strings"
)

// The forms in which servers name a recipient on a line.
var (
	inBrackets = regexp.MustCompile(`^(?:[*•-] *|[^\s<>]+@[^\s<>]+ )?<([^<>\s]+@[^<>\s]+)>(?:\s*\(expanded from:? <?[^)]*\))?(?:[:,.]|\.\.\.|\s|$)`)
	labelled   = regexp.MustCompile(`(?i)^(?:(?:final |original |failed |intended |e-?mail )?recipients?(?: address)?|(?:e-?mail )?address|(?:>>> |in: +)?rcpt[ _]to|(?:bounced|failed|invalid|unknown|rejected) (?:e-?mail )?address(?:es)?|c=[^@]*dda:smtp|user|宛先|受信者|destinataire|empfänger|destinatario|получатель)\s*[:：=]\s*<?(\S+@\S+)`)
	afterCode  = regexp.MustCompile(`^(?:<<< )?[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?<?([^<>\s:\[\]]+@[^<>\s:\[\]]+?)>?(?:\.\.\.|:|\s)`)
	writeTo    = regexp.MustCompile(`(?i)(?:to the address|contact|write to|e-?mail to|mail to)\s*:?$`)
	sentBy     = regexp.MustCompile(`(?i)\b(?:sent by|message from)\s*:?$`)
	undone     = regexp.MustCompile(`(?i)^>?\s*(?:was|is|were|are|has|could|couldn|can|did)\b.*(?:deliver|bounce|reject|return|fail|refuse)`)
	sentence   = regexp.MustCompile(`(?i)(?:deliver|not a member|addressed|mailbox|account|sent?\b|reach|recipient|relay|bounce|reject|return|fail|block|errore?|undeliver|zustell|remis|entreg|recapit|доставл|配信|送信|投递)`)
)

// form is how a line names a recipient.
type form int

const (
	notAtAll   form = iota
	loosely         // as other texts do, too
	inSentence      // in a sentence on what became of the mail
	onItsOwn        // as only reports do
)

// recipientLine tells whether a line names a recipient, and gives what follows
// on it. above is the line before.
func recipientLine(line, above string) (address, rest string, as form) {
	if !strings.Contains(line, "@") || sentBy.MatchString(above) { // the sender's has a line of its own
		return "", line, notAtAll
	}
	if m := inBrackets.FindStringSubmatchIndex(line); m != nil {
		return firstAddress(line[m[2]:m[3]]), line[m[1]:], onItsOwn
	}
	if m := labelled.FindStringSubmatchIndex(line); m != nil {
		if a := firstAddress(line[m[2]:]); a != "" {
			return a, line, onItsOwn
		}
	}
	if m := afterCode.FindStringSubmatchIndex(line); m != nil {
		return firstAddress(line[m[2]:m[3]]), line, onItsOwn
	}
	address, start, end := findAddress(line)
	if address == "" {
		return "", line, notAtAll
	}
	before, after := strings.TrimLeft(line[:start], " *•·-<'\"|"), strings.TrimLeft(line[end:], ">'\"")
	switch {
	case before == "" && writeTo.MatchString(above):
	case before == "" && strings.HasSuffix(above, ":") && sentence.MatchString(above):
		return address, after, onItsOwn
	case before == "" && strings.Trim(after, " .:,;") == "":
		return address, "", onItsOwn
	case before == "" && (strings.HasPrefix(after, ":") || strings.HasPrefix(after, "<mailto:") || strings.HasPrefix(after, " (")):
		return address, after, onItsOwn
	case before == "" && (strings.HasPrefix(after, " ...") || strings.HasPrefix(after, "...") || strings.HasPrefix(after, " [")):
		return address, after, loosely
	case before == "" && replyCode.MatchString(after):
		return address, after, loosely
	case sentence.MatchString(before), before != "" && undone.MatchString(after):
		return address, line, inSentence
	}
	return "", line, notAtAll
}
