package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"dailytip/check"
	"dailytip/config"
	"dailytip/publicnet"
	"dailytip/scheduler"
	"dailytip/tips"
)

// comingTips is of how many tips the sources are asked for.
const comingTips = 30

// newCheckWeb makes what asks web servers. The pages are the operator's own, wherever
// they are; what tips link to is public, or readers can't read it.
func newCheckWeb(cfg *config.Config) *check.Web {
	return &check.Web{
		Pages:     &http.Client{Timeout: check.Limit},
		Links:     &http.Client{Transport: publicnet.Transport(), Timeout: check.Limit},
		UserAgent: "dailytip (+" + cfg.BaseURL + ")",
	}
}

// webChecks are those of the readers' pages and of the coming tips' sources.
func webChecks(ctx context.Context, cfg *config.Config, a *app, web *check.Web) []func(context.Context) []finding {
	var checks []func(context.Context) []finding
	if u, err := url.Parse(cfg.BaseURL); err == nil && !check.Here(u.Hostname()) {
		checks = append(checks, func(ctx context.Context) []finding { return findingsOf(web.Reachable(ctx, cfg.BaseURL)...) })
	}
	if a == nil {
		return checks
	}
	links := a.comingLinks(ctx, time.Now()) // not beside other checks: a calendar remembers what it looked at
	return append(checks, func(ctx context.Context) []finding { return findingsOf(web.Sources(ctx, links)...) })
}

// comingLinks are the sources of the tips that go out next, each once.
func (a *app) comingLinks(ctx context.Context, now time.Time) []check.Link {
	var links []check.Link
	known := map[string]bool{}
	for i := range a.scheduler.Newsletters {
		for _, t := range a.coming(ctx, &a.scheduler.Newsletters[i], now) {
			if t.Link != "" && !known[t.Link] {
				known[t.Link] = true
				links = append(links, check.Link{Path: t.Path, URL: t.Link})
			}
		}
	}
	return links
}

// coming are the tips of a newsletter that go out next, or, of a course, its first.
func (a *app) coming(ctx context.Context, n *scheduler.Newsletter, now time.Time) []tips.Tip {
	var next []tips.Tip
	calendar, err := a.scheduler.Calendar(ctx, n, now)
	if err != nil { // which another line says
		return nil
	}
	if n.Order == scheduler.CourseOrder {
		for after := ""; len(next) < comingTips; {
			t, ok := calendar.NextInCourse(n.Upcoming(now), after)
			if !ok || len(next) > 0 && t.ID == next[0].ID {
				break
			}
			next, after = append(next, t), t.ID
		}
		return next
	}
	for _, choice := range calendar.Plan(n.Upcoming(now), 7*comingTips) {
		if choice.Tip.ID != "" && choice.Reason != scheduler.Sent && len(next) < comingTips {
			next = append(next, choice.Tip)
		}
	}
	return next
}
