package admin

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/scheduler"
	"dailytip/tips"
)

// calendarActions are the buttons of the calendar.
func (a *Admin) calendarActions() []action {
	all := []action{
		{path: "/calendar/pin", needs: admins.Plan, read: a.pinTip},
		{path: "/calendar/unpin", needs: admins.Plan, read: a.planned("unpin", unpinTip)},
		{path: "/calendar/skip", needs: admins.Plan, read: a.planned("skip", skipDate)},
		{path: "/calendar/unskip", needs: admins.Plan, read: a.planned("unskip", unskipDate)},
		{path: "/calendar/swap", needs: admins.Plan, read: a.swapDates},
		{path: "/calendar/undo", needs: admins.Plan, read: a.undoPlan},
		{path: "/calendar/approve", needs: admins.Plan, read: a.planned("approve", approveTip)},
		{path: "/calendar/unapprove", needs: admins.Plan, read: a.planned("unapprove", unapproveTip)},
	}
	on := a.onCalendar()
	for i := range all {
		all[i].on = on
	}
	return all
}

// onCalendar is the calendar that has a date's form.
func (a *Admin) onCalendar() formPage {
	calendar := a.on("/calendar")
	return func(v *visit) (page, *visit) {
		p, at := calendar(v)
		at.URL.RawQuery = url.Values{"newsletter": {v.PostFormValue("newsletter")}, "date": {v.PostFormValue("date")}}.Encode()
		return p, at
	}
}

// dateForm is what the form of a date says.
type dateForm struct {
	*Admin
	v    *visit
	n    *scheduler.Newsletter
	date scheduler.Date
	seen editions.Choice // what somebody had chosen for the date, as the page showed it
	tip  string          // the id of the tip that the page showed
}

// dateForm reads the form of a date.
func (a *Admin) dateForm(v *visit) (dateForm, error) {
	f := dateForm{Admin: a, v: v, tip: v.PostFormValue("shown")}
	n, err := a.newsletterOf(v.PostFormValue("newsletter"))
	if err != nil {
		return f, err
	}
	f.n = n
	if _, there := n.Library.Tip(f.tip); !there && f.tip != "" { // the log has it
		return f, planRefusal(editions.ErrChanged)
	}
	if f.date, err = f.dated(v.PostFormValue("date")); err != nil {
		return f, err
	}
	f.seen, err = chosenOf(v.PostFormValue("chosen"))
	return f, err
}

// dated reads a date that the calendar shows.
func (f dateForm) dated(text string) (scheduler.Date, error) {
	date, err := scheduler.ParseDate(text)
	if err != nil {
		return date, refuse(http.StatusUnprocessableEntity, "admin.calendar.no_date")
	}
	if ahead := date.Sub(f.n.Today(f.v.now)); ahead < 0 || ahead >= calendarDays {
		return date, refuse(http.StatusUnprocessableEntity, "admin.calendar.far_date")
	}
	return date, nil
}

// change is one of the calendar's. do returns what it has changed of what is chosen for
// dates, for somebody who takes it back.
func (f dateForm) change(name, detail string, date scheduler.Date, do func(ctx context.Context) ([]editions.Replanned, error)) change {
	query := url.Values{"newsletter": {f.n.ID}}
	return change{
		name: "calendar_" + name, subject: f.n.ID + " " + date.String(), detail: detail, back: "/calendar", query: query, at: date.String(),
		do: func(ctx context.Context) error {
			dates, err := do(ctx)
			for _, d := range dates {
				back := d.Back()
				query["undo"] = append(query["undo"], back.LocalDate, chosenText(back.From), chosenText(back.To))
			}
			return planRefusal(err)
		},
	}
}

// to is the change of one date's choice.
func (f dateForm) to(choice editions.Choice, err error) ([]editions.Replanned, error) {
	if err != nil {
		return nil, err
	}
	return []editions.Replanned{{LocalDate: f.date.String(), From: f.seen, To: choice}}, nil
}

// planned makes a button of what is done with a date.
func (a *Admin) planned(name string, do func(ctx context.Context, f dateForm) ([]editions.Replanned, error)) func(v *visit) (change, error) {
	return func(v *visit) (change, error) {
		f, err := a.dateForm(v)
		if err != nil {
			return change{}, err
		}
		return f.change(name, f.tip, f.date, func(ctx context.Context) ([]editions.Replanned, error) { return do(ctx, f) }), nil
	}
}

