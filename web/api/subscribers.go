package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dailytip/subscribers"
	"dailytip/tokens"
)

type listInput struct {
	Paged
	Newsletter string `query:"newsletter" doc:"Only who has a place in this newsletter"`
	State      string `query:"state" enum:"pending,active,paused,unsubscribed,suppressed" doc:"Only who has a place in this state"`
	Prefix     string `query:"prefix" maxLength:"254" doc:"Only addresses that begin like this. A page may then hold fewer than it has room for, though others follow."`
	Email      string `query:"email" maxLength:"254" doc:"Only this address"`
}

type listOutput struct{ Body Page[Person] }

type personOutput struct {
	ETag string `header:"ETag"`
	Body Person
}

func answerOf(p Person) *personOutput { return &personOutput{tag(p), p} }

// readers are the scopes that may see the list.
var readers = []tokens.Scope{tokens.Read, tokens.Subscribers}

func (a *API) addSubscribers() {
	add(a, operation{
		id: "list-subscribers", method: http.MethodGet, path: "/subscribers", tag: "subscribers", scopes: readers,
		summary: "List subscribers", text: "In the order in which they came, or, with a prefix, in that of their addresses. Ask again with the cursor next while there is one.",
	}, a.listPeople)
	add(a, operation{
		id: "get-subscriber", method: http.MethodGet, path: "/subscribers/{id}", tag: "subscribers", scopes: readers, summary: "Get a subscriber",
	}, func(ctx context.Context, by tokens.Token, in *Named) (*personOutput, error) {
		_, p, err := a.find(ctx, a.DB.Read(), by, in.ID)
		if err != nil {
			return nil, err
		}
		return answerOf(p), nil
	})
	add(a, operation{
		id: "get-subscriber-history", method: http.MethodGet, path: "/subscribers/{id}/history", tag: "subscribers", scopes: readers,
		summary: "Say what happened to a subscriber", text: "When they get the next mail or why they get none, their last deliveries with what the far end replied, and what happened to their subscriptions.",
	}, a.history)
}

func (a *API) listPeople(ctx context.Context, by tokens.Token, in *listInput) (*listOutput, error) {
	newsletter, err := a.newsletter(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	place, err := in.place()
	if err != nil {
		return nil, err
	}
	out := &listOutput{Body: Page[Person]{Items: []Person{}}}
	if in.Email != "" {
		return out, a.oneOf(ctx, by, in, newsletter, &out.Body)
	}
	page, next, err := a.List.Page(ctx, a.DB.Read(), subscribers.Paging{
		Newsletter: newsletter, State: subscribers.State(in.State), Prefix: in.Prefix, After: place, Limit: in.Limit,
	})
	if errors.Is(err, subscribers.ErrUnknown) {
		return nil, badCursor()
	}
	if err != nil {
		return nil, err
	}
	for _, s := range page {
		if p, known := personOf(by, &s); known {
			out.Body.Items = append(out.Body.Items, p)
		}
	}
	if next != "" {
		out.Body.Next = cursorOf(next)
	}
	return out, nil
}

// oneOf lists the person with an address, if a list would hold them.
func (a *API) oneOf(ctx context.Context, by tokens.Token, in *listInput, newsletter string, list *Page[Person]) error {
	address, err := subscribers.ParseAddress(in.Email)
	if err != nil {
		return invalid("email: %v", err)
	}
	s, err := a.List.Find(ctx, a.DB.Read(), address)
	if errors.Is(err, subscribers.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	p, known := personOf(by, s)
	if known && s.Counts(subscribers.Paging{Newsletter: newsletter, State: subscribers.State(in.State)}) {
		list.Items = append(list.Items, p)
	}
	return nil
}

// History is what happened to somebody.
type History struct {
	Outlook    []Outlook  `json:"outlook" nullable:"false"`
	Deliveries []Delivery `json:"deliveries" nullable:"false"`
	Events     []Event    `json:"events" nullable:"false"`
}

// Outlook is what comes next in a newsletter.
type Outlook struct {
	Newsletter string     `json:"newsletter"`
	NextDue    *time.Time `json:"next_due,omitempty"`
	Why        string     `json:"why" doc:"When they get the next mail, or why they get none"`
}

// Event is something that happened to a subscription.
type Event struct {
	At         time.Time `json:"at"`
	Newsletter string    `json:"newsletter,omitempty"`
	Kind       string    `json:"kind"`
	Detail     string    `json:"detail,omitempty"`
}

type historyOutput struct{ Body History }

func (a *API) history(ctx context.Context, by tokens.Token, in *Named) (*historyOutput, error) {
	s, p, err := a.find(ctx, a.DB.Read(), by, in.ID)
	if err != nil {
		return nil, err
	}
	s.SuppressedReason = p.SuppressedReason // as far as the token may know it
	out := &historyOutput{Body: History{Outlook: []Outlook{}, Deliveries: []Delivery{}, Events: []Event{}}}
	pauses, err := a.Ledger.AllPauses(ctx)
	if err != nil {
		return nil, err
	}
	for _, sub := range s.Subscriptions {
		if by.Sees(sub.Newsletter) {
			out.Body.Outlook = append(out.Body.Outlook, Outlook{sub.Newsletter, optional(a.Scheduler.NextDue(sub)), a.Scheduler.Why(s, sub, pauses)})
		}
	}
	deliveries, err := a.Ledger.LastDeliveries(ctx, s.ID, 50)
	if err != nil {
		return nil, err
	}
	for _, d := range deliveries {
		if by.Sees(d.Newsletter) {
			d.Email = s.Email
			out.Body.Deliveries = append(out.Body.Deliveries, deliveryOf(d))
		}
	}
	events, err := a.List.Events(ctx, a.DB.Read(), s.ID, 100)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if by.Sees(e.Newsletter) {
			out.Body.Events = append(out.Body.Events, Event{e.At.UTC(), e.Newsletter, e.Kind, e.Detail})
		}
	}
	return out, nil
}
