package mailer

import (
	"fmt"
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

// proof enqueues what an editor is shown of a tip.
func (h *harness) proof(item editions.Item) {
	h.Helper()
	now := time.Now()
	done, err := h.ledger.EnqueueProof(h.Context(), now, ledger.ProofOf{
		Newsletter: "management", To: "editor@example.net", DueAt: now.Add(time.Hour),
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
	h.wait("the proof is out", func() bool { return h.inbox.Received() == 1 })
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

// A proof reaches somebody who is no subscriber, once.
func TestProof(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.proof(h.item)
		again, err := h.ledger.EnqueueProof(h.Context(), time.Now(), ledger.ProofOf{Newsletter: "management", LocalDate: "2026-11-23"})
		if err != nil || again {
			t.Errorf("a second proof: %v, %v", again, err)
		}
		h.run()
		want := []string{"[Proof 2026-11-23] 💡 Own the mistake, then move on"}
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

// Instead of a language that can't be composed the editor gets the reason.
func TestProofOfWhatCannotBeComposed(t *testing.T) {
	h := setUp(t)
	h.proof(h.tip(tooLarge))
	h.run()
	want := []string{"[Proof 2026-11-23] 💡 Own the mistake, then move on"}
	if got := h.proofsSent(); !slices.Equal(got, want) {
		t.Errorf("subjects %q, want %q", got, want)
	}
	parts := strings.Join(h.last(1), "\n")
	for _, want := range []string{"In Español (es) the mail can", "more than mail programs show", "own.md:3"} {
		if !strings.Contains(strings.ReplaceAll(parts, "\n", " "), want) {
			t.Errorf("%q is missing in\n%s", want, parts)
		}
	}
}

// When no language can be composed, the editor gets a whole command. That mail is an
// alert, and all of it comes from confirm_from, whose domain may be another.
func TestProofOfWhatCannotBeComposedAtAll(t *testing.T) {
	const other = "alerts@example.net"
	h := setUp(t)
	signed := make(chan string, 1)
	h.proof(h.tip("# Own it\n\nA tip.\n\n## Mindmap\n\n" + strings.Repeat("- An idea that fills a line of the map.\n", 3000)))
	h.run(func(s *setting) {
		s.Newsletters[0].ConfirmFrom.Address = other
		s.Sign = func(message []byte, from string) ([]byte, error) {
			signed <- from
			return message, nil
		}
	})
	h.wait("the mail is out", func() bool { return h.inbox.Received() > 0 })
	m := h.inbox.Messages()[0]
	if from := <-signed; m.From != other || from != other {
		t.Errorf("the return path is %s, and it's signed for %s; want %s", m.From, from, other)
	}
	text := string(m.Data)
	for _, want := range []string{"From: <" + other + ">", "can't be composed", "dailytip plan pin --newsletter management 2026-11-23 TIP"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// What waits for an approval has a button for it, and what readers in the east have had
// has none.
func TestProofHasTheEditorsLinks(t *testing.T) {
	h := setUp(t)
	h.run()
	now := time.Now()
	for i, p := range []ledger.ProofOf{{Approve: true}, {Approve: true, Approved: true}, {}, {Opened: true}} {
		p.Newsletter, p.To, p.DueAt, p.LocalDate, p.Due, p.Tip = "management", "editor@example.net", now.Add(time.Hour), fmt.Sprintf("2026-11-2%d", i), "soon", h.item.Body
		if done, err := h.ledger.EnqueueProof(t.Context(), now, p); err != nil || !done {
			t.Fatal(done, err)
		}
		text := strings.Join(h.last(int64(i+1)), "\n")
		if got, want := strings.Contains(text, "/proof/approve/"), p.Approve && !p.Approved; got != want {
			t.Errorf("%+v: a link to approve: %v", p, got)
		}
		if got, want := strings.Contains(text, "/proof/skip/"), !p.Opened; got != want {
			t.Errorf("%+v: a link to skip: %v", p, got)
		}
	}
}
