package site

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/render"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

// Options are what [AddTo] needs. List, Editions, Ledger and Membership are required.
type Options struct {
	List        *subscribers.List
	Editions    *editions.Editions
	Ledger      *ledger.Ledger
	Membership  *membership.Service
	Newsletters []Newsletter

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

	// Proofs is asked what the links of an editor's proof say, and does it. nil: there
	// are no such links.
	Proofs *scheduler.Scheduler

	// CalendarPage is the address of a date in the editors' calendar. nil: there is no
	// such page, and they are told of commands.
	CalendarPage func(newsletter, date string) string

	// Calendar is a newsletter's plan as a calendar file, for the operator, or
	// [ErrNoCalendar]. nil: there are no calendars.
	Calendar func(ctx context.Context, now time.Time, newsletter string) ([]byte, error)
}

//go:embed templates/*.tmpl
var templates embed.FS

// Site is the readers' pages on a server.
type Site struct {
	*web.Server
	Options
	hostname   string           // of BaseURL, without a port
	files      map[string]fs.FS // by newsletter
	looks      map[string]render.Options
	archive    archive
	cache      cache
	leavePages leavePages
	began      time.Time
	pages      *template.Template
	limiters   limiters
	signUpTime time.Duration
}

// AddTo adds the readers' pages to a server.
func AddTo(server *web.Server, o Options) *Site {
	s := &Site{
		Server: server, Options: o, files: map[string]fs.FS{}, pages: web.Parse(templates),
		leavePages: leavePages{pages: map[leavePageKey][]piece{}}, began: server.Now(), limiters: newLimiters(o.Limits), signUpTime: signUpTime,
	}
	if u, err := url.Parse(s.BaseURL); err == nil {
		s.hostname = u.Hostname()
	}
	for _, n := range o.Newsletters {
		s.files[n.ID] = n.Files
	}
	s.openArchive()
	for _, r := range slices.Concat(s.formRoutes(), s.linkRoutes(), s.publicRoutes()) {
		s.Handle(r)
	}
	return s
}

// openArchive prepares what is public. It reads nothing yet.
func (s *Site) openArchive() {
	s.looks = map[string]render.Options{}
	s.archive = archive{sent: s.Editions, newsletters: map[string]render.Options{}, log: s.Log}
	for _, n := range s.Newsletters {
		look := render.Options{Language: n.Language}
		if !n.Private || !n.Unlisted { // else the mails bring their pictures along
			look.AssetURL = s.URL("/files/"+n.ID+"/", nil)
		}
		s.looks[n.ID] = look
		if !n.Private {
			s.archive.newsletters[n.ID] = look
		}
	}
}

// enqueued tells the mailer that there is a mail to send.
func (s *Site) enqueued() {
	if s.Enqueued != nil {
		s.Enqueued()
	}
}

// fill fills in a template of ours, for the body of a page.
func (s *Site) fill(name string, data any) (template.HTML, error) {
	var b strings.Builder
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("write page: %w", err)
	}
	return template.HTML(b.String()), nil
}
