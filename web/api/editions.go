package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/tokens"
)

// Edition is one edition, with what was done to it.
type Edition struct {
	ledger.Summary
	Actions []Action `json:"actions" nullable:"false"`
}

// Action is what an operator did to an edition.
type Action struct {
	At         time.Time `json:"at"`
	Kind       string    `json:"kind"`
	Deliveries int64     `json:"deliveries" doc:"How many it changed"`
	Who        string    `json:"who"`
	Detail     string    `json:"detail,omitempty"`
}

// Delivery is one edition for one reader.
type Delivery struct {
	Subscriber string     `json:"subscriber" doc:"Their number"`
	Email      string     `json:"email" doc:"Empty once they are erased"`
	Newsletter string     `json:"newsletter"`
	LocalDate  string     `json:"local_date"`
	Tip        string     `json:"tip"`
	State      string     `json:"state" enum:"pending,sending,retry,sent,failed,in_doubt,expired,withdrawn"`
	Language   string     `json:"language,omitempty" doc:"Of the text that was sent"`
	Attempts   int        `json:"attempts"`
	DueAt      time.Time  `json:"due_at"`
	NextAt     *time.Time `json:"next_at,omitempty" doc:"While it waits: not before"`
	DoneAt     *time.Time `json:"done_at,omitempty"`
	Reply      *Reply     `json:"reply,omitempty" doc:"What the far end last said"`
}

// Reply is what the far end said.
type Reply struct {
	Code     int    `json:"code" doc:"RFC 5321; 0: it gave none"`
	Enhanced string `json:"enhanced,omitempty" doc:"RFC 3463"`
	Text     string `json:"text"`
}

func deliveryOf(d ledger.Delivery) Delivery {
	out := Delivery{
		Subscriber: strconv.FormatInt(d.Key.Subscriber, 10), Email: string(d.Email), Newsletter: d.Newsletter, LocalDate: d.LocalDate, Tip: d.Tip,
		State: string(d.State), Language: d.Language, Attempts: d.Attempts, DueAt: d.DueAt.UTC(), DoneAt: optional(d.DoneAt),
	}
	if d.DoneAt.IsZero() {
		out.NextAt = optional(d.NextAt)
	}
	if d.Reply != (ledger.Reply{}) {
		out.Reply = &Reply{d.Reply.Code, d.Reply.Enhanced, d.Reply.Text}
	}
	return out
}

type editionsInput struct {
	Paged
	Newsletter string `query:"newsletter" doc:"Only this newsletter's"`
}

type editionsOutput struct{ Body Page[ledger.Summary] }

// Dated is the edition, or the date of a plan, that a path names.
type Dated struct {
	Newsletter string `path:"newsletter"`
	Date       string `path:"date" example:"2026-12-24"`
}

type editionOutput struct{ Body Edition }

type deliveriesInput struct {
	Dated
	Paged
	State []string `query:"state" enum:"pending,sending,retry,sent,failed,in_doubt,expired,withdrawn" doc:"Only those in these states, with commas between them"`
}

type deliveriesOutput struct{ Body Page[Delivery] }

func (a *API) addEditions() {
	see := []tokens.Scope{tokens.Read}
	add(a, operation{
		id: "list-editions", method: http.MethodGet, path: "/editions", tag: "editions", scopes: see, summary: "List editions, the newest first",
		text: fmt.Sprintf("At most %d on a page.", mostEditions),
	}, a.listEditions)
	add(a, operation{
		id: "get-edition", method: http.MethodGet, path: "/editions/{newsletter}/{date}", tag: "editions", scopes: see,
		summary: "Get an edition", text: "Its deliveries by state, why mails went another way, and what was done to it by command.",
	}, a.getEdition)
	add(a, operation{
		id: "list-deliveries", method: http.MethodGet, path: "/editions/{newsletter}/{date}/deliveries", tag: "editions", scopes: see,
		summary: "List an edition's deliveries", text: "By the readers' numbers, each with what the far end replied.",
	}, a.listDeliveries)
}

// mostEditions is how many editions a page shows: each takes a few questions.
const mostEditions = 20

func (a *API) listEditions(ctx context.Context, by tokens.Token, in *editionsInput) (*editionsOutput, error) {
	newsletter, err := a.newsletter(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	place, err := in.place()
	if err != nil {
		return nil, err
	}
	date, of, _ := strings.Cut(place, " ")
	limit := min(in.Limit, mostEditions)
	found, err := a.Editions.After(ctx, a.DB.Read(), newsletter, date, of, limit)
	if err != nil {
		return nil, err
	}
	counts, err := a.Ledger.CountAll(ctx, found)
	if err != nil {
		return nil, err
	}
	summaries, err := a.Ledger.SummarizeAll(ctx, a.Now(), counts)
	if err != nil {
		return nil, err
	}
	return &editionsOutput{pageOf(summaries, limit,
		func(s ledger.Summary) string { return s.LocalDate + " " + s.Newsletter },
		func(s ledger.Summary) ledger.Summary { return s })}, nil
}

// edition finds the one that a path names.
func (a *API) edition(ctx context.Context, by tokens.Token, in Dated) (editions.Edition, error) {
	newsletter, err := a.newsletter(by, in.Newsletter)
	if err != nil {
		return editions.Edition{}, err
	}
	date, err := scheduler.ParseDate(in.Date)
	if err != nil {
		return editions.Edition{}, invalid("%v", err)
	}
	e, err := a.Editions.Edition(ctx, a.DB.Read(), newsletter, date.String())
	if errors.Is(err, editions.ErrNoEdition) {
		return e, unknown("there is no edition of %s on %s yet", newsletter, date)
	}
	return e, err
}

func (a *API) getEdition(ctx context.Context, by tokens.Token, in *Dated) (*editionOutput, error) {
	e, err := a.edition(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	counts, err := a.Ledger.CountAll(ctx, []editions.Edition{e})
	if err != nil {
		return nil, err
	}
	actions, err := a.Ledger.Actions(ctx, e, 50)
	if err != nil {
		return nil, err
	}
	out := &editionOutput{Body: Edition{Actions: []Action{}}}
	if out.Body.Summary, err = a.Ledger.Summarize(ctx, a.Now(), counts[0]); err != nil {
		return nil, err
	}
	for _, did := range actions {
		out.Body.Actions = append(out.Body.Actions, Action{did.At.UTC(), did.Kind, did.Deliveries, did.Who, did.Detail})
	}
	return out, nil
}

func (a *API) listDeliveries(ctx context.Context, by tokens.Token, in *deliveriesInput) (*deliveriesOutput, error) {
	e, err := a.edition(ctx, by, in.Dated)
	if err != nil {
		return nil, err
	}
	after, err := in.number()
	if err != nil {
		return nil, err
	}
	states := make([]ledger.State, len(in.State))
	for i, s := range in.State {
		states[i] = ledger.State(s)
	}
	found, err := a.Ledger.DeliveriesAfter(ctx, e.ID, states, after, in.Limit)
	if err != nil {
		return nil, err
	}
	return &deliveriesOutput{pageOf(found, in.Limit, func(d ledger.Delivery) string { return placeOf(d.Key.Subscriber) }, deliveryOf)}, nil
}
