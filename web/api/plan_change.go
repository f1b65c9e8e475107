package api

import (
	"context"
	"net/http"

	"dailytip/editions"
	"dailytip/scheduler"
	"dailytip/tokens"
)

type pinInput struct {
	Dated
	Conditional
	Body struct {
		Tip string `json:"tip" minLength:"1" maxLength:"1000" doc:"Its id"`
	}
}

type dateInput struct {
	Dated
	Conditional
}

type dateOutput struct {
	ETag string `header:"ETag"`
	Body scheduler.Line
}

func (a *API) addPlanChanges() {
	pin := []tokens.Scope{tokens.Plan}
	const path = "/plan/{newsletter}/{date}"
	add(a, operation{
		id: "get-planned", method: http.MethodGet, path: path, tag: "plan", scopes: planners, summary: "Say what goes out on a date",
	}, func(ctx context.Context, by tokens.Token, in *Dated) (*dateOutput, error) {
		n, date, err := a.planned(by, *in)
		if err != nil {
			return nil, err
		}
		return a.planOf(ctx, n, date)
	})
	add(a, operation{
		id: "pin-tip", method: http.MethodPut, path: path + "/pin", tag: "plan", scopes: pin, summary: "Give a date a tip of your choice",
	}, func(ctx context.Context, by tokens.Token, in *pinInput) (*dateOutput, error) {
		return a.changePlan(ctx, by, in.Dated, in.IfMatch, func(n *scheduler.Newsletter, date scheduler.Date, seen *editions.Choice) error {
			return a.Scheduler.Pin(ctx, a.Now(), n, date, in.Body.Tip, seen)
		})
	})
	for _, c := range []struct {
		operation
		f func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, seen *editions.Choice) error
	}{
		{operation{id: "unpin-tip", method: http.MethodDelete, path: path + "/pin", summary: "Take back a pin, or a skip that somebody has set"}, a.Scheduler.Unpin},
		{operation{id: "skip-date", method: http.MethodPut, path: path + "/skip", summary: "Send nothing on a date"}, func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, seen *editions.Choice) error {
			return a.Scheduler.Skip(ctx, a.Now(), n, date, seen)
		}},
		{operation{id: "unskip-date", method: http.MethodDelete, path: path + "/skip", summary: "Take back a skip that somebody has set"}, a.Scheduler.Unskip},
	} {
		c.tag, c.scopes = "plan", pin
		add(a, c.operation, func(ctx context.Context, by tokens.Token, in *dateInput) (*dateOutput, error) {
			return a.changePlan(ctx, by, in.Dated, in.IfMatch, func(n *scheduler.Newsletter, date scheduler.Date, seen *editions.Choice) error {
				return c.f(ctx, n, date, seen)
			})
		})
	}
}

// planned finds the date that a path names.
func (a *API) planned(by tokens.Token, in Dated) (*scheduler.Newsletter, scheduler.Date, error) {
	n, err := a.one(by, in.Newsletter)
	if err != nil {
		return nil, scheduler.Date{}, err
	}
	date, err := a.dateOf(n, in.Date)
	if err != nil {
		return nil, date, err
	}
	return n, date, a.near(n, date)
}

// planOf answers with what goes out on a date.
func (a *API) planOf(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date) (*dateOutput, error) {
	line := scheduler.Line{Date: date.String(), Weekday: date.Weekday().String()[:3], Reason: "none"}
	if n.Order != scheduler.CourseOrder {
		lines, _, err := a.Scheduler.Plan(ctx, a.Now(), n, date, 1, true)
		if err != nil {
			return nil, err
		}
		if len(lines) > 0 {
			line = lines[0]
		}
	}
	return &dateOutput{tag(line), line}, nil
}

// changePlan changes what a date gets, unless it isn't any more what the program has seen,
// and answers with what it gets then.
func (a *API) changePlan(ctx context.Context, by tokens.Token, in Dated, ifMatch string, f func(*scheduler.Newsletter, scheduler.Date, *editions.Choice) error) (*dateOutput, error) {
	n, date, err := a.planned(by, in)
	if err != nil {
		return nil, err
	}
	var seen *editions.Choice
	if conditional(ifMatch) {
		// The pin is read before the plan, and must still be the same while it's changed.
		pinned, err := a.Scheduler.Pinned(ctx, n, date)
		if err != nil {
			return nil, err
		}
		before, err := a.planOf(ctx, n, date)
		if err != nil {
			return nil, err
		}
		if err := matches(ifMatch, before.Body); err != nil {
			return nil, err
		}
		seen = &pinned
	}
	if err := f(n, date, seen); err != nil && !made(err) {
		return nil, refusedPlan(err)
	}
	return a.planOf(ctx, n, date)
}
