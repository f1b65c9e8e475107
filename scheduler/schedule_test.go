package scheduler

import (
	"testing"
	"time"

	"dailytip/subscribers"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func schedule(t testing.TB, expr, name string) Schedule {
	r := rule(t, expr)
	return Schedule{Rule: r, Zone: zone(t, name), Hour: r.hour, Minute: r.minute}
}

// walk returns the due instants from a date on, as clocks in the zone show them.
func walk(s Schedule, from Date, n int) []string {
	var got []string
	t, _ := from.At(0, 0, s.Zone)
	for t = t.Add(-time.Nanosecond); len(got) < n; {
		if t = s.Next(t); t.IsZero() {
			return append(got, "none")
		}
		got = append(got, t.In(s.Zone).Format("2006-01-02 15:04 -0700"))
	}
	return got
}

func TestScheduleNext(t *testing.T) {
	for _, tt := range []struct {
		name, expr, zone, from string
		want                   []string
	}{
		{"a gap: the first instant after it", "30 2 * * *", "America/New_York", "2026-03-07", []string{
			"2026-03-07 02:30 -0500", "2026-03-08 03:00 -0400", "2026-03-09 02:30 -0400",
		}},
		{"an overlap: the first of the two, and only it", "30 1 * * *", "America/New_York", "2026-10-31", []string{
			"2026-10-31 01:30 -0400", "2026-11-01 01:30 -0400", "2026-11-02 01:30 -0500",
		}},
		{"the end of an overlap is there once", "0 2 * * *", "America/New_York", "2026-11-01", []string{"2026-11-01 02:00 -0500"}},
		{"Cairo's Friday that begins at one", "0 7 * * 5", "Africa/Cairo", "2026-04-24", []string{
			"2026-04-24 07:00 +0300", "2026-05-01 07:00 +0300",
		}},
		{"Cairo's 24 April", "0 7 24 * *", "Africa/Cairo", "2026-04-01", []string{"2026-04-24 07:00 +0300", "2026-05-24 07:00 +0300"}},
		{"midnight doesn't exist", "0 0 * * *", "Africa/Cairo", "2026-04-23", []string{
			"2026-04-23 00:00 +0200", "2026-04-24 01:00 +0300", "2026-04-25 00:00 +0300",
		}},
		{"a gap into the next date", "30 23 * * *", "America/Nuuk", "2026-03-27", []string{
			"2026-03-27 23:30 -0200", "2026-03-29 00:00 -0100", "2026-03-29 23:30 -0100",
		}},
		{"a date that the zone skipped", "0 7 * * *", "Pacific/Apia", "2011-12-29", []string{
			"2011-12-29 07:00 -1000", "2011-12-31 07:00 +1400", "2012-01-01 07:00 +1400",
		}},
		{"that date alone", "0 7 30 12 *", "Pacific/Apia", "2011-12-01", []string{"2012-12-30 07:00 +1400"}},
		{"half an hour of summer time", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03", []string{
			"2026-10-03 02:15 +1030", "2026-10-04 02:30 +1100", "2026-10-05 02:15 +1100",
		}},
		{"45 minutes", "45 2 * * *", "Pacific/Chatham", "2026-09-26", []string{
			"2026-09-26 02:45 +1245", "2026-09-27 03:45 +1345", "2026-09-28 02:45 +1345",
		}},
		{"a quarter to", "0 7 * * *", "Asia/Kathmandu", "2026-11-23", []string{"2026-11-23 07:00 +0545"}},
		{"leap days over 2100", "0 7 29 2 *", "UTC", "2096-01-01", []string{"2096-02-29 07:00 +0000", "2104-02-29 07:00 +0000"}},
		{"a fixed zone", "0 7 * * SUN", "Etc/GMT+12", "2026-11-23", []string{"2026-11-29 07:00 -1200"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := walk(schedule(t, tt.expr, tt.zone), day(t, tt.from), len(tt.want))
			for i := range tt.want {
				if got[i] != tt.want[i] {
					t.Errorf("instant %d is %s, want %s", i, got[i], tt.want[i])
				}
			}
		})
	}
}

