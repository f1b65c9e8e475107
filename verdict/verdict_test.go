package verdict

import (
	"errors"
	"fmt"
	"testing"
)

// one line of the judge's table: what was said, and the verdict at MAIL FROM
// and at RCPT TO, DATA and the dot.
var judged = []struct {
	code     int
	enhanced string
	mail     Verdict
	rcpt     Verdict
	class    Class // what Assess thinks of the address, at RCPT TO
}{
	{250, "2.1.0", Accepted, Accepted, ClassIgnore},
	{250, "", Accepted, Accepted, ClassIgnore},
	{354, "", Accepted, Accepted, ClassIgnore},
	{421, "", Down, Down, ClassIgnore},
	{421, "4.7.0", Down, Down, ClassIgnore},
	{432, "4.7.12", Ours, Ours, ClassOwn},
	{432, "4.3.2", Retry, Retry, ClassIgnore}, // Microsoft 365: too many connections
	{432, "", Retry, Retry, ClassSoft},
	{454, "", Retry, Retry, ClassSoft}, // Amazon SES: throttled
	{454, "4.7.0", Retry, Retry, ClassIgnore},
	{451, "4.4.5", Retry, Retry, ClassSoft},
	{450, "", Retry, Retry, ClassSoft},
	{450, "4.2.0", Retry, Retry, ClassSoft},
	{450, "4.7.1", Retry, Retry, ClassIgnore}, // greylisting
	{451, "4.3.0", Retry, Retry, ClassIgnore},
	{452, "4.3.1", Retry, Retry, ClassIgnore}, // the relay's disk
	{452, "4.2.2", Retry, Retry, ClassSoft},   // the reader's mailbox
	{451, "5.1.1", Retry, Retry, ClassSoft},   // the reply code decides

	{550, "5.1.1", Ours, Dead, ClassSuppress},
	{550, "5.1.2", Ours, Dead, ClassSuppress},
	{501, "5.1.3", Ours, Dead, ClassSuppress}, // Postfix: bad recipient syntax
	{550, "5.1.6", Ours, Dead, ClassSuppress},
	{556, "5.1.10", Ours, Dead, ClassSuppress},
	{550, "5.2.1", Ours, Refused, ClassSoft}, // a rate, or an account that rests
	{550, "5.4.5", Ours, Ours, ClassOwn},     // Google: our daily quota
	{554, "5.2.252", Ours, Ours, ClassOwn},   // Microsoft 365: SendAsDenied
	{550, "5.7.60", Ours, Ours, ClassOwn},    // Exchange: may not send as
	{535, "5.7.139", Ours, Ours, ClassOwn},   // Microsoft 365: the login
	{550, "5.7.708", Ours, Ours, ClassOwn},   // Microsoft 365: the tenant
	{550, "5.7.700", Ours, Ours, ClassOwn},
	{550, "5.7.799", Ours, Ours, ClassOwn},
	{550, "5.7.800", Ours, Refused, ClassOwn},
	{550, "5.7.27", Ours, Refused, ClassSoft}, // of either side: the words decide
	{550, "5.3.2", Ours, Dead, ClassSuppress}, // takes no mail at all
	{521, "", Ours, Dead, ClassSuppress},
	{550, "5.7.13", Ours, Dead, ClassSuppress},
	{550, "5.7.17", Ours, Dead, ClassSuppress},
	{550, "5.7.18", Ours, Dead, ClassSuppress},
	{556, "", Ours, Dead, ClassSuppress},

	{550, "", Ours, Refused, ClassSoft},
	{551, "", Ours, Refused, ClassSoft},
	{553, "", Ours, Refused, ClassSoft},
	{554, "", Ours, Refused, ClassSoft},
	{599, "", Ours, Refused, ClassSoft},
	{550, "5.0.0", Ours, Refused, ClassSoft},
	{550, "5.1.0", Ours, Refused, ClassSoft},
	{550, "5.1.4", Ours, Refused, ClassSoft},
	{550, "5.2.0", Ours, Refused, ClassSoft},
	{550, "5.2.4", Ours, Refused, ClassSoft},
	{554, "5.3.0", Ours, Refused, ClassSoft},
	{554, "5.4.4", Ours, Refused, ClassSoft},
	{554, "5.4.7", Ours, Refused, ClassSoft},
	{550, "5.7.19", Ours, Refused, ClassSoft},
	{550, "4.4.7", Ours, Refused, ClassSoft},
	{550, "5.2.2", Ours, Retry, ClassSoft},
	{552, "5.2.2", Ours, Retry, ClassSoft},
	{552, "5.2.0", Ours, Retry, ClassSoft},
	{552, "", Ours, Retry, ClassSoft},

	{550, "5.7.0", Ours, Refused, ClassOwn},
	{550, "5.7.1", Ours, Refused, ClassOwn},
	{554, "5.7.1", Ours, Refused, ClassOwn},
	{552, "5.7.0", Ours, Refused, ClassOwn},
	{550, "5.7.2", Ours, Refused, ClassOwn},
	{550, "5.7.8", Ours, Ours, ClassOwn},
	{550, "5.7.9", Ours, Ours, ClassOwn},
	{550, "5.7.20", Ours, Ours, ClassOwn},
	{550, "5.7.23", Ours, Ours, ClassOwn},
	{550, "5.7.25", Ours, Ours, ClassOwn},
	{550, "5.7.26", Ours, Ours, ClassOwn},
	{550, "5.7.30", Ours, Ours, ClassOwn},
	{550, "5.7.515", Ours, Ours, ClassOwn},
	{550, "5.7.31", Ours, Refused, ClassOwn},
	{550, "5.1.7", Ours, Ours, ClassOwn},
	{550, "5.1.8", Ours, Ours, ClassOwn},
	{552, "5.2.3", Ours, Refused, ClassSoft},
	{552, "5.3.4", Ours, Ours, ClassOwn},
	{503, "5.5.1", Ours, Ours, ClassOwn},
	{501, "5.5.4", Ours, Ours, ClassOwn},
	{550, "5.5.0", Ours, Refused, ClassSoft},
	{554, "5.6.0", Ours, Ours, ClassOwn},
	{550, "5.6.8", Ours, Ours, ClassOwn},
	{550, "5.6.7", Unroutable, Unroutable, ClassUnroutable},
	{553, "5.6.7", Unroutable, Unroutable, ClassUnroutable},
	{550, "5.6.9", Unroutable, Unroutable, ClassUnroutable},

	{500, "", Ours, Ours, ClassOwn},
	{502, "", Ours, Ours, ClassOwn},
	{503, "", Ours, Ours, ClassOwn},
	{504, "5.5.2", Ours, Ours, ClassOwn}, // Postfix: HELO refused, said at RCPT
	{502, "5.7.0", Ours, Ours, ClassOwn}, // go-smtp: authenticate first
	{501, "5.0.0", Ours, Ours, ClassOwn},
	{555, "", Ours, Ours, ClassOwn},
	{523, "5.7.10", Ours, Ours, ClassOwn},
	{530, "5.7.0", Ours, Ours, ClassOwn},
	{530, "", Ours, Ours, ClassOwn},
	{535, "5.7.8", Ours, Ours, ClassOwn},
	{535, "", Ours, Ours, ClassOwn},
	{525, "5.7.13", Ours, Ours, ClassOwn}, // our account, not the reader's
	{538, "5.7.11", Ours, Ours, ClassOwn},

	{0, "5.6.7", Unroutable, Unroutable, ClassUnroutable}, // our own refusal
	{0, "4.7.0", Retry, Retry, ClassIgnore},
	{0, "", Down, Down, ClassIgnore},
	{0, "5.1", Down, Down, ClassIgnore},
	{99, "", Down, Down, ClassIgnore},
	{600, "5.1.1", Down, Down, ClassIgnore},
}

