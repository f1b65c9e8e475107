package bounces_test

import (
	"slices"
	"strings"
	"testing"

	"dailytip/bounces"
)

func TestMessageIDs(t *testing.T) {
	const id = "<1.2.abc@example.com>"
	report := "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n" +
		"Final-Recipient: rfc822; ana@example.org\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: KIND\n\nMessage-ID: " + id + "\nSubject: a tip\n\n--b--\n"
	for name, raw := range map[string]string{
		"the mail":              strings.Replace(report, "KIND", "message/rfc822", 1),
		"its header":            strings.Replace(report, "KIND", "text/rfc822-headers", 1),
		"a folded field":        strings.Replace(strings.Replace(report, "KIND", "message/rfc822", 1), "Message-ID: ", "Message-Id:\n ", 1),
		"a report in a mail":    "Subject: fw\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: message/rfc822\n\n" + strings.Replace(report, "KIND", "message/rfc822", 1) + "\n--c--\n",
		"as text":               "From: mailer-daemon@example.org\nSubject: failure notice\n\nHi. This is the qmail-send program.\n\n<ana@example.org>:\nno such user\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <x@example.com>\nMessage-ID: " + id + "\nSubject: a tip\n\nText\n",
		"quoted":                "From: mailer-daemon@example.org\nSubject: failure notice\n\nsorry\n\n> Received: by a\n> Message-ID: " + id + "\n",
		"answered":              "From: ana@example.org\nIn-Reply-To: " + id + "\nSubject: away\n\nI am away.\n",
		"among the answered":    "From: ana@example.org\nReferences: <other@example.org> " + id + "\nSubject: away\n\nI am away.\n",
		"with other line ends":  strings.ReplaceAll(strings.Replace(report, "KIND", "message/rfc822", 1), "\n", "\r\n"),
		"with bare line breaks": strings.ReplaceAll(strings.Replace(report, "KIND", "message/rfc822", 1), "\n", "\r"),
	} {
		if got := bounces.MessageIDs([]byte(raw)); !slices.Contains(got, id) {
			t.Errorf("%s: %q", name, got)
		}
	}
	// A message's own id names no mail that came back.
	own := "Message-ID: " + id + "\nSubject: x\n\nMessage-ID: is a field\n"
	if got := bounces.MessageIDs([]byte(own)); len(got) != 0 {
		t.Errorf("its own: %q", got)
	}
}

func FuzzMessageIDs(f *testing.F) {
	f.Add([]byte("Content-Type: message/rfc822\n\nMessage-ID: <a@b>\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := bounces.MessageIDs(raw); len(got) > 20 {
			t.Errorf("%d ids", len(got))
		}
	})
}
