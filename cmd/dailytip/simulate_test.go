package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// fortyZones go round the earth, in every offset there is.
var fortyZones = strings.Fields(`
	Pacific/Kiritimati Pacific/Apia Pacific/Chatham Pacific/Auckland Pacific/Fiji Pacific/Norfolk Australia/Lord_Howe Australia/Sydney
	Australia/Adelaide Australia/Darwin Asia/Tokyo Australia/Eucla Asia/Shanghai Asia/Bangkok Asia/Yangon Asia/Dhaka
	Asia/Kathmandu Asia/Kolkata Asia/Karachi Asia/Kabul Asia/Dubai Asia/Tehran Europe/Moscow Africa/Cairo
	Europe/Berlin Africa/Casablanca Europe/London Atlantic/Azores America/Nuuk America/Sao_Paulo America/St_Johns America/Halifax
	America/New_York America/Chicago America/Denver America/Los_Angeles America/Anchorage Pacific/Marquesas Pacific/Honolulu Pacific/Pago_Pago`)

// P1, P2, P8: over the weeks in which most clocks of the year change, each reader
// gets each date once, at their own hour, and what plan shows; tips repeat when
// the library is used up, not before. A whole year is the same, and takes
// minutes under the race detector.
func TestSimulateInFortyZones(t *testing.T) {
	t.Parallel()
	const days, library = 42, 30
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	in := install(t, "- host: 127.0.0.1", "schedule: \"30 2 * * *\"")
	for i := range library - 2 { // beside the two that are there
		in.write(fmt.Sprintf("library/t%03d.md", i), fmt.Sprintf("# Tip %d\n\nText.\n", i))
	}
	var csv strings.Builder
	csv.WriteString("email,timezone\n")
	zones := map[string]*time.Location{}
	for i, name := range fortyZones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		email := fmt.Sprintf("r%d@example.com", i)
		zones[email] = zone
		fmt.Fprintf(&csv, "%s,%s\n", email, name)
	}
	in.write("zones.csv", csv.String())

	planned := map[string]string{}
	for _, line := range lines(in.run(codeDone, "plan", "--from", first.Format(time.DateOnly), "--days", fmt.Sprint(days), "--json")) {
		var p planLine
		decode(t, line, &p)
		planned[p.Date] = p.Tip
	}
	out := lines(in.run(codeDone, "simulate", "--from", first.Format(time.DateOnly), "--days", fmt.Sprint(days), "--subscribers", "zones.csv", "--json"))
	got := map[string]int{}
	for _, line := range out[:len(out)-1] {
		var d simulatedLine
		decode(t, line, &d)
		got[d.Email+" "+d.LocalDate]++
		if d.Tip != planned[d.LocalDate] || d.Late {
			t.Errorf("%s; planned is %s", line, planned[d.LocalDate])
		}
		at, err := time.Parse(time.RFC3339, d.At)
		if err != nil {
			t.Fatal(err)
		}
		// 02:30, or where the clocks jump over it the first minute after.
		if local := at.In(zones[d.Email]); local.Format(time.DateOnly) != d.LocalDate ||
			local.Format("15:04") != "02:30" && local.Format("15:04") != "03:00" {
			t.Errorf("%s: it's %s there", line, local)
		}
	}
	for email := range zones {
		for date := first; date.Before(first.AddDate(0, 0, days)); date = date.AddDate(0, 0, 1) {
			if n := got[email+" "+date.Format(time.DateOnly)]; n != 1 {
				t.Errorf("%s got %d mails of %s", email, n, date.Format(time.DateOnly))
			}
		}
	}
	var sum simulatedSummary
	decode(t, out[len(out)-1], &sum)
	if sum.Editions != days || sum.Deliveries != days*len(zones) || len(got) != sum.Deliveries || len(sum.Gaps)+len(sum.Skipped) != 0 {
		t.Errorf("%+v", sum)
	}
	if len(sum.Repeats) != days-library || sum.Repeats[0].LocalDate != first.AddDate(0, 0, library).Format(time.DateOnly) {
		t.Errorf("%d repeats: %v", len(sum.Repeats), sum.Repeats)
	}
}

func decode(t *testing.T, line string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), into); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
}

func TestOutagesThatTouchAreOne(t *testing.T) {
	t.Parallel()
	got, err := parseOutages([]string{"2026-01-03/2026-01-04", "2026-01-01T00:00Z/2026-01-02", "2026-01-02T01:00+01:00/2026-01-02T06:00"})
	if err != nil || len(got) != 2 || got[0].to.Hour() != 6 || got[1].from.Day() != 3 {
		t.Errorf("%v, %v", got, err)
	}
}