func TestJudge(t *testing.T) {
	for _, row := range judged {
		t.Run(fmt.Sprintf("%d %s", row.code, row.enhanced), func(t *testing.T) {
			at := func(s Stage) Reply { return Reply{Stage: s, Code: row.code, Enhanced: row.enhanced} }
			if got := Judge(at(MailFrom)); got != row.mail {
				t.Errorf("at MAIL FROM: %v, want %v", got, row.mail)
			}
			for _, s := range []Stage{RcptTo, Data, Dot} {
				want := row.rcpt
				if s == Dot && (row.code == 0 && row.class == ClassIgnore && want == Down || row.code == 99 || row.code == 600) {
					want = InDoubt
				}
				if got := Judge(at(s)); got != want {
					t.Errorf("at %v: %v, want %v", s, got, want)
				}
			}
			if got := Assess(at(RcptTo)).Class; row.code >= 500 && row.code < 600 && got != row.class {
				t.Errorf("the class at RCPT TO: %v, want %v", got, row.class)
			}
		})
	}
}

// One wrong code takes nobody off the list where the words say otherwise.
func TestJudgeReadsWordsBeforeItBuries(t *testing.T) {
	for _, tt := range []struct {
		code  int
		text  string
		want  Verdict
		class Class
	}{
		{550, "<reader@example.org>: Recipient address rejected: User unknown", Dead, ClassSuppress},
		{550, "no", Dead, ClassSuppress},
		{550, "Mailbox full", Retry, ClassSoft},
		{552, "sorry, over quota", Retry, ClassSoft},
		{550, "Rate limit exceeded", Ours, ClassOwn},
		{550, "no such user; your daily sending quota is used up", Ours, ClassOwn},
		{554, "Relay access denied", Ours, ClassOwn},
		{553, "Sender address rejected: not owned by user tips", Ours, ClassOwn},
		{550, "only for members of the list", Refused, ClassOwn},
		{554, "rejected by the DMARC policy of example.com", Ours, ClassOwn},
		{550, "blocked using zen.spamhaus.org", Refused, ClassOwn},
		{550, "account is suspended", Refused, ClassSoft},
	} {
		a := Reply{Stage: RcptTo, Code: tt.code, Enhanced: "5.1.1", Text: tt.text}
		if got := Judge(a); got != tt.want {
			t.Errorf("%v: %v, want %v", a, got, tt.want)
		}
		if got := Assess(a).Class; got != tt.class {
			t.Errorf("%v is %v, want %v", a, got, tt.class)
		}
	}
}

