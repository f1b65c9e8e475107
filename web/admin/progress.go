package admin

import (
	"html/template"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/web"
)

// progressView is how far an edition is: the data of the templates "bar" and "counts".
type progressView struct {
	State  template.HTML
	Left   template.HTML // how long it takes; "": nobody can tell, or it's over
	Label  string        // the bar in words
	Parts  []barPart
	Counts []countView
}

// barPart is a part of the bar, which is barWidth wide.
type barPart struct {
	Class    string // its colour
	X, Width int64
}

// countView is how many mails are in a state.
type countView struct {
	Class string // its colour
	Name  template.HTML
	N     string
}

// countOf is a number in its colour, if it's any.
func countOf(class string, n int64) countView {
	if n == 0 {
		class = "none"
	}
	return countView{Class: class, N: grouped(n)}
}

const (
	barWidth = 1000
	barLeast = 6 // of what is there at all: one failure among a million is seen
)

// progress says how far an edition is.
func progress(s ledger.Summary) progressView {
	shown := progressView{State: say("admin.state." + stateOf(s))}
	if stateOf(s) == "sending" && s.Remaining != nil {
		shown.Left = phrase("admin.progress.left", map[string]template.HTML{
			"Rate": template.HTML(grouped(int64(s.Rate + .5))), "Time": roughly(time.Duration(*s.Remaining * float64(time.Second))),
		})
	}
	var words []string
	x := int64(0)
	for _, c := range []struct {
		name  string
		n     int64
		quiet bool // shown only when there are some
	}{
		{"sent", s.Sent, false},
		{"waiting", s.Pending + s.Retry, false},
		{"failed", s.Failed, false},
		{"in_doubt", s.InDoubt, false},
		{"expired", s.Expired, true},
		{"withdrawn", s.Withdrawn, true},
	} {
		name := say("admin.count." + c.name)
		if c.n > 0 || !c.quiet {
			count := countOf(c.name, c.n)
			count.Name = name
			shown.Counts = append(shown.Counts, count)
		}
		if c.n > 0 {
			words = append(words, grouped(c.n)+" "+string(name))
			shown.Parts = append(shown.Parts, barPart{Class: c.name, Width: max(c.n*barWidth/max(s.Due, 1), barLeast)})
		}
	}
	fit(shown.Parts)
	for i := range shown.Parts {
		shown.Parts[i].X = x
		x += shown.Parts[i].Width
	}
	shown.Label = locale.Text(locale.Default, "admin.progress.label", map[string]any{"Due": grouped(s.Due), "Parts": strings.Join(words, ", ")})
	return shown
}

// fit makes the widest part as wide as it has to be for all of them to fill the bar.
func fit(parts []barPart) {
	widest, sum := 0, int64(0)
	for i, p := range parts {
		sum += p.Width
		if p.Width > parts[widest].Width {
			widest = i
		}
	}
	if len(parts) > 0 {
		parts[widest].Width += barWidth - sum
	}
}

// stateOf is what an edition does, as its message is called.
func stateOf(s ledger.Summary) string {
	switch {
	case s.State != editions.Open:
		return s.State
	case s.Pending+s.Retry == 0:
		return "over"
	case s.Pending > 0 && s.Rate > 0:
		return "sending"
	}
	return "waiting" // for its time, for a pause to end, or to be tried again
}

// roughly is a time to come, as somebody who waits wants to know it.
func roughly(d time.Duration) template.HTML {
	switch {
	case d < time.Minute:
		return say("admin.progress.moment")
	case d < 2*time.Hour:
		return counting("admin.progress.minutes", int((d+30*time.Second)/time.Minute))
	}
	return counting("admin.progress.hours", int((d+30*time.Minute)/time.Hour))
}

// tipTitle is the title of an edition's tip, or its id where the library hasn't got it any
// more. n may be nil: the newsletter has left the configuration.
func tipTitle(n *scheduler.Newsletter, tip string) template.HTML {
	if n != nil {
		if t, there := n.Library.Tip(tip); there {
			return web.Isolated(t.Title, t.Language)
		}
	}
	if tip == "" {
		return say("admin.progress.several")
	}
	return web.Isolated(tip, "")
}
