package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dailytip/editions"
	"dailytip/tips"
)

// approval is of a tip's text in a library.
func approval(t rapid.TB, tip tips.Tip) editions.Approval {
	digest, err := tip.TextDigest()
	if err != nil {
		t.Fatal(err)
	}
	return editions.Approval{Newsletter: "management", Tip: tip.ID, Digest: digest}
}

// approving is a calendar in which some tips are approved, separated by blanks.
func approving(t rapid.TB, c *Calendar, ids string) *Calendar {
	t.Helper()
	var given []editions.Approval
	for id := range strings.FieldsSeq(ids) {
		i := slices.IndexFunc(c.library, func(tip tips.Tip) bool { return tip.ID == id })
		given = append(given, approval(t, c.library[i]))
	}
	if err := c.approve(given); err != nil {
		t.Fatal(err)
	}
	return c
}

// waitingFor writes a plan as summary does, with what waits in parentheses.
func waitingFor(plan []Choice) []string {
	out := summary(plan)
	for i := range plan {
		if plan[i].Waiting.ID != "" {
			out[i] += " (" + plan[i].Waiting.ID + ")"
		}
	}
	return out
}

// What isn't approved isn't sent: the next one that is takes its place, and each date
// names the tip that would be its own.
func TestPlanOfWhatIsApproved(t *testing.T) {
	everyDay := rule(t, "0 7 * * *")
	for _, tt := range []struct {
		name     string
		n        Newsletter
		library  string // ids, in their order; a pin behind a colon
		approved string
		history  []string
		pins     []string
		want     []string
	}{
		{name: "nothing is approved", library: "a b c", want: []string{"11-23 unapproved (a)", "11-24 unapproved (b)", "11-25 unapproved (c)"}},
		{name: "everything is", library: "a b c", approved: "a b c", want: []string{"11-23 a next", "11-24 b next", "11-25 c next"}},
		{name: "a gap", library: "a b c d", approved: "b d", want: []string{"11-23 b next (a)", "11-24 d next", "11-25 unapproved (c)"}},
		{
			name: "what went out yesterday doesn't come again", library: "a b c", approved: "a", history: []string{"2026-11-22 a"},
			want: []string{"11-23 unapproved (b)", "11-24 unapproved (c)", "11-25 unapproved (b)"},
		},
		{
			name: "what has rested does", library: "a b c", approved: "a", history: []string{"2026-05-01 a"},
			want: []string{"11-23 a repeat (b)", "11-24 unapproved (c)", "11-25 unapproved (b)"},
		},
		{
			name: "nothing rests while there are unsent ones", n: Newsletter{RepeatAfter: -1}, library: "a b", approved: "a", history: []string{"2026-05-01 a"},
			want: []string{"11-23 unapproved (b)"},
		},
		{
			name: "a used-up library repeats what is approved", library: "a b c", approved: "b c", history: []string{"2026-11-20 a", "2026-11-21 b", "2026-11-22 c"},
			want: []string{"11-23 b repeat (a)", "11-24 c repeat", "11-25 b repeat"},
		},
		{name: "stop, with something to approve", n: Newsletter{Stop: true}, library: "a b", approved: "a", want: []string{"11-23 a next", "11-24 unapproved (b)", "11-25 unapproved (b)"}},
		{name: "nothing to approve", n: Newsletter{Stop: true}, library: "a", approved: "a", want: []string{"11-23 a next", "11-24 empty"}},
		{
			name: "a pin by command", library: "a b c", approved: "a b", pins: []string{"2026-11-23 c", "2026-11-24 b"},
			want: []string{"11-23 a next (c)", "11-24 b pinned"},
		},
		{name: "a pin of the file's", library: "a b:2026-11-23", approved: "a", want: []string{"11-23 a next (b)"}},
		{name: "a pin and nothing else", library: "a b:2026-11-23", want: []string{"11-23 unapproved (b)"}},
		{name: "a skip", library: "a", pins: []string{"2026-11-23 "}, want: []string{"11-23 skipped", "11-24 unapproved (a)"}},
		{name: "what stands needs nothing", library: "a b", history: []string{"2026-11-23 a"}, want: []string{"11-23 a sent", "11-24 unapproved (b)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := tt.n
			n.ID, n.Rule, n.Order = "management", everyDay, Oldest
			if n.RepeatAfter == 0 {
				n.RepeatAfter = 180 * 24 * time.Hour
			}
			n.RepeatAfter = max(n.RepeatAfter, 0)
			var entries []string
			for entry := range strings.FieldsSeq(tt.library) {
				entries = append(entries, strings.Replace(entry, ":", " pin: ", 1))
			}
			c := newCalendar(&n, dawn(t), library(t, entries...).Tips(), choices(tt.history...), choices(tt.pins...))
			approving(t, c, tt.approved)
			same(t, waitingFor(c.Plan(day(t, monday), len(tt.want))), tt.want...)
		})
	}
}

