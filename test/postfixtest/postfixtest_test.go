package postfixtest

import (
	"net/smtp"
	"strings"
	"testing"
)

func TestDelivers(t *testing.T) {
	s := Start(t, Options{NoTLS: true, Refuse: map[string]string{"nobody@example.org": "550 5.1.1 no such user"}})
	send := func(to string) error {
		return smtp.SendMail(s.Addr, nil, "a@example.com", []string{to}, []byte("Subject: hello\r\n there\r\n\r\nbody\r\n"))
	}
	if err := send("b@example.org"); err != nil {
		t.Fatal(err)
	}
	if err := send("nobody@example.org"); err == nil || !strings.Contains(err.Error(), "5.1.1 ") {
		t.Errorf("got %v, want 5.1.1", err)
	}
	got := s.WaitDelivered(t, 1)
	if len(got) != 1 || Header(got[0], "delivered-to") != "b@example.org" || Header(got[0], "Subject") != "hello there" || Header(got[0], "X-None") != "" {
		t.Errorf("delivered: %q", got)
	}
}
