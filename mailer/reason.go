package mailer

import (
	"fmt"
	"regexp"
	"strings"

	"dailytip/ledger"
	"dailytip/mailer/relay"
	"dailytip/verdict"
)

// reason says why a scope is paused and what to do about it. It reads a
// reply's words more freely than a verdict does: a wrong guess here costs the operator
// a look at the reply beside it.
func reason(r *message) string {
	why, then := "the relay refused several mails in a row, which is hardly the readers' fault", "; its reply says why"
	sender := "confirm_from"
	if k := r.job.Kind; k == "" || k == ledger.Resend || k == ledger.Proof { // those show a tip
		sender = "from"
	}
	switch a := r.reply; {
	case r.verdict == verdict.InDoubt, r.verdict == verdict.Down && a.Stage >= verdict.RcptTo:
		why, then = "the relay broke off several conversations in a row", "; look into its log"
	case a.Stage == verdict.TLS:
		why, then = "TLS with the relay failed", "; check smtp: tls and ca_file, and the relay's certificate"
	case a.Stage == verdict.Auth && r.verdict == verdict.Ours:
		why, then = "the relay refused the login", "; check smtp: auth, username and password"
	case r.verdict == verdict.Down && a.Code != 0:
		why = "the relay takes no mail just now"
	case r.verdict == verdict.Down:
		why, then = "the relay can't be reached or went away", "; check smtp: host, port and tls, and that the relay runs"
	case a.Stage == verdict.Connect:
		why = "the relay refused the connection"
	case r.verdict == verdict.Retry:
		why = "the relay refused the sender for now, several times in a row"
	case wantsTLS(a):
		why, then = "the relay wants encryption first", "; check smtp: tls and port"
	case wantsLogin(a):
		why, then = "the relay wants a login first", "; log in: check smtp: auth, username and password"
	case a.Stage == verdict.MailFrom && strings.HasPrefix(a.Enhanced, "5.3."):
		why, then = "the mail is larger than the relay takes", "; shorten the tip, or raise the relay's limit"
	case a.Stage == verdict.MailFrom, r.verdict == verdict.Ours && verdict.Assess(a).Reason == "rejected":
		why, then = "the relay refused the sender", "; check "+sender+": and that the relay lets you send as this address"
	case r.verdict == verdict.Ours:
		why, then = cause(verdict.Assess(a).Reason, why, then)
	}
	if r.relay != "" {
		why += " (" + r.relay + ")"
	}
	return why + then
}

// cause says what makes a relay refuse everybody, by the reason that [verdict.Assess]
// finds; what it can't say of all of them stays as it is.
func cause(reason, why, then string) (string, string) {
	if c, ok := causes[reason]; ok {
		return c.why, c.then
	}
	if reason == "authfailure" || reason == "requireptr" {
		r := verdict.RemedyFor(reason)
		return r.What, "; " + r.Then
	}
	return why, then
}

// causes are what a relay means by a reason, where that is another thing than what the
// servers behind it do.
var causes = map[string]struct{ why, then string }{
	"exceedlimit": {"the relay takes no more: a limit is used up", "; what waits is tried again by itself. Have the limit raised, or set smtp: daily_limit"},
	"speeding":    {"the relay takes no more: we send too much at a time", "; what waits is tried again by itself. Set smtp: rate or connections"},
	"norelaying":  {"the relay won't pass mail on for us", "; have it let this machine send, or log in: smtp: username and password"},
	"mesgtoobig":  {"the mail is larger than the relay takes", "; shorten the tip, or raise the relay's limit"},
}

// deadDomain is the domain of which a relay knows none of the addresses; "" when the
// refusals aren't all of that kind.
func deadDomain(refusals []refusal) (domain string) {
	for _, x := range refusals {
		its := x.Job.Email.Domain()
		if !x.Dead || domain != "" && its != domain {
			return ""
		}
		domain = its
	}
	if len(refusals) < 2 {
		return ""
	}
	return domain
}

// allDead says that a relay knows none of a domain's addresses; "" for none.
func allDead(domain string, n int) string {
	if domain == "" {
		return ""
	}
	return fmt.Sprintf("none of the %d addresses of %s that were tried exists, the relay says, which is hardly the readers' fault", n, domain)
}

// heldBack says what a pause does with the replies about a domain; "" for none.
func heldBack(domain string) string {
	if domain == "" {
		return ""
	}
	return fmt.Sprintf(". So the replies are held back, and nobody is suppressed; ask there. When they are gone indeed, dailytip bounces retry --domain %s lets them count", domain)
}

var (
	loginWords = regexp.MustCompile(`(?i)\b(authentication (is )?(required|needed|first)|(must |please |need to )?authenticate\b|not authenticated|auth(entication)? (command )?(first|required)|smtp[ -]?auth|log ?in|log ?on|logged[ -]in)`)
	tlsWords   = regexp.MustCompile(`(?i)\b(starttls|must use (tls|ssl)|encrypt(ion|ed)|tls (is )?required)`)
	// Those speak of SPF, DKIM and DMARC as authentication.
	senderWords = regexp.MustCompile(`(?i)\b(spf|dkim|dmarc|sender authentication|unauthenticated)\b`)
)

// wantsLogin tells whether a refusal asks us to log in: by its digits, or by its
// words where the digits are used for much else ("550 5.7.1 Authentication
// required", "503 AUTH first").
func wantsLogin(a verdict.Reply) bool {
	return verdict.AboutLogin(a) || loginWords.MatchString(a.Text) && !senderWords.MatchString(a.Text)
}

// wantsTLS tells whether a refusal asks for encryption, which servers do with
// 530 too (RFC 3207 §4).
func wantsTLS(a verdict.Reply) bool {
	switch a.Enhanced {
	case "5.7.10", "5.7.11":
		return true
	}
	return a.Code == 523 || a.Code == 538 || tlsWords.MatchString(a.Text)
}

// Said tells an operator where a reply comes from: a relay, the network, or a
// mail of ours that was never shown to a relay. It is "" when there is none.
func Said(a ledger.Reply) string {
	text, ours := strings.CutPrefix(a.Text, relay.NotSent)
	switch {
	case a.Code == 0 && a.Text == "":
		return ""
	case ours:
		return "it was not sent: " + text
	case a.Code == 0:
		return "no reply: " + a.Text
	}
	return "the relay said: " + a.String()
}
