package postfixtest

import (
	"crypto/tls"
	"crypto/x509"
	"net/smtp"
	"os"
	"strconv"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
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
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c, err := imapclient.DialTLS("localhost:"+strconv.Itoa(s.IMAPPort), &imapclient.Options{TLSConfig: &tls.Config{RootCAs: pool}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("ann@example.com", "s3cret").Wait(); err != nil {
		t.Fatal(err)
	}
	folder, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil || folder.NumMessages != 3 {
		t.Errorf("got %+v, %v", folder, err)
	}
}