func TestJudgeBeforeMailFrom(t *testing.T) {
	tests := []struct {
		code     int
		enhanced string
		want     Verdict
	}{
		{0, "", Down},
		{220, "", Accepted},
		{235, "2.7.0", Accepted},
		{421, "4.3.2", Down},
		{450, "", Down},
		{454, "4.7.0", Down},
		{432, "4.7.12", Ours},
		{432, "4.3.2", Down},
		{521, "", Ours},
		{554, "", Ours},
		{554, "5.7.1", Ours},
		{535, "5.7.8", Ours},
		{534, "5.7.9", Ours},
		{538, "5.7.11", Ours},
		{504, "5.5.4", Ours},
		{550, "5.1.1", Ours},
		{0, "5.7.5", Ours}, // our own refusal: the certificate
		{0, "4.7.5", Down},
	}
	for _, tt := range tests {
		for _, s := range []Stage{Connect, TLS, Auth} {
			a := Reply{Stage: s, Code: tt.code, Enhanced: tt.enhanced}
			if got := Judge(a); got != tt.want {
				t.Errorf("%v: %v, want %v", a, got, tt.want)
			}
		}
	}
}

// P4: nothing that a relay says before it has heard the recipient may count
// against a reader, whatever the digits.
func TestNothingBeforeRcptBlamesAReader(t *testing.T) {
	for code := range 600 {
		for _, e := range []string{"", "4.1.1", "5.1.1", "5.2.1", "5.2.2", "5.7.1", "5.7.13"} {
			for s := Connect; s <= MailFrom; s++ {
				a := Reply{Stage: s, Code: code, Enhanced: e}
				if v, c := Judge(a), Assess(a).Class; v == Dead || v == Refused || c == ClassSuppress {
					t.Fatalf("%v blames the reader: %v, %v", a, v, c)
				}
			}
		}
	}
}