func TestOwnDaysAndHours(t *testing.T) {
	n := Newsletter{Rule: rule(t, "0 7 * * MON-FRI")}
	for _, tt := range []struct {
		name, sendAt, days string
		cadence            subscribers.Cadence
		want               []string
	}{
		{"the newsletter's", "", "", subscribers.Daily, []string{"Mon 07:00", "Tue 07:00", "Wed 07:00"}},
		{"an own hour", "19:30", "", subscribers.Daily, []string{"Mon 19:30", "Tue 19:30", "Wed 19:30"}},
		{"midnight", "00:00", "", subscribers.Daily, []string{"Mon 00:00", "Tue 00:00", "Wed 00:00"}},
		{"own days", "", "TUE THU", subscribers.Daily, []string{"Tue 07:00", "Thu 07:00", "Tue 07:00"}},
		{"own days beside the newsletter's", "", "FRI SAT", subscribers.Daily, []string{"Fri 07:00", "Fri 07:00", "Fri 07:00"}},
		{"weekly: the last day of the week", "", "", subscribers.Weekly, []string{"Fri 07:00", "Fri 07:00", "Fri 07:00"}},
		{"weekly on a chosen day", "08:00", "TUE", subscribers.Weekly, []string{"Tue 08:00", "Tue 08:00", "Tue 08:00"}},
		{"weekly on a day without an edition", "", "SUN", subscribers.Weekly, []string{"Sun 07:00", "Sun 07:00", "Sun 07:00"}},
		{"weekly with several days: the last", "", "WED MON", subscribers.Weekly, []string{"Wed 07:00", "Wed 07:00", "Wed 07:00"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			days, err := subscribers.ParseDays(tt.days)
			if err != nil {
				t.Fatal(err)
			}
			s := n.Schedule(subscribers.Slot{Timezone: "Asia/Tokyo", SendAt: tt.sendAt, Days: days, Cadence: tt.cadence})
			at := time.Date(2026, 11, 22, 12, 0, 0, 0, s.Zone) // a Sunday
			if tt.days == "SUN" {
				at = at.Add(-24 * time.Hour)
			}
			for i, want := range tt.want {
				at = s.Next(at)
				if got := at.In(s.Zone).Format("Mon 15:04"); got != want {
					t.Errorf("mail %d is due %s, want %s", i, got, want)
				}
			}
		})
	}
	s := n.Schedule(subscribers.Slot{Days: 1 << 5, Cadence: subscribers.Daily}) // Saturday
	if next := s.Next(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)); !next.IsZero() {
		t.Errorf("days that the newsletter doesn't have are due at %s", next)
	}
}

// A weekly mail has the seven dates up to its own, so they must be seven apart
// whatever the rule.
func TestWeeklyMailsAreSevenDatesApart(t *testing.T) {
	for _, expr := range []string{"0 7 * * *", "0 7 * * MON-FRI", "0 7 */2 * *", "0 7 1,15 * *", "0 7 1 * TUE", "0 7 15 * ,"} {
		s := schedule(t, expr, "Africa/Cairo")
		s.Cadence = subscribers.Weekly
		date, due := s.next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		for range 60 {
			next, nextDue := s.next(due)
			if next.Sub(date) != 7 {
				t.Fatalf("%s: mails of %s and %s", expr, date, next)
			}
			date, due = next, nextDue
		}
	}
}

func TestZones(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, tt := range []struct {
		n          Newsletter
		zone, want string
	}{
		{Newsletter{}, "Asia/Tokyo", "Asia/Tokyo"},
		{Newsletter{}, "", "UTC"},
		{Newsletter{DefaultZone: berlin}, "", "Europe/Berlin"},
		{Newsletter{DefaultZone: berlin}, "Mars/Olympus", "Europe/Berlin"},
		{Newsletter{Zone: berlin}, "Asia/Tokyo", "Europe/Berlin"},
	} {
		if got := tt.n.zone(tt.zone).String(); got != tt.want {
			t.Errorf("a reader in %q is in %s, want %s", tt.zone, got, tt.want)
		}
	}
}

func TestDate(t *testing.T) {
	for _, s := range []string{"2026-02-29", "2026-2-1", "26-01-01", "", "2026-11-23T00:00:00Z"} {
		if _, err := ParseDate(s); err == nil {
			t.Errorf("%q is read as a date", s)
		}
	}
	a, b := day(t, "2028-02-28"), day(t, "2028-03-01")
	if a.Add(2) != b || b.Sub(a) != 2 || !b.After(a) || a.IsZero() || !(Date{}).IsZero() {
		t.Errorf("%s and %s are %d apart", a, b, b.Sub(a))
	}
	at := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	if got := DateOf(at, zone(t, "Pacific/Kiritimati")).String(); got != "2026-11-24" {
		t.Errorf("Kiritimati shows %s", got)
	}
}
