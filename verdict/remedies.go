package verdict

// Remedy is what to tell an operator of a fault that is the sender's or a policy's:
// what is wrong, and what to do about it.
type Remedy struct{ What, Then string }

// RemedyFor tells what to do when mails are refused for one of the reasons of the class
// ours that [Assess] finds.
func RemedyFor(reason string) Remedy {
	if r, ok := remedies[reason]; ok {
		return r
	}
	return Remedy{"they're refused for a reason that isn't their readers'", "the reply says why"}
}

var remedies = map[string]Remedy{
	"authfailure":     {"the mails don't pass SPF, DKIM or DMARC", "check dkim: and what DNS says of the sender's domain"},
	"blocked":         {"the sending address has a bad name, or stands on a block list", "look it up at the list that the reply names, have it taken off, or send through another relay"},
	"contenterror":    {"servers find fault with the mail's form", "look at it with dailytip preview --format eml"},
	"exceedlimit":     {"a limit is used up", "have it raised, or set smtp: daily_limit"},
	"mesgtoobig":      {"the mail is larger than servers take", "shorten the tip, or raise the limit"},
	"norelaying":      {"a server won't pass mail on for us", "have it let this machine send, or log in: smtp: username and password"},
	"nosmtputf8":      {"an address has letters that a server on its way can't carry", "send through a relay that offers SMTPUTF8"},
	"notcompliantrfc": {"servers find fault with the mail's form", "look at it with dailytip preview --format eml"},
	"policyviolation": {"a policy of the servers forbids the mails", "the reply says which"},
	"rejected":        {"servers refuse the sender", "check from: and that its domain exists and takes mail"},
	"requireptr":      {"this machine's address has no right name in DNS", "have its PTR record set, or send through another relay"},
	"securityerror":   {"servers ask for a login or for encryption", "check smtp: tls, username and password, and the relay's own settings"},
	"spamdetected":    {"spam filters take the mails for spam", "look at what the tip and its links say, and whether DKIM signs it"},
	"speeding":        {"we send too much at a time", "set smtp: rate or connections, or domains:"},
	"syntaxerror":     {"servers find fault with the mail's form", "look at it with dailytip preview --format eml"},
	"virusdetected":   {"virus filters find fault with the mails", "look at what the tip links to"},
}
