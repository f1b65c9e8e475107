package main

import (
	"fmt"
	"slices"
	"strings"

	"dailytip/config"
	"dailytip/hooks"
	"dailytip/hooks/posting"
)

// endpointsOf turns the configuration into what hooks needs. Faults that only that room
// can find are reported with their line, too.
func endpointsOf(cfg *config.Config) ([]hooks.Endpoint, error) {
	var faults config.Faults
	var all []hooks.Endpoint
	for i, w := range cfg.Webhooks {
		e := hooks.Endpoint{
			Name: w.Name, URL: w.URL.Reveal(), Secret: w.Secret.Reveal(), Newsletters: w.Newsletters, Addresses: w.Addresses, AllowPrivate: w.AllowPrivate,
		}
		for j, name := range w.Events {
			if !slices.Contains(hooks.Types, hooks.Type(name)) {
				faults = append(faults, cfg.Fault(fmt.Sprintf("webhooks[%d].events[%d]", i, j), "%q is no event; write one of %s", name, typeNames()))
			}
			e.Events = append(e.Events, hooks.Type(name))
		}
		all = append(all, e)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return all, nil
}

func typeNames() string {
	names := make([]string, len(hooks.Types))
	for i, t := range hooks.Types {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// newOutbox makes what writes events down for the endpoints of a configuration; nil: there
// are none.
func newOutbox(cfg *config.Config) (*hooks.Outbox, error) {
	endpoints, err := endpointsOf(cfg)
	if err != nil || len(endpoints) == 0 {
		return nil, err
	}
	return hooks.NewOutbox(endpoints), nil
}

// poster makes what posts events.
func (a *app) poster() (*posting.Poster, error) {
	if err := a.config.Secrets(); err != nil {
		return nil, err
	}
	endpoints, err := endpointsOf(a.config)
	if err != nil {
		return nil, err
	}
	return posting.New(posting.Options{
		DB: a.db, Queue: hooks.NewQueue(a.db), Ledger: a.ledger, Endpoints: endpoints, Exclusive: !a.db.Postgres(),
		Newsletter: a.config.Newsletters[0].ID, Log: a.log,
	})
}
