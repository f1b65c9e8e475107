package web

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"dailytip/store"
)

// Newsletter is what stands over a newsletter's pages.
type Newsletter struct {
	ID       string
	Title    string // what a reader calls it; "": its ID
	Accent   string // "#RRGGBB" on light paper; "" is the house's own
	Language string // BCP 47, of its title; "" means English
	Unlisted bool   // pages that belong to no newsletter don't name it
}

// Options are what [New] needs. DB is required.
type Options struct {
	DB          *store.DB
	Newsletters []Newsletter

	// BaseURL is what links in mail point to, http or https, perhaps with a
	// path: the pages are found below that path and without it, so that a
	// proxy may strip it or not.
	BaseURL string

	// TrustedProxies are those in front of the pages, whose X-Forwarded-For or
	// Forwarded says where a request comes from. Empty: there are none.
	TrustedProxies []netip.Prefix

	// PostalAddress stands at the end of every page, in one or several lines;
	// "": none does.
	PostalAddress string

	// Ready is asked by /readyz after the database has answered. Anybody can
	// read its error. May be nil.
	Ready func(ctx context.Context) error

	// Sending is asked by /sendz: why no mail goes out. Anybody can read its error.
	// May be nil.
	Sending func(ctx context.Context) error

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: nothing is logged
}

// Server answers requests with the pages that were added to it by
// [Server.Handle].
type Server struct {
	Options
	base          string // the path of BaseURL, without a slash at its end; often ""
	host          string // of BaseURL, for a page that no newsletter owns
	letterheads   map[string]Letterhead
	style         asset
	icon          asset
	script        asset
	postal        []string
	frames        *template.Template
	routes        map[string]Route // by pattern
	missing       http.HandlerFunc // answers what no route does; nil: our own page
	mux           *http.ServeMux
	forms         *http.CrossOriginProtection // tells our own forms from those of other sites
	anywhere      *http.CrossOriginProtection // the same, but for routes that take the forms of any site
	clientTimeout time.Duration               // how long a client may take to send its request
}

// New returns a server that is at rest and has no pages but those for machines. A
// BaseURL that can't be parsed counts as none.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // a request's arrival is read here
	}
	s := &Server{
		Options: o, letterheads: map[string]Letterhead{}, frames: Parse(templates), routes: map[string]Route{}, mux: http.NewServeMux(),
		clientTimeout: readTimeout,
	}
	if u, err := url.Parse(o.BaseURL); err == nil {
		s.base, s.host = strings.TrimSuffix(path.Clean("/"+u.Path), "/"), u.Host
	}
	for i, n := range o.Newsletters {
		s.letterheads[n.ID] = newLetterhead(n, i)
	}
	s.style, s.icon, s.script = newStylesheet(o.Newsletters), newIcon(o.Newsletters), newScript()
	if o.PostalAddress != "" {
		s.postal = strings.Split(strings.TrimSpace(o.PostalAddress), "\n")
	}
	s.forms, s.anywhere = s.protection(), s.protection()
	for _, a := range []asset{s.style, s.icon, s.script} {
		s.Handle(Route{Pattern: "GET " + a.path, Handler: a.serve, Quiet: true})
	}
	s.Handle(Route{Pattern: "GET /healthz", Handler: s.healthz, Quiet: true})
	s.Handle(Route{Pattern: "GET /readyz", Handler: s.readyz, Quiet: true})
	s.Handle(Route{Pattern: "GET /sendz", Handler: s.sendz, Quiet: true})
	s.Handle(Route{Pattern: fallback, Handler: s.notFound, Quiet: true})
	return s
}

// https tells whether readers come by TLS, ours or a proxy's.
func (s *Server) https() bool { return strings.HasPrefix(s.BaseURL, "https://") }

// Handler answers all requests; [Server.Run] serves it.
func (s *Server) Handler() http.Handler {
	return s.mount(s.record(s.secure(s.limit(s.guard(http.HandlerFunc(s.dispatch))))))
}