// What waits for its approval comes next on the date that it's meant for, and what goes
// out in its place then, too.
func TestDatesOfWhatIsntApproved(t *testing.T) {
	each(t, approved, library(t, "a", "b", "c"), func(h *harness) {
		h.approve(begin, "c")
		c, err := h.s.Calendar(h.Context(), h.n(), begin)
		if err != nil {
			h.Fatal(err)
		}
		next := c.Dates(h.n().Upcoming(begin), 7).Next
		for id, want := range map[string]string{"a": "2026-11-23", "b": "2026-11-24", "c": "2026-11-23"} {
			if got := next[id]; got.String() != want {
				h.Errorf("%s comes next on %s, want %s", id, got, want)
			}
		}
	})
}

// The note says why the tip that is pinned to a date isn't the one that goes out. It
// isn't astray: approving it is enough.
func TestUnapprovedPinIsTold(t *testing.T) {
	n := Newsletter{ID: "management", Rule: rule(t, "0 7 * * *"), Order: Oldest, Approve: true}
	lib := library(t, "a", "b pin: 2026-11-23", "c").Tips()
	for pins, want := range map[string]string{
		"":             "b.md is pinned to this date and isn't approved; another takes its place",
		"2026-11-24 c": "c is pinned to this date and isn't approved; another takes its place",
	} {
		date := day(t, monday)
		var given []editions.Choice
		if pins != "" {
			given, date = choices(pins), date.Add(1)
		}
		c := approving(t, newCalendar(&n, dawn(t), lib, nil, given), "a")
		if got := c.Choose(date); got.Note != want || got.Tip.ID != "a" {
			t.Errorf("%s: %q, want %q", got.Tip.ID, got.Note, want)
		}
		if astray := c.Astray(date, 2); len(astray) > 0 {
			t.Errorf("astray: %v", astray)
		}
	}
}

// An approval is of the languages that go out: when one joins, it's another text.
func TestApprovalIsOfTheLanguagesThatGoOut(t *testing.T) {
	fsys := files("a")
	fsys["a.fr.md"] = files("x publishDate: 2026-11-25")["x.md"]
	lib, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := Newsletter{ID: "management", Rule: rule(t, "0 7 * * *"), Order: Oldest}
	calendar := func() *Calendar { return newCalendar(&n, dawn(t), lib.Tips(), nil, nil) }
	for i, date := range []Date{day(t, monday), day(t, "2026-11-25")} {
		c := calendar()
		seen := c.Choose(date).Tip
		if len(seen.Translations) != i {
			t.Fatalf("%s has %d translations", date, len(seen.Translations))
		}
		if err := c.approve([]editions.Approval{approval(t, seen)}); err != nil {
			t.Fatal(err)
		}
		for j, date := range []Date{day(t, monday), day(t, "2026-11-25")} {
			if got := c.Choose(date).Tip.ID == "a"; got != (i == j) {
				t.Errorf("approved as of the %d. date, sent on the %d.: %v", i+1, j+1, got)
			}
		}
	}
}

