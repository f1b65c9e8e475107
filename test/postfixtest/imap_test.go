package postfixtest

import (
	"net/smtp"
	"testing"
)

// What Postfix delivers can be read by IMAP, beside what was put there by hand.
func TestServesItsMailbox(t *testing.T) {
	s := Start(t, Options{
		Users: map[string]string{"ann@example.com": "s3cret"}, IMAP: true, NoTLS: true, // SMTP without a login
		Config: map[string]string{"smtpd_relay_restrictions": "permit_mynetworks, reject", "smtpd_recipient_restrictions": "permit"},
	})
	for _, flags := range []string{"", "FS"} {
		if err := s.Keep("Subject: kept\n\nbody\n", flags); err != nil {
			t.Fatal(err)
		}
	}
	if err := smtp.SendMail(s.Addr, nil, "a@example.com", []string{"b@example.org"}, []byte("Subject: hello\r\n\r\nbody\r\n")); err != nil {
		t.Fatal(err)
	}
	s.WaitDelivered(t, 2)
	_, folder := s.Inbox(t, "ann@example.com", "s3cret")
	if folder.NumMessages != 3 {
		t.Errorf("got %+v", folder)
	}
}
