package verdict

// Judge says what to do with the message after a reply: the table of doc.go. Of a
// refusal for good by a server that knows the recipient it takes what [Assess]
// thinks of the address.
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
	}
	return refusal(a, Assess(a))
}

// refusal judges a 5yz reply to MAIL FROM or later.
func refusal(a Reply, o Opinion) Verdict {
	switch {
	case o.Class == ClassUnroutable:
		return Unroutable
	case a.Stage == MailFrom, aboutLogin(a.Code):
		return Ours
	case o.Class == ClassSuppress:
		return Dead
	case o.Class == ClassOwn && (aboutSyntax(a.Code) || !oneServers(o.Reason)):
		return Ours
	case o.Reason == MailboxFull, a.Code == 552 && o.Reason == "filtered": // they are emptied; a bare 5.2.0 says no more than that
		return Retry
	}
	return Refused
}

// oneServers tells the reasons for which one reader's server refuses what the
// others take: what it thinks of the message, or of where it comes from.
func oneServers(reason string) bool {
	switch reason {
	case "policyviolation", "blocked", "spamdetected", "virusdetected":
		return true
	}
	return false
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
