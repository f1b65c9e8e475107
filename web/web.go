package web

import (
	"context"
	"database/sql"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/render"
	"dailytip/subscribers"
)

// Newsletter is what the pages say of one.
type Newsletter struct {
	ID       string
	Title    string // what a reader calls it
	Accent   string // "#RRGGBB" on light paper; "" is the house's own
	Language string // BCP 47, of its title; "" means English

	// Private: what was sent isn't for everybody to read. There is no archive and
	// no feed of it.
	Private bool

	// Unlisted: it isn't on the front page, and no stranger can join it.
	Unlisted bool

	// When it comes, for readers who choose nothing for themselves.
	Days        subscribers.Days // the weekdays that have an edition, each week; 0: all, or Irregular
	Irregular   bool             // which days have one isn't a matter of weekdays
	SendAt      string           // HH:MM
	Zone        string           // IANA, one for all readers; "": each their own
	DefaultZone string           // IANA, of readers who have none; "": UTC
	Course      bool             // each reader has their own place in it

	// Files is the library's folder, whose pictures are served below
	// /files/ID/; nil: none are.
	Files fs.FS
}

// Database is what the pages need of a database. The tables belong to the rooms
// below; that is why this room doesn't import store.
type Database interface {
	Read() *sql.DB
	Write(ctx context.Context, f func(tx *sql.Tx) error) error
}

// Options are what [New] needs. DB, List, Ledger and Membership are required.
type Options struct {
	DB          Database // a *store.DB
	List        *subscribers.List
	Ledger      *ledger.Ledger
	Membership  *membership.Service
	Newsletters []Newsletter

	// BaseURL is what links in mail point to, http or https, perhaps with a
	// path: the pages are found below that path and without it, so that a
	// proxy may strip it or not.
	BaseURL string

	// NextDue says when a subscription's next mail is due, in the reader's
	// zone; the zero time, or a nil NextDue, when nobody can tell.
	NextDue func(subscribers.Subscription) time.Time

	// Enqueued is called after a mail was put into the ledger's queue, so that
	// it needn't wait for the next poll. It must not block. May be nil.
	Enqueued func()

	// NoAPI: programs can't sign anybody up.
	NoAPI bool

	// Limits bound the sign-ups; Origins are the sites, scheme://host, whose own
	// forms sign readers up without another click on ours.
	Limits  Limits
	Origins []string

	// TrustedProxies are those in front of the pages, whose X-Forwarded-For or
	// Forwarded says where a request comes from. Empty: there are none.
	TrustedProxies []netip.Prefix

	// PostalAddress stands at the end of every page, in one or several lines;
	// "": none does.
	PostalAddress string

	// Calendar is a newsletter's plan as a calendar file, for the operator, or
	// [ErrNoCalendar]. nil: there are no calendars.
	Calendar func(ctx context.Context, now time.Time, newsletter string) ([]byte, error)

	// Ready is asked by /readyz after the database has answered. Anybody can
	// read its error. May be nil.
	Ready func(ctx context.Context) error

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: nothing is logged
}

// Server answers requests for the readers' pages.
type Server struct {
	Options
	base        string // the path of BaseURL, without a slash at its end; often ""
	host        string // of BaseURL, for a page that no newsletter owns
	hostname    string // the same without a port
	newsletters map[string]letterhead
	files       map[string]fs.FS // by newsletter
	style       asset
	icon        asset
	script      asset
	postal      []string
	looks       map[string]render.Options
	archive     archive
	kept        keeper
	asking      asking
	began       time.Time
	pages       *template.Template
	gates       gates
	forms       *http.CrossOriginProtection // of sign-ups
	evenly      time.Duration
	patience    time.Duration // with a client that is slow to say what it wants
	mux         *http.ServeMux
}

// New returns a server that is at rest. A BaseURL that can't be parsed counts
// as none.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // a request's arrival is read here
	}
	s := &Server{Options: o, newsletters: map[string]letterhead{}, files: map[string]fs.FS{}, pages: parsePages(), asking: asking{pages: map[askingKey][]piece{}}}
	if u, err := url.Parse(o.BaseURL); err == nil {
		s.base, s.host = strings.TrimSuffix(path.Clean("/"+u.Path), "/"), u.Host
		s.hostname = u.Hostname()
	}
	for i, n := range o.Newsletters {
		s.files[n.ID] = n.Files
		s.newsletters[n.ID] = newLetterhead(n, i)
	}
	s.style, s.icon, s.script = newStylesheet(o.Newsletters), newIcon(o.Newsletters), newScript()
	if o.PostalAddress != "" {
		s.postal = strings.Split(strings.TrimSpace(o.PostalAddress), "\n")
	}
	s.began = o.Now()
	s.openArchive()
	s.gates, s.evenly, s.patience = newGates(o.Limits), evenly, readTimeout
	s.forms = s.protection()
	s.mux = s.routes()
	return s
}

