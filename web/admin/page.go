package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"dailytip/admins"
	"dailytip/locale"
	"dailytip/web"
)

// page is one that somebody looks at.
type page struct {
	path    string // below root; "": root itself
	needs   admins.Permission
	section string // what the header calls it, a message; "": it isn't in the header
	show    func(v *visit) (view, error)
	live    func(v *visit) (view, error) // what of it is asked for anew every few seconds (live.go); nil: nothing is
}

// visit is a request of somebody who is signed in.
type visit struct {
	*http.Request
	admins.Session
	now time.Time
}

// may tells whether whose visit it is has a permission.
func (v *visit) may(p admins.Permission) bool { return v.Role.May(p) }

// view is what a page shows.
type view struct {
	title template.HTML // its heading
	body  string        // a template of ours
	data  any           // what that is filled in from
	undo  *undoView     // takes back what was done; nil: nothing can be taken back
	live  string        // the address of what is live of it; "": nothing is

	frames bool // it has frames with pages of ours

	refused *refusedForm // of a form that came to nothing, which is on the page; nil: none is
}

// refusal is why something can't be done that was asked for, in words for who asked.
type refusal struct {
	status int
	text   template.HTML
}

func (r refusal) Error() string { return web.Untagged(r.text) }

// quoting is a refusal in others' words, which aren't for the log.
type quoting struct {
	refusal
	logged template.HTML // in their place
}

func (q quoting) Unwrap() error { return q.refusal }

// Refuse makes a refusal of words for who asked, for what these pages call: its other
// errors are ours, and nobody is shown them.
func Refuse(status int, format string, args ...any) error {
	return refusal{status, template.HTML(template.HTMLEscapeString(fmt.Sprintf(format, args...)))}
}

// refuse makes a refusal of a message.
func refuse(status int, message string) error { return refusal{status, say(message)} }

// say is one of our messages without values.
func say(id string) template.HTML { return web.Say(locale.Default, id) }

// wordsFor is one of our messages without values, if there is one by that name.
func wordsFor(id string) (text string, there bool) {
	text = locale.Text(locale.Default, id, nil)
	return text, text != id
}

// phrase is one of our messages, whose values are HTML already.
func phrase(id string, values map[string]template.HTML) template.HTML {
	return web.Phrase(locale.Default, id, values)
}

func (a *Admin) addPage(p page) {
	if p.section != "" {
		a.sections = append(a.sections, section{path: root + p.path, name: p.section, needs: p.needs})
	}
	a.handle("GET "+root+p.path, a.admit(p.needs, func(w http.ResponseWriter, r *http.Request, v *visit) {
		shown, err := a.shown(p, v)
		if err != nil {
			a.refused(w, r, v, err)
			return
		}
		a.write(w, r, v, http.StatusOK, shown)
	}))
	a.wrongMethod(root+p.path, "GET, HEAD")
	if p.live != nil {
		a.addLive(p)
	}
}

// shown is what a page shows on a visit.
func (a *Admin) shown(p page, v *visit) (view, error) {
	shown, err := p.show(v)
	if p.live != nil {
		shown.live = a.Path(v.URL.Path+livePath, nil)
	}
	return shown, err
}

// wrongMethod answers the methods that a path doesn't take.
func (a *Admin) wrongMethod(path, allow string) {
	a.handle(path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		a.fault(w, r, http.StatusMethodNotAllowed)
	})
}

// admit calls a handler for who is signed in and has a permission.
func (a *Admin) admit(needs admins.Permission, f func(http.ResponseWriter, *http.Request, *visit)) http.HandlerFunc {
	return a.admitBy(a.visit, needs, f)
}

// admitBy is admit where whose request it is, is found by a function.
func (a *Admin) admitBy(whose func(*http.Request) (*visit, error), needs admins.Permission, f func(http.ResponseWriter, *http.Request, *visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := whose(r)
		switch {
		case errors.Is(err, admins.ErrNoSession):
			a.askToSignIn(w, r)
		case err != nil:
			a.refused(w, r, nil, err)
		case !v.may(needs):
			a.refused(w, r, v, refuse(http.StatusForbidden, "admin.fault.role"))
		default:
			f(w, r, v)
		}
	}
}

// refusalOf is what somebody is told of an error. One that isn't a refusal is ours: it's
// logged, and they are asked to try again.
func (a *Admin) refusalOf(r *http.Request, err error) refusal {
	var known refusal
	if errors.As(err, &known) {
		return known
	}
	if !errors.Is(r.Context().Err(), context.Canceled) { // else they have gone
		a.Log.ErrorContext(r.Context(), "a page failed", "page", r.Pattern, "error", err)
	}
	return refusal{status: http.StatusServiceUnavailable, text: say("admin.fault.failed")}
}

// refused shows why something can't be done on a page that has nothing else.
func (a *Admin) refused(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	known := a.refusalOf(r, err)
	heading := say("admin.fault.heading")
	if known.status == http.StatusNotFound && r.Method != http.MethodPost {
		heading = say("admin.fault.nothing")
	}
	a.write(w, r, v, known.status, view{title: heading, body: "refused", data: known.text})
}

// fault answers what never got to its page, or has none.
func (a *Admin) fault(w http.ResponseWriter, r *http.Request, status int) {
	message := map[int]string{
		http.StatusForbidden: "admin.fault.elsewhere", http.StatusNotFound: "admin.fault.missing", http.StatusRequestEntityTooLarge: "admin.fault.large",
		http.StatusServiceUnavailable: "admin.fault.failed",
	}[status]
	if message == "" {
		message = "admin.fault.request"
	}
	a.refused(w, r, nil, refuse(status, message))
}

// policyHeader says what a page may load, and who may frame it.
const policyHeader = "Content-Security-Policy"

// write sends a page with its frame. Without a visit the frame names nobody.
func (a *Admin) write(w http.ResponseWriter, r *http.Request, v *visit, status int, shown view) {
	body, err := a.render(r, v, shown)
	if err != nil {
		a.Log.ErrorContext(r.Context(), "a page can't be written", "page", r.Pattern, "error", err)
		http.Error(w, "The fault is ours. Please try again in a few minutes.", http.StatusInternalServerError)
		return
	}
	if shown.frames {
		w.Header().Set(policyHeader, w.Header().Get(policyHeader)+"; frame-src 'self'")
	}
	if shown.live != "" {
		allowFetching(w)
	}
	// Listed is about the Referrer-Policy: without one, a browser would hide where our
	// own forms come from, also from us. Other sites learn nothing.
	a.Send(w, r, web.Page{Status: status, Lang: locale.Default, Listed: true}, body)
}

func (a *Admin) render(r *http.Request, v *visit, shown view) ([]byte, error) {
	var content, all bytes.Buffer
	if err := a.layouts.ExecuteTemplate(&content, shown.body, shown.data); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	f := a.frame(r, v, shown.title)
	f.Undo = shown.undo
	f.Body, f.Live, f.Script = template.HTML(content.String()), shown.live, a.liveScript
	if shown.refused != nil {
		filled, placed, err := shown.refused.in(content.Bytes())
		if err != nil {
			return nil, err
		}
		if f.Body = template.HTML(filled); !placed {
			f.Refused = shown.refused.why
		}
	}
	if err := a.layouts.ExecuteTemplate(&all, "frame", f); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return all.Bytes(), nil
}
