package admin

import (
	"context"
	"errors"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"time"

	"dailytip/admins"
	"dailytip/locale"
	"dailytip/web"
)

// action is one button.
type action struct {
	path  string // below root
	needs admins.Permission
	on    formPage // the page that has its form; nil: the one whose path its own begins with
	// timeout is how long it may take; 0: as long as any page.
	timeout time.Duration
	// read makes a change of the form. It changes nothing itself.
	read func(v *visit) (change, error)
}

// change is what somebody is about to do.
type change struct {
	name    string // the log has it; admin.log.NAME says it in words, and admin.done.NAME afterwards
	subject string // what it's done to; never a reader's address
	detail  string
	do      func(ctx context.Context) error
	back    string // the page that shows what came of it, below root
	query   url.Values
	at      string // the place on that page, an id; "": its top
}

// doneField is by which a page's address says what has just been done.
const doneField = "done"

// addAction adds a button. Whatever it changes is written into the log before it's done,
// and what came of it afterwards.
func (a *Admin) addAction(x action) {
	if x.on == nil {
		x.on = a.on(a.pageAbove(x.path))
	}
	a.Handle(web.Route{Pattern: "POST " + root + x.path, Timeout: x.timeout, Fault: a.fault, Handler: a.admit(x.needs, func(w http.ResponseWriter, r *http.Request, v *visit) {
		c, err := x.read(v)
		if err == nil {
			err = a.carryOut(r.Context(), v, c)
		}
		if err != nil {
			_ = r.PostFormValue("") // reads the form, if nobody has yet
			a.refusedAgain(w, r, v, x.on, r.PostForm, err)
			return
		}
		query := url.Values{doneField: {c.name}}
		maps.Copy(query, c.query)
		a.redirectTo(w, r, root+c.back, query, c.at)
	})})
	a.wrongMethod(root+x.path, "POST")
}

// carryOut does a change between the two lines of its log.
func (a *Admin) carryOut(ctx context.Context, v *visit, c change) error {
	id, err := a.Admins.Note(ctx, admins.Entry{At: v.now, Who: v.Who, Action: c.name, Subject: c.subject, Detail: c.detail})
	if err != nil {
		return err
	}
	err = c.do(ctx)
	outcome := admins.Done
	if q := (quoting{}); errors.As(err, &q) {
		outcome = web.Untagged(q.logged)
	} else if known := (refusal{}); errors.As(err, &known) {
		outcome = known.Error()
	} else if err != nil {
		outcome = locale.Text(locale.Default, "admin.log.failed", nil)
	}
	// Not ctx, which may have ended: the browser has gone, and the change was made. Nor is
	// it undone because the log can't say so.
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if fault := a.Admins.Settle(settling, id, outcome); fault != nil {
		a.Log.ErrorContext(ctx, "the log can't be told what came of a change", "action", c.name, "outcome", outcome, "error", fault)
	}
	return err
}

// settleTime is how long it may take to write down what came of a change.
const settleTime = 5 * time.Second

// said is what has just been done, as the address of the page says; "": nothing. Anybody
// can write such an address, and who follows theirs isn't to believe it: so it has to be a
// page of ours that leads there, as far as the browser says.
func (a *Admin) said(r *http.Request) template.HTML {
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" {
		return ""
	}
	if text, there := wordsFor("admin.done." + r.URL.Query().Get(doneField)); there {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return ""
}
