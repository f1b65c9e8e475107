package admin

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"dailytip/editions"
	"dailytip/scheduler"
	"dailytip/tips"
)

// undoView is the form that takes the last change back. It carries what stood before.
type undoView struct {
	Action     string // where it posts to
	Newsletter string
	Fields     []string // for each date three: the date, what it has now, what it had
	What       []template.HTML
}

// mostUndone is how many dates a change of the calendar has.
const mostUndone = 2

// undoOf is the form that takes back what the page's address names; nil: it names
// nothing, or somebody has changed that since.
func (a *Admin) undoOf(v *visit, n *scheduler.Newsletter, calendar *scheduler.Calendar) *undoView {
	fields := v.URL.Query()["undo"]
	dates, err := undone(fields)
	if err != nil || len(dates) == 0 {
		return nil
	}
	shown := &undoView{Action: a.Path(root+"/calendar/undo", nil), Newsletter: n.ID, Fields: fields}
	for _, d := range dates {
		date, err := scheduler.ParseDate(d.LocalDate)
		if err != nil || calendar.Chosen(date) != d.From {
			return nil
		}
		values := map[string]template.HTML{"Date": dateName(d.LocalDate)}
		message := "admin.calendar.back_open"
		switch {
		case d.To.Tip != "":
			message = "admin.calendar.back_tip"
			t, there := n.Library.Tip(d.To.Tip)
			if !there {
				t = tips.Tip{Title: d.To.Tip}
			}
			values["Tip"] = titled(n, t)
		case d.To.Reason != "":
			message = "admin.calendar.back_skip"
		}
		shown.What = append(shown.What, phrase(message, values))
	}
	return shown
}

// undoPlan takes a change back, unless somebody has changed the same since.
func (a *Admin) undoPlan(v *visit) (change, error) {
	n, err := a.newsletterOf(v.PostFormValue("newsletter"))
	if err != nil {
		return change{}, err
	}
	dates, err := undone(v.PostForm["undo"])
	if err != nil {
		return change{}, err
	}
	if len(dates) == 0 {
		return change{}, refuse(http.StatusUnprocessableEntity, "admin.calendar.no_date")
	}
	f := dateForm{Admin: a, v: v, n: n}
	var names []string
	for _, d := range dates {
		if f.date, err = f.dated(d.LocalDate); err != nil {
			return change{}, err
		}
		names = append(names, d.LocalDate)
	}
	others := slices.DeleteFunc(names, func(name string) bool { return name == f.date.String() })
	return f.change("undo", strings.Join(others, ", "), f.date, func(ctx context.Context) ([]editions.Replanned, error) {
		return dates, a.Scheduler.Replan(ctx, v.now, n, dates)
	}), nil
}

// undone reads what a form carries of what stood before.
func undone(fields []string) ([]editions.Replanned, error) {
	wrong := refuse(http.StatusUnprocessableEntity, "admin.fault.request")
	if len(fields)%3 != 0 || len(fields) > 3*mostUndone {
		return nil, wrong
	}
	var dates []editions.Replanned
	for part := range slices.Chunk(fields, 3) {
		from, err := chosenOf(part[1])
		if err != nil {
			return nil, err
		}
		to, err := chosenOf(part[2])
		if err != nil {
			return nil, err
		}
		dates = append(dates, editions.Replanned{LocalDate: part[0], From: from, To: to})
	}
	return dates, nil
}

// chosenText is what somebody has chosen for a date, as a form carries it: "",
// "skip" or "pin ID".
func chosenText(c editions.Choice) string {
	if c.Tip == "" {
		return c.Reason
	}
	return c.Reason + " " + c.Tip
}

// mostID is how long a tip's id may be, in bytes.
const mostID = 1000

// chosenOf reads it.
func chosenOf(text string) (editions.Choice, error) {
	reason, tip, _ := strings.Cut(text, " ")
	if len(text) > mostID+len("pin ") || text != "" && text != "skip" && (reason != "pin" || tip == "") {
		return editions.Choice{}, refuse(http.StatusUnprocessableEntity, "admin.fault.request")
	}
	return editions.Choice{Reason: reason, Tip: tip}, nil
}
