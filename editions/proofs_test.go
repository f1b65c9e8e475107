package editions_test

import (
	"database/sql"
	"errors"
	"slices"
	"testing"

	"dailytip/editions"
)

// Each date is shown to the editor once, and each of its links is used once.
func TestProofs(t *testing.T) {
	each(t, func(h *harness) {
		var numbers []int64
		for _, date := range []string{"2026-11-24", "2026-11-25", "2026-11-24"} {
			h.write(func(tx *sql.Tx) error {
				id, err := h.editions.NoteProof(h.Context(), tx, now, editions.Proof{Newsletter: "management", LocalDate: date, Tip: "a", Digest: "d", To: "ed@example.com"})
				numbers = append(numbers, id)
				return err
			})
		}
		if numbers[0] == 0 || numbers[1] == 0 || numbers[0] == numbers[1] || numbers[2] != 0 {
			h.Fatalf("numbers: %v", numbers)
		}
		for i, skip := range []bool{false, true, false, true} {
			h.write(func(tx *sql.Tx) error {
				first, err := editions.UseProof(h.Context(), tx, now, numbers[0], skip)
				if first != (i < 2) {
					h.Errorf("use %d is the first: %t", i, first)
				}
				return err
			})
		}
		got, err := h.editions.Proof(h.Context(), numbers[0])
		want := editions.Proof{ID: numbers[0], Newsletter: "management", LocalDate: "2026-11-24", Tip: "a", Digest: "d", To: "ed@example.com", ApprovedAt: got.ApprovedAt, SkippedAt: got.SkippedAt}
		if err != nil || got != want || !got.ApprovedAt.Equal(now) || !got.SkippedAt.Equal(now) {
			h.Errorf("%+v, %v", got, err)
		}
		for _, id := range []int64{0, numbers[0] + 1000} {
			if _, err := h.editions.Proof(h.Context(), id); !errors.Is(err, editions.ErrNoProof) {
				h.Errorf("proof %d: %v", id, err)
			}
		}
	})
}

// A text is approved once, and each text by itself; taking it back takes all of a tip's.
func TestApprovals(t *testing.T) {
	each(t, func(h *harness) {
		approve := func(newsletter, tip, digest string) (isNew bool) {
			h.write(func(tx *sql.Tx) (err error) {
				isNew, err = editions.Approve(h.Context(), tx, editions.Approval{Newsletter: newsletter, Tip: tip, Digest: digest, At: now, Who: "ann"})
				return err
			})
			return isNew
		}
		got := []bool{approve("management", "a", "1"), approve("management", "a", "1"), approve("management", "a", "2"), approve("management", "b", "1"), approve("other", "a", "1")}
		if want := []bool{true, false, true, true, true}; !slices.Equal(got, want) {
			h.Errorf("news: %v, want %v", got, want)
		}
		all, err := h.editions.Approvals(h.Context(), "management")
		if err != nil || len(all) != 3 || all[2].Tip != "b" || all[0].Who != "ann" || !all[0].At.Equal(now) {
			h.Errorf("approved: %+v, %v", all, err)
		}
		for _, there := range []bool{true, false} {
			h.write(func(tx *sql.Tx) error {
				had, err := editions.Unapprove(h.Context(), tx, "management", "a")
				if had != there {
					h.Errorf("there was something to take back: %v", had)
				}
				return err
			})
		}
		if all, err := h.editions.Approvals(h.Context(), "management"); err != nil || len(all) != 1 {
			h.Errorf("left: %+v, %v", all, err)
		}
	})
}
