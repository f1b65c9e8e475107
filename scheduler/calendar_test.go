package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dailytip/ledger"
	"dailytip/tips"
)

// library reads tips given as "id key: value; key: value".
func library(t testing.TB, entries ...string) *tips.Library {
	t.Helper()
	l, err := tips.OpenFS(files(entries...), tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if faults := l.Faults(); len(faults) > 0 {
		t.Fatalf("library: %v", faults)
	}
	return l
}

func files(entries ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, entry := range entries {
		id, front, _ := strings.Cut(entry, " ")
		fsys[id+".md"] = &fstest.MapFile{Data: fmt.Appendf(nil, "---\ntitle: Tip %s\n%s\n---\nBody of %s.\n", id, strings.ReplaceAll(front, "; ", "\n"), id)}
	}
	return fsys
}

func choices(pairs ...string) []ledger.Choice {
	var out []ledger.Choice
	for _, pair := range pairs {
		date, tip, _ := strings.Cut(pair, " ")
		out = append(out, ledger.Choice{LocalDate: date, Tip: tip})
	}
	return out
}

// summary writes a plan as "MM-DD tip reason" lines.
func summary(plan []Choice) []string {
	var out []string
	for _, c := range plan {
		out = append(out, strings.Join(strings.Fields(c.Date.String()[5:]+" "+c.Tip.ID+" "+c.Reason), " "))
	}
	return out
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// The plans of these tests begin on a Monday.
const monday = "2026-11-23"

func TestPlan(t *testing.T) {
	abc := []string{"a created: 2026-01-02", "b created: 2026-01-03", "c created: 2026-01-01"}
	for _, tt := range []struct {
		name    string
		n       Newsletter
		library []string
		history []string
		pins    []string
		days    int
		want    []string
	}{
		{
			name: "oldest first", n: Newsletter{Order: Oldest}, library: abc, days: 4,
			want: []string{"11-23 c next", "11-24 a next", "11-25 b next", "11-26 c repeat"},
		},
		{
			name: "newest first", n: Newsletter{Order: Newest}, library: abc, days: 4,
			want: []string{"11-23 b next", "11-24 a next", "11-25 c next", "11-26 b repeat"},
		},
		{
			name: "a weekend isn't planned", n: Newsletter{Order: Oldest}, library: abc, days: 15,
			want: []string{
				"11-23 c next", "11-24 a next", "11-25 b next", "11-26 c repeat", "11-27 a repeat",
				"11-30 b repeat", "12-01 c repeat", "12-02 a repeat", "12-03 b repeat", "12-04 c repeat", "12-07 a repeat",
			},
		},
		{
			name: "never sent, then sent longest ago", n: Newsletter{Order: Oldest}, library: abc, days: 4,
			history: []string{"2026-11-19 c", "2026-11-20 a", "2026-11-18 gone"},
			want:    []string{"11-23 b next", "11-24 c repeat", "11-25 a repeat", "11-26 b repeat"},
		},
		{
			name: "what is written down stands", n: Newsletter{Order: Oldest}, library: abc, days: 3,
			history: []string{"2026-11-23 gone", "2026-11-24 b"},
			want:    []string{"11-23 gone sent", "11-24 b sent", "11-25 c next"},
		},
		{
			name: "drafts and other tags stay out", n: Newsletter{Order: Oldest, Tags: []string{"trust", "Teams"}}, days: 2,
			library: []string{"a tags: [Trust]", "b tags: [other]", "c", "d draft: true; tags: [trust]", "e tags: teams, other"},
			want:    []string{"11-23 a next", "11-24 e next"},
		},
		{
			name: "front matter pins: exact before yearly before the operator's", n: Newsletter{Order: Oldest}, days: 3,
			library: []string{"a", "b date: 2026-11-24", "c date: 11-24", "d date: 11-25", "e"},
			pins:    []string{"2026-11-24 e", "2026-11-25 e"},
			want:    []string{"11-23 a next", "11-24 b pinned", "11-25 d pinned"},
		},
		{
			name: "two for one date: the first by id", n: Newsletter{Order: Newest}, days: 1,
			library: []string{"a date: 11-23", "b date: 11-23; created: 2026-01-01"},
			want:    []string{"11-23 a pinned"},
		},
		{
			name: "what the operator pins ahead isn't sent before", n: Newsletter{Order: Oldest}, library: abc, days: 4,
			pins: []string{"2026-11-25 c"},
			want: []string{"11-23 a next", "11-24 b next", "11-25 c pinned", "11-26 a repeat"},
		},
		{
			name: "but before nobody gets anything it is", n: Newsletter{Order: Oldest}, library: []string{"a"}, days: 2,
			pins: []string{"2026-11-24 a"},
			want: []string{"11-23 a next", "11-24 a pinned"},
		},
		{
			name: "not when the newsletter stops", n: Newsletter{Order: Oldest, Stop: true}, library: []string{"a"}, days: 2,
			pins: []string{"2026-11-24 a"},
			want: []string{"11-23 empty", "11-24 a pinned"},
		},
		{
			name: "a pin to what has gone", n: Newsletter{Order: Oldest}, library: abc, days: 1,
			pins: []string{"2026-11-23 gone"},
			want: []string{"11-23 c next"},
		},
		{
			name: "skips don't skip a tip", n: Newsletter{Order: Oldest, Skips: []Skip{skip(t, "2026-11-23"), skip(t, "11-25..11-26")}}, library: abc, days: 5,
			want: []string{"11-23 skipped", "11-24 c next", "11-25 skipped", "11-26 skipped", "11-27 a next"},
		},
		{
			name: "the operator's word on skips comes first", n: Newsletter{Order: Oldest, Skips: []Skip{skip(t, "2026-11-23")}}, library: abc, days: 2,
			pins: []string{"2026-11-23 b", "2026-11-24 "},
			want: []string{"11-23 b pinned", "11-24 skipped"},
		},
		{
			name: "stop: nothing before it has rested", n: Newsletter{Order: Oldest, Stop: true, RepeatAfter: 3 * 24 * time.Hour}, library: abc[:2], days: 5,
			want: []string{"11-23 a next", "11-24 b next", "11-25 empty", "11-26 a repeat", "11-27 b repeat"},
		},
		{
			name: "repeat: the longest ago although it hasn't rested", n: Newsletter{Order: Oldest, RepeatAfter: 180 * 24 * time.Hour}, library: abc[:2], days: 3,
			want: []string{"11-23 a next", "11-24 b next", "11-25 a repeat"},
		},
		{
			name: "an empty library", n: Newsletter{Order: Shuffle}, library: nil, days: 1,
			want: []string{"11-23 empty"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.n.ID, tt.n.Rule = "management", rule(t, "0 7 * * MON-FRI")
			tips := library(t, tt.library...).Tips()
			calendar := newCalendar(&tt.n, tips, choices(tt.history...), choices(tt.pins...))
			same(t, summary(calendar.Plan(day(t, monday), tt.days)), tt.want...)
			// Planning changes nothing, and the next start says the same.
			again := newCalendar(&tt.n, tips, choices(tt.history...), choices(tt.pins...))
			for _, c := range []*Calendar{calendar, again} {
				same(t, summary(c.Plan(day(t, monday), tt.days)), tt.want...)
			}
			for _, planned := range calendar.Plan(day(t, monday), tt.days) {
				same(t, summary([]Choice{calendar.Ahead(day(t, monday), planned.Date)}), summary([]Choice{planned})...)
			}
		})
	}
}

func skip(t testing.TB, entry string) Skip {
	t.Helper()
	s, err := ParseSkip(entry)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMissingPinIsTold(t *testing.T) {
	n := Newsletter{Order: Oldest}
	c := newCalendar(&n, library(t, "a").Tips(), nil, choices("2026-11-23 gone"))
	if got := c.Choose(day(t, monday)); got.Missing != "gone" || got.Tip.ID != "a" {
		t.Errorf("%+v", got)
	}
	if got := c.Choose(day(t, "2026-11-24")); got.Missing != "" {
		t.Errorf("%+v", got)
	}
}

// ids are the tips of a shuffled newsletter in their order.
func shuffled(t *testing.T, newsletter string, entries ...string) []string {
	var ids []string
	for _, tip := range choosable(library(t, entries...).Tips(), nil, Shuffle, newsletter, nil) {
		ids = append(ids, tip.ID)
	}
	return ids
}

func TestShuffleStays(t *testing.T) {
	var entries []string
	for i := range 60 {
		entries = append(entries, fmt.Sprintf("tip%02d", i))
	}
	before := shuffled(t, "management", entries...)
	if slices.Equal(before, entries) {
		t.Error("the shuffle leaves the order of ids")
	}
	if slices.Equal(before, shuffled(t, "health", entries...)) {
		t.Error("two newsletters share a shuffle")
	}
	// A known order: it must be the same on every start and with every release.
	if got := strings.Join(before[:6], " "); got != "tip36 tip41 tip47 tip35 tip28 tip12" {
		t.Errorf("the shuffle begins %s", got)
	}
	after := shuffled(t, "management", append(entries, "joined")...)
	i := slices.Index(after, "joined")
	if !slices.Equal(before, slices.Delete(after, i, i+1)) {
		t.Error("a tip that joins reshuffles the others")
	}
}

func TestNextInCourse(t *testing.T) {
	lib := library(t, "1-first", "2-second", "3-third draft: true", "4-fourth")
	n := Newsletter{Order: CourseOrder}
	course := newCalendar(&n, lib.Tips(), nil, nil)
	for _, tt := range []struct{ after, want string }{
		{"", "1-first"},
		{"1-first", "2-second"},
		{"2-second", "4-fourth"},
		{"2-gone", "2-second"},
		{"3-third", "4-fourth"},
		{"4-fourth", "1-first"},
		{"9", "1-first"},
	} {
		if got, ok := course.NextInCourse(tt.after); !ok || got.ID != tt.want {
			t.Errorf("after %q comes %q", tt.after, got.ID)
		}
	}
	n.Stop = true
	if got, ok := course.NextInCourse("4-fourth"); ok {
		t.Errorf("a course that stops goes on with %q", got.ID)
	}
	if _, ok := newCalendar(&Newsletter{Order: CourseOrder}, nil, nil, nil).NextInCourse(""); ok {
		t.Error("an empty course gives a tip")
	}
}

func TestUpcoming(t *testing.T) {
	n := Newsletter{Rule: rule(t, "0 7 * * MON-FRI"), Grace: 6 * time.Hour}
	for _, tt := range []struct{ now, want string }{
		{"2026-11-23T06:00:00Z", "2026-11-23"},
		{"2026-11-23T13:00:00Z", "2026-11-23"}, // the grace's last instant
		{"2026-11-23T13:00:01Z", "2026-11-24"},
		{"2026-11-27T14:00:00Z", "2026-11-30"},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Upcoming(now).String(); got != tt.want {
			t.Errorf("at %s: %s, want %s", tt.now, got, tt.want)
		}
	}
}

func TestWithheldTipsAreNotChosen(t *testing.T) {
	all := library(t, "a", "b").Tips()
	got := choosable(all, nil, Oldest, "management", func(tip *tips.Tip) bool { return tip.ID == "a" })
	if len(got) != 1 || got[0].ID != "b" {
		t.Errorf("%d tips, want b alone", len(got))
	}
}
