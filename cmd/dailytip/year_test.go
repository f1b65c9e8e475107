//go:build long

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"dailytip/scheduler"
)

// fortyZones go round the earth, in every offset there is.
var fortyZones = strings.Fields(`
	Pacific/Kiritimati Pacific/Apia Pacific/Chatham Pacific/Auckland Pacific/Fiji Pacific/Norfolk Australia/Lord_Howe Australia/Sydney
	Australia/Adelaide Australia/Darwin Asia/Tokyo Australia/Eucla Asia/Shanghai Asia/Bangkok Asia/Yangon Asia/Dhaka
	Asia/Kathmandu Asia/Kolkata Asia/Karachi Asia/Kabul Asia/Dubai Asia/Tehran Europe/Moscow Africa/Cairo
	Europe/Berlin Africa/Casablanca Europe/London Atlantic/Azores America/Nuuk America/Sao_Paulo America/St_Johns America/Halifax
	America/New_York America/Chicago America/Denver America/Los_Angeles America/Anchorage Pacific/Marquesas Pacific/Honolulu Pacific/Pago_Pago`)

// P1, P2, P8: over the year 2026, with all its changes of clocks, each of 1,000
// readers in 40 zones gets each date once, at their own hour, and what plan shows;
// tips repeat when the library is used up, not before.
func TestSimulateAYearInFortyZones(t *testing.T) {
	t.Parallel()
	const days, readers, library = 365, 1_000, 300
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	in := install(t, "- host: 127.0.0.1", "schedule: \"30 2 * * *\"")
	for i := range library - 2 { // beside the two that are there
		in.write(fmt.Sprintf("library/t%03d.md", i), fmt.Sprintf("# Tip %d\n\nText.\n", i))
	}
	y := year{
		T: t, first: first, planned: map[string]string{}, reader: map[string]int{},
		got: make([][days]uint8, readers), checked: map[alike]int{},
	}
	var csv strings.Builder
	csv.WriteString("email,timezone\n")
	for _, name := range fortyZones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		y.zones = append(y.zones, zone)
	}
	for i := range readers {
		email := fmt.Sprintf("r%d@example.com", i)
		y.reader[email] = i
		fmt.Fprintf(&csv, "%s,%s\n", email, fortyZones[i%len(fortyZones)])
	}
	in.write("zones.csv", csv.String())
	when := []string{"--from", first.Format(time.DateOnly), "--days", fmt.Sprint(days), "--json"}
	for _, line := range lines(in.run(0, append([]string{"plan"}, when...)...)) {
		var p scheduler.Line
		decode(t, line, &p)
		y.planned[p.Date] = p.Tip
	}
	out := lines(in.run(0, append([]string{"simulate", "--subscribers", "zones.csv"}, when...)...))
	for _, line := range out[:len(out)-1] {
		y.note(line)
	}
	for reader, dates := range y.got {
		for i, n := range dates {
			if n != 1 {
				t.Errorf("reader %d in %s got %d mails of %s", reader, y.zone(reader), n, first.AddDate(0, 0, i).Format(time.DateOnly))
			}
		}
	}
	var sum simulatedSummary
	decode(t, out[len(out)-1], &sum)
	if sum.Editions != days || sum.Deliveries != days*readers || len(out)-1 != sum.Deliveries || len(sum.Gaps)+len(sum.Skipped) != 0 {
		t.Errorf("%d editions, %d deliveries, %d lines, gaps %v, skipped %v", sum.Editions, sum.Deliveries, len(out), sum.Gaps, sum.Skipped)
	}
	if len(sum.Repeats) != days-library || sum.Repeats[0].LocalDate != first.AddDate(0, 0, library).Format(time.DateOnly) {
		t.Errorf("%d repeats: %v", len(sum.Repeats), sum.Repeats)
	}
}

// year is what a simulated one brings.
type year struct {
	*testing.T
	first   time.Time
	zones   []*time.Location
	planned map[string]string // tips by date
	reader  map[string]int    // by address
	got     [][365]uint8      // by reader and day of the year
	checked map[alike]int     // the day of the year
}

// alike is a line without the address, and the zone: it's the same for all who
// read there.
type alike struct {
	before, after string
	zone          *time.Location
}

// zone returns where a reader lives.
func (y *year) zone(reader int) *time.Location { return y.zones[reader%len(y.zones)] }

func (y *year) note(line string) {
	y.Helper()
	const address = `"email":"`
	before, rest, _ := strings.Cut(line, address)
	email, after, _ := strings.Cut(rest, `"`)
	reader, known := y.reader[email]
	if !known {
		y.Fatalf("%s: for whom?", line)
	}
	key := alike{before, after, y.zone(reader)}
	date, known := y.checked[key]
	if !known {
		date = y.check(line, key.zone)
		y.checked[key] = date
	}
	y.got[reader][date]++
}

// check looks at one delivery and returns its day of the year.
func (y *year) check(line string, zone *time.Location) int {
	y.Helper()
	var d simulatedLine
	decode(y.T, line, &d)
	if d.Tip != y.planned[d.LocalDate] || d.Late {
		y.Errorf("%s; planned is %s", line, y.planned[d.LocalDate])
	}
	at, err := time.Parse(time.RFC3339, d.At)
	if err != nil {
		y.Fatal(err)
	}
	// 02:30, or where the clocks jump over it the first minute after.
	if local := at.In(zone); local.Format(time.DateOnly) != d.LocalDate ||
		local.Format("15:04") != "02:30" && local.Format("15:04") != "03:00" {
		y.Errorf("%s: it's %s there", line, local)
	}
	date, err := time.Parse(time.DateOnly, d.LocalDate)
	if err != nil || date.Before(y.first) || !date.Before(y.first.AddDate(1, 0, 0)) {
		y.Fatalf("%s: %v", line, err)
	}
	return date.YearDay() - 1
}

func decode(t *testing.T, line string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), into); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
}
