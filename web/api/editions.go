package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/tokens"
)

// Editions is a page of editions.
type Editions struct {
	Items []ledger.Summary `json:"items" nullable:"false"`
	Next  string           `json:"next,omitempty" doc:"The cursor of the next page; none: this is the last"`
}

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
	Newsletter string `query:"newsletter" doc:"Only this newsletter's"`
	Cursor     string `query:"cursor" maxLength:"400" doc:"What stood at next on the page before"`
	Limit      int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type editionsOutput struct{ Body Editions }

// Dated is the edition, or the date of a plan, that a path names.
type Dated struct {
	Newsletter string `path:"newsletter"`
	Date       string `path:"date" example:"2026-12-24"`
}

type editionOutput struct{ Body Edition }

type deliveriesInput struct {
	Dated
	State  []string `query:"state" enum:"pending,sending,retry,sent,failed,in_doubt,expired,withdrawn" doc:"Only those in these states, with commas between them"`
	Cursor string   `query:"cursor" maxLength:"400" doc:"What stood at next on the page before"`
	Limit  int      `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type deliveriesOutput struct {
	Body struct {
		Items []Delivery `json:"items" nullable:"false"`
		Next  string     `json:"next,omitempty" doc:"The cursor of the next page; none: this is the last"`
	}
}

func (a *API) addEditions() {
	see := []tokens.Scope{tokens.Read}
	add(a, operation{
		id: "list-editions", method: http.MethodGet, path: "/editions", tag: "editions", scopes: see, summary: "List editions, the newest first",
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

func (a *API) listEditions(ctx context.Context, by tokens.Token, in *editionsInput) (*editionsOutput, error) {
	newsletter, err := a.newsletter(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	at, err := cursorAt(in.Cursor)
	if err != nil {
		return nil, err
	}
	date, of, _ := strings.Cut(at, " ")
	found, err := a.Editions.After(ctx, a.DB.Read(), newsletter, date, of, in.Limit)
	if err != nil {
		return nil, err
	}
	counts, err := a.Ledger.CountAll(ctx, found)
	if err != nil {
		return nil, err
	}
	out := &editionsOutput{Body: Editions{Items: []ledger.Summary{}}}
	for _, c := range counts {
		s, err := a.Ledger.Summarize(ctx, a.Now(), c)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, s)
	}
	if len(found) == in.Limit {
		last := found[len(found)-1]
		out.Body.Next = cursorOf(last.LocalDate + " " + last.Newsletter)
	}
	return out, nil
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
	at, err := cursorAt(in.Cursor)
	if err != nil {
		return nil, err
	}
	after, ok := number(at)
	if at != "" && !ok {
		return nil, badCursor()
	}
	states := make([]ledger.State, len(in.State))
	for i, s := range in.State {
		states[i] = ledger.State(s)
	}
	found, err := a.Ledger.DeliveriesAfter(ctx, e.ID, states, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Items = []Delivery{}
	for _, d := range found {
		out.Body.Items = append(out.Body.Items, deliveryOf(d))
	}
	if len(found) == in.Limit {
		out.Body.Next = cursorOf(strconv.FormatInt(found[len(found)-1].Key.Subscriber, 10))
	}
	return out, nil
}
