package verdict

// Judge says what to do with the message after a reply: the second table of
// doc.go. It looks at Stage, Code and Enhanced, and at Text only before it
// calls an address dead: the words may say that it isn't.
func Judge(a Reply) Verdict {
	code, coded := parseStatus(a.Enhanced)
	switch {
	case a.Code == 0 && !coded, a.Code != 0 && (a.Code < 200 || a.Code > 599):
		// Nothing was said, or nothing that SMTP knows.
		if a.Stage == Dot {
			return InDoubt
		}
		return Down
	case a.Code == 421:
		return Down
	case a.Code >= 200 && a.Code < 400:
		return Accepted
	case a.Code >= 400 && a.Code < 500, a.Code == 0 && code.class == 4:
		return temporary(a)
	case a.Stage < MailFrom:
		return Ours
	case a.Stage == MailFrom:
		if coded && classify(code) == ClassUnroutable {
			return Unroutable
		}
		return Ours
	case coded:
		return refusal(a, code)
	}
	return bareRefusal(a.Code)
}

// temporary judges a 4yz reply (RFC 5321 §4.2.1: try again, unchanged).
func temporary(a Reply) Verdict {
	switch {
	case passwordTransition(a):
		return Ours
	case a.Stage < MailFrom:
		return Down
	}
	return Retry
}

// passwordTransition knows the one temporary reply for which a person must act
// (RFC 4954 §4: 432 4.7.12). A bare 432 means that in reply to a login only:
// Microsoft 365 says "432 4.3.2" when too many connections send at a time.
func passwordTransition(a Reply) bool {
	return a.Enhanced == "4.7.12" || a.Code == 432 && a.Enhanced == "" && a.Stage == Auth
}

// AboutLogin tells whether a reply is surely about our login, or about the
// encryption that it needs, at whatever stage it comes: nobody's mail fails for
// that, and other mails through this relay would hear the same.
func AboutLogin(a Reply) bool {
	switch a.Enhanced {
	case "5.7.8", "5.7.9", "5.7.10", "5.7.11", "5.7.12":
		return a.Code == 0 || a.Code >= 500
	}
	return aboutLogin(a.Code) || passwordTransition(a)
}

// refusal judges a 5yz reply with an enhanced code, given to RCPT TO or later.
func refusal(a Reply, code status) Verdict {
	reply := a.Code
	if aboutLogin(reply) {
		return Ours
	}
	switch classify(code) {
	case ClassSuppress: // before aboutSyntax: Postfix says "501 5.1.3"
		return deadUnless(Assess(a))
	case ClassUnroutable:
		return Unroutable
	case ClassOwn:
		if code.subject == 7 && !aboutUs(code.detail) && !aboutSyntax(reply) {
			return Refused
		}
		return Ours
	}
	switch {
	case aboutSyntax(reply):
		return Ours
	case reply == 552, code == status{5, 2, 2}: // full mailboxes are emptied
		return Retry
	}
	return Refused
}

// deadUnless believes a code that says the address is dead, unless the words
// tell of a full mailbox, of a policy, or of anything that isn't the mailbox.
func deadUnless(o Opinion) Verdict {
	switch {
	case o.Class == ClassSuppress:
		return Dead
	case o.Reason == "mailboxfull":
		return Retry
	}
	return Refused
}

// bareRefusal judges a 5yz reply without an enhanced code, given to RCPT TO or
// later. A bare 550 doesn't say whether the mailbox is missing or the mail
// unwelcome (RFC 5321 §4.2.3), so nobody dies of it.
func bareRefusal(reply int) Verdict {
	switch {
	case aboutLogin(reply), aboutSyntax(reply):
		return Ours
	case reply == 552: // exceeded storage allocation; RFC 5321 §4.5.3.1.10
		return Retry
	case reply == 556: // domain does not accept mail, RFC 7504 §2
		return Dead
	}
	return Refused
}

// aboutLogin: encryption or authentication wanted (RFC 4954 §6, RFC 5248 §2.4).
func aboutLogin(reply int) bool {
	switch reply {
	case 523, 524, 525, 530, 534, 535, 538:
		return true
	}
	return false
}

// aboutSyntax: a command, its order or a parameter (RFC 5321 §4.2.3).
func aboutSyntax(reply int) bool {
	return reply >= 500 && reply <= 504 || reply == 555
}

// aboutUs tells the 5.7.x codes that speak of the sender whoever the reader
// is: login (RFC 4954), DKIM, SPF, reverse DNS, ARC (RFC 7372, RFC 8617) and
// what Microsoft's servers say of a sender: unauthenticated bulk mail (5.7.515),
// one who may not send as another (5.7.60), a login (5.7.139), a tenant that is
// barred or over its limit (5.7.7xx).
func aboutUs(detail int) bool {
	switch detail {
	case 60, 139, 515:
		return true
	}
	return detail >= 8 && detail <= 12 || detail >= 20 && detail <= 30 || detail >= 700 && detail <= 799
}

// PauseAfter says after how many replies of this kind in a row, with no
// Accepted between them, the fault is likelier ours or the relay's than the
// readers': then the run pauses and the messages of the streak are put back
// (P4). 0: never. The caller counts for each relay and each verdict.
//
// 1 for what concerns everyone (Down, Ours before a recipient was named, and
// what is about our login).
// More where one reader's server could have been meant: 3 for Ours from
// RCPT TO on, 5 for a sender that is refused for now, 10 for Refused ("relay
// access denied" comes as 5.7.1 to every RCPT TO), 20 for Dead (a relay that
// lost its table of users denies them all).
func PauseAfter(a Reply) int {
	switch Judge(a) {
	case Down:
		return 1
	case Ours:
		if a.Stage < RcptTo || AboutLogin(a) {
			return 1
		}
		return 3
	case Retry:
		if a.Stage < RcptTo {
			return 5
		}
	case Refused:
		return 10
	case Dead:
		return 20
	}
	return 0
}
