package verdict

import (
	"slices"
	"strings"
	"testing"
)

func TestAssess(t *testing.T) {
	tests := []struct {
		name   string
		reply  Reply
		class  Class
		reason string
	}{
		{"a code that says it", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.1.1", Text: "no"}, ClassSuppress, "userunknown"},
		{"a code within the text", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.0.0", Text: "550-5.1.1 no"}, ClassSuppress, "userunknown"},
		{"the text's code goes before the report's", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.1.1", Text: "550 5.7.26 no"}, ClassOwn, "authfailure"},
		{"a code in brackets", Reply{Stage: RcptTo, Code: 553, Text: "sorry (#5.1.1)"}, ClassSuppress, "userunknown"},
		{"an address isn't a code", Reply{Stage: RcptTo, Code: 550, Text: "no 5.1.1.1 192.5.1.1 v5.1.1"}, ClassSoft, Undefined},

		{"words soften", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.1.1", Text: "Mailbox full"}, ClassSoft, "mailboxfull"},
		{"words turn it to us", Reply{Stage: Dot, Code: 554, Enhanced: "5.1.1", Text: "refused by DMARC policy"}, ClassOwn, "authfailure"},
		{"rate limits are ours", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.1.1", Text: "Rate limit exceeded"}, ClassOwn, "speeding"},
		{"a block list in a link", Reply{Stage: RcptTo, Code: 553, Enhanced: "5.1.3", Text: "http://www.spamhaus.org/q?ip=1"}, ClassOwn, "blocked"},
		{"words don't harden a code", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.7.1", Text: "user unknown"}, ClassOwn, "policyviolation"},
		{"nor a full mailbox", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.2.2", Text: "no such user"}, ClassSoft, "mailboxfull"},
		{"words where no code says anything", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.0.0", Text: "No such user"}, ClassSuppress, "userunknown"},
		{"capitals, signs, blanks", Reply{Stage: RcptTo, Code: 550, Text: "User  UNKNOWN; sorry"}, ClassSuppress, "userunknown"},
		{"words within an address", Reply{Stage: RcptTo, Code: 550, Text: "<user-unknown@example.com> no"}, ClassSoft, Undefined},
		{"words within a link", Reply{Stage: RcptTo, Code: 550, Text: "https://example.com/user-unknown"}, ClassSoft, Undefined},
		{"a word within a word", Reply{Stage: RcptTo, Code: 550, Text: "superuser unknown"}, ClassSoft, Undefined},
		{"a gap", Reply{Stage: RcptTo, Code: 550, Text: "mailbox of Ada Lovelace is full"}, ClassSoft, "mailboxfull"},

		{"a refusal of the message", Reply{Stage: Dot, Code: 550, Text: "user unknown"}, ClassSoft, "filtered"},
		{"a refusal of the message, with a code", Reply{Stage: Dot, Code: 550, Enhanced: "5.1.1", Text: "user unknown"}, ClassSuppress, "userunknown"},
		{"words and no refusal", Reply{Stage: RcptTo, Text: "user unknown"}, ClassSoft, "filtered"},
		{"what the reporter found itself", Reply{Stage: RcptTo, Text: "Host or domain name not found"}, ClassSuppress, "hostunknown"},
		{"for now", Reply{Stage: RcptTo, Text: "Host not found, try again"}, ClassSoft, "networkerror"},
		{"a temporary refusal", Reply{Stage: RcptTo, Code: 450, Text: "user unknown"}, ClassSoft, "userunknown"},
		{"before the recipient", Reply{Stage: MailFrom, Code: 550, Enhanced: "5.1.1", Text: "unknown"}, ClassOwn, "userunknown"},
		{"before the recipient, no reason", Reply{Stage: Connect, Code: 554, Text: "go away"}, ClassOwn, "blocked"},

		{"a bare 550", Reply{Stage: RcptTo, Code: 550, Text: "no"}, ClassSoft, Undefined},
		{"a bare 552", Reply{Stage: RcptTo, Code: 552, Text: "no"}, ClassSoft, "mailboxfull"},
		{"a bare 556", Reply{Stage: RcptTo, Code: 556, Text: "no"}, ClassSuppress, "notaccept"},
		{"a bare 503", Reply{Stage: RcptTo, Code: 503, Text: "no"}, ClassOwn, "syntaxerror"},
		{"a bare 530", Reply{Stage: RcptTo, Code: 530, Text: "no"}, ClassOwn, "securityerror"},
		{"a null MX of the sender's", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.7.27", Text: "Sender address has null MX"}, ClassOwn, "rejected"},
		{"a null MX of the reader's, by sendmail", Reply{Stage: RcptTo, Code: 550, Enhanced: "5.7.27", Text: "Host does not accept mail"}, ClassSuppress, "notaccept"},
		{"a code for good in a refusal for now", Reply{Stage: RcptTo, Code: 451, Enhanced: "5.1.1", Text: "no"}, ClassSoft, "userunknown"},
		{"an account that is ours", Reply{Stage: MailFrom, Code: 525, Enhanced: "5.7.13", Text: "no"}, ClassOwn, "securityerror"},
		{"no SMTPUTF8", Reply{Stage: RcptTo, Code: 553, Enhanced: "5.6.7", Text: "no"}, ClassUnroutable, "nosmtputf8"},
		{"nothing", Reply{Stage: RcptTo}, ClassSoft, Undefined},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Assess(tt.reply); got.Class != tt.class || got.Reason != tt.reason {
				t.Errorf("got %v %s (%s), want %v %s", got.Class, got.Reason, got.Status, tt.class, tt.reason)
			}
		})
	}
}

// Full mailboxes in all spellings are soft, and what is ours is never the
// reader's, whatever code a server puts before it.
func TestWordsSave(t *testing.T) {
	classes := map[Class][]string{
		ClassSoft: {
			"mailbox full", "Mailbox is full", "The user's mailbox is full", "user is over quota", "over quota", "Quota exceeded", "quota exceeded (mailbox for user is full)",
			"Mailbox has exceeded the limit", "exceeds allocated storage quota", "Requested mail action aborted: exceeded storage allocation", "maildir over quota",
			"disk quota exceeded", "Insufficient system storage", "Benutzer hat zuviele Mails auf dem Server. / User has too many messages on the server",
			"Boîte du destinataire pleine", "Postfach ist voll", "ящик переполнен", "user is receiving mail at a rate that prevents additional messages",
			"the user you are trying to contact is receiving mail too quickly", "greylisted, please try later",
		},
		ClassOwn: {
			"Email rejected per DMARC policy", "SPF check failed", "DKIM signature missing", "The IP address has no PTR record", "reverse DNS lookup failed",
			"Client host rejected: cannot find your hostname", "blocked using zen.spamhaus.org", "poor reputation", "your IP is on our block list", "too many connections from your host",
			"Relay access denied", "Email address is not verified. The following identities failed the check", "SendAsDenied; not allowed to send as", "Daily user sending quota exceeded",
			"Sender address rejected", "looks like spam", "message contains a virus", "Unauthenticated senders not allowed", "throttled", "Service refused, please try later",
		},
	}
	for class, texts := range classes {
		for _, text := range texts {
			for _, code := range []string{"5.1.1", "5.1.2", "5.0.0", ""} {
				a := Reply{Stage: RcptTo, Code: 550, Enhanced: code, Text: text}
				if got := Assess(a); got.Class != class {
					t.Errorf("%v: %v %s, want %v", a, got.Class, got.Reason, class)
				}
			}
		}
	}
}

// Each line of the table can be found, and not by a line before it that means
// something else.
func TestTablesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range wordsTable {
		key := strings.Join(l.pieces, "*") + l.exact
		if seen[key] {
			t.Errorf("%q stands twice", key)
		}
		seen[key] = true
		text := strings.Join(l.pieces, " word ") + l.exact
		first, ok := wordsTable.find(text)
		if !ok {
			t.Errorf("%q isn't found", key)
		}
		if ok && first.class != l.class {
			t.Errorf("%q is hidden by %q, which is %v", key, first.pieces, first.class)
		}
	}
	for _, l := range codesTable {
		if l.code.detail == l.last && l.class != ClassIgnore {
			if first, _ := codesTable.find(l.code); first != l {
				t.Errorf("%v is hidden", l.code)
			}
		}
	}
	for _, bad := range []string{"hard\n", "hard userunknown\n", "dead userunknown no such user\n", "hard userunknown *\n"} {
		if _, err := readWords(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for _, bad := range []string{"5.1.1 hard\n", "5.1 hard userunknown\n", "5.1.1 dead userunknown\n", "5.7.9-1 ours blocked\n", "5.7.9-x ours blocked\n"} {
		if _, err := readCodes(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestCodes(t *testing.T) {
	for text, want := range map[string][]string{
		"550 5.1.1 no":                   {"5.1.1"},
		"550-5.7.26 a 550 5.7.26 b":      {"5.7.26", "5.7.26"},
		"(#5.1.1)":                       {"5.1.1"},
		"'5.2.2 full'. 4.2.2":            {"5.2.2", "4.2.2"},
		"192.0.2.5 5.1.1.1 v5.1.1 5.1":   nil,
		"2.0.0 Ok":                       nil,
		strings.Repeat("5.1.1 ", 1000):   slices.Repeat([]string{"5.1.1"}, mostCodes),
		"5.1.1":                          {"5.1.1"},
		"said: 5.1.1.":                   {"5.1.1"},
		"550 5.1.1234 5.1234.1 9.1.1 5.": nil,
	} {
		if got := Codes(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzAssess(f *testing.F) {
	f.Add(550, "5.1.1", "mailbox full")
	f.Add(0, "", "\"unknown user: \xff user @ ://")
	f.Fuzz(func(t *testing.T, code int, enhanced, text string) {
		for s := Connect; s <= Dot; s++ {
			o := Assess(Reply{Stage: s, Code: code, Enhanced: enhanced, Text: text})
			if s < RcptTo && o.Class == ClassSuppress {
				t.Errorf("%q at %v ends a subscription", text, s)
			}
			if o.Reason == "" {
				t.Error("no reason")
			}
		}
		if plain := Plain(text); Plain(plain) != plain && len(text) < mostPlain/4 {
			t.Errorf("%q isn't plain", plain)
		}
	})
}
