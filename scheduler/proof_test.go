package scheduler

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dailytip/ledger"
	"dailytip/store"
	"dailytip/tips"
)

// proofs reads the proofs that are enqueued, as "date language tip reason", in
// their order.
func (h *harness) proofs() (got []string, last ledger.ProofOf) {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), "SELECT email, language, detail, expires_at, subscriber FROM notices WHERE kind = 'proof' ORDER BY id")
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var email, language, detail string
		var expires, subscriber int64
		if err := rows.Scan(&email, &language, &detail, &expires, &subscriber); err != nil {
			h.Fatal(err)
		}
		last = ledger.ProofOf{}
		var tip tips.Tip
		if err := json.Unmarshal([]byte(detail), &last); err != nil {
			h.Fatal(err)
		}
		if err := json.Unmarshal(last.Tip, &tip); err != nil {
			h.Fatal(err)
		}
		if last.DueAt = store.Time(expires); email != "editor@example.com" || subscriber != 0 {
			h.Errorf("a proof goes to %s, subscriber %d", email, subscriber)
		}
		got = append(got, strings.Join(strings.Fields(last.LocalDate+" "+language+" "+tip.ID+" "+last.Reason), " "))
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return got, last
}

func (h *harness) expectProofs(want ...string) {
	h.Helper()
	if got, _ := h.proofs(); !slices.Equal(got, want) {
		h.Errorf("proofs\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

var proofed = Newsletter{Order: Oldest, Proof: Proof{To: "editor@example.com", Before: 12 * time.Hour}}

// The editor sees each edition once, in one mail, twelve hours before its
// instant in the newsletter's zone: whatever restarts, and however many nodes.
func TestProof(t *testing.T) {
	fsys := files("a", "b", "c")
	fsys["a.zh-CN.md"] = &fstest.MapFile{Data: []byte("---\ntitle: 甲\n---\n正文。\n")}
	lib, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	each(t, proofed, lib, func(h *harness) {
		h.ticks(begin.Add(-72*time.Hour), begin, time.Hour)
		h.expectProofs() // nobody reads
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-22 18:59"))
		h.expectProofs()
		h.tick(utc(h, "2026-11-22 19:00"))
		want := []string{"2026-11-23 a next"} // in all languages
		h.expectProofs(want...)
		_, p := h.proofs()
		if p.Due != "Mon 2026-11-23 07:00 UTC" || !p.DueAt.Equal(utc(h, "2026-11-23 07:00")) {
			h.Errorf("due %q, expires %s", p.Due, p.DueAt)
		}
		if len(p.Findings) != 1 || !strings.Contains(p.Findings[0], "warning: a.md") {
			h.Errorf("findings: %q", p.Findings)
		}
		second := h.another(*h.n())
		h.ticks(utc(h, "2026-11-22 19:01"), utc(h, "2026-11-23 06:59"), 30*time.Minute)
		h.restart()
		h.tick(utc(h, "2026-11-23 06:00"))
		if err := second.Tick(h.Context(), utc(h, "2026-11-23 06:30")); err != nil {
			h.Fatal(err)
		}
		h.expectProofs(want...)
		h.ticks(utc(h, "2026-11-23 07:00"), utc(h, "2026-11-23 19:00"), time.Hour)
		h.expectProofs(append(want, "2026-11-24 b next")...)
		h.expect("2026-11-23 r1 a")
	})
}

// A proof settles nothing: the editor's pin after it is what goes out.
func TestProofSettlesNothing(t *testing.T) {
	each(t, proofed, library(t, "a", "b"), func(h *harness) {
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-22 20:00"))
		if err := h.editions.Pin(h.Context(), utc(h, "2026-11-22 21:00"), "management", "2026-11-23", "b", nil); err != nil {
			h.Fatal(err)
		}
		h.tick(utc(h, "2026-11-23 07:00"))
		h.expectProofs("2026-11-23 a next")
		h.expect("2026-11-23 r1 b")
	})
}

// A skipped date has no proof, and gets one when the skip is taken back in time.
// Of what readers in the east have had, the editor sees that very copy. A proof
// that was missed comes late, but not after its edition.
func TestProofOfOtherDates(t *testing.T) {
	each(t, proofed, library(t, "a", "b"), func(h *harness) {
		h.reader(begin, "Pacific/Auckland")
		if err := h.editions.Pin(h.Context(), begin, "management", "2026-11-24", "", nil); err != nil {
			h.Fatal(err)
		}
		h.tick(utc(h, "2026-11-22 18:00")) // Monday, seven o'clock in Auckland
		h.expect("2026-11-23 r1 a")
		h.tick(utc(h, "2026-11-23 06:59"))
		h.expectProofs("2026-11-23 a sent")
		h.tick(utc(h, "2026-11-23 20:00"))
		h.expectProofs("2026-11-23 a sent")
		if _, err := h.editions.Unpin(h.Context(), "management", "2026-11-24", nil); err != nil {
			h.Fatal(err)
		}
		h.tick(utc(h, "2026-11-23 20:01"))
		h.expectProofs("2026-11-23 a sent", "2026-11-24 b next")
		h.restart()
		h.tick(utc(h, "2026-11-25 07:00")) // Wednesday's went by
		h.expectProofs("2026-11-23 a sent", "2026-11-24 b next")
	})
}

// With more hours than a day has, each date still has its one proof.
func TestProofDaysAhead(t *testing.T) {
	n := proofed
	n.Proof.Before = 72 * time.Hour
	each(t, n, library(t, "a", "b", "c", "d"), func(h *harness) {
		h.reader(begin, "")
		h.ticks(begin.Add(time.Hour), utc(h, "2026-11-24 06:00"), time.Hour)
		h.expectProofs("2026-11-23 a next", "2026-11-24 b next", "2026-11-25 c next", "2026-11-26 d next")
	})
}

// The editor is told when a date's pinned tip is replaced.
func TestProofTellsOfAReplacedPin(t *testing.T) {
	fsys := files("a")
	fsys["monday.md"] = &fstest.MapFile{Data: []byte("---\ntitle: Be #1\npin: 2026-11-23\n---\nText.\n")}
	lib, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	each(t, proofed, lib, func(h *harness) {
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-22 19:00"))
		h.expectProofs("2026-11-23 a next")
		_, p := h.proofs()
		if len(p.Findings) == 0 || !strings.HasPrefix(p.Findings[0], "warning: monday.md is pinned to this date and can't be used: monday.md:2: the title") {
			h.Errorf("findings: %q", p.Findings)
		}
		h.tick(utc(h, "2026-11-23 07:00"))
		if log := h.log.String(); !strings.Contains(log, "monday.md is pinned to this date") {
			h.Errorf("the log says:\n%s", log)
		}
	})
}
