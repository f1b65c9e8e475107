package scheduler

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dailytip/tips"
)

var approved = Newsletter{Order: Oldest, Approve: true, RepeatAfter: 180 * 24 * time.Hour}

// approve approves what a tip's id or a date means, at an instant.
func (h *harness) approve(at time.Time, what string) {
	h.Helper()
	if _, _, err := h.s.Approve(h.Context(), at, h.n(), what, "ann@desk"); err != nil {
		h.Fatal(err)
	}
}

// The next approved tip takes the place of one that isn't. Where none is, nobody gets
// anything, the operator hears of it once, and who is due gets the tip when it's
// approved within the grace.
func TestOnlyApprovedTipsGoOut(t *testing.T) {
	each(t, approved, library(t, "a", "b", "c"), func(h *harness) {
		h.ledger.AlertTo("ops@example.com")
		h.reader(begin, "")
		h.reader(begin, "Pacific/Auckland")
		at := func(s string) time.Time { return utc(h, s) }
		nothing := "nothing goes out on 2026-11-24: no tip is approved"

		h.approve(begin, "b")
		h.tick(at("2026-11-22 18:00")) // seven o'clock in Auckland
		h.ticks(at("2026-11-23 06:59"), at("2026-11-23 07:01"), time.Minute)
		monday := []string{"2026-11-23 r2 b", "2026-11-23 r1 b"}
		h.expect(monday...)

		h.ticks(at("2026-11-23 18:00"), at("2026-11-23 18:02"), time.Minute) // Tuesday in Auckland
		h.ticks(at("2026-11-24 07:00"), at("2026-11-24 07:02"), time.Minute)
		h.restart()
		h.tick(at("2026-11-24 07:31"))
		h.expect(monday...)
		got, last := h.alerts()
		if i := slices.Index(got, nothing); i < 0 || slices.Contains(got[i+1:], nothing) {
			h.Errorf("alerts %q, the last one:\n%s", got, last)
		}
		if line := h.line(at("2026-11-24 07:35"), "2026-11-24"); line.Reason != Unapproved || line.Tip != "" || line.Waiting != "a" {
			h.Errorf("planned: %+v", line)
		}
		// Auckland's grace is over, and nobody else's is.
		h.approve(at("2026-11-24 12:00"), "2026-11-24")
		h.ticks(at("2026-11-24 12:59"), at("2026-11-24 13:01"), time.Minute)
		h.expect(append(monday, "2026-11-24 r1 a")...)
		h.ticks(at("2026-11-25 07:00"), at("2026-11-25 13:01"), time.Hour/2)
		h.tick(at("2026-11-25 13:01"))
		h.approve(at("2026-11-25 13:02"), "c")
		h.tick(at("2026-11-25 13:03")) // minutes after the grace
		h.expect(append(monday, "2026-11-24 r1 a")...)
		same(t, h.skipped(), "2026-11-25 2 no tip was approved within the grace, which is 6h", "2026-11-24 1 no tip was approved within the grace, which is 6h")
	})
}

// Whose run was missed while the daemon was away didn't wait for an approval, although
// those of an earlier zone had to.
func TestAMissedRunDidntWait(t *testing.T) {
	each(t, approved, library(t, "a", "b"), func(h *harness) {
		h.ledger.AlertTo("ops@example.com")
		h.reader(begin, "Pacific/Auckland")
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-22 18:00")) // seven o'clock in Auckland
		h.approve(utc(h, "2026-11-22 18:30"), "a")
		h.tick(utc(h, "2026-11-22 18:31"))
		h.tick(utc(h, "2026-11-23 13:05"))
		h.expect("2026-11-23 r1 a")
		same(t, h.skipped(), "2026-11-23 1 it was noticed 6h5m0s late; grace is 6h0m0s")
	})
	each(t, approved, library(t, "a", "b"), func(h *harness) {
		h.ledger.AlertTo("ops@example.com")
		h.reader(begin, "Pacific/Auckland")
		h.reader(begin, "- - TUE weekly")
		h.approve(begin, "a")
		h.tick(utc(h, "2026-11-22 18:00"))
		h.tick(utc(h, "2026-11-23 18:00")) // Tuesday in Auckland
		h.tick(utc(h, "2026-11-24 13:05"))
		h.expect("2026-11-23 r1 a")
		if want := `zone=UTC hour=07:00 readers=1 reason="it was noticed 6h5m0s late`; !strings.Contains(h.log.String(), want) {
			h.Errorf("the log has no %s:\n%s", want, h.log)
		}
	})
}