// Readers of a course wait for the tip that isn't approved; none is passed over.
func TestCourseWaitsForAnApproval(t *testing.T) {
	n := Newsletter{ID: "management", Order: CourseOrder, Rule: rule(t, "0 7 * * *")}
	c := approving(t, newCalendar(&n, dawn(t), library(t, "1", "2", "3").Tips(), nil, nil), "1 3")
	for after, want := range map[string]string{"": "1 next", "1": "unapproved (2)", "2": "3 next", "3": "1 next"} {
		if got := waitingFor([]Choice{c.inCourse(day(t, monday), after)})[0]; got != "11-23 "+want {
			t.Errorf("after %q: %s, want %s", after, got, want)
		}
	}
}

// However tips are approved, edited, pinned and sent: what is planned is what is
// chosen while nothing changes, nothing goes out that isn't approved as it stands, and
// a date is without a tip only while one waits.
func TestApprovals(t *testing.T) {
	everyDay, begin := rule(t, "0 7 * * *"), day(t, monday)
	rapid.Check(t, func(t *rapid.T) {
		n := Newsletter{
			ID: "management", Rule: everyDay, Order: Oldest, Approve: true,
			Stop: rapid.Bool().Draw(t, "stop"), RepeatAfter: time.Duration(rapid.IntRange(0, 6).Draw(t, "rest")) * 24 * time.Hour,
		}
		var lib []tips.Tip
		var given []editions.Approval
		var history, pins []editions.Choice
		calendar := func(date Date) *Calendar {
			c := newCalendar(&n, date.t, lib, history, pins)
			if err := c.approve(given); err != nil {
				t.Fatal(err)
			}
			return c
		}
		for i := range rapid.IntRange(1, 6).Draw(t, "tips") {
			lib = append(lib, tips.Tip{ID: fmt.Sprintf("t%d", i), Body: "First."})
		}
		for i := range rapid.IntRange(3, 25).Draw(t, "days") {
			date, some := begin.Add(i), rapid.IntRange(0, len(lib)-1).Draw(t, "tip")
			switch rapid.IntRange(0, 5).Draw(t, "happens") {
			case 0, 1:
				given = append(given, approval(t, lib[some]))
			case 2:
				lib = slices.Clone(lib)
				lib[some].Body += " More."
			case 3:
				given = slices.DeleteFunc(given, func(a editions.Approval) bool { return a.Tip == lib[some].ID })
			case 4:
				pins = append(pins, editions.Choice{LocalDate: date.Add(2).String(), Tip: lib[some].ID})
			}
			c := calendar(date)
			plan := c.Plan(date, 8)
			got := c.Ahead(date, date)
			if !slices.Equal(waitingFor([]Choice{got}), waitingFor(plan[:1])) {
				t.Fatalf("planned %v, chosen %v", waitingFor(plan[:1]), waitingFor([]Choice{got}))
			}
			if got.Tip.ID != "" && !slices.Contains(given, approval(t, got.Tip)) {
				t.Fatalf("%s goes out on %s and isn't approved as it stands", got.Tip.ID, date)
			}
			if (got.Reason == Unapproved) != (got.Tip.ID == "" && got.Waiting.ID != "") {
				t.Fatalf("%v", waitingFor([]Choice{got}))
			}
			if got.Waiting.ID != "" && slices.Contains(given, approval(t, got.Waiting)) {
				t.Fatalf("%s waits on %s and is approved", got.Waiting.ID, date)
			}
			if got.Tip.ID != "" {
				history = append(history, editions.Choice{LocalDate: date.String(), Tip: got.Tip.ID})
			}
			if tomorrow := calendar(date.Add(1)).Plan(date.Add(1), 7); !slices.Equal(summary(tomorrow), summary(plan[1:])) {
				t.Fatalf("sending a day's tip changes the plan:\n%v\n%v", summary(plan[1:]), summary(tomorrow))
			}
			if all := c.asIfApproved().Ahead(date, date); all.Tip.ID != "" && got.Tip.ID == "" && got.Reason != Unapproved && got.Reason != Skipped {
				t.Fatalf("%s: %s, though %s could be approved", date, got.Reason, all.Tip.ID)
			}
		}
	})
}
