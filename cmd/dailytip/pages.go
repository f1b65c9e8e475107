package main

import (
	"fmt"
	"net/netip"

	"dailytip/config"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
	"dailytip/web/admin"
	"dailytip/web/api"
	"dailytip/web/site"
)

// web makes the server of the pages.
func (a *app) web() *web.Server {
	readers := a.siteOptions()
	o := a.webOptions(a.config.BaseURL, site.Headings(readers.Newsletters))
	server := web.New(o)
	site.AddTo(server, readers)
	if a.config.Admin.Listen == "" {
		admin.AddTo(server, a.adminOptions())
	}
	if a.config.API {
		api.AddTo(server, a.apiOptions())
	}
	for _, provider := range a.hooks.Providers() {
		server.Handle(web.Route{
			Pattern: "POST " + hookPath + provider, Handler: a.hooks.Handler(provider), MaxBody: a.hooks.MaxBody(provider), Quiet: true,
		})
	}
	return server
}

// webOptions are what a server of pages needs, at an address.
func (a *app) webOptions(baseURL string, newsletters []web.Newsletter) web.Options {
	o := web.Options{DB: a.db, BaseURL: baseURL, PostalAddress: a.config.PostalAddress, Newsletters: newsletters, Log: a.log, Sending: a.sending}
	for _, proxy := range a.config.TrustedProxies {
		if network, err := netip.ParsePrefix(proxy); err == nil { // config has checked it
			o.TrustedProxies = append(o.TrustedProxies, network)
		}
	}
	return o
}

// siteOptions are what the readers' pages need.
func (a *app) siteOptions() site.Options {
	o := site.Options{
		List: a.list, Editions: a.editions, Ledger: a.ledger, Membership: a.membership, NextDue: a.scheduler.NextDue, Enqueued: a.opened, Calendar: a.servedCalendar, Proofs: a.scheduler, CalendarPage: calendarPage(a.config),
		NoAPI: !a.config.Signup.API, Origins: a.config.Signup.Origins,
		Limits: site.Limits{PerNetwork: a.config.Signup.PerNetwork, PerDomain: a.config.Signup.PerDomain, Total: a.config.Signup.Total},
	}
	for i := range a.config.Newsletters {
		o.Newsletters = append(o.Newsletters, a.siteNewsletter(&a.config.Newsletters[i]))
	}
	return o
}

// siteNewsletter is what the pages say of a newsletter.
func (a *app) siteNewsletter(n *config.Newsletter) site.Newsletter {
	out := site.Newsletter{
		ID: n.ID, Title: n.Title, Accent: n.Accent, Language: n.Language, Private: !n.Archive, Files: a.looks[n.ID].Assets,
		Unlisted: !n.Joinable, DefaultZone: n.DefaultTimezone, Course: n.Order == string(scheduler.CourseOrder),
	}
	if internal(n) {
		out.Files = nil // its pictures travel with the mails
	}
	if n.Timezone != "subscriber" {
		out.Zone = n.Timezone
	}
	if planned, err := a.scheduler.Find(n.ID); err == nil {
		own := planned.Schedule(subscribers.Slot{Cadence: subscribers.Daily})
		out.SendAt = fmt.Sprintf("%02d:%02d", own.Hour, own.Minute)
		out.Days, out.Irregular = weekdays(own)
	}
	return out
}

// weekdays are those that a schedule takes each week; irregular, when it isn't the
// same ones in all of them.
func weekdays(s scheduler.Schedule) (days subscribers.Days, irregular bool) {
	monday, err := scheduler.ParseDate("2026-01-05")
	if err != nil {
		return 0, true
	}
	for week := range 53 {
		var taken subscribers.Days
		for day := range 7 {
			if s.Matches(monday.Add(7*week + day)) {
				taken |= 1 << day
			}
		}
		if week > 0 && taken != days {
			return 0, true
		}
		days = taken
	}
	return days, false
}
