package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dailytip/editions"
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

func choices(pairs ...string) []editions.Choice {
	var out []editions.Choice
	for _, pair := range pairs {
		date, tip, _ := strings.Cut(pair, " ")
		out = append(out, editions.Choice{LocalDate: date, Tip: tip})
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

func dawn(t testing.TB) time.Time { return day(t, monday).t }

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
			calendar := newCalendar(&tt.n, dawn(t), tips, choices(tt.history...), choices(tt.pins...))
			same(t, summary(calendar.Plan(day(t, monday), tt.days)), tt.want...)
			// Planning changes nothing, and the next start says the same.
			again := newCalendar(&tt.n, dawn(t), tips, choices(tt.history...), choices(tt.pins...))
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

// What date:, pin:, publishDate: and expiryDate: mean, on each date of a plan.
func TestPlanFollowsTheAuthor(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		n       Newsletter
		now     string // "": at the beginning of the plan
		library []string
		pins    []string
		want    []string
	}{
		{
			name:    "a past date: is when the tip was written",
			library: []string{"a date: 2024-03-05", "b date: 2023-01-02", "c date: 2026-11-22"},
			want:    []string{"11-23 b next", "11-24 a next", "11-25 c next"},
		},
		{
			name:    "a date: to come is a pin, and the tip is in the rotation afterwards",
			library: []string{"a created: 2026-01-01", "b date: 2026-11-25"},
			want:    []string{"11-23 a next", "11-24 a repeat", "11-25 b pinned", "11-26 a repeat", "11-27 b repeat"},
		},
		{
			name: "also when the day itself had no edition", n: Newsletter{Skips: []Skip{skip(t, "2026-11-24")}},
			library: []string{"a created: 2026-01-01", "b date: 2026-11-24"},
			want:    []string{"11-23 a next", "11-24 skipped", "11-25 b next"},
		},
		{
			name: "pin: is that day only", n: Newsletter{Skips: []Skip{skip(t, "2026-11-24")}},
			library: []string{"a", "b pin: 2026-11-24", "c pin: 2020-01-01", "d pin: 11-26"},
			want:    []string{"11-23 a next", "11-24 skipped", "11-25 a repeat", "11-26 d pinned", "11-27 a repeat"},
		},
		{
			name:    "pin: comes before date:",
			library: []string{"a", "b pin: 11-24; date: 2026-11-25"},
			want:    []string{"11-23 a next", "11-24 b pinned", "11-25 a repeat"},
		},
		{
			name:    "not before an instant: the edition's is 07:00",
			library: []string{"a created: 2026-01-01", "b date: 2026-11-24T07:00:00Z", "c publishDate: 2026-11-25T07:00:01Z", "d publishDate: 2026-11-27"},
			want:    []string{"11-23 a next", "11-24 b next", "11-25 a repeat", "11-26 c next", "11-27 d next"},
		},
		{
			name: "in the newsletter's zone", n: Newsletter{DefaultZone: newYork},
			library: []string{"a created: 2026-01-01", "b publishDate: 2026-11-24T11:59:00Z", "c publishDate: 2026-11-25T12:01:00Z"},
			want:    []string{"11-23 a next", "11-24 b next", "11-25 a repeat", "11-26 c next"},
		},
		{
			name:    "expired at an instant, or on a date",
			library: []string{"a created: 2026-01-01; expiryDate: 2026-11-25T07:00:00Z", "b created: 2026-01-02; expiryDate: 2026-11-26", "c created: 2026-01-03"},
			want:    []string{"11-23 a next", "11-24 b next", "11-25 c next", "11-26 c repeat"},
		},
		{
			name:    "a pin doesn't come before its time",
			library: []string{"a", "b pin: 11-23; publishDate: 2027-01-01", "c publishDate: 2030-01-01T08:00:00Z"},
			pins:    []string{"2026-11-24 c"},
			want:    []string{"11-23 a next", "11-24 a repeat"},
		},
		{
			name: "a date that is over is judged now", now: "2026-11-28 12:00",
			library: []string{"a created: 2026-01-01; expiryDate: 2026-11-27", "b created: 2026-01-02; publishDate: 2026-11-26", "c date: 2026-11-25"},
			want:    []string{"11-23 b next", "11-24 c next", "11-25 c pinned"},
		},
		{
			name:    "drafts of all kinds",
			library: []string{"a", "b published: false", "c publish: no", "d private: true", "e status: Draft", "f build: {render: never}", "g headless: true", "h publishDate: \"\"; draft: 1"},
			want:    []string{"11-23 a next", "11-24 a repeat"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.n.ID, tt.n.Order, tt.n.Rule = "management", Oldest, rule(t, "0 7 * * *")
			now := dawn(t)
			if tt.now != "" {
				now = utc(t, tt.now)
			}
			c := newCalendar(&tt.n, now, library(t, tt.library...).Tips(), nil, choices(tt.pins...))
			same(t, summary(c.Plan(day(t, monday), len(tt.want))), tt.want...)
		})
	}
}

// A course passes over what has expired, and waits for what isn't to be sent yet.
func TestCourseWaitsForALesson(t *testing.T) {
	n := Newsletter{Order: CourseOrder, Rule: rule(t, "0 7 * * *"), Stop: true}
	c := newCalendar(&n, dawn(t), library(t, "1", "2 publishDate: 2026-11-25", "3", "4 expiryDate: 2026-11-25", "5 publishDate: 2026-11-27; expiryDate: 2026-11-26").Tips(), nil, nil)
	for _, tt := range []struct{ date, after, want string }{
		{"2026-11-24", "1", ""}, {"2026-11-25", "1", "2"}, {"2026-11-25", "2", "3"}, {"2026-11-24", "3", "4"}, {"2026-11-25", "3", ""},
	} {
		if got, _ := c.NextInCourse(day(t, tt.date), tt.after); got.ID != tt.want {
			t.Errorf("on %s after %s: %q, want %q", tt.date, tt.after, got.ID, tt.want)
		}
	}
}

// A translation that isn't to be read yet stays out of the mail.
func TestTranslationIsNotSentBeforeItsTime(t *testing.T) {
	fsys := files("a", "a.es publishDate: 2026-11-24", "a.fr expiryDate: 2026-11-24", "a.de")
	l, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := Newsletter{Order: Oldest, Rule: rule(t, "0 7 * * *")}
	plan := newCalendar(&n, dawn(t), l.Tips(), nil, nil).Plan(day(t, monday), 2)
	for i, want := range []string{"de fr", "de es"} {
		var got []string
		for _, tr := range plan[i].Tip.Translations {
			got = append(got, tr.Language)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", plan[i].Date, got, want)
		}
	}
}

// Why a pinned tip is replaced is told with the tip that takes its place.
func TestReplacedPinIsTold(t *testing.T) {
	fsys := files(
		"a", "draft draft: true", "later publishDate: 2030-01-01", "over expiryDate: 2020-01-01", "yearly pin: 11-30; publishDate: 2030-01-01",
	)
	for name, text := range map[string]string{
		"fault.md": "---\ntitle: T\npin: 11-25\n---\n", "front.md": "---\ntitle: [T\ndate: 2026-11-26\n---\nText.", "gone.md": "---\ntitle: T\n---\n",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	l, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := Newsletter{Order: Oldest, Rule: rule(t, "0 7 * * *")}
	c := newCalendar(&n, dawn(t), l.Tips(), nil, choices("2026-11-23 draft", "2026-11-24 later", "2026-11-27 over", "2026-11-28 gone", "2026-11-29 nowhere"))
	c.broken = l.Broken()
	for i, want := range []string{
		"draft is pinned to this date and is a draft", "later is pinned to this date and isn't to be sent before 2030-01-01",
		"fault.md is pinned to this date and can't be used", "front.md is pinned to this date and can't be used",
		"over is pinned to this date and expired on 2020-01-01", "gone is pinned to this date and can't be used: gone.md:1: the tip has no text",
		"nowhere is pinned to this date and isn't in the library", "yearly.md is pinned to this date and isn't to be sent before 2030-01-01",
	} {
		got := c.Choose(day(t, monday).Add(i))
		if got.Tip.ID != "a" || !strings.HasPrefix(got.Note, want) {
			t.Errorf("%s: %s, %q, want %q", got.Date, got.Tip.ID, got.Note, want)
		}
	}
	if got := c.Choose(day(t, "2026-12-01")); got.Note != "" {
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
	course := newCalendar(&n, dawn(t), lib.Tips(), nil, nil)
	for _, tt := range []struct{ after, want string }{
		{"", "1-first"},
		{"1-first", "2-second"},
		{"2-second", "4-fourth"},
		{"2-gone", "2-second"},
		{"3-third", "4-fourth"},
		{"4-fourth", "1-first"},
		{"9", "1-first"},
	} {
		if got, ok := course.NextInCourse(day(t, monday), tt.after); !ok || got.ID != tt.want {
			t.Errorf("after %q comes %q", tt.after, got.ID)
		}
	}
	n.Stop = true
	if got, ok := course.NextInCourse(day(t, monday), "4-fourth"); ok {
		t.Errorf("a course that stops goes on with %q", got.ID)
	}
	if _, ok := newCalendar(&Newsletter{Order: CourseOrder}, dawn(t), nil, nil, nil).NextInCourse(day(t, monday), ""); ok {
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

// A tip's dates are those of what stands and of what is planned, and no others.
func TestDates(t *testing.T) {
	n := Newsletter{Order: Oldest, Rule: rule(t, "0 7 * * MON-FRI"), Stop: true, RepeatAfter: 90 * 24 * time.Hour}
	lib := library(t, "a created: 2026-01-01", "b created: 2026-01-02", "c created: 2026-01-03", "d draft: true")
	c := newCalendar(&n, dawn(t), lib.Tips(), choices("2026-11-18 b", "2026-11-20 b", "2026-11-19 gone", "2026-11-23 a"), choices("2026-12-24 a"))
	dates := c.Dates(day(t, monday), 60)
	for id, want := range map[string]string{"a": "2026-11-23 2026-12-24", "b": "2026-11-20 ", "c": " 2026-11-24", "d": " ", "gone": "2026-11-19 "} {
		show := func(d Date) string {
			if d.IsZero() {
				return ""
			}
			return d.String()
		}
		if got := show(dates.Last[id]) + " " + show(dates.Next[id]); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}
