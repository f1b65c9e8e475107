package verdict

import "strings"

// Opinion is what a reply says of an address.
type Opinion struct {
	Class Class
	// Reason is one word for people: "userunknown", "mailboxfull"; Undefined
	// when neither a code nor words gave one.
	Reason string
	// Status is the enhanced status code that was judged; "" when there was
	// none.
	Status string
}

// Reasons that are asked for by name.
const (
	Undefined   = "undefined" // the reply gives none
	MailboxFull = "mailboxfull"
)

// Assess says what a reply means for the address, whether it was given while
// sending or comes back later in a report. Codes come first; the words may turn
// hard into soft or ours, and make hard only what carries no code that says
// anything (codes.txt, words.txt).
//
// Enhanced is what the report says; a code within Text is nearer to the server
// that refused, and goes before it. A refusal after the message was sent is
// about the message rather than the mailbox, which was accepted at RCPT TO,
// unless a code says otherwise. What is said before RCPT TO is never about the
// reader.
func Assess(a Reply) Opinion {
	word, said := wordsTable.find(a.Text)
	code, status, coded := bestCode(a)
	o := Opinion{Class: ClassSoft, Reason: Undefined, Status: status}
	switch {
	case said && word.class != ClassSuppress:
		o.Class, o.Reason = word.class, word.reason
	case coded:
		o.Class, o.Reason = code.class, code.reason
	case said && word.alone && !temporary4(a, ""), said && a.Code >= 500 && a.Stage < Data:
		o.Class, o.Reason = word.class, word.reason
	case said && !temporary4(a, status):
		o.Reason = "filtered"
	case said:
		o.Reason = word.reason
	case a.Code == 521 || a.Code == 556: // RFC 7504
		o.Class, o.Reason = ClassSuppress, "notaccept"
	case a.Code == 552:
		o.Reason = MailboxFull
	case aboutLogin(a.Code):
		o.Class, o.Reason = ClassOwn, "securityerror"
	case aboutSyntax(a.Code) && !strings.HasPrefix(status, "5.1."):
		o.Class, o.Reason = ClassOwn, "syntaxerror"
	}
	switch {
	case o.Class != ClassSuppress:
	case a.Code >= 400 && a.Code < 500:
		o.Class = ClassSoft // the reply code says whether it is for good (RFC 5321 §4.2.1)
	case aboutLogin(a.Code):
		o.Class, o.Reason = ClassOwn, "securityerror" // "525 5.7.13": our account, not the reader's
	}
	if a.Stage < RcptTo && (o.Class == ClassSuppress || o.Reason == Undefined) {
		o.Class = ClassOwn
		if o.Reason == Undefined {
			o.Reason = "blocked"
		}
	}
	return o
}

// temporary4 tells a reply that the server itself calls temporary.
func temporary4(a Reply, status string) bool {
	return a.Code >= 400 && a.Code < 500 || a.Code == 0 && strings.HasPrefix(status, "4.")
}

// bestCode finds the code that says most: the first in the text that is in
// codes.txt, then Enhanced. status is the one that was found, or the first that
// there is.
func bestCode(a Reply) (line codeLine, status string, ok bool) {
	for _, s := range append(Codes(a.Text), a.Enhanced) {
		code, valid := parseStatus(s)
		if !valid {
			continue
		}
		if status == "" {
			status = s
		}
		if line, ok = codesTable.find(code); ok {
			return line, s, true
		}
	}
	return codeLine{}, status, false
}

// Specific tells whether a status code says enough by itself.
func Specific(code string) bool {
	s, ok := parseStatus(code)
	if !ok {
		return false
	}
	_, ok = codesTable.find(s)
	return ok
}

// mostCodes bounds how many codes of one text are looked at.
const mostCodes = 20

// Codes finds the enhanced status codes in a text: not the numbers of an
// address or a version.
func Codes(text string) []string {
	var found []string
	for i := 0; i < len(text) && len(found) < mostCodes; i++ {
		if c := text[i]; c != '2' && c != '4' && c != '5' || i > 0 && (digitOrDot(text[i-1]) || letter(text[i-1])) {
			continue
		}
		end := i
		for end < len(text) && end-i < 12 && digitOrDot(text[end]) {
			end++
		}
		s := strings.TrimRight(text[i:end], ".")
		if _, ok := parseStatus(s); ok && s[0] != '2' {
			found = append(found, s)
		}
		i = end
	}
	return found
}

func digitOrDot(c byte) bool { return c == '.' || c >= '0' && c <= '9' }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
