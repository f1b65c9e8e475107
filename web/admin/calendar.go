package admin

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"time"

	"dailytip/admins"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/tips"
	"dailytip/web"
)

// calendarDays is how many days the calendar shows.
const calendarDays = 90

// calendarView is the data of the template "calendar".
type calendarView struct {
	Newsletters []tabView // when there are several
	ID          string    // of the newsletter that is shown
	Course      bool      // each reader has a plan of their own, and there is nothing to show
	Approve     bool
	May         bool // change it
	Weeks       []weekView
	Looking     bool // what it says of faults may be old
	Astray      []astrayView
	Tips        []tipOption // that can be pinned; "" when they may not
	First, Last string      // the dates that can be swapped
	Path        string      // of the page; its buttons are below
	Script      string      // the address of ours
}

type weekView struct {
	Name string
	Days []dayView
}

// astrayView is a tip that is pinned to a date and won't go out on it.
type astrayView struct {
	Date template.HTML
	Why  string
}

// tipOption is a tip as somebody names it who pins it.
type tipOption struct{ Name, Title string }

// dayView is a date of the calendar.
type dayView struct {
	Newsletter string        // its id
	Date       string        // YYYY-MM-DD
	Day        string        // as it stands in the first column
	Full       template.HTML // as it's read aloud
	Near       template.HTML // that it's today or tomorrow; "": it's neither
	Asked      bool          // the page's address names it

	Tip       string // its id; "": none
	Title     template.HTML
	Name      string // its title as a plain text
	Href      string // of its own page; "": it has none
	Why       template.HTML
	Class     string        // the colour of why
	Instead   template.HTML // what goes out while it isn't approved; "": it is, or needn't be
	Note      string
	Languages []string
	More      int // languages after the first
	Faults    []string

	Digest   string // of a text that can be approved; "": none
	Approved bool   // and that can be taken back

	// What can be done; nothing is when Open is false.
	Open, Own              bool // Own: the tip's file gives it the date
	Skips, Unskips         bool
	Pins, Unpins           bool
	Moves                  bool   // it can change places with another date
	Chosen                 string // what somebody has chosen for the date, as they see it now
	Earlier, Later         string // the dates with which it can do so by a button; "": none
	EarlierName, LaterName template.HTML
}

// calendar is what goes out on each of the coming days, and why.
func (a *Admin) calendar(v *visit) (view, error) {
	shown := calendarView{May: v.may(admins.Plan), Path: a.Path(root+"/calendar", nil), Script: a.calendarScript}
	n, err := a.newsletterOf(v.URL.Query().Get("newsletter"))
	if err != nil {
		return view{}, err
	}
	shown.ID, shown.Approve = n.ID, n.Approve
	shown.Newsletters = a.tabs("/calendar", n)
	result := view{title: say("admin.section.calendar"), body: "calendar"}
	if n.Order == scheduler.CourseOrder {
		shown.Course = true
		result.data = shown
		return result, nil
	}
	today := n.Today(v.now)
	s := a.shelves.of(v, n)
	shown.Looking = s.looking
	lines, calendar, err := a.Scheduler.PlanWith(v.Context(), v.now, n, today, calendarDays, false, s.found.Faults)
	if err != nil {
		return view{}, err
	}
	days := make([]dayView, len(lines))
	for i, line := range lines {
		days[i] = a.day(n, calendar, line)
		days[i].Asked = line.Date == v.URL.Query().Get("date")
		switch line.Choice.Date {
		case today:
			days[i].Near = say("admin.calendar.today")
		case today.Add(1):
			days[i].Near = say("admin.calendar.tomorrow")
		}
	}
	neighbours(days)
	shown.Weeks = weeks(lines, days)
	shown.Astray = astray(calendar, n.Upcoming(v.now), today.Add(calendarDays), lines)
	shown.First, shown.Last = n.Upcoming(v.now).String(), today.Add(calendarDays-1).String()
	if shown.May {
		shown.Tips = tipOptions(n)
		result.undo = a.undoOf(v, n, calendar)
	}
	result.data = shown
	return result, nil
}

