package admin

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"dailytip/admins"
	"dailytip/credential"
	"dailytip/locale"
	"dailytip/web"
)

const (
	signInPath  = root + "/signin"
	signOutPath = root + "/signout"
	// nextField is the page that signing in leads to.
	nextField = "next"
)

// signInView is the data of the template "signin".
type signInView struct {
	Insecure  bool          // nobody can sign in this way
	Fault     template.HTML // what was wrong with the last try; "": nothing
	Passwords bool          // there are people with one
	Name      string
	Next      string
	NextField string
	Action    string
	Provider  string        // how it's called; "": there is none
	There     string        // the address that leads to it
	Still     template.HTML // that whoever has just signed out here may be signed in there
}

func (a *Admin) addSignIn() {
	a.handle("GET "+signInPath, a.signInPage)
	a.handle("POST "+signInPath, a.signIn)
	a.handle("POST "+signOutPath, a.signOut)
	a.wrongMethod(signInPath, "GET, HEAD, POST")
	a.wrongMethod(signOutPath, "POST")
}

// askToSignIn leads to the form, and from there back to the page that was asked for. A
// form that was sent without a session is lost: somebody else may sit there by now.
func (a *Admin) askToSignIn(w http.ResponseWriter, r *http.Request) {
	query := url.Values{}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if next := (&url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}).String(); next != root {
			query.Set(nextField, next)
		}
	}
	a.redirect(w, r, signInPath, query)
}

func (a *Admin) signInPage(w http.ResponseWriter, r *http.Request) {
	switch _, err := a.glance(r); {
	case err == nil:
		a.leadOn(w, r, r.URL.Query().Get(nextField))
	case !errors.Is(err, admins.ErrNoSession):
		a.refused(w, r, nil, err)
	default:
		query := r.URL.Query()
		shown := signInView{Next: query.Get(nextField)}
		if a.oidc != nil && query.Get(doneField) == signedOutHere {
			shown.Still = phrase("admin.signin.out_here", map[string]template.HTML{"Provider": web.Isolated(issuerHost(a.oidc.Issuer), "")})
		}
		a.showSignIn(w, r, http.StatusOK, shown)
	}
}

// leadOn leads to the page that was asked for before.
func (a *Admin) leadOn(w http.ResponseWriter, r *http.Request, next string) {
	if u := ours(next); u != nil {
		query := u.Query()
		query.Del(doneField) // nothing has been done but signing in
		a.redirect(w, r, u.Path, query)
		return
	}
	a.redirect(w, r, root, nil)
}

func (a *Admin) showSignIn(w http.ResponseWriter, r *http.Request, status int, v signInView) {
	v.Insecure, v.Passwords, v.Action, v.NextField = !a.private(r), len(a.Admins.People) > 0, a.Path(signInPath, nil), nextField
	if ours(v.Next) == nil {
		v.Next = ""
	}
	if a.oidc != nil {
		v.Provider, v.There = issuerHost(a.oidc.Issuer), a.Path(oidcPath, nil)
		if v.Next != "" {
			v.There = a.Path(oidcPath, url.Values{nextField: {v.Next}})
		}
	}
	a.write(w, r, nil, status, view{title: say("admin.signin.heading"), body: "signin", data: v})
}

func (a *Admin) signIn(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("name")
	shown := signInView{Name: name, Next: r.PostFormValue(nextField)}
	if !a.private(r) {
		a.showSignIn(w, r, http.StatusForbidden, shown)
		return
	}
	device := a.Admins.Device(name, a.cookie.shown(r, a.deviceCookie()))
	if wait := a.mayTry(r, name, device); wait > 0 {
		a.tooMany(w, r, wait, shown)
		return
	}
	who, err := a.Admins.CheckPassword(r.Context(), a.client(r, device), name, r.PostFormValue("password"))
	switch {
	case errors.Is(err, credential.ErrBusy):
		a.tooMany(w, r, busyWait, shown)
		return
	case errors.Is(err, admins.ErrRefused):
		a.Log.WarnContext(r.Context(), "somebody couldn't sign in", "as", a.Admins.Known(name))
		shown.Fault = say("admin.signin.refused")
		a.showSignIn(w, r, http.StatusUnprocessableEntity, shown)
		return
	case err == nil:
		if err = a.begin(w, r, who); err == nil {
			a.keepDevice(w, r, device, who)
		}
	}
	if err != nil {
		a.refused(w, r, nil, err)
		return
	}
	a.leadOn(w, r, shown.Next)
}

// busyWait is when to come back while too many passwords are compared.
const busyWait = 30 * time.Second

// tooMany asks to come back later.
func (a *Admin) tooMany(w http.ResponseWriter, r *http.Request, wait time.Duration, shown signInView) {
	w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	shown.Fault = template.HTML(template.HTMLEscapeString(web.WaitText(locale.Default, wait)))
	a.showSignIn(w, r, http.StatusTooManyRequests, shown)
}

// signedOutHere is what has been done when somebody signs out whom the provider signed in.
// It isn't asked to sign them out as well: other pages of theirs hang on that, too.
const signedOutHere = "sign_out_here"

func (a *Admin) signOut(w http.ResponseWriter, r *http.Request) {
	query := url.Values{}
	v, err := a.glance(r)
	if err == nil {
		if v.Way == admins.ByOIDC {
			query.Set(doneField, signedOutHere)
		}
		err = a.Admins.End(r.Context(), v.now, v.Session)
	}
	if err != nil && !errors.Is(err, admins.ErrNoSession) {
		a.refused(w, r, nil, err)
		return
	}
	a.cookie.forget(w, a.cookie.name)
	a.redirect(w, r, signInPath, query)
}