// A bare 432 is about the password where it replies a login.
func TestPasswordTransition(t *testing.T) {
	for stage := Connect; stage <= Dot; stage++ {
		want := map[bool]Verdict{true: Down, false: Retry}[stage < MailFrom]
		if stage == Auth {
			want = Ours
		}
		if got := Judge(Reply{Stage: stage, Code: 432}); got != want {
			t.Errorf("at %v: %v, want %v", stage, got, want)
		}
	}
}

func TestAboutLogin(t *testing.T) {
	for _, tt := range []struct {
		code     int
		enhanced string
		want     bool
	}{
		{530, "5.7.0", true},
		{530, "", true},
		{534, "5.7.9", true},
		{535, "5.7.8", true},
		{538, "5.7.11", true},
		{550, "5.7.8", true},
		{432, "4.7.12", true},
		{432, "4.3.2", false},
		{432, "", false},
		{454, "4.7.0", false},
		{454, "5.7.8", false}, // the reply code decides
		{421, "4.7.0", false},
		{451, "4.4.5", false},
		{503, "5.5.1", false},
		{550, "5.7.1", false}, // perhaps: "authentication required" is said of a reader's mailbox, too
		{550, "5.7.26", false},
	} {
		a := Reply{Stage: MailFrom, Code: tt.code, Enhanced: tt.enhanced}
		if got := AboutLogin(a); got != tt.want {
			t.Errorf("%v: %v, want %v", a, got, tt.want)
		}
	}
}

func TestSplit(t *testing.T) {
	tests := []struct{ text, enhanced, rest string }{
		{"5.1.1 no such user", "5.1.1", "no such user"},
		{"2.0.0 Ok: queued as 4F2", "2.0.0", "Ok: queued as 4F2"},
		{"no such user", "", "no such user"},
		{"5.1.1", "5.1.1", ""},
		{"5.7.26 your mail\n5.7.26 isn't authenticated", "5.7.26", "your mail isn't authenticated"},
		{"5.7.1 first\nsecond 5.7.1", "5.7.1", "first second 5.7.1"},
		{"first\n5.7.1 second", "5.7.1", "first second"},
		{"5.7.1 first\n5.1.1 second", "5.7.1", "first 5.1.1 second"},
		{"10.1.1.1 is listed", "", "10.1.1.1 is listed"},
		{"5.1.1; bad", "", "5.1.1; bad"},
		{"", "", ""},
		{"\n\n", "", ""},
	}
	for _, tt := range tests {
		if e, r := Split(tt.text); e != tt.enhanced || r != tt.rest {
			t.Errorf("Split(%q) = %q, %q; want %q, %q", tt.text, e, r, tt.enhanced, tt.rest)
		}
	}
}

func TestStrings(t *testing.T) {
	tests := []struct{ got, want string }{
		{Reply{Stage: RcptTo, Code: 550, Enhanced: "5.1.1", Text: "no such user"}.String(), "550 5.1.1 no such user (at rcpt to)"},
		{Reply{Stage: Dot, Err: errors.New("unexpected EOF")}.String(), "unexpected EOF (at dot)"},
		{Reply{}.String(), "no reply (at connect)"},
		{InDoubt.String(), "in doubt"},
		{Verdict(99).String(), "verdict 99"},
		{ClassSoft.String(), "soft"},
		{Verdict(0).String(), "down"},
		{Stage(-1).String(), "stage -1"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
	if ClassUnroutable.String() != "unroutable" || Unroutable.String() != "unroutable" {
		t.Error("a name is missing")
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"5.1.1", "4.4.7 (timeout)", "", "....", "5.1.1(x)", "5.\xff.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, rest := Split(s)
		if e != "" {
			if _, ok := parseStatus(e); !ok {
				t.Errorf("Split(%q) gave the code %q", s, e)
			}
		}
		for _, c := range rest {
			if c == '\n' {
				t.Errorf("Split(%q) left a line break in %q", s, rest)
			}
		}
	})
}
