package scheduler

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/tips"
)

// alerts are the subjects of the alerts to the operator, in their order, and the last
// one's text.
func (h *harness) alerts() (subjects []string, last string) {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), "SELECT detail FROM notices WHERE kind = 'alert' ORDER BY id")
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&last); err != nil {
			h.Fatal(err)
		}
		subject, _, _ := strings.Cut(last, "\n")
		subjects = append(subjects, strings.TrimPrefix(subject, "[dailytip] management: "))
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return subjects, last
}

func (h *harness) expectAlerts(want ...string) {
	h.Helper()
	if got, _ := h.alerts(); !slices.Equal(got, want) {
		h.Errorf("alerts %q, want %q", got, want)
	}
}

// A pin that points nowhere is told of two days before its date, once, on any node; so
// is another unusable one in its place, and one that lies on a day without an edition.
func TestPinsAstrayAreToldOf(t *testing.T) {
	each(t, Newsletter{Order: Oldest, Skips: []Skip{skip(t, "2026-11-27")}}, library(t, "a", "b", "feast date: 2026-11-27", "weekend date: 2026-11-28", "sunday pin: 11-29"), func(h *harness) {
		h.ledger.AlertTo(subscribers.Address("ops@example.com"))
		h.reader(begin, "")
		for date, tip := range map[string]string{"2026-11-26": "nowhere", "2026-11-24": "b"} {
			if err := h.editions.Pin(h.Context(), begin, "management", date, tip, nil); err != nil {
				h.Fatal(err)
			}
		}
		at := func(s string) time.Time { return utc(h, s) }
		h.tick(at("2026-11-22 06:59"))
		h.expectAlerts()
		h.ticks(at("2026-11-23 13:30"), at("2026-11-23 16:00"), time.Minute)
		h.expectAlerts("nowhere, pinned to 2026-11-26, can't go out")
		if _, text := h.alerts(); !strings.Contains(text, "nowhere is pinned to this date and isn't in the library; another takes its place") {
			h.Errorf("%s", text)
		}
		other := h.another(*h.n())
		if err := other.Tick(h.Context(), at("2026-11-23 16:01")); err != nil {
			h.Fatal(err)
		}
		h.restart()
		if err := h.editions.Pin(h.Context(), at("2026-11-23 17:00"), "management", "2026-11-26", "elsewhere", nil); err != nil {
			h.Fatal(err)
		}
		h.ticks(at("2026-11-24 07:00"), at("2026-11-28 07:00"), time.Hour)
		h.expectAlerts("nowhere, pinned to 2026-11-26, can't go out", "elsewhere, pinned to 2026-11-26, can't go out", "feast.md, pinned to 2026-11-27, can't go out", "weekend.md, pinned to 2026-11-28, can't go out")
		if _, text := h.alerts(); !strings.Contains(text, "weekend.md is pinned to this date, which the schedule passes over: nothing goes out") {
			h.Errorf("%s", text)
		}
	})
}

// A tip that was saved broken is told of at once when it's due, one that isn't after an
// hour, and anew once it was mended and breaks again.
func TestBrokenSavesAreToldOf(t *testing.T) {
	dir := t.TempDir()
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name+".md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const broken = "---\ntitle: [T\n---\nText, and more of it.\n"
	good := func(created string) string {
		return "---\ntitle: T " + created + "\nlink: https://example.com/" + created + "\ncreated: 2026-01-0" + created + "\n---\nText.\n"
	}
	for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
		save(name, good(string(rune('1'+i))))
	}
	lib, err := tips.Open(dir, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := newHarness(t, storetest.SQLite(t), Newsletter{Order: Oldest, Rule: rule(t, "0 7 * * *")}, lib)
	h.ledger.AlertTo(subscribers.Address("ops@example.com"))
	h.reader(begin, "")
	reload := func() {
		t.Helper()
		if err := lib.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	at := utc(h, "2026-11-22 12:00")
	h.tick(at)
	save("b", broken) // of the next days
	save("f", broken) // not yet
	reload()
	h.ticks(at.Add(time.Minute), at.Add(45*time.Minute), time.Minute)
	h.expectAlerts("b.md can't be used as it is")
	if _, text := h.alerts(); !strings.Contains(text, "Its tip goes out in the next days") || !strings.Contains(text, "b.md:2") {
		t.Errorf("%s", text)
	}
	h.ticks(at.Add(46*time.Minute), at.Add(3*time.Hour), time.Minute)
	h.expectAlerts("b.md can't be used as it is", "f.md can't be used as it is")

	save("f", good("6")+"\nLonger.\n")
	reload()
	h.tick(at.Add(4 * time.Hour))
	save("f", broken+"And longer.\n")
	reload()
	h.ticks(at.Add(5*time.Hour), at.Add(7*time.Hour), time.Minute)
	h.expectAlerts("b.md can't be used as it is", "f.md can't be used as it is", "f.md can't be used as it is")
}

// A node with a good copy of the library doesn't have another tell again and again of
// its broken one.
func TestNodesWithOtherCopiesTellOnce(t *testing.T) {
	good := library(t, "a", "b", "c")
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "---\ntitle: A\n---\nText.\n", "b": "---\ntitle: [T\n---\nText, and more of it.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name+".md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bad, err := tips.Open(dir, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	each(t, Newsletter{Order: Oldest, Rule: rule(t, "0 7 * * *")}, bad, func(h *harness) {
		h.ledger.AlertTo(subscribers.Address("ops@example.com"))
		h.reader(begin, "")
		n := *h.n()
		n.Library = good
		other := h.another(n)
		for at, end := utc(h, "2026-11-22 12:00"), utc(h, "2026-11-22 15:00"); at.Before(end); at = at.Add(warnEach) {
			h.tick(at)
			if err := other.Tick(h.Context(), at.Add(time.Minute)); err != nil {
				h.Fatal(err)
			}
		}
		h.expectAlerts("b.md can't be used as it is")
	})
}
