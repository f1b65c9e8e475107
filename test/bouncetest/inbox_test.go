package bouncetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
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
	c, _ := r.relay.Inbox(r, userName, password)
	defer c.Close()
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
