package intake_test

import (
	"database/sql"
	"testing"
	"time"

	"dailytip/bounces"
	"dailytip/bounces/intake"
	"dailytip/subscribers"
	"dailytip/verp"
)

// What went to somebody's old address says nothing of their new one, however late it
// comes back.
func TestAnOldAddressComesBack(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "old@example.org")
		j := h.send(now, nil)["old@example.org"]
		h.write(func(tx *sql.Tx) error {
			return h.list.ChangeAddress(h.Context(), tx, now.Add(time.Hour), h.find("old@example.org"), "new@example.org", "by phone")
		})
		if out := h.comesBack(now.Add(2*time.Hour), j, unknown); out.Known {
			h.Errorf("%+v", out)
		}
		h.want("new@example.org", subscribers.Active)
	})
}

// A bounce that is taken back leaves what a complaint did.
func TestAComplaintOutlivesABounce(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		j := h.send(now, nil)["ana@example.org"]
		h.comesBack(now, j, unknown)
		h.want("ana@example.org", subscribers.Suppressed)
		h.take(now.Add(time.Hour), intake.Return{Door: "ses", About: h.returnPath(j), Raw: []byte("spam"), Findings: []bounces.Finding{{Class: bounces.Complaint, Reason: "abuse"}}})
		for _, b := range h.bounces("ana@example.org") {
			if b.Class == subscribers.HardBounce {
				if err := h.taker.Undo(h.Context(), now.Add(2*time.Hour), b.ID, ""); err != nil {
					h.Fatal(err)
				}
			}
		}
		h.want("ana@example.org", subscribers.Suppressed)
	})
}

// To decide anew takes what was before into account, as the first time.
func TestDecidedAnewAsBefore(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		h.send(now, nil)
		for i := range 2 { // marked, then suppressed
			at := now.Add(time.Duration(5+i) * day)
			h.comesBack(at, h.send(at, nil)["ana@example.org"], unknown)
		}
		h.want("ana@example.org", subscribers.Suppressed)
		if d, err := h.taker.Retry(h.Context(), now.Add(7*day), h.bounces("ana@example.org")[0].ID, ""); err != nil || d != subscribers.Barring {
			h.Errorf("%s, %v", d, err)
		}
		h.want("ana@example.org", subscribers.Suppressed)
	})
}

// A person's reply to a tip names it as a bounce does, and stays where it is.
func TestAReplyIsNoBounce(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		j := h.send(now, nil)["ana@example.org"]
		id := string(h.list.Tags().Append(nil, verp.Mail(j.Key), j.OpenedAt))
		raw := []byte("From: ana@example.org\nTo: tips@example.com\nSubject: Re: Ask first\nIn-Reply-To: <" + id + "@example.com>\n\nThank you, I liked this one.\n")
		if out := h.take(now, intake.Return{Door: "imap", Raw: raw}); out.Known {
			h.Errorf("%+v", out)
		}
		h.nothingKept()
	})
}

// Mail to an address that unsubscribes is kept once, whatever else comes there.
func TestWhoHasLeftLeavesNothing(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		r := intake.Return{Door: "lmtp", Recipient: h.list.Tags().UnsubscribeAddress(h.find("ana@example.org").Subscriptions[0].ID, domain), Raw: []byte("Subject: a\n\n")}
		h.take(now, r)
		h.want("ana@example.org", subscribers.Unsubscribed)
		r.Raw = []byte("Subject: b\n\n")
		if out := h.take(now, r); !out.Known || out.Address != "" {
			h.Errorf("%+v", out)
		}
		if got := len(h.texts("SELECT CAST(id AS TEXT) FROM returned_mails")); got != 1 {
			h.Errorf("%d are kept, want 1", got)
		}
	})
}

// What is to be kept for longer than a tag counts is.
func TestKeptForLong(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		h.taker.Keep = 90 * day
		h.comesBack(now, h.send(now, nil)["ana@example.org"], unknown)
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{89 * day, 1}, {91 * day, 0}} {
			if err := h.taker.Look(h.Context(), now.Add(step.after)); err != nil {
				h.Fatal(err)
			}
			if got := len(h.texts("SELECT raw FROM returned_mails WHERE raw <> ''")); got != step.want {
				h.Errorf("after %s %d are kept, want %d", step.after, got, step.want)
			}
		}
	})
}

func (h *harness) bounces(address subscribers.Address) []subscribers.BounceRecord {
	h.Helper()
	all, err := h.list.Bounces(h.Context(), h.db.Read(), subscribers.BounceFilter{Address: address})
	if err != nil {
		h.Fatal(err)
	}
	return all
}

func (h *harness) nothingKept() {
	h.Helper()
	if rows := h.texts("SELECT CAST(id AS TEXT) FROM returned_mails UNION ALL SELECT CAST(id AS TEXT) FROM bounces"); len(rows) != 0 {
		h.Errorf("%d rows were written", len(rows))
	}
}
