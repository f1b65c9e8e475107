package api

import (
	"context"
	"database/sql"
	"net/http"

	"dailytip/subscribers"
	"dailytip/tokens"
)

// by is how a change came about, for a person's history.
func by(t tokens.Token) string { return "by the API, token " + t.Name }

// change changes a person in one transaction, unless they aren't any more what the
// program has seen, and answers with what they are then.
func (a *API) change(ctx context.Context, who tokens.Token, id, ifMatch string, f func(tx *sql.Tx, s *subscribers.Subscriber) error) (*personOutput, error) {
	n, ok := number(id)
	if !ok {
		return nil, nobody(id)
	}
	var out *personOutput
	err := a.DB.Write(ctx, func(tx *sql.Tx) error {
		s, p, err := a.known(who, id, func() (*subscribers.Subscriber, error) { return a.List.Lock(ctx, tx, n) })
		if err != nil {
			return err
		}
		if err := matches(ifMatch, p); err != nil {
			return err
		}
		if err := f(tx, s); err != nil {
			return err
		}
		_, p, err = a.find(ctx, tx, who, id)
		out = answerOf(p)
		return err
	})
	return out, err
}

// placeIn returns somebody's place in a newsletter.
func placeIn(who tokens.Token, s *subscribers.Subscriber, newsletter string) (subscribers.Subscription, error) {
	for _, sub := range s.Subscriptions {
		if sub.Newsletter == newsletter && who.Sees(newsletter) {
			return sub, nil
		}
	}
	return subscribers.Subscription{}, unknown("%s has no place in newsletter %q", s.Email, newsletter)
}

// OfPerson is a change of a person.
type OfPerson struct {
	Named
	Conditional
}

// OfPlace is a change of somebody's place in a newsletter.
type OfPlace struct {
	OfPerson
	Newsletter string `path:"newsletter" example:"management"`
}

type changeInput struct {
	OfPerson
	Body struct {
		Name     *string `json:"name,omitempty" maxLength:"400"`
		Language *string `json:"language,omitempty" maxLength:"64" doc:"BCP 47; empty: each newsletter's own"`
		Timezone *string `json:"timezone,omitempty" maxLength:"64" doc:"IANA; empty: each newsletter's default"`
	}
}

type changePlaceInput struct {
	OfPlace
	Body struct {
		SendAt  *string `json:"send_at,omitempty" maxLength:"5" doc:"HH:MM on their clock; empty: the newsletter's"`
		Days    *string `json:"days,omitempty" maxLength:"64" doc:"Such as MON-FRI or MON WED; empty: the newsletter's"`
		Cadence *string `json:"cadence,omitempty" enum:"daily,weekly"`
	}
}

// editors are the scopes that may change the list.
var editors = []tokens.Scope{tokens.Subscribers}

func (a *API) addChanges() {
	add(a, operation{
		id: "change-subscriber", method: http.MethodPatch, path: "/subscribers/{id}", tag: "subscribers", scopes: editors, whole: true,
		summary: "Change a subscriber", text: "Name, language and zone; what is left out stays.",
	}, a.changePerson)
	add(a, operation{
		id: "change-subscription", method: http.MethodPatch, path: "/subscribers/{id}/subscriptions/{newsletter}", tag: "subscribers", scopes: editors,
		summary: "Change when a subscriber gets a newsletter", text: "Hour, days and cadence; what is left out stays.",
	}, a.changePlace)
	add(a, operation{
		id: "unsubscribe", method: http.MethodPost, path: "/subscribers/{id}/subscriptions/{newsletter}/unsubscribe", tag: "subscribers", scopes: editors,
		summary: "End a subscription", text: "Only they themselves can come back, or you bring them with returning.",
	}, a.unsubscribe)
	add(a, operation{
		id: "pause-subscription", method: http.MethodPost, path: "/subscribers/{id}/subscriptions/{newsletter}/pause", tag: "subscribers", scopes: editors,
		summary: "Hold somebody's mail for a while",
	}, a.pause)
	add(a, operation{
		id: "resume-subscription", method: http.MethodPost, path: "/subscribers/{id}/subscriptions/{newsletter}/resume", tag: "subscribers", scopes: editors,
		summary: "End somebody's pause",
	}, a.resume)
}

