package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"dailytip/admins"
	"dailytip/bounces/intake"
	"dailytip/bounces/webhook"
	"dailytip/config"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer"
	"dailytip/mailer/dkim"
	"dailytip/mailer/letter"
	"dailytip/mailer/relay"
	"dailytip/membership"
	"dailytip/metrics"
	"dailytip/oauth"
	"dailytip/safefile"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/tokens"
)

// app is the program put together: the rooms, wired by a configuration.
type app struct {
	config      *config.Config
	log         *slog.Logger
	db          *store.DB
	list        *subscribers.List
	editions    *editions.Editions
	ledger      *ledger.Ledger
	membership  *membership.Service
	libraries   map[string]*tips.Library // by shelf
	looks       looks
	findings    map[string]*tips.Findings // by newsletter
	scheduler   *scheduler.Scheduler
	intake      *intake.Taker
	hooks       *webhook.Hooks
	tokens      *tokens.Tokens
	admins      *admins.Admins
	signer      *dkim.Signer
	opened      func()                     // tells the mailer that deliveries were opened; nil: none runs
	metrics     *metrics.Metrics           // nil: nobody measures
	relayStates func() []mailer.RelayState // of the mailer that runs
	flow        flow
	pinger      *pinger
	ticked      atomic.Int64 // when the scheduler last did, in Unix milliseconds; 0: not yet
}

// open reads the configuration and puts the program together.
func (c *command) open(ctx context.Context, level slog.Level) (*app, error) {
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return nil, err
	}
	libraries, err := openLibraries(cfg, c.logger(level))
	if err != nil {
		return nil, err
	}
	return assemble(ctx, cfg, libraries, c.logger(level))
}

