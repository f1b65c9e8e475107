package mailer

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/tips"
)

// linking is a tip that links one that was sent and one that is still to come.
func (h *harness) linking() editions.Item {
	h.Helper()
	body, err := json.Marshal(tips.Tip{
		ID: "linking", Title: "Links", Body: "Read [the mistake](own.md#how) and [the surprise](next.md) first.",
		Links: map[string]string{"own.md": "own", "next.md": "next"},
	})
	if err != nil {
		h.Fatal(err)
	}
	return editions.Item{Tip: "linking", Body: body}
}

// last are the parts of the mail that came last, when there are so many.
func (h *harness) last(mails int64) (parts []string) {
	h.Helper()
	h.wait("the mail is out", func() bool { return int64(h.inbox.Received()) >= mails })
	all := h.inbox.Messages()
	m, err := mail.ReadMessage(strings.NewReader(string(all[len(all)-1].Data)))
	if err != nil {
		h.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		h.Fatal(err)
	}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := r.NextPart() // decodes quoted-printable
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			h.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			h.Fatal(err)
		}
		parts = append(parts, string(data))
	}
}

// afterOwn sends the tip "own" on the 20th, and returns a mailer that has sent it.
func (h *harness) afterOwn(archive string) {
	h.Helper()
	h.open(1, func(o *ledger.Opening) { o.LocalDate = "2026-11-20" })
	h.run(func(s *setting) { s.Newsletters[0].ArchiveURL = archive })
	h.waitFor(ledger.Sent, 1)
}

func (h *harness) openLinking() {
	h.Helper()
	h.openFor(1, h.opening(func(o *ledger.Opening) { o.LocalDate, o.Items = "2026-11-24", []editions.Item{h.linking()} }))
	h.mailer.Wake()
}

const (
	archivePage = "https://tips.example.com/archive/management"
	ownPage     = archivePage + "/2026-11-20?lang=en#tip-how"
)

// A link to another tip leads to its page once that was sent, in each part of the mail;
// before that its words say no more than they do in the text.
func TestLinksLeadToWhatWasSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.afterOwn(archivePage)
		h.openLinking()
		parts := h.last(2)
		if len(parts) != 2 {
			t.Fatalf("%d parts", len(parts))
		}
		for _, part := range parts {
			if !strings.Contains(part, ownPage) {
				t.Errorf("no link to %s:\n%s", ownPage, part)
			}
			if !strings.Contains(part, "the surprise first") || strings.Contains(part, "next") {
				t.Errorf("of what is to come:\n%s", part)
			}
		}
	})
}

// Where nobody may read what was sent, no link leads there.
func TestLinksNeedAnOpenArchive(t *testing.T) {
	h := setUp(t)
	h.afterOwn("")
	h.openLinking()
	for _, part := range h.last(2) {
		if !strings.Contains(part, "Read the mistake and the surprise first.") || strings.Contains(part, "archive") {
			t.Errorf("the archive is closed:\n%s", part)
		}
	}
}

// An editor's proof has the links that the mail will have.
func TestProofLinksWhatWasSent(t *testing.T) {
	h := setUp(t)
	h.afterOwn(archivePage)
	item := h.linking()
	h.proof(item)
	if parts := strings.Join(h.last(2), "\n"); !strings.Contains(parts, archivePage+"/2026-11-20?lang=") {
		t.Errorf("no link in the proof:\n%s", parts)
	}
}
