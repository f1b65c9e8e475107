package scheduler

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dailytip/editions"
	"dailytip/tips"
)

// plan writes the dates from monday on as summary does.
func (h *harness) plan(days int) []string {
	h.Helper()
	monday, err := ParseDate(monday)
	if err != nil {
		h.Fatal(err)
	}
	_, c, err := h.s.Plan(h.Context(), begin, h.n(), monday, days, false)
	if err != nil {
		h.Fatal(err)
	}
	return waitingFor(c.Plan(monday, days))
}

// Two dates change places, and the others have what they had; taken back it's as it was.
func TestSwap(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b", "c", "d", "e"), func(h *harness) {
		swap := func(one, other string, seen *string) []editions.Replanned {
			h.Helper()
			dates, err := h.s.Swap(h.Context(), begin, h.n(), day(h, one), day(h, other), seen)
			if err != nil {
				h.Fatal(err)
			}
			return dates
		}
		before := h.plan(5)
		want := func(want ...string) {
			h.Helper()
			if got := h.plan(5); !slices.Equal(got, want) {
				h.Errorf("got %q, want %q", got, want)
			}
		}
		seen := "a"
		first := swap("2026-11-23", "2026-11-26", &seen)
		want("11-23 d pinned", "11-24 b next", "11-25 c next", "11-26 a pinned", "11-27 e next")
		// A skip changes places, too.
		if err := h.s.Skip(h.Context(), begin, h.n(), day(h, "2026-11-24"), nil); err != nil {
			h.Fatal(err)
		}
		second := swap("2026-11-24", "2026-11-26", nil)
		want("11-23 d pinned", "11-24 a pinned", "11-25 b next", "11-26 skipped", "11-27 c next")
		for _, made := range [][]editions.Replanned{second, first} {
			var back []editions.Replanned
			for _, d := range made {
				back = append(back, d.Back())
			}
			if err := h.s.Replan(h.Context(), begin, h.n(), back); err != nil {
				h.Fatal(err)
			}
		}
		if err := h.s.Unskip(h.Context(), h.n(), day(h, "2026-11-24"), nil); err != nil {
			h.Fatal(err)
		}
		want(before...)
	})
}

// What can't change places says why, and nothing is changed.
func TestSwapRefused(t *testing.T) {
	fsys := files("a", "b", "c", "d date: 2026-11-26", "e", "f expires: 2026-11-25")
	lib, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	each(t, Newsletter{Order: Oldest, Stop: true, RepeatAfter: 180 * 24 * time.Hour}, lib, func(h *harness) {
		before := h.plan(12)
		other := "b"
		for _, c := range []struct {
			one, other string
			seen       *string
			want       string
		}{
			{"2026-11-23", "2026-11-23", nil, "is that date already"},
			{"2026-11-23", "2026-11-28", nil, "its schedule passes over it"},
			{"2026-11-20", "2026-11-23", nil, "is over"},
			{"2026-11-23", "2026-11-26", nil, "by its own date"},
			{"2026-11-26", "2026-11-24", nil, "by its own date"},
			{"2026-11-23", "2026-12-07", nil, "nothing is planned"},
			{"2026-11-23", "2026-11-24", &other, editions.ErrChanged.Error()},
		} {
			dates, err := h.s.Swap(h.Context(), begin, h.n(), day(h, c.one), day(h, c.other), c.seen)
			if err == nil || !strings.Contains(err.Error(), c.want) || len(dates) > 0 {
				h.Errorf("%s and %s: %v, %v, want %q", c.one, c.other, dates, err, c.want)
			}
		}
		if after := h.plan(12); !slices.Equal(after, before) {
			h.Errorf("it's %q, was %q", after, before)
		}
		// Once an edition is there its tip stands.
		h.reader(begin, "Pacific/Auckland")
		h.tick(utc(h, "2026-11-22 18:00"))
		if _, err := h.s.Swap(h.Context(), utc(h, "2026-11-22 18:01"), h.n(), day(h, "2026-11-24"), day(h, "2026-11-23"), nil); !errors.Is(err, editions.ErrOpened) {
			h.Errorf("with an edition that is there: %v", err)
		}
	})
}

