package mailer

import (
	"bytes"
	"errors"
	"testing"

	"dailytip/ledger"
	"dailytip/mailer/dkim"
)

// Every mail goes out signed, for the address in its From: an edition's with
// the newsletter's sender, a confirmation with its own.
func TestMailsAreSigned(t *testing.T) {
	h := setUp(t)
	data, _, err := dkim.Generate(dkim.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	key, err := dkim.Parse("example.com", "tips", data)
	if err != nil {
		t.Fatal(err)
	}
	signer := dkim.New([]*dkim.Key{key})
	h.open(20)
	h.signUp("new@example.net")
	h.run(func(s *setting) {
		s.Sign = func(message []byte, sender string) ([]byte, error) {
			if !bytes.Contains(message, []byte("<"+sender+">")) {
				t.Errorf("signed for %s, who isn't in From:\n%.400s", sender, message)
			}
			return signer.Sign(message, sender)
		}
	})
	h.wait("all are out", func() bool { return h.inbox.Received() == 21 })
	for _, m := range h.inbox.Messages() {
		if !bytes.Contains(m.Data, []byte("DKIM-Signature: a=ed25519-sha256;")) {
			t.Errorf("not signed:\n%.400s", m.Data)
		}
	}
}

// What can't be signed doesn't go out unsigned, and is no reader's fault.
func TestUnsignable(t *testing.T) {
	h := setUp(t)
	h.open(20)
	stop := h.run(func(s *setting) {
		s.Sign = func([]byte, string) ([]byte, error) { return nil, errors.New("the key broke") }
	})
	h.waitLog("sending is paused: the mail can't be composed")
	h.wantLog("newsletter=management", "the key broke")
	h.wait("all wait", func() bool { return h.states()[ledger.Pending] == 20 })
	stop()
	if n := h.inbox.Received(); n != 0 {
		t.Errorf("%d mails went out", n)
	}
	h.wantActive()
	h.run()
	h.waitFor(ledger.Sent, 20)
	h.wantOnce()
}