// line is what the plan says of a date.
func (h *harness) line(at time.Time, date string) Line {
	h.Helper()
	d, err := ParseDate(date)
	if err != nil {
		h.Fatal(err)
	}
	lines, _, err := h.s.Plan(h.Context(), at, h.n(), d, 1, false)
	if err != nil || len(lines) != 1 {
		h.Fatalf("%d lines, %v", len(lines), err)
	}
	return lines[0]
}

// An edit ends an approval; what was written down stays, also for later zones, when
// its approval is taken back.
func TestAnEditEndsAnApproval(t *testing.T) {
	fsys := files("a", "b")
	lib, err := tips.OpenFS(fsys, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	each(t, approved, lib, func(h *harness) {
		fsys["a.md"] = files("a")["a.md"]
		h.reload()
		h.reader(begin, "Pacific/Auckland")
		h.reader(begin, "America/Lima")
		h.approve(begin, "a")
		if line := h.line(begin, "2026-11-23"); line.Tip != "a" || line.Waiting != "" {
			h.Errorf("approved: %+v", line)
		}
		fsys["a.md"] = &fstest.MapFile{Data: []byte("# Tip a\n\nAnother body.\n")}
		h.reload()
		if line := h.line(begin, "2026-11-23"); line.Reason != Unapproved || line.Waiting != "a" || line.WaitingTitle != "Tip a" {
			h.Errorf("edited: %+v", line)
		}
		h.tick(utc(h, "2026-11-22 18:00"))
		h.expect()
		h.approve(utc(h, "2026-11-22 18:01"), "a")
		h.tick(utc(h, "2026-11-22 18:02"))
		h.expect("2026-11-23 r1 a")
		if tip, err := h.s.Unapprove(h.Context(), utc(h, "2026-11-22 19:00"), h.n(), Date{}, "a", "ann@desk"); tip != "a" || err != nil {
			h.Fatal(tip, err)
		}
		h.tick(utc(h, "2026-11-23 12:00")) // seven o'clock in Lima
		h.expect("2026-11-23 r1 a", "2026-11-23 r2 a")
	})
}

// A week's mail has the tips that went out. A course's reader waits.
func TestApprovalsInTheWeekAndInACourse(t *testing.T) {
	each(t, approved, library(t, "a", "b", "c"), func(h *harness) {
		h.reader(begin, "- - FRI weekly")
		h.approve(begin, "a")
		h.ticks(utc(h, "2026-11-23 07:00"), utc(h, "2026-11-27 06:00"), time.Hour)
		h.tick(utc(h, "2026-11-27 07:00"))
		h.expect("2026-11-27 r1 a")
	})
	course := approved
	course.Order = CourseOrder
	each(t, course, library(t, "1", "2"), func(h *harness) {
		h.ledger.AlertTo("ops@example.com")
		h.reader(begin, "")
		h.approve(begin, "2")
		h.ticks(utc(h, "2026-11-23 07:00"), utc(h, "2026-11-23 07:10"), time.Minute)
		h.expect()
		h.expectAlerts("nothing goes out on 2026-11-23: no tip is approved")
		h.approve(utc(h, "2026-11-23 09:00"), "1")
		h.tick(utc(h, "2026-11-23 09:01"))
		h.sendAll(utc(h, "2026-11-23 09:02"))
		h.tick(utc(h, "2026-11-24 07:00"))
		h.expect("2026-11-23 r1 1", "2026-11-24 r1 2")
	})
}

// Who waits for an approval in a course waits whatever the others of their hour get.
func TestSomeInACourseWait(t *testing.T) {
	course := approved
	course.Order = CourseOrder
	each(t, course, library(t, "1", "2"), func(h *harness) {
		h.ledger.AlertTo("ops@example.com")
		h.reader(begin, "")
		h.approve(begin, "1")
		h.tick(utc(h, "2026-11-23 07:00"))
		h.sendAll(utc(h, "2026-11-23 07:01"))
		h.reader(utc(h, "2026-11-23 12:00"), "")
		h.ticks(utc(h, "2026-11-24 07:00"), utc(h, "2026-11-24 07:10"), time.Minute)
		h.expect("2026-11-23 r1 1", "2026-11-24 r2 1")
		h.expectAlerts("nothing goes out on 2026-11-24: no tip is approved")
		h.approve(utc(h, "2026-11-24 09:00"), "2")
		h.tick(utc(h, "2026-11-24 09:01"))
		h.expect("2026-11-23 r1 1", "2026-11-24 r1 2", "2026-11-24 r2 1")
	})
}

func TestInShort(t *testing.T) {
	for _, want := range []string{"6h", "30m", "10m", "1h30m", "15m", "20s", "10h"} {
		d, err := time.ParseDuration(want)
		if err != nil {
			t.Fatal(err)
		}
		if got := inShort(d); got != want {
			t.Errorf("%s is written %s", want, got)
		}
	}
}

// Nothing that isn't approved goes out by hand, either.
func TestSendNowNeedsAnApproval(t *testing.T) {
	each(t, approved, library(t, "a"), func(h *harness) {
		h.reader(begin, "")
		if _, err := h.s.SendNow(h.Context(), begin.Add(time.Hour), h.n(), day(h, monday)); !errors.Is(err, ErrNoTip) || !strings.Contains(err.Error(), "plan approve") {
			h.Errorf("sent: %v", err)
		}
		h.approve(begin, "a")
		if n, err := h.s.SendNow(h.Context(), begin.Add(time.Hour), h.n(), day(h, monday)); n != 1 || err != nil {
			h.Errorf("sent %d, %v", n, err)
		}
	})
}

// Who has a calendar on a page is led there, and told of no command.
func TestAReminderLeadsToTheCalendar(t *testing.T) {
	n := approved
	n.Proof = Proof{To: "editor@example.com", Before: 15 * time.Minute}
	n.Rule = rule(t, "0 7 * * WED,FRI")
	each(t, n, library(t, "a", "b"), func(h *harness) {
		h.s.CalendarPage = func(newsletter, date string) string { return "https://tips.example.com/" + newsletter + "/" + date }
		h.reader(begin, "")
		h.ticks(utc(h, "2026-11-23 06:00"), utc(h, "2026-11-23 08:00"), 15*time.Minute)
		_, text := h.alerts()
		if !strings.Contains(text, "https://tips.example.com/management/2026-11-25") || strings.Contains(text, "dailytip plan") {
			h.Errorf("the reminder is\n%s", text)
		}
	})
}

// Reminders come two days and one day before, once each, to the editor; when somebody
// has approved meanwhile, no more.
func TestReminders(t *testing.T) {
	n := approved
	n.Proof = Proof{To: "editor@example.com", Before: 15 * time.Minute}
	n.Rule = rule(t, "0 7 * * WED,FRI")
	each(t, n, library(t, "a", "b"), func(h *harness) {
		h.ledger.AlertTo("ops@example.com")
		h.reader(begin, "")
		second := h.another(*h.n())
		h.tick(utc(h, "2026-11-23 06:59"))
		h.expectAlerts()
		h.ticks(utc(h, "2026-11-23 07:15"), utc(h, "2026-11-24 06:30"), 15*time.Minute)
		two := "the tip of 2026-11-25, in two days, isn't approved"
		h.expectAlerts(two)
		_, text := h.alerts()
		for _, want := range []string{"Wed 2026-11-25 07:00 UTC", "Tip a (a)", "nothing goes out", "dailytip plan approve --newsletter management 2026-11-25", "comes 15m before"} {
			if !strings.Contains(text, want) {
				h.Errorf("%q is missing in\n%s", want, text)
			}
		}
		h.approve(utc(h, "2026-11-24 06:40"), "b")
		if err := second.Tick(h.Context(), utc(h, "2026-11-24 07:15")); err != nil {
			h.Fatal(err)
		}
		h.ticks(utc(h, "2026-11-24 07:15"), utc(h, "2026-11-24 08:00"), 15*time.Minute)
		one := "the tip of 2026-11-25, in a day, isn't approved"
		h.expectAlerts(two, one)
		if _, text := h.alerts(); !strings.Contains(text, "Tip b (b)") {
			h.Errorf("it doesn't say what goes out instead:\n%s", text)
		}
		if strings.Contains(text, "https://") {
			h.Errorf("it leads to a page that isn't there:\n%s", text)
		}
		h.approve(utc(h, "2026-11-24 09:00"), "a")
		h.ticks(utc(h, "2026-11-24 09:00"), utc(h, "2026-11-26 09:00"), time.Hour)
		h.expectAlerts(two, one)
		var others int
		if err := h.db.Read().QueryRowContext(h.Context(), "SELECT COUNT(*) FROM notices WHERE kind = 'alert' AND email <> 'editor@example.com'").Scan(&others); err != nil || others != 0 {
			h.Errorf("%d reminders went to others, %v", others, err)
		}
	})
}

// What can't be approved is refused with the reason, and what is approved already is
// no news. The history says who did what.
func TestApproveAndUnapprove(t *testing.T) {
	each(t, approved, library(t, "a", "b draft: true", "c pin: 2026-11-26", "d expiryDate: 2020-01-01"), func(h *harness) {
		h.reader(begin, "")
		for what, want := range map[string]string{
			"nothing": "neither a tip of the library nor a date", "b": "is a draft", "2026-11-20": "is over", "d": "expired on 2020-01-01",
		} {
			_, _, err := h.s.Approve(h.Context(), begin, h.n(), what, "ann@desk")
			var r Refused
			if !errors.As(err, &r) || r.Nothing || !strings.Contains(err.Error(), want) {
				h.Errorf("%s: %v, want %s", what, err, want)
			}
		}
		// The schedule passes over this date, but an operator may send on it by hand.
		if _, date, err := h.s.Approve(h.Context(), begin, h.n(), "2026-11-28", "ann@desk"); err != nil || date.String() != "2026-11-28" {
			h.Errorf("a date without a run: %s, %v", date, err)
		}
		if tip, date, err := h.s.Approve(h.Context(), begin, h.n(), "c", "ann@desk"); err != nil || tip.ID != "c" || date.String() != "2026-11-26" {
			h.Errorf("%s on %s, %v", tip.ID, date, err)
		}
		var r Refused
		if _, _, err := h.s.Approve(h.Context(), begin, h.n(), "2026-11-26", "bob@desk"); !errors.As(err, &r) || !r.Nothing {
			h.Errorf("approved twice: %v", err)
		}
		if tip, err := h.s.Unapprove(h.Context(), begin, h.n(), Date{}, "2026-11-26", "bob@desk"); tip != "c" || err != nil {
			h.Errorf("unapproved %s, %v", tip, err)
		}
		if _, err := h.s.Unapprove(h.Context(), begin, h.n(), Date{}, "c", "bob@desk"); !errors.As(err, &r) || !r.Nothing {
			h.Errorf("unapproved twice: %v", err)
		}
		var history []string
		rows, err := h.db.Read().QueryContext(h.Context(), "SELECT kind || ' ' || local_date || ' ' || who || ' ' || detail FROM actions ORDER BY id")
		if err != nil {
			h.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				h.Fatal(err)
			}
			history = append(history, line)
		}
		if err := rows.Err(); err != nil {
			h.Fatal(err)
		}
		if want := []string{"approve 2026-11-28 ann@desk a", "approve 2026-11-26 ann@desk c", "unapprove  bob@desk c"}; !slices.Equal(history, want) {
			h.Errorf("the history has %q, want %q", history, want)
		}
		h.n().Approve = false
		if _, _, err := h.s.Approve(h.Context(), begin, h.n(), "a", "ann@desk"); !errors.As(err, &r) || !r.Nothing {
			h.Errorf("where nothing needs it: %v", err)
		}
	})
}
