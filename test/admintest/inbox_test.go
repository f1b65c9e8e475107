package admintest

import (
	"context"
	"slices"
	"testing"

	"dailytip/inbox"
	"dailytip/test/mailtest"
)

// newInbox is a relay that keeps what it's sent.
func newInbox(t *testing.T) *inbox.Server {
	t.Helper()
	box, err := inbox.New(inbox.Options{UTF8: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- box.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return box
}

// arrived waits for the first mail to an address that a test wants.
func arrived(t *testing.T, box *inbox.Server, to string, wanted func(mailtest.Mail) bool) mailtest.Mail {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		received := box.Received()
		for _, m := range box.Messages() {
			if !slices.Contains(m.To, to) {
				continue
			}
			// A warning is text alone, which isn't read.
			if mail, err := mailtest.Read(m.Subject, m.Data); err == nil && wanted(mail) {
				return mail
			}
		}
		if err := box.Wait(ctx, received+1); err != nil {
			t.Fatalf("what is wanted never comes to %s: %v", to, err)
		}
	}
}
