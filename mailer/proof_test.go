package mailer

import (
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
)

// proof enqueues what an editor is shown of a tip, in two languages.
func (h *harness) proof(item editions.Item) {
	h.Helper()
	now := time.Now()
	done, err := h.ledger.EnqueueProof(h.Context(), now, ledger.ProofOf{
		Newsletter: "management", To: "editor@example.net", Languages: []string{"", "es"}, DueAt: now.Add(time.Hour),
		LocalDate: "2026-11-23", Due: "Mon 2026-11-23 07:00 UTC", Reason: "next",
		Findings: []string{"warning: own.md:3: the tip has no source"}, Tip: item.Body,
	})
	if err != nil || !done {
		h.Fatalf("enqueued %v, %v", done, err)
	}
}

// proofsSent are the subjects of what the editor got, sorted.
func (h *harness) proofsSent() (subjects []string) {
	h.Helper()
	h.wait("two proofs are out", func() bool { return h.inbox.Received() == 2 })
	for _, m := range h.inbox.Messages() {
		parsed, err := mail.ReadMessage(strings.NewReader(string(m.Data)))
		if err != nil {
			h.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
		if err != nil {
			h.Fatal(err)
		}
		if to := parsed.Header.Get("To"); !slices.Equal(m.To, []string{"editor@example.net"}) || !strings.Contains(to, "editor@example.net") {
			h.Errorf("%q goes to %s, %s", subject, m.To, to)
		}
		if parsed.Header.Get("List-Unsubscribe") != "" {
			h.Errorf("%q can be unsubscribed from", subject)
		}
		subjects = append(subjects, subject)
	}
	slices.Sort(subjects)
	return subjects
}

// A proof reaches somebody who is no subscriber, in each language, and once.
func TestProof(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.proof(h.item)
		again, err := h.ledger.EnqueueProof(h.Context(), time.Now(), ledger.ProofOf{Newsletter: "management", LocalDate: "2026-11-23", Languages: []string{""}})
		if err != nil || again {
			t.Errorf("a second proof: %v, %v", again, err)
		}
		h.run()
		want := []string{"[Proof 2026-11-23 en] 💡 Own the mistake, then move on", "[Proof 2026-11-23 es] 💡 Reconoce el error"}
		if got := h.proofsSent(); !slices.Equal(got, want) {
			t.Errorf("subjects %q, want %q", got, want)
		}
		h.wait("none waits", func() bool {
			n, err := h.ledger.NoticesWaiting(h.Context())
			return err == nil && n == 0
		})
		h.wantQuiet()
	})
}

// Instead of a mail that can't be composed the editor gets the reason.
func TestProofOfWhatCannotBeComposed(t *testing.T) {
	h := setUp(t)
	h.proof(h.tip(tooLarge))
	h.run()
	want := []string{"[Proof 2026-11-23 en] 💡 Own the mistake, then move on", "[Proof 2026-11-23 es] The mail can't be composed"}
	if got := h.proofsSent(); !slices.Equal(got, want) {
		t.Errorf("subjects %q, want %q", got, want)
	}
	for _, m := range h.inbox.Messages() {
		text := string(m.Data)
		if strings.Contains(text, "be composed:") && !(strings.Contains(text, "more than mail programs show") && strings.Contains(text, "own.md:3")) {
			t.Errorf("it doesn't say why:\n%s", text)
		}
	}
}
