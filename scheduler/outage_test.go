package scheduler

import (
	"fmt"
	"testing"
	"time"
)

// TestOutages: each case ticks at some instants only. The rules: a missed run
// goes out late within the grace time, else it's recorded as skipped; never two
// at once, never a backlog; a clock that is set back brings nothing twice.
func TestOutages(t *testing.T) {
	const rest = "it was noticed "
	for _, tt := range []struct {
		name    string
		grace   time.Duration // 0: six hours
		ticks   []string
		want    []string
		skipped []string
		some    bool // there are others beside skipped
	}{
		{
			name:  "five minutes over the instant: late",
			ticks: []string{"2026-11-23 06:58", "2026-11-23 07:05"},
			want:  []string{"2026-11-23 r1 a"},
		},
		{
			name:  "a minute less than grace: late",
			ticks: []string{"2026-11-23 06:58", "2026-11-23 12:59"},
			want:  []string{"2026-11-23 r1 a"},
		},
		{
			name:  "just grace: late",
			ticks: []string{"2026-11-23 13:00"},
			want:  []string{"2026-11-23 r1 a"},
		},
		{
			name:    "a minute more than grace: skipped, and its tip is next",
			ticks:   []string{"2026-11-23 06:58", "2026-11-23 13:01", "2026-11-24 07:00"},
			want:    []string{"2026-11-24 r1 a"},
			skipped: []string{"2026-11-23 1 " + rest + "6h1m0s late; grace is 6h0m0s"},
		},
		{
			name:  "three days: at most one, the last",
			ticks: []string{"2026-11-23 07:00", "2026-11-26 09:00", "2026-11-26 09:01"},
			want:  []string{"2026-11-23 r1 a", "2026-11-26 r1 b"},
			skipped: []string{
				"2026-11-25 1 " + rest + "26h0m0s late; grace is 6h0m0s",
				"2026-11-24 1 " + rest + "50h0m0s late; grace is 6h0m0s",
			},
		},
		{
			name:  "three days, back outside of grace: none",
			ticks: []string{"2026-11-23 07:00", "2026-11-26 16:00"},
			want:  []string{"2026-11-23 r1 a"},
			skipped: []string{
				"2026-11-26 1 " + rest + "9h0m0s late; grace is 6h0m0s",
				"2026-11-25 1 " + rest + "33h0m0s late; grace is 6h0m0s",
				"2026-11-24 1 " + rest + "57h0m0s late; grace is 6h0m0s",
			},
		},
		{
			name:  "over a weekend: nothing was due there",
			ticks: []string{"2026-11-27 07:00", "2026-11-30 07:10"},
			want:  []string{"2026-11-27 r1 a", "2026-11-30 r1 b"},
			skipped: []string{ // Monday to Thursday, before the first tick
				"2026-11-26 1 " + rest + "24h0m0s late; grace is 6h0m0s",
				"2026-11-25 1 " + rest + "48h0m0s late; grace is 6h0m0s",
				"2026-11-24 1 " + rest + "72h0m0s late; grace is 6h0m0s",
				"2026-11-23 1 " + rest + "96h0m0s late; grace is 6h0m0s",
			},
		},
		{
			name: "two within a long grace: the later one alone", grace: 23*time.Hour + 59*time.Minute,
			// In Berlin the night of 28 March is an hour short.
			ticks:   []string{"2027-03-26 06:00", "2027-03-28 05:00", "2027-03-29 05:00"},
			want:    []string{"2027-03-26 r1 a", "2027-03-28 r1 b", "2027-03-29 r1 c"},
			skipped: []string{"2027-03-27 1 the next one was due as well"},
		},
		{
			name:  "the clock set back an hour: nothing twice",
			ticks: []string{"2026-11-23 07:00", "2026-11-23 06:01", "2026-11-23 06:59", "2026-11-23 07:00", "2026-11-23 07:01", "2026-11-24 07:00"},
			want:  []string{"2026-11-23 r1 a", "2026-11-24 r1 b"},
		},
		{
			name:  "the clock a day ahead, then right again: tomorrow's mail is out, today's goes out all the same",
			ticks: []string{"2026-11-22 12:00", "2026-11-24 07:00", "2026-11-23 07:01", "2026-11-24 07:02", "2026-11-25 07:00"},
			want:  []string{"2026-11-23 r1 b", "2026-11-24 r1 a", "2026-11-25 r1 c"},
		},
		{
			name:  "the clock nine years ahead, then right again: the days go on",
			ticks: []string{"2026-11-23 07:00", "2035-11-24 16:00", "2026-11-24 07:01", "2026-11-25 07:00", "2026-11-25 07:01", "2026-11-26 07:00"},
			want:  []string{"2026-11-23 r1 a", "2026-11-24 r1 b", "2026-11-25 r1 c", "2026-11-26 r1 d"},
			some:  true,
		},
		{
			name:  "half a year: each date of the last 40 days, and one record of all before",
			ticks: []string{"2026-11-23 07:00", "2027-05-24 07:00"},
			want:  []string{"2026-11-23 r1 a", "2027-05-24 r1 b"},
			skipped: append(lateDays(t, "2027-05-21", "2027-04-15"),
				"2026-11-24 1 this date and those after it were noticed more than 40 days late; grace is 6h0m0s"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := Newsletter{Order: Oldest, Grace: tt.grace}
			if tt.grace != 0 {
				n.Rule, n.DefaultZone = rule(t, "0 7 * * *"), zone(t, "Europe/Berlin")
			}
			each(t, n, library(t, "a", "b", "c", "d"), func(h *harness) {
				signedUp := begin
				if tt.grace != 0 {
					signedUp = utc(h, "2027-03-26 00:00") // its 07:00 is the first
				}
				h.reader(signedUp, "")
				for _, now := range tt.ticks {
					h.tick(utc(h, now))
					h.restart() // each start is like the one before
				}
				h.expect(tt.want...)
				if !tt.some {
					same(t, h.skipped(), tt.skipped...)
				}
			})
		})
	}
}

// lateDays are the records of the working days from one back to another that were
// noticed on 2027-05-24 at their hour.
func lateDays(t *testing.T, from, back string) []string {
	var records []string
	for date := day(t, from); !day(t, back).After(date); date = date.Add(-1) {
		if w := date.Weekday(); w != time.Saturday && w != time.Sunday {
			records = append(records, fmt.Sprintf("%s 1 it was noticed %dh0m0s late; grace is 6h0m0s", date, 24*day(t, "2027-05-24").Sub(date)))
		}
	}
	return records
}
