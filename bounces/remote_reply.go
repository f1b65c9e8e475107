package bounces

import (
	"regexp"
	"strconv"
	"strings"

	"dailytip/verdict"
)

// reply puts together what is known of a remote server's reply: the text of
// the report for programs, its status, and what it says to people.
func reply(diagnostic, status, prose string) verdict.Reply {
	text := diagnostic
	if !replyCode.MatchString(text) && (replyCode.MatchString(prose) || text == "" && !verdict.Specific(firstWord(status))) {
		text = strings.TrimSpace(text + " " + prose)
	}
	if comment := strings.TrimSpace(strings.TrimPrefix(status, firstWord(status))); text == "" {
		text = strings.Trim(comment, "()")
	}
	a := verdict.Reply{Enhanced: firstWord(status), Text: text}
	var told bool
	if a.Stage, told = stageOf(diagnostic + " " + prose); !told && status == "" && len(verdict.Codes(text)) == 0 {
		a.Stage = verdict.Dot // neither a status nor a moment: it may have been the message
	}
	if code := replyCode.FindStringSubmatch(text); code != nil {
		a.Code, _ = strconv.Atoi(code[1])
	}
	return a
}

// replyCode finds a refusal's code (RFC 5321 §4.2) in a text: not in a time, a
// number or an address.
var replyCode = regexp.MustCompile(`(?:^|[\s:'"(\[#<=])([45][0-5][0-9])(?:[\s:,;'")\]-]|$)`)

// stages tell when a reply was given, in the words of the servers that say
// so. Later ones are looked for first.
var stages = []struct {
	words string
	stage verdict.Stage
}{
	{"end of data", verdict.Dot},
	{"in reply to data", verdict.Data},
	{"after data", verdict.Data},
	{"like our data", verdict.Data},
	{"like our final data", verdict.Data},
	{"smtp command data", verdict.Data},
	{"in reply to rcpt to", verdict.RcptTo},
	{"after rcpt to", verdict.RcptTo},
	{"like our rcpt to", verdict.RcptTo},
	{"does not like recipient", verdict.RcptTo},
	{"failed after i sent the message", verdict.Dot},
	{"in reply to mail from", verdict.MailFrom},
	{"after mail from", verdict.MailFrom},
	{"after pipelined mail from", verdict.MailFrom},
	{"like our mail from", verdict.MailFrom},
	{"refused to talk to me", verdict.Connect},
	{"while talking to me", verdict.Connect},
	{"after ehlo", verdict.Connect},
	{"after helo", verdict.Connect},
	{"in reply to ehlo", verdict.Connect},
	{"in reply to helo", verdict.Connect},
	{"after initial connection", verdict.Connect},
	{"like our ehlo", verdict.Connect},
	{"like our helo", verdict.Connect},
	{"but sender was rejected", verdict.MailFrom},
	{"but greeting failed", verdict.Connect},
	{"my name was rejected", verdict.Connect},
	{"rcpt", verdict.RcptTo},
}

// stageOf gives the moment of a reply; RCPT TO when nobody told: there most
// are given.
func stageOf(text string) (stage verdict.Stage, told bool) {
	text = verdict.Plain(text)
	for _, s := range stages {
		if strings.Contains(text, " "+s.words) {
			return s.stage, true
		}
	}
	return verdict.RcptTo, false
}
