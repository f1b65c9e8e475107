package admin

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"dailytip/admins"
	"dailytip/bounces/intake"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

// Options are what [AddTo] needs. The rooms are required.
type Options struct {
	Admins    *admins.Admins
	Scheduler *scheduler.Scheduler
	Ledger    *ledger.Ledger

	List       *subscribers.List
	Membership *membership.Service
	Editions   *editions.Editions
	Intake     *intake.Taker

	// Enqueued is called when there's a mail to be sent. May be nil.
	Enqueued func()

	// Provider signs people in, too; zero: there is none.
	Provider Provider

	// Mails are what the pages of tips show and send.
	Mails Mails

	// Alone: the server has no other pages.
	Alone bool
}

//go:embed templates/*.tmpl
var templates embed.FS

//go:embed assets/admin.css
var style string

//go:embed assets/calendar.css
var calendarStyle string

//go:embed assets/calendar.js
var calendarScript string

//go:embed assets/tips.css
var tipsStyle string

//go:embed assets/charts.css
var chartsStyle string

// Admin is the pages on a server.
type Admin struct {
	*web.Server
	Options
	cookie    cookie
	tries     tries
	shelves   shelves
	copies    *web.Limiter // test copies, by person
	oidc      *oidcWay     // nil: there is no provider
	sections  []section
	exporting sync.Mutex // one export at a time
	importing importing
	layouts   *template.Template

	// The paths of our own files.
	style, calendarScript, liveScript string
}

// root is where the pages begin.
const root = "/admin"

// AddTo adds the pages to a server, and returns them; nil: nobody could sign in, and there
// are none.
func AddTo(server *web.Server, o Options) *Admin {
	if o.Admins.Nobody() {
		return nil
	}
	a := &Admin{
		Server: server, Options: o, cookie: newCookie(server.BaseURL), tries: newTries(),
		shelves: newShelves(o.Mails.Findings), copies: newCopies(),
		layouts:        template.Must(template.New("").Funcs(template.FuncMap{"say": say}).ParseFS(templates, "templates/*.tmpl")),
		style:          server.AddAsset("admin.css", "text/css; charset=utf-8", web.Tokens+style+calendarStyle+tipsStyle+chartsStyle),
		calendarScript: server.AddAsset("calendar.js", "text/javascript; charset=utf-8", calendarScript),
		liveScript:     server.AddAsset("live.js", "text/javascript; charset=utf-8", liveScript),
	}
	a.addSignIn()
	a.addOIDC()
	for _, p := range a.pages() {
		a.addPage(p)
	}
	for _, x := range a.actions() {
		a.addAction(x)
	}
	a.addExport()
	a.addImport()
	a.addMail()
	a.addCharts()
	a.handle(root+"/", a.admit(admins.See, func(w http.ResponseWriter, r *http.Request, v *visit) {
		a.refused(w, r, v, refuse(http.StatusNotFound, "admin.fault.missing"))
	}))
	if o.Alone {
		server.Handle(web.Route{Pattern: "GET /{$}", Handler: func(w http.ResponseWriter, r *http.Request) { a.redirect(w, r, root, nil) }, Quiet: true})
		server.Missing(func(w http.ResponseWriter, r *http.Request) { a.fault(w, r, http.StatusNotFound) })
	}
	return a
}

// pages are all of them, in the order of the header.
func (a *Admin) pages() []page {
	return []page{
		{path: "", section: "admin.section.today", needs: admins.See, show: a.today, live: a.todayLive},
		{path: "/calendar", section: "admin.section.calendar", needs: admins.See, show: a.calendar},
		{path: "/tips", section: "admin.section.tips", needs: admins.See, show: a.tips},
		{path: tipPattern, needs: admins.See, show: a.tip},
		{path: "/readers", section: "admin.section.readers", needs: admins.Readers, show: a.readers},
		{path: "/readers/{id}", needs: admins.Readers, show: a.reader},
		{path: "/add", needs: admins.Readers, show: a.add},
		{path: "/import", needs: admins.Readers, show: a.importPage},
		{path: "/editions", section: "admin.section.editions", needs: admins.See, show: a.editionsPage},
		{path: editionPath, needs: admins.See, show: a.editionPage, live: a.editionLive},
		{path: growthPath, section: "admin.section.growth", needs: admins.See, show: a.growth},
		{path: "/log", section: "admin.section.log", needs: admins.SeeLog, show: a.log},
	}
}

// actions are all buttons but those to sign in and out.
func (a *Admin) actions() []action {
	return slices.Concat([]action{
		{path: "/pause", needs: admins.Run, read: a.pause},
		a.resumeAction(false),
		a.resumeAction(true),
		{path: testPath, needs: admins.Plan, on: a.onTip(), timeout: 25 * time.Second, read: a.testCopy},
		a.addReader(),
		a.addPeople(),
	}, a.onHeld(), a.calendarActions(), a.onReader(), a.onEdition())
}

// handle adds a route whose faults are told by a page of ours.
func (a *Admin) handle(pattern string, h http.HandlerFunc) {
	a.Handle(web.Route{Pattern: pattern, Handler: h, Fault: a.fault})
}

// redirect has the browser GET another page.
func (a *Admin) redirect(w http.ResponseWriter, r *http.Request, path string, query url.Values) {
	a.redirectTo(w, r, path, query, "")
}

// redirectTo does so with a place on that page; "": its top.
func (a *Admin) redirectTo(w http.ResponseWriter, r *http.Request, path string, query url.Values, place string) {
	w.Header().Set("Cache-Control", "no-store")
	address := a.Path(path, query)
	if place != "" {
		address += "#" + url.PathEscape(place)
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// ours is the address of a page of ours, as somebody wrote it; nil: it's none, or one to
// sign in.
func ours(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.Contains(u.Path, "..") {
		return nil
	}
	if u.Path != root && !strings.HasPrefix(u.Path, root+"/") || strings.HasPrefix(u.Path, signInPath) || u.Path == signOutPath {
		return nil
	}
	return u
}
