package api

import (
	"context"
	"errors"
	"net/http"

	"dailytip/editions"
	"dailytip/scheduler"
	"dailytip/tokens"
)

// planners are the scopes that may see the plan.
var planners = []tokens.Scope{tokens.Read, tokens.Plan}

type planInput struct {
	OfNewsletter
	From string `query:"from" doc:"The first date; none: today" example:"2026-12-24"`
	Days int    `query:"days" minimum:"1" maximum:"366" default:"14"`
}

type planOutput struct {
	Body struct {
		Newsletter string           `json:"newsletter"`
		Items      []scheduler.Line `json:"items" nullable:"false"`
	}
}

func (a *API) addPlan() {
	add(a, operation{
		id: "get-plan", method: http.MethodGet, path: "/plan", tag: "plan", scopes: planners, summary: "Say what goes out when",
		text: "The tip of each date, and why it's that one: it was sent, it is pinned, it's the next in the order, or it comes again.",
	}, a.getPlan)
}

// one finds the newsletter that a request is about, where it can be only one.
func (a *API) one(by tokens.Token, name string) (*scheduler.Newsletter, error) {
	name, err := a.newsletter(by, name)
	if err != nil {
		return nil, err
	}
	n, err := a.Scheduler.Find(name)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return n, nil
}

// dateOf reads a date; "" is today.
func (a *API) dateOf(n *scheduler.Newsletter, text string) (scheduler.Date, error) {
	if text == "" {
		return n.Today(a.Now()), nil
	}
	date, err := scheduler.ParseDate(text)
	if err != nil {
		return date, invalid("%v", err)
	}
	return date, nil
}

func (a *API) getPlan(ctx context.Context, by tokens.Token, in *planInput) (*planOutput, error) {
	n, err := a.one(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	from, err := a.dateOf(n, in.From)
	if err != nil {
		return nil, err
	}
	if n.Order == scheduler.CourseOrder {
		return nil, conflict("newsletter %s is a course: each reader has a plan of their own; see the reader's history", n.ID)
	}
	if err := a.near(n, from); err != nil {
		return nil, err
	}
	out := &planOutput{}
	out.Body.Newsletter = n.ID
	lines, _, err := a.Scheduler.Plan(ctx, a.Now(), n, from, in.Days, true)
	if lines == nil {
		lines = []scheduler.Line{}
	}
	out.Body.Items = lines
	return out, err
}

// mostAhead is how many days from now a plan is made for.
const mostAhead = 3660

// near refuses a date that is further away than anybody plans.
func (a *API) near(n *scheduler.Newsletter, date scheduler.Date) error {
	if ahead := date.Sub(n.Today(a.Now())); ahead > mostAhead || ahead < -mostAhead {
		return invalid("%s is more than ten years away", date)
	}
	return nil
}

// made tells whether a change of the plan was made all the same, and has no effect: the
// answer shows it.
func made(err error) bool {
	var r scheduler.Refused
	return errors.As(err, &r) && r.Made
}

// refusedPlan says why a change of the plan wasn't made.
func refusedPlan(err error) error {
	if errors.Is(err, editions.ErrChanged) {
		return changed()
	}
	var r scheduler.Refused
	if errors.As(err, &r) || errors.Is(err, editions.ErrOpened) {
		return conflict("%v", err)
	}
	return err
}
