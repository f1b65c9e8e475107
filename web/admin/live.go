package admin

import (
	"bytes"
	_ "embed" // the script
	"fmt"
	"net/http"

	"dailytip/locale"
	"dailytip/web"
)

// livePath is where what is live of a page is found, below the page. A script of ours
// asks for it every few seconds, and puts what it finds in the place of what the page
// has. Without script, a page stays as it was when it was opened.
const livePath = "/live"

//go:embed assets/live.js
var liveScript string

// addLive answers for what is live of a page. That a page asks doesn't count as something
// that its person does, and only faults are worth a line in the log.
func (a *Admin) addLive(p page) {
	pattern := root + p.path + livePath
	a.Handle(web.Route{Pattern: "GET " + pattern, Fault: a.fault, Quiet: true, Handler: a.admitBy(a.glance, p.needs, func(w http.ResponseWriter, r *http.Request, v *visit) {
		var text bytes.Buffer
		shown, err := p.live(v)
		if err == nil {
			err = a.layouts.ExecuteTemplate(&text, shown.body, shown.data)
		}
		if err != nil {
			a.refused(w, r, v, fmt.Errorf("what is live: %w", err))
			return
		}
		a.Send(w, r, web.Page{Status: http.StatusOK, Lang: locale.Default, Listed: true}, text.Bytes())
	})})
	a.wrongMethod(pattern, "GET, HEAD")
}

// allowFetching lets a page's script ask for more of the same site.
func allowFetching(w http.ResponseWriter) {
	w.Header().Set(policyHeader, w.Header().Get(policyHeader)+"; connect-src 'self'")
}
