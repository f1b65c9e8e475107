package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"dailytip/bounces/intake"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/membership"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/tokens"
	"dailytip/web"
)

// Options are what [AddTo] needs. All are required, but Enqueued.
type Options struct {
	DB         *store.DB
	Tokens     *tokens.Tokens
	List       *subscribers.List
	Editions   *editions.Editions
	Ledger     *ledger.Ledger
	Membership *membership.Service
	Scheduler  *scheduler.Scheduler
	Intake     *intake.Taker
	Version    string // the program's

	// Findings are what is wrong with a newsletter's library, and with its mails.
	Findings func(n *scheduler.Newsletter) *tips.Findings
	// Preview composes the mail of a tip, or of a date's when tip is "".
	Preview func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, tip, language string) (*letter.Letter, error)
	// SendTest sends test copies of a date's mail, outside the ledger.
	SendTest func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, to []subscribers.Address) ([]Copy, error)

	// Enqueued is called after a mail was put into the ledger's queue. It must not
	// block. May be nil.
	Enqueued func()
}

// API is what programs may ask.
type API struct {
	*web.Server
	Options
	huma    huma.API
	limits  *limits
	refused *web.Limiter        // of who shows what isn't taken, by network
	methods map[string][]string // by path
}

// base is where all paths begin.
const base = "/api/v1"

// AddTo adds the operations to a server.
func AddTo(server *web.Server, o Options) *API {
	a := &API{Server: server, Options: o, limits: newLimits(), refused: web.NewLimiter(refusedPerHour), methods: map[string][]string{}}
	a.huma = huma.NewAPI(a.config(), a)
	a.addStatus()
	a.addSubscribers()
	a.addPeople()
	a.addChanges()
	a.addImports()
	a.addEditions()
	a.addCopies()
	a.addPlan()
	a.addPlanChanges()
	a.addTips()
	a.addBounces()
	a.addRest()
	return a
}

func (a *API) config() huma.Config {
	description := "What the commands of dailytip do, for programs. Errors are problems (RFC 9457) in the commands' words; " +
		"numbers of people and bounces are strings, for they are larger than 2^53."
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: readJSON}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "dailytip", Version: a.Version, Description: description,
				License: &huma.License{Name: "MIT"},
			},
			Servers: []*huma.Server{{URL: strings.TrimSuffix(a.BaseURL, "/")}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", BearerFormat: "dt_…", Description: "A token that dailytip tokens new made."},
				},
			},
			Tags: []*huma.Tag{
				{Name: "status", Description: "What the daemon does"},
				{Name: "subscribers", Description: "The list"},
				{Name: "editions", Description: "What was sent, and what became of it"},
				{Name: "plan", Description: "What will be sent"},
				{Name: "tips", Description: "The library"},
				{Name: "bounces", Description: "What came back"},
			},
		},
		OpenAPIPath:                  base + "/openapi",
		Formats:                      map[string]huma.Format{"application/json": format, "json": format}, // the second is for …+json
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// Handle adds an operation to the server, as [huma.Adapter].
func (a *API) Handle(op *huma.Operation, handler func(huma.Context)) {
	answer := a.answerer(op, handler)
	a.Server.Handle(web.Route{Pattern: op.Method + " " + op.Path, Handler: answer, Unread: true, Fault: a.fault, Quiet: op.Metadata == nil})
	a.methods[op.Path] = append(a.methods[op.Path], op.Method)
}

// ServeHTTP is for [huma.Adapter].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.Handler().ServeHTTP(w, r) }

// addRest answers what there is no operation for.
func (a *API) addRest() {
	for path, methods := range a.methods {
		if slices.Contains(methods, http.MethodGet) {
			methods = append(methods, http.MethodHead)
		}
		slices.Sort(methods)
		a.Server.Handle(web.Route{Pattern: path, Unread: true, Fault: a.fault, Handler: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			a.fault(w, r, http.StatusMethodNotAllowed)
		}})
	}
	for _, path := range []string{base, base + "/"} {
		a.Server.Handle(web.Route{Pattern: path, Unread: true, Fault: a.fault, Quiet: true, Handler: func(w http.ResponseWriter, r *http.Request) {
			a.fault(w, r, http.StatusNotFound)
		}})
	}
}

// enqueued tells the mailer that there is a mail to send.
func (a *API) enqueued() {
	if a.Enqueued != nil {
		a.Enqueued()
	}
}
