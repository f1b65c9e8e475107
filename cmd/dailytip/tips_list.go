package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/editions"
	"dailytip/tips"
)

// tipLine is what tips list prints of a tip.
type tipLine struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Emoji     string   `json:"emoji,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Languages []string `json:"languages,omitempty"` // of its translations
	Date      string   `json:"date,omitempty"`
	Pin       string   `json:"pin,omitempty"`
	Useful    int64    `json:"useful,omitempty"` // readers' answers to whether it was
	NotUseful int64    `json:"not_useful,omitempty"`
}

// fileLine is what tips list --all prints of a file.
type fileLine struct {
	Path  string `json:"path"`
	State string `json:"state"` // tip, draft, future, expired, never rendered, an index, …
	ID    string `json:"id,omitempty"`
	Title string `json:"title,omitempty"`
	Why   string `json:"why,omitempty"` // what the state follows from
}

func (c *command) tipsList(dir *string) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the tips; --all says of each other file why it's none",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.each(*dir, func(folder string, l *tips.Library) error {
				zone, err := c.zoneOf(*dir, folder)
				if err != nil {
					return err
				}
				now := time.Now().In(zone)
				if all {
					return c.listFiles(l, folder, now)
				}
				return c.listTips(l, folder, now, c.tallies(cmd.Context(), *dir, folder))
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list each markdown file, with why it isn't a tip now")
	return cmd
}

// listTips prints the tips that can be sent now.
func (c *command) listTips(l *tips.Library, folder string, now time.Time, votes map[string]editions.Tally) error {
	var rows []table.Row
	today := now.Format(time.DateOnly)
	for _, t := range l.Tips() {
		if t.WhyNot(now) != "" {
			continue
		}
		line := tipLine{ID: t.ID, Title: t.Title, Emoji: t.Emoji, Tags: t.Tags, Date: t.Date, Pin: t.Pin}
		line.Useful, line.NotUseful = votes[t.ID].Useful, votes[t.ID].Useless
		for _, tr := range t.Translations {
			line.Languages = append(line.Languages, tr.Language)
		}
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		day := t.Pin
		if day == "" && t.Date >= today {
			day = t.Date
		}
		if day != "" {
			day = "on " + day
		}
		rows = append(rows, table.Row{t.ID, strings.TrimSpace(t.Emoji + " " + t.Title), strings.Join(line.Languages, " "), day, voteText(votes[t.ID])})
	}
	if c.json {
		return nil
	}
	c.table(table.Row{"Id", "Title", "Translations", "", "Useful"}, rows, 5)
	c.printf("\n%s in %s\n", count(len(rows), "tip"), folder)
	if others := len(l.Tips()) - len(rows) + len(l.LeftOut()) + len(l.Broken()); others > 0 {
		c.say("%s now: dailytip tips list --all says why", count(others, "other file is no tip", "other files are no tips"))
	}
	if n := len(l.Faults()); n > 0 {
		c.say("%s: dailytip tips lint shows them", count(n, "fault or note", "faults and notes"))
	}
	return nil
}

// listFiles prints each markdown file of a library, sorted by path.
func (c *command) listFiles(l *tips.Library, folder string, now time.Time) error {
	var lines []fileLine
	for _, t := range l.Tips() {
		lines = append(lines, fileLine{Path: t.Path, State: cmp.Or(t.WhyNot(now), "tip"), ID: t.ID, Title: t.Title, Why: whyText(&t, now)})
	}
	for _, b := range l.Broken() {
		lines = append(lines, fileLine{Path: b.Tip.Path, State: "broken", ID: b.Tip.ID, Title: b.Tip.Title, Why: b.Fault.In(folder).String()})
	}
	for _, f := range l.LeftOut() {
		lines = append(lines, fileLine{Path: f.Path, State: f.Why})
	}
	for _, f := range l.Faults() {
		if f.Rule == tips.RuleUnreadable {
			lines = append(lines, fileLine{Path: f.Path, State: "not read", Why: f.Message})
		}
	}
	slices.SortFunc(lines, func(a, b fileLine) int { return strings.Compare(a.Path, b.Path) })
	var rows []table.Row
	for _, line := range lines {
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, table.Row{line.Path, line.State, short(line.Title, 60), short(line.Why, 120)})
	}
	if !c.json {
		c.table(table.Row{"File", "Is", "Title", ""}, rows)
		c.printf("\n%s in %s\n", count(len(rows), "file"), folder)
	}
	return nil
}

// whyText says what a tip's state follows from, or on which day it's sent.
func whyText(t *tips.Tip, now time.Time) string {
	switch t.WhyNot(now) {
	case "future":
		return "not before " + string(t.NotBefore)
	case "expired":
		return "since " + string(t.Expires)
	case "":
		switch {
		case t.Pin != "":
			return "only on " + t.Pin
		case t.Date >= now.Format(time.DateOnly):
			return "not before its date, " + t.Date
		}
	}
	return ""
}

// zoneOf is the zone in which a folder's dates are judged: that of the first
// newsletter that sends its tips, or the machine's when the folder was named by
// hand.
func (c *command) zoneOf(dir, folder string) (*time.Location, error) {
	if dir != "" {
		return time.Local, nil
	}
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return nil, err
	}
	for _, n := range cfg.Newsletters {
		if n.Tips == folder {
			return ownZone(n), nil
		}
	}
	return time.UTC, nil
}

// ownZone is the zone in which a newsletter's dates are judged.
func ownZone(n config.Newsletter) *time.Location {
	name := n.Timezone
	if name == "subscriber" {
		name = n.DefaultTimezone
	}
	zone, err := time.LoadLocation(name)
	if err != nil { // the configuration has been checked
		return time.UTC
	}
	return zone
}
