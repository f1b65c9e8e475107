package bouncetest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// others are the mails of the people who share the mailbox.
func (r *rig) others() {
	r.Helper()
	for n, flags := range []string{"", "", "S", "FS", "RS"} {
		mail := fmt.Sprintf("From: bob@example.org\nTo: %s\nSubject: other %d\n\nAre you there at %d?\n", userName, n, n)
		if err := r.relay.Keep(mail, flags); err != nil {
			r.Fatal(err)
		}
	}
}

// looks is what the mailbox shows of them: flags and content.
func (r *rig) looks() []string {
	r.Helper()
	pem, err := os.ReadFile(r.relay.CAFile)
	if err != nil {
		r.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c, err := imapclient.DialTLS("localhost:"+strconv.Itoa(r.relay.IMAPPort), &imapclient.Options{TLSConfig: &tls.Config{RootCAs: pool}})
	if err != nil {
		r.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(userName, password).Wait(); err != nil {
		r.Fatal(err)
	}
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		r.Fatal(err)
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	messages, err := c.Fetch(imap.SeqSet{{Start: 1}}, &imap.FetchOptions{Flags: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		r.Fatal(err)
	}
	var all []string
	for _, m := range messages {
		if text := string(m.FindBodySection(whole)); strings.Contains(text, "Subject: other ") {
			slices.Sort(m.Flags)
			all = append(all, fmt.Sprint(m.Flags)+text)
		} else if slices.Contains(m.Flags, imap.FlagSeen) {
			r.Errorf("a bounce is marked as seen: %v", m.Flags)
		}
	}
	slices.Sort(all)
	return all
}