func (a *Admin) pinTip(v *visit) (change, error) {
	f, err := a.dateForm(v)
	if err != nil {
		return change{}, err
	}
	tip, err := tipNamed(f.n, v.PostFormValue("tip"))
	if err != nil {
		return change{}, err
	}
	return f.change("pin", tip, f.date, func(ctx context.Context) ([]editions.Replanned, error) {
		return f.to(editions.Choice{Reason: "pin", Tip: tip}, a.Scheduler.Pin(ctx, v.now, f.n, f.date, tip, &f.seen))
	}), nil
}

func skipDate(ctx context.Context, f dateForm) ([]editions.Replanned, error) {
	return f.to(editions.Choice{Reason: "skip"}, f.Scheduler.Skip(ctx, f.v.now, f.n, f.date, &f.seen))
}

func unpinTip(ctx context.Context, f dateForm) ([]editions.Replanned, error) {
	return f.to(editions.Choice{}, f.Scheduler.Unpin(ctx, f.n, f.date, &f.seen))
}

func unskipDate(ctx context.Context, f dateForm) ([]editions.Replanned, error) {
	err := f.Scheduler.Unskip(ctx, f.n, f.date, &f.seen)
	if r := (scheduler.Refused{}); errors.As(err, &r) && r.Made {
		err = nil // the page shows that the configuration skips the date as well
	}
	return f.to(editions.Choice{}, err)
}

func (a *Admin) swapDates(v *visit) (change, error) {
	f, err := a.dateForm(v)
	if err != nil {
		return change{}, err
	}
	with := v.PostFormValue("beside") // of a button to move it by one; else of the field
	if with == "" {
		with = v.PostFormValue("with")
	}
	other, err := f.dated(with)
	if err != nil {
		return change{}, err
	}
	return f.change("swap", f.date.String(), other, func(ctx context.Context) ([]editions.Replanned, error) {
		return a.Scheduler.Swap(ctx, v.now, f.n, f.date, other, &f.tip)
	}), nil
}

func approveTip(ctx context.Context, f dateForm) ([]editions.Replanned, error) {
	return nil, f.Scheduler.ApproveText(ctx, f.v.now, f.n, f.date, f.tip, f.v.PostFormValue("digest"), f.v.Label())
}

func unapproveTip(ctx context.Context, f dateForm) ([]editions.Replanned, error) {
	_, err := f.Scheduler.Unapprove(ctx, f.v.now, f.n, f.date, f.tip, f.v.Label())
	return nil, err
}

// tipNamed finds the id of the tip that somebody names by its title, by a part of it that
// no other title has, or by its id.
func tipNamed(n *scheduler.Newsletter, name string) (string, error) {
	name = strings.TrimSpace(name)
	if _, there := n.Library.Tip(name); there {
		return name, nil
	}
	if name == "" {
		return "", refuse(http.StatusUnprocessableEntity, "admin.calendar.no_tip")
	}
	var found, like []string
	part := strings.ToLower(name)
	for _, t := range n.Library.Tips() {
		switch {
		case t.Draft:
		case strings.EqualFold(t.Title, name), strings.EqualFold(emojiTitle(t), name):
			found = append(found, t.ID)
		case strings.Contains(strings.ToLower(t.Title), part):
			like = append(like, t.ID)
		}
	}
	if len(found) == 0 && len(like) == 1 { // a part of the title says which one
		found = like
	}
	unknown := "unknown_tip"
	if len(like) > 0 {
		unknown = "vague_tip"
	}
	switch {
	case len(found) == 0:
		return "", refusal{http.StatusUnprocessableEntity, phrase("admin.calendar."+unknown, map[string]template.HTML{"Name": template.HTML(template.HTMLEscapeString(name))})}
	case len(found) > 1:
		ids := template.HTML(template.HTMLEscapeString(strings.Join(found, ", ")))
		return "", refusal{http.StatusUnprocessableEntity, phrase("admin.calendar.several_tips", map[string]template.HTML{"Ids": ids})}
	}
	return found[0], nil
}

func emojiTitle(t tips.Tip) string { return strings.TrimSpace(t.Emoji + " " + t.Title) }

// planRefusal says why a change of the plan wasn't made.
func planRefusal(err error) error {
	var r scheduler.Refused
	switch {
	case errors.Is(err, editions.ErrChanged):
		return refuse(http.StatusConflict, "admin.calendar.changed")
	case errors.Is(err, editions.ErrOpened):
		return refuse(http.StatusConflict, "admin.calendar.opened")
	case errors.As(err, &r):
		return refusal{http.StatusConflict, phrase("admin.calendar.refused", map[string]template.HTML{"Why": template.HTML(template.HTMLEscapeString(asSentence(r.Error())))})}
	}
	return err
}
