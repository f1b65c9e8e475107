package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dailytip/bounces/intake"
	"dailytip/subscribers"
	"dailytip/tokens"
)

// Bounce is something that came back, or was refused while sending.
type Bounce struct {
	ID         string    `json:"id" doc:"A number, larger than 2^53"`
	At         time.Time `json:"at"`
	Email      string    `json:"email" doc:"Empty once they are erased"`
	Newsletter string    `json:"newsletter"`
	Door       string    `json:"door" doc:"The way in: smtp is a reply while sending"`
	Class      string    `json:"class"`
	Status     string    `json:"status" doc:"RFC 3463"`
	Reason     string    `json:"reason"`
	Reply      string    `json:"reply"`
	Decision   string    `json:"decision"`
	DecidedAt  time.Time `json:"decided_at"`
}

func bounceOf(b subscribers.BounceRecord) Bounce {
	return Bounce{
		strconv.FormatInt(b.ID, 10), b.At.UTC(), string(b.Email), b.Newsletter, b.Door, string(b.Class), b.Status, b.Reason, b.Reply,
		string(b.Decision), b.DecidedAt.UTC(),
	}
}

type bouncesInput struct {
	Paged
	Newsletter string `query:"newsletter" doc:"Only this newsletter's"`
	Domain     string `query:"domain" maxLength:"254" doc:"Only of addresses in this domain"`
	Email      string `query:"email" maxLength:"254" doc:"Only of this address"`
	Class      string `query:"class" maxLength:"40" doc:"Such as hard, soft, ours, complaint"`
	Decision   string `query:"decision" maxLength:"40" doc:"Such as suppressed, marked, held, counted, resting, ignored"`
	Days       int    `query:"days" minimum:"0" maximum:"3660" default:"30" doc:"Only of so many days; 0: all that is kept"`
}

type bouncesOutput struct{ Body Page[Bounce] }

// BounceNumber is the bounce that a path names.
type BounceNumber struct {
	ID string `path:"id" doc:"Its number"`
}

// BounceShown is a bounce with the message that came back.
type BounceShown struct {
	Bounce
	Message string `json:"message,omitempty" doc:"As it came; none: there was none, or it's kept no longer"`
}

type bounceOutput struct{ Body BounceShown }

func (a *API) addBounces() {
	add(a, operation{
		id: "list-bounces", method: http.MethodGet, path: "/bounces", tag: "bounces", scopes: readers, summary: "List what came back, the newest first",
	}, a.listBounces)
	add(a, operation{
		id: "get-bounce", method: http.MethodGet, path: "/bounces/{id}", tag: "bounces", scopes: readers, summary: "Get a bounce, with the message that came back",
	}, a.getBounce)
	add(a, operation{
		id: "undo-bounce", method: http.MethodPost, path: "/bounces/{id}/undo", tag: "bounces", scopes: editors, whole: true,
		summary: "Take back what was decided", text: "Who was suppressed because of it is what they were before, and it doesn't count any more.",
	}, a.undoBounce)
}

type undoInput struct {
	Keyed
	BounceNumber
}

func (a *API) undoBounce(ctx context.Context, by tokens.Token, in *undoInput) (*bounceOutput, error) {
	b, err := a.bounce(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	err = a.Intake.Undo(ctx, a.Now(), b.ID, "")
	if errors.Is(err, subscribers.ErrLeft) || errors.Is(err, subscribers.ErrUnknown) {
		return nil, conflict("%d of %s: %v", b.ID, b.Email, err)
	}
	if err != nil {
		return nil, err
	}
	return a.getBounce(ctx, by, &in.BounceNumber)
}

func (a *API) listBounces(ctx context.Context, by tokens.Token, in *bouncesInput) (*bouncesOutput, error) {
	newsletter, err := a.newsletter(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	f := subscribers.BounceFilter{
		Newsletter: newsletter, Domain: strings.ToLower(in.Domain), Class: subscribers.BounceClass(in.Class), Decision: subscribers.Decision(in.Decision), Limit: in.Limit,
	}
	if in.Decision == "held" {
		f.Decision = subscribers.HeldBack
	}
	if in.Email != "" {
		if f.Address, err = subscribers.ParseAddress(in.Email); err != nil {
			return nil, invalid("email: %v", err)
		}
	}
	if in.Days > 0 {
		f.Since = a.Now().AddDate(0, 0, -in.Days)
	}
	if f.Before, err = in.number(); err != nil {
		return nil, err
	}
	found, err := a.List.Bounces(ctx, a.DB.Read(), f)
	if err != nil {
		return nil, err
	}
	return &bouncesOutput{pageOf(found, in.Limit, func(b subscribers.BounceRecord) string { return placeOf(b.ID) }, bounceOf)}, nil
}

// bounce finds the one that a path names.
func (a *API) bounce(ctx context.Context, by tokens.Token, id string) (subscribers.BounceRecord, error) {
	none := unknown("there is no bounce %q", id)
	n, ok := number(id)
	if !ok {
		return subscribers.BounceRecord{}, none
	}
	b, err := a.List.Bounce(ctx, a.DB.Read(), n)
	if errors.Is(err, subscribers.ErrNoBounce) || err == nil && !by.Sees(b.Newsletter) {
		return subscribers.BounceRecord{}, none
	}
	return b, err
}

func (a *API) getBounce(ctx context.Context, by tokens.Token, in *BounceNumber) (*bounceOutput, error) {
	b, err := a.bounce(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	message, err := a.Intake.Raw(ctx, a.DB.Read(), b.ID)
	if err != nil && !errors.Is(err, intake.ErrForgotten) {
		return nil, err
	}
	return &bounceOutput{Body: BounceShown{bounceOf(b), strings.ToValidUTF8(string(message), "\uFFFD")}}, nil
}
