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
	blame    Class // at RCPT TO
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
	{552, "5.2.3", Ours, Ours, ClassOwn},
	{552, "5.3.4", Ours, Ours, ClassOwn},
	{503, "5.5.1", Ours, Ours, ClassOwn},
	{501, "5.5.4", Ours, Ours, ClassOwn},
	{550, "5.5.0", Ours, Ours, ClassOwn},
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
				if s == Dot && (row.code == 0 && row.blame == ClassIgnore && want == Down || row.code == 99 || row.code == 600) {
					want = InDoubt
				}
				if got := Judge(at(s)); got != want {
					t.Errorf("at %v: %v, want %v", s, got, want)
				}
			}
			if got := Blame(at(RcptTo)); got != row.blame {
				t.Errorf("blame at RCPT TO: %v, want %v", got, row.blame)
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
		blame Class
	}{
		{550, "<reader@example.org>: Recipient address rejected: User unknown", Dead, ClassSuppress},
		{550, "no", Dead, ClassSuppress},
		{550, "Mailbox full", Retry, ClassSoft},
		{552, "sorry, over quota", Retry, ClassSoft},
		{550, "Rate limit exceeded", Refused, ClassOwn},
		{554, "rejected by the DMARC policy of example.com", Refused, ClassOwn},
		{550, "blocked using zen.spamhaus.org", Refused, ClassOwn},
		{550, "account is suspended", Refused, ClassSoft},
	} {
		a := Reply{Stage: RcptTo, Code: tt.code, Enhanced: "5.1.1", Text: tt.text}
		if got := Judge(a); got != tt.want {
			t.Errorf("%v: %v, want %v", a, got, tt.want)
		}
		if got := Blame(a); got != tt.blame {
			t.Errorf("%v blames %v, want %v", a, got, tt.blame)
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
			if c := Blame(a); c == ClassSuppress || c == ClassSoft {
				t.Errorf("%v: blames the reader: %v", a, c)
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
				if c := Blame(a); c == ClassSuppress || c == ClassSoft {
					t.Fatalf("%v blames the reader: %v", a, c)
				}
			}
		}
	}
}

// The classes of bounces, each code of the table by name.
func TestBounce(t *testing.T) {
	rows := map[Class][]string{
		ClassSuppress: {
			"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.7.13", "5.7.17", "5.7.18",
			" 5.1.1 ", "5.1.1 (no such user)", "5.1.1(no such user)",
		},
		ClassSoft: {
			"4.0.0", "4.1.1", "4.2.2", "4.4.7", "4.7.1", "4.999.999",
			"5.2.2", "5.2.0", "5.3.0", "5.3.1", "5.3.2", "5.3.3", "5.3.5", "5.4.0", "5.4.1", "5.4.4", "5.4.6", "5.4.7",
			"5.0.0", "5.1.0", "5.2.4", "5.1.4", "5.1.9", "5.7.19", "5.8.0", "5.999.0",
			"", "550", "5.1", "5.1.1.1", "3.1.1", "9.1.1", "5..1", "5.1.x", "5.1.1111", "x",
		},
		ClassOwn: {
			"5.1.7", "5.1.8", "5.5.0", "5.5.1", "5.5.2", "5.5.3", "5.5.4", "5.5.5", "5.5.6",
			"5.6.0", "5.6.1", "5.6.6", "5.6.8", "5.2.3", "5.3.4", "5.7.0", "5.7.1", "5.7.8", "5.7.9",
			"5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.25", "5.7.26", "5.7.27", "5.7.28",
			"5.7.29", "5.7.30", "5.7.515", "5.7.2", "5.7.3", "5.7.7", "5.7.10", "5.7.11",
		},
		ClassUnroutable: {"5.6.7", "5.6.9"},
		ClassIgnore:     {"2.0.0", "2.1.5", "2.6.0"},
	}
	for want, codes := range rows {
		for _, code := range codes {
			if got := Bounce(code); got != want {
				t.Errorf("Bounce(%q) = %v, want %v", code, got, want)
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

func TestPauseAfter(t *testing.T) {
	tests := []struct {
		a    Reply
		want int
	}{
		{Reply{Stage: Connect}, 1},
		{Reply{Stage: RcptTo, Code: 421}, 1},
		{Reply{Stage: Auth, Code: 535}, 1},
		{Reply{Stage: MailFrom, Code: 550, Enhanced: "5.7.1"}, 1},
		{Reply{Stage: MailFrom, Code: 451}, 5},
		{Reply{Stage: RcptTo, Code: 451}, 0},
		{Reply{Stage: RcptTo, Code: 503}, 3},
		{Reply{Stage: RcptTo, Code: 530, Enhanced: "5.7.0"}, 1},
		{Reply{Stage: RcptTo, Code: 554, Enhanced: "5.7.1"}, 10},
		{Reply{Stage: RcptTo, Code: 550, Enhanced: "5.1.1"}, 20},
		{Reply{Stage: Dot, Code: 250}, 0},
		{Reply{Stage: Dot}, 0},
	}
	for _, tt := range tests {
		if got := PauseAfter(tt.a); got != tt.want {
			t.Errorf("PauseAfter(%v) = %d, want %d", tt.a, got, tt.want)
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

func FuzzBounce(f *testing.F) {
	for _, s := range []string{"5.1.1", "4.4.7 (timeout)", "", "....", "5.1.1(x)", "5.\xff.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c := Bounce(s); c < ClassIgnore || c > ClassUnroutable {
			t.Errorf("Bounce(%q) = %v", s, c)
		}
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
