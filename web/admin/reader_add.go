package admin

import (
	"context"
	"net/http"
	"net/url"

	"dailytip/admins"
	"dailytip/membership"
	"dailytip/subscribers"
)

// addView is the data of the template "add".
type addView struct {
	Action      string
	Newsletters []choice
}

// add is the form by which somebody is added.
func (a *Admin) add(*visit) (view, error) {
	return view{title: say("admin.add.heading"), body: "add", data: addView{
		Action: a.Path(root+"/add/reader", nil), Newsletters: a.newsletterChoices(),
	}}, nil
}

// addReader gives somebody a place in a newsletter, or brings them back who left and
// asked for it.
func (a *Admin) addReader() action {
	return action{path: "/add/reader", needs: admins.Readers, read: func(v *visit) (change, error) {
		r, err := requested(v)
		if err != nil {
			return change{}, err
		}
		if _, err := a.Scheduler.Find(r.Newsletter); err != nil {
			return change{}, faulty(err)
		}
		vouched, returning := v.PostFormValue("confirmed") != "", v.PostFormValue("returning") != ""
		if returning {
			why, err := v.why()
			if err != nil {
				return change{}, err
			}
			r.Detail += ": " + why
		}
		if vouched {
			r.Consent = subscribers.Vouched
		}
		c := change{name: "add_reader", detail: r.Newsletter, back: "/readers", query: url.Values{"q": {string(r.Address)}}}
		c.do = func(ctx context.Context) error {
			var added subscribers.Added
			var err error
			if returning {
				added, err = a.Membership.Return(ctx, v.now, r, vouched)
			} else {
				added, err = a.Membership.SignUp(ctx, v.now, r, membership.Form{})
			}
			if err != nil {
				return told(err, map[error]string{membership.ErrNeverLeft: "admin.add.never_left"})
			}
			a.enqueued()
			return sayAdded(added, c)
		}
		return c, nil
	}}
}

// requested reads what somebody is added with.
func requested(v *visit) (r subscribers.Request, err error) {
	r = subscribers.Request{Newsletter: v.typed("newsletter"), Detail: byOperator}
	name, language, zone := v.typed("name"), v.typed("language"), v.typed("timezone")
	var bad [2]error
	r.Address, bad[0] = subscribers.ParseAddress(v.typed("email"))
	r.Preferences, bad[1] = subscribers.Written{Name: &name, Language: &language, Timezone: &zone}.Over(r.Preferences)
	for _, err := range bad {
		if err != nil {
			return r, faulty(err)
		}
	}
	return r, nil
}

// sayAdded says what became of somebody who was added.
func sayAdded(added subscribers.Added, c change) error {
	switch {
	case added.Result == subscribers.Left:
		return refuse(http.StatusConflict, "admin.add.left")
	case added.Result == subscribers.Barred:
		return refuse(http.StatusConflict, "admin.add.barred")
	case added.Result == subscribers.Unchanged:
		c.query.Set(doneField, "add_unchanged")
	case added.State == subscribers.Pending:
		c.query.Set(doneField, "add_asked")
	}
	return nil
}