// openArchive prepares what is public. It reads nothing yet.
func (s *Server) openArchive() {
	s.looks = map[string]render.Options{}
	s.archive = archive{ledger: s.Ledger, newsletters: map[string]render.Options{}, log: s.Log}
	for _, n := range s.Newsletters {
		look := render.Options{Language: n.Language}
		if !n.Private || !n.Unlisted { // else pictures travel with the mails
			look.AssetURL = s.whole("/files/"+n.ID+"/", nil)
		}
		s.looks[n.ID] = look
		if !n.Private {
			s.archive.newsletters[n.ID] = look
		}
	}
}

// https tells whether readers come by TLS, ours or a proxy's.
func (s *Server) https() bool { return strings.HasPrefix(s.BaseURL, "https://") }

// routes names every path that is answered. Each has its methods, so that what
// is logged is never the path itself.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page(s.frontPage))
	mux.HandleFunc("GET /subscribe", s.page(s.frontPage))
	mux.HandleFunc("POST /subscribe", s.page(s.subscribe))
	mux.HandleFunc("/subscribe", s.wrongMethod("GET, HEAD, POST"))
	if !s.NoAPI {
		mux.HandleFunc(apiRoute, s.apiSubscribe)
		mux.HandleFunc("OPTIONS /api/subscribe", s.apiPreflight)
	}
	mux.HandleFunc("GET /embed", s.page(s.embed))
	mux.HandleFunc("GET /confirm/{token}", s.page(s.askToConfirm))
	mux.HandleFunc("POST /confirm/{token}", s.page(s.confirm))
	mux.HandleFunc("/confirm/{token}", s.wrongMethod("GET, HEAD, POST"))
	mux.HandleFunc("GET /u/{token}", s.leavePage)
	mux.HandleFunc("POST /u/{token}", s.page(s.leave))
	mux.HandleFunc("/u/{token}", s.wrongMethod("GET, HEAD, POST"))
	mux.HandleFunc("POST /u/{token}/less", s.less)
	mux.HandleFunc("POST /u/{token}/undo", s.undo)
	mux.HandleFunc("POST /u/{token}/reason", s.reason)
	mux.HandleFunc("GET /preferences/{token}", s.page(s.preferences))
	mux.HandleFunc("POST /preferences/{token}", s.page(s.changePreferences))
	mux.HandleFunc("/preferences/{token}", s.wrongMethod("GET, HEAD, POST"))
	mux.HandleFunc("GET /open/{token}", s.page(s.askToOpen))
	mux.HandleFunc("POST /open/{token}", s.openAccount)
	mux.HandleFunc("/open/{token}", s.wrongMethod("GET, HEAD, POST"))
	mux.HandleFunc("GET /account/{token}", s.page(s.account))
	mux.HandleFunc("POST /account/{token}", s.page(s.changeAccount))
	mux.HandleFunc("/account/{token}", s.wrongMethod("GET, HEAD, POST"))
	mux.HandleFunc("GET /account/{token}/data", s.data)
	mux.HandleFunc("GET /calendar/{file}", s.calendar)
	mux.HandleFunc("GET /vote/{edition}/{token}", s.page(s.askToVote))
	mux.HandleFunc("GET /vote/{edition}/{token}/{answer}", s.page(s.askToVote))
	mux.HandleFunc("POST /vote/{edition}/{token}", s.page(s.vote))
	mux.HandleFunc("/vote/{edition}/{token}", s.wrongMethod("GET, HEAD, POST"))
	mux.HandleFunc("GET /archive", s.archived(s.pastTips))
	mux.HandleFunc("GET /archive/{newsletter}", s.archived(s.pastTips))
	mux.HandleFunc("GET /archive/{newsletter}/{name...}", s.edition)
	mux.HandleFunc("GET /feed.xml", s.feedOf("/feed.xml", "application/atom+xml; charset=utf-8", writeAtom))
	mux.HandleFunc("GET /feed.json", s.feedOf("/feed.json", "application/feed+json", writeJSONFeed))
	mux.HandleFunc("GET /sitemap.xml", s.archived(s.siteMap))
	mux.HandleFunc("GET /robots.txt", s.robots)
	mux.HandleFunc(healthRoute, s.healthz)
	mux.HandleFunc(readyRoute, s.readyz)
	for _, a := range []asset{s.style, s.icon, s.script} {
		mux.HandleFunc("GET "+a.path, a.serve)
	}
	mux.HandleFunc("GET /files/{newsletter}/{path...}", s.file)
	mux.HandleFunc("/", s.page(s.nothingHere))
	return mux
}

// Handler answers all requests; [Server.Run] serves it.
func (s *Server) Handler() http.Handler {
	return s.mount(s.record(s.secure(s.limit(s.guard(s.mux)))))
}
