package sink

import (
	"bufio"
	"fmt"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
)

func open(t *testing.T, o Options) (*Server, *Door) {
	t.Helper()
	s := New(o)
	d, err := s.Door()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		d.Shut()
	})
	return s, d
}

func (d *Door) addr() string { return fmt.Sprintf("127.0.0.1:%d", d.Port) }

func send(d *Door, to, id string) error {
	return smtp.SendMail(d.addr(), nil, "a@example.com", []string{to},
		[]byte("Subject: x\r\nMessage-Id:\r\n <"+id+">\r\n\r\nMessage-ID: <body@example.com>\r\n.\r\nend\r\n"))
}

func TestCounts(t *testing.T) {
	s, first := open(t, Options{})
	second, err := s.Door()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Shut)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(send(first, "b@example.org", "1@example.com"))
	if l := first.Killed(); l != (Life{0, 0}) {
		t.Errorf("killed %v", l)
	}
	must(send(first, "b@example.org", "1@example.com"))
	must(send(second, "c@example.org", "2@example.com"))
	must(send(second, "d@example.org", "2@example.com"))
	got := s.Mails()
	slices.SortFunc(got, func(a, b Mail) int { return strings.Compare(a.To, b.To) })
	want := []Mail{
		{"1@example.com", "b@example.org", []Life{{0, 0}, {0, 1}}},
		{"2@example.com", "c@example.org", []Life{{1, 0}}},
		{"2@example.com", "d@example.org", []Life{{1, 0}}},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || s.Received() != 4 || first.Connections() != 3 { // two mails, and the one of Killed
		t.Errorf("got %v and %d mails, want %v", got, s.Received(), want)
	}
	first.Shut()
	if send(first, "b@example.org", "3@example.com") == nil {
		t.Error("it's shut, and took a mail")
	}
	must(first.Open())
	must(send(first, "b@example.org", "3@example.com"))
}

// What a client writes without waiting is answered in order; body, dot and the
// next mail may come in one write.
func TestPipelining(t *testing.T) {
	s, d := open(t, Options{})
	c, err := net.Dial("tcp", d.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(c)
	expect := func(codes ...string) {
		t.Helper()
		for _, code := range codes {
			line, err := r.ReadString('\n')
			if err != nil || !strings.HasPrefix(line, code) {
				t.Fatalf("%q, %v; want %s", line, err, code)
			}
		}
	}
	mail := func(i int) string {
		return fmt.Sprintf("MAIL FROM:<a@example.com> SIZE=9\r\nRCPT TO:<r%d@example.org>\r\nDATA\r\n", i)
	}
	expect("220")
	fmt.Fprint(c, "EHLO x\r\n")
	expect("250-", "250-PIPELINING", "250-", "250-", "250 ")
	fmt.Fprint(c, mail(0))
	expect("250", "250", "354")
	for i := range 3 {
		fmt.Fprintf(c, "Message-ID: <%d>\r\n\r\nhello\r\n.\r\n", i)
		fmt.Fprint(c, mail(i+1))
		expect("250", "250", "250", "354")
	}
	if s.Received() != 3 {
		t.Errorf("%d mails, want 3", s.Received())
	}
}

func TestWithoutPipelining(t *testing.T) {
	_, d := open(t, Options{NoPipelining: true, Blind: true})
	c, err := smtp.Dial(d.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if ok, _ := c.Extension("PIPELINING"); ok {
		t.Error("PIPELINING is offered")
	}
}

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		stage inbox.Stage
		fault inbox.Fault
		says  string
		mails int
	}{
		"at MAIL":            {inbox.MailFrom, inbox.Fault{Code: 451, Enhanced: "4.3.0", Text: "later"}, "451", 1},
		"at RCPT":            {inbox.RcptTo, inbox.Fault{Code: 550}, "550", 1},
		"at DATA":            {inbox.Data, inbox.Fault{Code: 421}, "421", 1},
		"at the dot":         {inbox.Dot, inbox.Fault{Code: 451}, "451", 1},
		"drop before":        {inbox.RcptTo, inbox.Fault{Drop: true}, "EOF", 1},
		"drop amidst":        {Body, inbox.Fault{Drop: true}, "", 1},
		"drop after":         {inbox.Dot, inbox.Fault{Drop: true}, "EOF", 1},
		"drop after, copied": {inbox.Dot, inbox.Fault{Drop: true, Keep: true}, "EOF", 2},
		"late":               {inbox.Dot, inbox.Fault{Delay: time.Millisecond}, "", 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, d := open(t, Options{})
			s.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == test.stage && a.Attempt == 1 {
					return test.fault
				}
				return inbox.Fault{}
			})
			err := send(d, "b@example.org", "1@example.com")
			if test.stage == Body && err != nil { // end of file, or a reset: who knows
				test.says = err.Error()
			}
			if (err == nil) != (test.says == "") || err != nil && !strings.HasPrefix(err.Error(), test.says) {
				t.Errorf("it says %v, want %s", err, test.says)
			}
			if err := send(d, "b@example.org", "1@example.com"); err != nil {
				t.Error(err)
			}
			if s.Received() != test.mails {
				t.Errorf("%d mails, want %d", s.Received(), test.mails)
			}
		})
	}
}