// assemble opens the database and builds the rooms.
func assemble(ctx context.Context, cfg *config.Config, libraries map[string]*tips.Library, log *slog.Logger) (*app, error) {
	looks, err := newLooks(cfg)
	if err != nil {
		return nil, err
	}
	outbox, err := newOutbox(cfg)
	if err != nil {
		return nil, err
	}
	newsletters, err := schedulerNewsletters(cfg, libraries)
	if err != nil {
		return nil, err
	}
	for i := range newsletters {
		f := &mailCheck{look: looks[newsletters[i].ID], log: log, known: map[string]bool{}}
		newsletters[i].Withhold = f.withhold
	}
	var keys []*dkim.Key
	if cfg.Secrets() == nil { // else nothing is sent
		if keys, err = dkimKeys(cfg); err != nil {
			return nil, err
		}
	}
	db, err := store.Open(ctx, cfg.Database.Reveal())
	if err != nil {
		return nil, notOurs(cfg, err)
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(notOurs(cfg, err), db.Close())
	}
	list, err := subscribers.Open(ctx, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	a := &app{
		config: cfg, looks: looks, findings: newFindings(newsletters, looks), log: log, db: db, list: list,
		editions: editions.New(db), ledger: ledger.New(db, list), libraries: libraries, signer: dkim.New(keys), tokens: tokens.New(db),
	}
	list.Publish(outbox)
	a.editions.Publish(outbox)
	a.ledger.Publish(outbox)
	a.intake = newTaker(cfg, db, list, a.ledger, log)
	if a.hooks, err = newHooks(cfg, a.intake, log); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if a.admins, err = newAdmins(cfg, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	a.pinger = newPinger(cfg.PingURL.Reveal(), log)
	a.membership = membership.New(membership.Options{DB: db, List: list, Ledger: a.ledger, Log: log})
	a.scheduler = scheduler.New(scheduler.Options{
		List: list, Editions: a.editions, Ledger: a.ledger, Newsletters: newsletters, Log: log, CalendarPage: calendarPage(cfg),
		Wake: func() {
			if a.opened != nil {
				a.opened()
			}
		},
		Alive: func(at time.Time) {
			a.ticked.Store(at.UnixMilli())
			tellSystemd(log, systemdTicked)
			if a.metrics != nil {
				a.metrics.Ticked(at)
			}
		},
	})
	return a, nil
}

// notOurs says whose the database is when it isn't this user's: that is what is wrong
// then, and SQLite says only that it can't.
func notOurs(cfg *config.Config, err error) error {
	file := cfg.Database.Reveal()
	if cfg.Database.IsPostgres() {
		return err
	}
	if owner, other := safefile.AnotherOwner(file); other {
		return fmt.Errorf("%w; %s", err, belongsTo(file, owner))
	}
	return err
}

// newTaker builds what takes returned mail.
func newTaker(cfg *config.Config, db *store.DB, list *subscribers.List, l *ledger.Ledger, log *slog.Logger) *intake.Taker {
	l.AlertTo(subscribers.Address(cfg.AlertTo.Address))
	return intake.New(intake.Options{
		DB: db, List: list, Ledger: l, Tags: list.Tags(), Domain: cfg.Bounces.Domain, Keep: cfg.Bounces.Keep,
		AlertBounces: cfg.Bounces.AlertBounces, AlertComplaints: cfg.Bounces.AlertComplaints,
		Newsletter: cfg.Newsletters[0].ID, Log: log,
	})
}

func (a *app) close() {
	if err := a.db.Close(); err != nil {
		a.log.Error("closing the database", "error", err)
	}
}

// schedulerNewsletters turns the configuration into what the scheduler needs. Faults
// that only the scheduler can find are reported with their line, too.
func schedulerNewsletters(cfg *config.Config, libraries map[string]*tips.Library) ([]scheduler.Newsletter, error) {
	var faults config.Faults
	out := make([]scheduler.Newsletter, 0, len(cfg.Newsletters))
	for i, n := range cfg.Newsletters {
		key := func(name string) string { return fmt.Sprintf("newsletters[%d].%s", i, name) }
		s := scheduler.Newsletter{
			ID: n.ID, Language: n.Language, Library: libraries[libraryKey(n)], Tags: n.Tags, Order: scheduler.Order(n.Order),
			RepeatAfter: n.RepeatAfter, Stop: n.WhenEmpty == "stop", Grace: n.Grace, GiveUpAfter: n.GiveUpAfter, Approve: n.Approve,
			Proof: scheduler.Proof{Before: n.Proof.Before},
		}
		var err error
		if s.Rule, err = scheduler.ParseRule(n.Schedule); err != nil {
			faults = append(faults, cfg.Fault(key("schedule"), "%v", err))
		}
		if n.Proof.To.Address != "" {
			if s.Proof.To, err = subscribers.ParseAddress(n.Proof.To.Address); err != nil {
				faults = append(faults, cfg.Fault(key("proof.to"), "%v", err))
			}
		}
		if n.Timezone != "subscriber" {
			if s.Zone, err = time.LoadLocation(n.Timezone); err != nil {
				faults = append(faults, cfg.Fault(key("timezone"), "%v", err))
			}
		}
		if s.DefaultZone, err = time.LoadLocation(n.DefaultTimezone); err != nil {
			faults = append(faults, cfg.Fault(key("default_timezone"), "%v", err))
		}
		for j, entry := range n.Skip {
			skip, err := scheduler.ParseSkip(entry)
			if err != nil {
				faults = append(faults, cfg.Fault(fmt.Sprintf("%s[%d]", key("skip"), j), "%v", err))
			}
			s.Skips = append(s.Skips, skip)
		}
		out = append(out, s)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return out, nil
}

// newsletterIDs are the ids that a command line or a CSV file may name.
func (a *app) newsletterIDs() []string {
	ids := make([]string, len(a.config.Newsletters))
	for i, n := range a.config.Newsletters {
		ids[i] = n.ID
	}
	return ids
}

func (a *app) newsletter(id string) config.Newsletter {
	for _, n := range a.config.Newsletters {
		if n.ID == id {
			return n
		}
	}
	return config.Newsletter{}
}

// letterNewsletter is what a newsletter's mails have in common.
func (a *app) letterNewsletter(n config.Newsletter) letter.Newsletter { return a.looks[n.ID] }

// relays makes the relays of the configuration. It connects to none.
func (a *app) relays() ([]mailer.Relay, error) {
	if err := a.config.Secrets(); err != nil {
		return nil, err
	}
	relays := make([]mailer.Relay, 0, len(a.config.SMTP))
	for i, s := range a.config.SMTP {
		name := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
		o := relay.Options{
			Host: s.Host, Port: s.Port, TLS: s.TLS, CAFile: s.CAFile, Auth: s.Auth,
			Username: s.Username, Password: s.Password.Reveal(), Log: a.log.With("relay", name),
		}
		switch {
		case len(s.TokenCommand) > 0:
			o.Token = oauth.Command(s.TokenCommand)
		case s.TokenFile != "":
			o.Token = oauth.File(s.TokenFile)
		}
		r, err := relay.New(o)
		if err != nil {
			return nil, config.Faults{a.config.Fault(fmt.Sprintf("smtp[%d]", i), "%v", err)}
		}
		relays = append(relays, mailer.Relay{Relay: r, Name: name, Connections: s.Connections, Rate: s.Rate, DailyLimit: s.DailyLimit})
	}
	return relays, nil
}

// mailer makes the mailer, and has the scheduler wake it.
func (a *app) mailer() (*mailer.Mailer, error) {
	relays, err := a.relays()
	if err != nil {
		return nil, err
	}
	o := mailer.Options{
		Editions: a.editions, Ledger: a.ledger, Tokens: a.list.Tokens(), Tags: a.list.Tags(), ReturnDomain: a.config.Bounces.Domain, Relays: relays, Exclusive: !a.db.Postgres(), Log: a.log, Out: a.pinger.editionOut,
		Domains: map[string]mailer.DomainLimit{}, AlertTo: subscribers.Address(a.config.AlertTo.Address),
		CalendarPage: calendarPage(a.config),
	}
	if len(a.config.DKIM) > 0 {
		o.Sign = a.signer.Sign
	}
	o.NextDue = func(ctx context.Context, subscription int64) time.Time {
		sub, err := a.list.Subscription(ctx, a.db.Read(), subscription)
		if err != nil { // erased meanwhile, perhaps; the mail says it without a date
			return time.Time{}
		}
		return a.scheduler.NextDue(sub)
	}
	for _, s := range a.config.SMTP {
		o.InFlight = max(o.InFlight, s.InFlight)
	}
	for name, d := range a.config.Domains {
		o.Domains[name] = mailer.DomainLimit{Connections: d.Connections, Rate: d.Rate}
	}
	for _, n := range a.config.Newsletters {
		o.Newsletters = append(o.Newsletters, mailer.Newsletter{Newsletter: a.letterNewsletter(n), Hold: n.InDoubt == "hold"})
	}
	if a.metrics != nil {
		o.Observe = a.metrics.Observe
	}
	m, err := mailer.New(o)
	if err != nil {
		return nil, err
	}
	a.opened, a.relayStates = m.Wake, m.RelayStates
	return m, nil
}
