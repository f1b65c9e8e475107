package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/subscribers"
)

// simulatedLine is what simulate prints of a delivery.
type simulatedLine struct {
	At         string `json:"at"` // RFC 3339, UTC
	Newsletter string `json:"newsletter"`
	LocalDate  string `json:"local_date"`
	Tip        string `json:"tip"` // of a weekly mail all, with + between
	Email      string `json:"email"`
	Late       bool   `json:"late"`
}

// simulatedSummary is the last line.
type simulatedSummary struct {
	From       string            `json:"from"`
	Days       int               `json:"days"`
	Readers    int               `json:"readers"`
	Editions   int               `json:"editions"` // that somebody got
	Deliveries int               `json:"deliveries"`
	Late       int               `json:"late"`
	Skipped    []simulatedGap    `json:"skipped"` // dates that readers did not get, and why
	Repeats    []simulatedRepeat `json:"repeats"` // tips that were sent before
	Gaps       []simulatedGap    `json:"gaps"`    // dates that readers did not get, and nothing says why
}

type simulatedGap struct {
	Newsletter string `json:"newsletter"`
	LocalDate  string `json:"local_date"`
	Readers    int    `json:"readers"`
	Reason     string `json:"reason,omitempty"`
}

type simulatedRepeat struct {
	Newsletter string `json:"newsletter"`
	LocalDate  string `json:"local_date"`
	Tip        string `json:"tip"`
	Email      string `json:"email,omitempty"` // of a course reader, whose tips are their own
}

// seen is what the relay that accepts everything has seen.
type seen struct {
	summary  simulatedSummary
	contents map[int64]string           // the tips of each content
	editions map[string]map[string]int  // by newsletter, date: the deliveries
	got      map[string]map[string]bool // by newsletter and address: the dates
	courses  map[string]map[string]bool // by newsletter and address: the tips of a course
	line     func(simulatedLine) error  // prints a delivery
	flush    func() error               // after the last line
	inRange  func(date string) bool     // YYYY-MM-DD sorts as text
	courseOf map[string]bool            // newsletters that are courses
	grace    map[string]time.Duration   // by newsletter: after the due instant, a delivery expires
}

func readerKey(newsletter string, a subscribers.Address) string { return newsletter + "\x00" + a.Key() }

func newSeen(s *simulation) *seen {
	first, last := s.first.String(), s.last.String()
	v := &seen{
		summary: simulatedSummary{
			From: first, Days: s.last.Sub(s.first) + 1, Readers: len(s.readers),
			Skipped: []simulatedGap{}, Repeats: []simulatedRepeat{}, Gaps: []simulatedGap{},
		},
		contents: map[int64]string{}, editions: map[string]map[string]int{},
		got: map[string]map[string]bool{}, courses: map[string]map[string]bool{},
		inRange:  func(date string) bool { return first <= date && date <= last },
		line:     func(simulatedLine) error { return nil },
		flush:    func() error { return nil },
		courseOf: map[string]bool{}, grace: map[string]time.Duration{},
	}
	if s.json {
		out := bufio.NewWriter(s.out)
		lines := json.NewEncoder(visibleWriter{out})
		lines.SetEscapeHTML(false)
		v.line, v.flush = func(l simulatedLine) error { return lines.Encode(l) }, out.Flush
	}
	for _, n := range s.newsletters {
		v.editions[n.ID] = map[string]int{}
		v.courseOf[n.ID] = n.Order == scheduler.CourseOrder
		v.grace[n.ID] = n.GiveUpAfter
	}
	for _, r := range s.readers {
		v.got[readerKey(r.Newsletter, r.Address)] = map[string]bool{}
	}
	return v
}

// delivered notes a mail, and prints it. Readers in the east get the date after the
// last one before readers in the west get the last: that mail isn't counted.
func (s *simulation) delivered(ctx context.Context, j ledger.Job) error {
	v := s.seen
	if !v.inRange(j.LocalDate) {
		return nil
	}
	tip, known := v.contents[j.Content]
	if !known {
		content, err := s.editions.ReadContent(ctx, j.Content)
		if err != nil {
			return err
		}
		ids := make([]string, len(content.Items))
		for i, item := range content.Items {
			ids[i] = item.Tip
		}
		tip = strings.Join(ids, "+")
		v.contents[j.Content] = tip
	}
	line := simulatedLine{
		At: j.OpenedAt.UTC().Format(time.RFC3339), Newsletter: j.Newsletter, LocalDate: j.LocalDate, Tip: tip, Email: string(j.Email),
		// It was due when its time to expire began to run.
		Late: j.OpenedAt.Sub(j.ExpiresAt.Add(-v.grace[j.Newsletter])) >= time.Minute,
	}
	v.note(line)
	return v.line(line)
}

func (v *seen) note(l simulatedLine) {
	v.summary.Deliveries++
	if l.Late {
		v.summary.Late++
	}
	v.editions[l.Newsletter][l.LocalDate]++
	key := readerKey(l.Newsletter, subscribers.Address(l.Email))
	v.got[key][l.LocalDate] = true
	if !v.courseOf[l.Newsletter] {
		return
	}
	if v.courses[key] == nil {
		v.courses[key] = map[string]bool{}
	}
	if v.courses[key][l.Tip] {
		v.summary.Repeats = append(v.summary.Repeats, simulatedRepeat{l.Newsletter, l.LocalDate, l.Tip, l.Email})
	}
	v.courses[key][l.Tip] = true
}