// What an opened date gets stands, whichever way somebody wants to change it.
func TestNoChangeOfAnOpenedDate(t *testing.T) {
	n := approved
	each(t, n, library(t, "a", "b", "c"), func(h *harness) {
		if err := h.s.Skip(h.Context(), begin, h.n(), day(h, "2026-11-24"), nil); err != nil {
			h.Fatal(err)
		}
		h.approve(begin, "a")
		h.reader(begin, "Pacific/Auckland")
		now := utc(h, "2026-11-22 18:00")
		h.tick(now)
		text := h.line(now, monday).Meant.Tip
		digest, err := text.TextDigest()
		if err != nil {
			h.Fatal(err)
		}
		date, skip := day(h, monday), editions.Choice{Reason: "skip"}
		replan := []editions.Replanned{{LocalDate: monday, To: skip}}
		_, swap := h.s.Swap(h.Context(), now, h.n(), date, day(h, "2026-11-24"), nil)
		_, _, approve := h.s.Approve(h.Context(), now, h.n(), monday, "ann")
		_, unapprove := h.s.Unapprove(h.Context(), now, h.n(), Date{}, monday, "ann")
		_, unapproveTip := h.s.Unapprove(h.Context(), now, h.n(), date, "a", "ann")
		for name, err := range map[string]error{
			"pin": h.s.Pin(h.Context(), now, h.n(), date, "b", nil), "unpin": h.s.Unpin(h.Context(), h.n(), date, nil),
			"skip": h.s.Skip(h.Context(), now, h.n(), date, nil), "replan": h.s.Replan(h.Context(), now, h.n(), replan), "swap": swap,
			"approve": approve, "unapprove": unapprove, "unapprove a tip": unapproveTip, "approve a text": h.s.ApproveText(h.Context(), now, h.n(), date, "a", digest, "ann"),
		} {
			if !errors.Is(err, editions.ErrOpened) {
				h.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Who goes by what they saw is told that it was changed, whatever it's now; and only a
// command line is told of commands.
func TestWhyAPlanIsntChanged(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b"), func(h *harness) {
		date := day(h, "2026-11-24")
		if err := h.s.Pin(h.Context(), begin, h.n(), date, "b", nil); err != nil {
			h.Fatal(err)
		}
		seen := editions.Choice{Reason: "skip"}
		if err := h.s.Unskip(h.Context(), h.n(), date, &seen); !errors.Is(err, editions.ErrChanged) {
			h.Errorf("a skip that became a pin: %v", err)
		}
		err := h.s.Unskip(h.Context(), h.n(), date, nil)
		if r := (Refused{}); !errors.As(err, &r) || !r.Nothing || r.Command != "plan unpin takes that back" || strings.Contains(err.Error(), "plan unpin") {
			h.Errorf("a pin that is no skip: %v, %+v", err, r)
		}
	})
}

// What waits for its approval changes places like what doesn't.
func TestSwapOfWhatIsntApproved(t *testing.T) {
	each(t, approved, library(t, "a", "b", "c"), func(h *harness) {
		h.approve(begin, "c")
		if got, want := h.plan(2), []string{"11-23 c next (a)", "11-24 unapproved (b)"}; !slices.Equal(got, want) {
			h.Fatalf("got %q, want %q", got, want)
		}
		seen := "a"
		if _, err := h.s.Swap(h.Context(), begin, h.n(), day(h, "2026-11-23"), day(h, "2026-11-24"), &seen); err != nil {
			h.Fatal(err)
		}
		if got, want := h.plan(2), []string{"11-23 c next (b)", "11-24 unapproved (a)"}; !slices.Equal(got, want) {
			h.Errorf("got %q, want %q", got, want)
		}
	})
}

// A text is approved as it was seen, or not at all.
func TestApproveText(t *testing.T) {
	fsys := files("a", "b")
	lib, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	each(t, approved, lib, func(h *harness) {
		fsys["a.md"] = files("a")["a.md"]
		h.reload()
		approve := func(tip, digest string) error {
			return h.s.ApproveText(h.Context(), begin, h.n(), day(h, monday), tip, digest, "ann")
		}
		line := h.line(begin, monday)
		seen, err := line.Meant.Tip.TextDigest()
		if err != nil {
			h.Fatal(err)
		}
		fsys["a.md"] = &fstest.MapFile{Data: []byte("# Tip a\n\nAnother body.\n")}
		h.reload()
		if err := approve("a", seen); !errors.Is(err, editions.ErrChanged) {
			h.Errorf("an edited text: %v", err)
		}
		line = h.line(begin, monday)
		if line.Waiting != "a" || line.Tip != "" {
			h.Errorf("planned: %+v", line)
		}
		if seen, err = line.Meant.Tip.TextDigest(); err != nil {
			h.Fatal(err)
		}
		if err := approve("a", seen); err != nil {
			h.Fatal(err)
		}
		if line := h.line(begin, monday); line.Tip != "a" || line.Meant.Tip.ID != "a" || line.Waiting != "" {
			h.Errorf("planned then: %+v", line)
		}
		var r Refused
		if err := approve("a", seen); !errors.As(err, &r) || !r.Nothing {
			h.Errorf("a second time: %v", err)
		}
		if err := approve("nowhere", seen); !errors.As(err, &r) {
			h.Errorf("a tip that isn't there: %v", err)
		}
		if err := approve("b", seen); !errors.Is(err, editions.ErrChanged) {
			h.Errorf("another tip's text: %v", err)
		}
	})
}

// A date that a tip's file gives it each year takes no pin, which would have no effect.
func TestNoPinOnAYearlyDate(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b pin: 11-25"), func(h *harness) {
		if err := h.s.Pin(h.Context(), begin, h.n(), day(h, "2026-11-25"), "a", nil); err == nil || !strings.Contains(err.Error(), "by its own date") {
			h.Errorf("it says %v", err)
		}
	})
}

// A tip that doesn't go out on its own date, since it's another newsletter's or is over
// by then, leaves the date to a pin.
func TestAPinOnTheDateOfATipThatDoesNotGoOut(t *testing.T) {
	lib := library(t, "a tags: [ours]", "b pin: 11-25; tags: [theirs]", "c pin: 11-26; tags: [ours]; expires: 2026-11-01")
	each(t, Newsletter{Order: Oldest, Tags: []string{"ours"}}, lib, func(h *harness) {
		for _, date := range []string{"2026-11-25", "2026-11-26"} {
			if err := h.s.Pin(h.Context(), begin, h.n(), day(h, date), "a", nil); err != nil {
				h.Errorf("%s: %v", date, err)
			}
			if line := h.line(begin, date); line.Tip != "a" || line.Reason != Pinned {
				h.Errorf("planned: %+v", line)
			}
		}
	})
}
