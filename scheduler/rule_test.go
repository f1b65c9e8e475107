package scheduler

import (
	"strings"
	"testing"
	"time"
)

func rule(t testing.TB, expr string) Rule {
	t.Helper()
	r, err := ParseRule(expr)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRuleMatches(t *testing.T) {
	// 2026-11-01 is a Sunday.
	for _, tt := range []struct {
		expr  string
		dates string // of November 2026
	}{
		{"0 7 * * MON-FRI", "2 3 4 5 6 9 10 11 12 13 16 17 18 19 20 23 24 25 26 27 30"},
		{"0 7 * * 0", "1 8 15 22 29"},
		{"0 7 * * sun", "1 8 15 22 29"},
		{"0 7 * * SAT,SUN", "1 7 8 14 15 21 22 28 29"},
		{"0 7 * * 1-5/2", "2 4 6 9 11 13 16 18 20 23 25 27 30"},
		{"0 7 1,15 * *", "1 15"},
		{"0 7 */10 * *", "1 11 21"},
		{"0 7 1 * MON", "1 2 9 16 23 30"},          // both restricted: either
		{"0 7 */10 * MON", "1 2 9 11 16 21 23 30"}, // a step is a restriction
		{"0 7 */1 * MON", "2 9 16 23 30"},          // but that one is none
		{"0 7 ? * MON", "2 9 16 23 30"},
		{"0 7 31 * *", ""},
		{"0 7 * NOV SUN", "1 8 15 22 29"},
		{"0 7 * JAN-OCT,12 *", ""},
	} {
		r := rule(t, tt.expr)
		var got []string
		for d := day(t, "2026-11-01"); d.t.Month() == time.November; d = d.Add(1) {
			if r.Matches(d) {
				got = append(got, d.t.Format("2"))
			}
		}
		if strings.Join(got, " ") != tt.dates {
			t.Errorf("%s matches %s, want %s", tt.expr, strings.Join(got, " "), tt.dates)
		}
	}
}

func TestParseRuleRefuses(t *testing.T) {
	for _, tt := range []struct{ expr, hint string }{
		{"CRON_TZ=Europe/Berlin", "timezone:"}, // cron's own parser panics on it
		{"CRON_TZ=Europe/Berlin 0 7 * * *", "timezone:"},
		{"TZ=UTC 0 7 * * *", "timezone:"},
		{"TZ=", "timezone:"},
		{"", "minute hour day"},
		{"0 7 * *", "minute hour day"},
		{"0 0 7 * * *", "minute hour day"},
		{"@daily", "minute hour day"},
		{"@every 24h", "minute hour day"},
		{"0 7 * * 7", "0-6 or SUN-SAT"},
		{"0 7 * * FRI-MON", "0-6 or SUN-SAT"},
		{"0 7 L * *", "minute hour day"},
		{"0 7 * * MON#1", "minute hour day"},
		{"0 24 * * *", "minute hour day"},
		{"-1 7 * * *", "minute hour day"},
		{"* 7 * * *", "one minute of the day"},
		{"0 7,19 * * *", "one minute of the day"},
		{"*/30 7 * * *", "one minute of the day"},
		{", 7 * * *", "one minute of the day"},
		{"0 7 30 2 *", "no day of any year"},
		{"0 7 31 4,6,9,11 *", "no day of any year"},
		{"0 7 , * *", "no day of any year"},
		{"0 7 * , *", "no day of any year"},
	} {
		if _, err := ParseRule(tt.expr); err == nil || !strings.Contains(err.Error(), tt.hint) {
			t.Errorf("%q: %v; want a word of %q", tt.expr, err, tt.hint)
		}
	}
	for _, expr := range []string{"*/100 7 * * *", "59 23 29 2 *", "7-7 7/24 * * *", "0 7 30 2 MON"} {
		if _, err := ParseRule(expr); err != nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
}

// FuzzParseRule: whatever is written, there's no panic, and a rule that is
// accepted comes to an instant.
func FuzzParseRule(f *testing.F) {
	for _, s := range []string{"0 7 * * MON-FRI", "CRON_TZ=Europe/Berlin", "0 7 30 2 *", "*/100 , ? L 7", "0 7 1-31/2 JAN SUN"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr string) {
		r, err := ParseRule(expr)
		if err != nil {
			return
		}
		s := Schedule{Rule: r, Zone: time.UTC, Hour: r.hour, Minute: r.minute}
		next := s.Next(now)
		if next.IsZero() || next.Hour() != r.hour || next.Minute() != r.minute {
			t.Errorf("%q is accepted, its next instant is %s", expr, next)
		}
	})
}