// day is what there is to say of a date, and what can be done with it.
func (a *Admin) day(n *scheduler.Newsletter, calendar *scheduler.Calendar, line scheduler.Line) dayView {
	chosen, meant := calendar.Chosen(line.Choice.Date), line.Meant
	d := dayView{
		Newsletter: n.ID, Date: line.Date, Day: shortDay(line.Date), Full: date(line.Date), Note: line.Note, Chosen: chosenText(chosen),
		Languages: meant.Languages, More: len(meant.Languages) - 1, Open: line.Reason != scheduler.Sent,
	}
	why, own := line.Reason, cmp.Or(meant.Tip.Pin, meant.Tip.Date)
	d.Own = own != "" && (own == line.Date || own == line.Date[len("2026-"):])
	switch {
	case why == scheduler.Pinned && d.Own:
		why = "own_date"
	case why == scheduler.Skipped && chosen.Reason == "":
		why = "configured"
	}
	if d.Class = why; line.Waiting != "" {
		why, d.Class = scheduler.Unapproved, "in_doubt"
	}
	d.Why = say("admin.why." + why)
	if meant.Tip.ID != "" {
		d.Tip, d.Name = meant.Tip.ID, emojiTitle(meant.Tip)
		d.Title = titled(n, meant.Tip)
		if _, there := n.Library.Tip(meant.Tip.ID); there { // what was sent may have left it
			d.Href = a.tipPath(tipPages, n.ID, meant.Tip.ID, nil)
		}
	}
	for _, f := range meant.Faults {
		d.Faults = append(d.Faults, f.String())
	}
	if line.Waiting != "" {
		d.Note = "" // it says no more than that
		if line.Tip != "" {
			d.Instead = phrase("admin.calendar.instead", map[string]template.HTML{"Tip": titled(n, line.Choice.Tip)})
		}
		d.Digest, _ = meant.Tip.TextDigest() // without it there is nothing to approve
	}
	d.Approved = n.Approve && d.Open && d.Tip != "" && line.Waiting == ""
	d.Skips, d.Unskips = d.Open && line.Reason != scheduler.Skipped, d.Open && chosen.Reason == "skip"
	d.Pins, d.Unpins = d.Open && !d.Own, d.Open && chosen.Reason == "pin"
	d.Moves = d.Pins && (d.Tip != "" || !d.Skips)
	return d
}

// titled is a tip's title as a person sees it in a subject, without the emoji for who
// listens.
func titled(n *scheduler.Newsletter, t tips.Tip) template.HTML {
	title := web.Isolated(t.Title, cmp.Or(t.Language, n.Language))
	if t.Emoji == "" {
		return title
	}
	return template.HTML(`<span aria-hidden="true">`+template.HTMLEscapeString(t.Emoji)+"</span> ") + title
}

// neighbours says for each date with which dates beside it it can change places: what is
// sent stays, and so does what has its date by its own file.
func neighbours(days []dayView) {
	for i := 1; i < len(days); i++ {
		before, d := &days[i-1], &days[i]
		if before.Moves && d.Moves && before.Tip != d.Tip {
			before.Later, before.LaterName = d.Date, d.Full
			d.Earlier, d.EarlierName = before.Date, before.Full
		}
	}
}

// weeks are the dates by week, which begins on Monday.
func weeks(lines []scheduler.Line, days []dayView) []weekView {
	var all []weekView
	last := scheduler.Date{}
	for i, line := range lines {
		day := line.Choice.Date
		monday := day.Add(-(int(day.Weekday()) + 6) % 7)
		if monday != last {
			all = append(all, weekView{Name: span(monday, monday.Add(6))})
			last = monday
		}
		week := &all[len(all)-1]
		week.Days = append(week.Days, days[i])
	}
	return all
}

// astray are the tips that are pinned to dates without an edition, of which there is no
// line that says so.
func astray(calendar *scheduler.Calendar, from, end scheduler.Date, lines []scheduler.Line) []astrayView {
	var all []astrayView
	for _, s := range calendar.Astray(from, max(end.Sub(from), 0)) {
		said := func(l scheduler.Line) bool { return l.Choice.Date == s.Date && l.Note != "" }
		if !slices.ContainsFunc(lines, said) {
			all = append(all, astrayView{date(s.Date.String()), s.Why})
		}
	}
	return all
}

// mostOptions is how many tips a field proposes. Others can be named all the same.
const mostOptions = 2000

// tipOptions are the tips that a date can get, by their titles; where several have one
// title, by their ids.
func tipOptions(n *scheduler.Newsletter) []tipOption {
	var all []tipOption
	times := map[string]int{}
	for _, t := range n.Library.Tips() {
		if t.Draft || t.NeverRendered {
			continue
		}
		times[t.Title]++
		all = append(all, tipOption{t.ID, t.Title})
	}
	for i, o := range all {
		if times[o.Title] == 1 {
			all[i] = tipOption{Name: o.Title}
		}
	}
	slices.SortFunc(all, func(a, b tipOption) int { return cmp.Compare(cmp.Or(a.Title, a.Name), cmp.Or(b.Title, b.Name)) })
	return all[:min(len(all), mostOptions)]
}

// shortDay is a date in a column of many: "Tue 1 Dec".
func shortDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("Mon 2 Jan")
}

// span is the first and the last day of a week: "30 November – 6 December".
func span(first, last scheduler.Date) string {
	from, err := time.Parse(time.DateOnly, first.String())
	to, err2 := time.Parse(time.DateOnly, last.String())
	if err != nil || err2 != nil {
		return first.String()
	}
	begin := from.Format("2 January")
	if from.Month() == to.Month() {
		begin = strconv.Itoa(from.Day())
	}
	return begin + " – " + to.Format("2 January")
}

// dateName is a date in a sentence.
func dateName(day string) template.HTML {
	return template.HTML(template.HTMLEscapeString(locale.Date(locale.Default, day)))
}