// overWritten puts what a program wrote over what is there.
func overWritten(p subscribers.Preferences, w subscribers.Written) (subscribers.Preferences, error) {
	p, err := w.Over(p)
	if err != nil {
		return p, invalid("%v", err)
	}
	return p, nil
}

func (a *API) changePerson(ctx context.Context, who tokens.Token, in *changeInput) (*personOutput, error) {
	return a.change(ctx, who, in.ID, in.IfMatch, func(tx *sql.Tx, s *subscribers.Subscriber) error {
		var sub subscribers.Subscription // the zone is the same in all of them
		if len(s.Subscriptions) > 0 {
			sub = s.Subscriptions[0]
		}
		p, err := overWritten(s.PreferencesIn(sub), subscribers.Written{Name: in.Body.Name, Language: in.Body.Language, Timezone: in.Body.Timezone})
		if err != nil {
			return err
		}
		return a.List.Set(ctx, tx, a.Now(), s, sub, p)
	})
}

func (a *API) changePlace(ctx context.Context, who tokens.Token, in *changePlaceInput) (*personOutput, error) {
	return a.change(ctx, who, in.ID, in.IfMatch, func(tx *sql.Tx, s *subscribers.Subscriber) error {
		sub, err := placeIn(who, s, in.Newsletter)
		if err != nil {
			return err
		}
		p, err := overWritten(s.PreferencesIn(sub), subscribers.Written{SendAt: in.Body.SendAt, Days: in.Body.Days, Cadence: in.Body.Cadence})
		if err != nil {
			return err
		}
		return a.List.Set(ctx, tx, a.Now(), s, sub, p)
	})
}

type leaveInput struct {
	OfPlace
	Keyed
}

func (a *API) unsubscribe(ctx context.Context, who tokens.Token, in *leaveInput) (*personOutput, error) {
	return a.change(ctx, who, in.ID, in.IfMatch, func(tx *sql.Tx, s *subscribers.Subscriber) error {
		sub, err := placeIn(who, s, in.Newsletter)
		if err != nil {
			return err
		}
		_, err = a.List.Unsubscribe(ctx, tx, a.Now(), sub.ID, by(who))
		return err
	})
}

type pauseInput struct {
	OfPlace
	Keyed
	Body struct {
		Until string `json:"until,omitempty" maxLength:"10" example:"2026-12-24" doc:"The date on which it goes on by itself; none: until it's resumed"`
	}
}

func (a *API) pause(ctx context.Context, who tokens.Token, in *pauseInput) (*personOutput, error) {
	return a.change(ctx, who, in.ID, in.IfMatch, func(tx *sql.Tx, s *subscribers.Subscriber) error {
		sub, err := placeIn(who, s, in.Newsletter)
		if err != nil {
			return err
		}
		until, err := a.Scheduler.PauseEnd(sub, in.Body.Until)
		if err != nil {
			return invalid("until: %v", err)
		}
		did, err := a.List.Pause(ctx, tx, a.Now(), until, sub.ID, by(who))
		if err == nil && !did {
			return conflict("%s can't be paused in %s: they are %s", s.Email, in.Newsletter, s.StateOf(sub))
		}
		return err
	})
}

func (a *API) resume(ctx context.Context, who tokens.Token, in *leaveInput) (*personOutput, error) {
	return a.change(ctx, who, in.ID, in.IfMatch, func(tx *sql.Tx, s *subscribers.Subscriber) error {
		sub, err := placeIn(who, s, in.Newsletter)
		if err != nil {
			return err
		}
		did, err := a.List.Resume(ctx, tx, a.Now(), sub.ID, by(who))
		if err == nil && !did {
			return conflict("%s isn't paused in %s: they are %s", s.Email, in.Newsletter, s.StateOf(sub))
		}
		return err
	})
}