// report compares what readers got with what their dates are, and prints the
// summary.
func (s *simulation) report(ctx context.Context) error {
	sum := &s.seen.summary
	for i := range s.newsletters {
		n := &s.newsletters[i]
		sum.Editions += len(s.seen.editions[n.ID])
		history, err := s.editions.History(ctx, n.ID)
		if err != nil {
			return err
		}
		before := map[string]bool{}
		for _, sent := range history {
			if before[sent.Tip] && s.seen.inRange(sent.LocalDate) {
				sum.Repeats = append(sum.Repeats, simulatedRepeat{Newsletter: n.ID, LocalDate: sent.LocalDate, Tip: sent.Tip})
			}
			before[sent.Tip] = true
		}
	}
	missed, err := s.missed(ctx)
	if err != nil {
		return err
	}
	for _, m := range missed {
		if m.Reason == "" {
			sum.Gaps = append(sum.Gaps, m)
		} else {
			sum.Skipped = append(sum.Skipped, m)
		}
	}
	if s.json {
		return s.printJSON(sum)
	}
	s.printSummary()
	return nil
}

// missed returns the dates that readers should have got by their own schedule
// and did not, with the reason that the ledger has.
func (s *simulation) missed(ctx context.Context) ([]simulatedGap, error) {
	type slotDate struct {
		slot int64
		date scheduler.Date
	}
	counts, reasons := map[simulatedGap]int{}, map[slotDate]string{}
	for _, r := range s.readers {
		got := s.seen.got[readerKey(r.Newsletter, r.Address)]
		schedule := r.newsletter.Schedule(r.slot)
		for date := s.first; !date.After(s.last); date = date.Add(1) {
			if got[date.String()] || !schedule.Matches(date) {
				continue
			}
			due, exists := schedule.Due(date)
			if !exists || !due.After(r.pausedUntil) {
				continue
			}
			key := slotDate{r.slot.ID, date}
			reason, known := reasons[key]
			if !known {
				var err error
				if reason, err = s.ledger.SkipReason(ctx, r.Newsletter, date.String(), r.slot.ID, due); err != nil {
					return nil, err
				}
				reasons[key] = reason
			}
			counts[simulatedGap{Newsletter: r.Newsletter, LocalDate: date.String(), Reason: reason}]++
		}
	}
	missed := slices.Collect(maps.Keys(counts))
	for i, m := range missed {
		missed[i].Readers = counts[m]
	}
	slices.SortFunc(missed, func(a, b simulatedGap) int {
		return cmp.Or(strings.Compare(a.Newsletter, b.Newsletter), strings.Compare(a.LocalDate, b.LocalDate), strings.Compare(a.Reason, b.Reason))
	})
	return missed, nil
}

// printSummary is for a person: a row for each month, then what is out of the
// ordinary.
func (s *simulation) printSummary() {
	sum := &s.seen.summary
	s.printf("%s to %s, %s: %s, %s, %d of them late\n\n", s.first, s.last,
		count(sum.Readers, "reader"), count(sum.Editions, "edition"), count(sum.Deliveries, "delivery", "deliveries"), sum.Late)
	var rows []table.Row
	for _, n := range s.newsletters {
		editions, deliveries := map[string]int{}, map[string]int{}
		for date, mails := range s.seen.editions[n.ID] {
			month := date[:len("2026-12")]
			editions[month]++
			deliveries[month] += mails
		}
		for _, month := range slices.Sorted(maps.Keys(editions)) {
			rows = append(rows, table.Row{n.ID, month, editions[month], deliveries[month]})
		}
	}
	s.table(table.Row{"Newsletter", "Month", "Editions", "Deliveries"}, rows, 3, 4)
	s.printMissed("Not sent", sum.Skipped)
	if n := len(sum.Repeats); n > 0 {
		s.printf("\n%s, the first on %s: %s\n", count(n, "repeat"), sum.Repeats[0].LocalDate, sum.Repeats[0].Tip)
	} else {
		s.printf("\nNo tip is repeated.\n")
	}
	if len(sum.Gaps) == 0 {
		s.printf("Nobody missed a date that nothing explains.\n")
		return
	}
	s.printMissed("Missed, and nothing says why", sum.Gaps)
}

func (s *simulation) printMissed(title string, missed []simulatedGap) {
	if len(missed) == 0 {
		return
	}
	s.printf("\n%s:\n\n", title)
	var rows []table.Row
	for _, m := range missed[:min(len(missed), mostRows)] {
		rows = append(rows, table.Row{m.Newsletter, m.LocalDate, m.Readers, m.Reason})
	}
	s.table(table.Row{"Newsletter", "Date", "Readers", "Why"}, rows, 3)
	if more := len(missed) - mostRows; more > 0 {
		s.printf("and %d more; use --json to list them\n", more)
	}
}
