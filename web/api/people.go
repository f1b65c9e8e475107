package api

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"dailytip/membership"
	"dailytip/subscribers"
	"dailytip/tokens"
)

type addInput struct {
	Keyed
	Body struct {
		Email      string  `json:"email" minLength:"1" maxLength:"400" example:"ana@example.com"`
		Newsletter string  `json:"newsletter,omitempty" doc:"Not needed where there is only one"`
		Name       *string `json:"name,omitempty" maxLength:"400"`
		Language   *string `json:"language,omitempty" maxLength:"64" doc:"BCP 47"`
		Timezone   *string `json:"timezone,omitempty" maxLength:"64" doc:"IANA"`
		SendAt     *string `json:"send_at,omitempty" maxLength:"5" doc:"HH:MM on their clock"`
		Days       *string `json:"days,omitempty" maxLength:"64" doc:"Such as MON-FRI"`
		Cadence    *string `json:"cadence,omitempty" enum:"daily,weekly"`
		Confirmed  bool    `json:"confirmed,omitempty" doc:"You vouch for their consent: they are active at once, and get no mail that asks"`
		Returning  bool    `json:"returning,omitempty" doc:"They left or were erased, and asked you to bring them back; needs why"`
		Why        string  `json:"why,omitempty" maxLength:"500" doc:"With returning: how you know, for their history"`
	}
}

// Added is what became of somebody who was added.
type Added struct {
	Result     string `json:"result" enum:"created,reopened,confirmed,unchanged" doc:"unchanged: they were there already, and stay as they are"`
	Newsletter string `json:"newsletter"`
	State      string `json:"state" enum:"pending,active,paused,unsubscribed,suppressed"`
	Subscriber Person `json:"subscriber"`
}

type addOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   Added
}

type addressInput struct {
	OfPerson
	Keyed
	Body struct {
		Email     string `json:"email" minLength:"1" maxLength:"400" doc:"The new address"`
		Confirmed bool   `json:"confirmed,omitempty" doc:"You vouch that it's theirs: it's changed at once. Otherwise a mail asks its owner to confirm."`
	}
}

type addressOutput struct {
	ETag string `header:"ETag"`
	Body struct {
		Done       bool   `json:"done" doc:"false: a mail asks the new address to confirm, and until then the old one gets the mails"`
		Subscriber Person `json:"subscriber"`
	}
}

// OfWhy is a change that needs a reason.
type OfWhy struct {
	Why string `json:"why" minLength:"1" maxLength:"500" doc:"For their history"`
}

type whyInput struct {
	OfPerson
	Keyed
	Body OfWhy
}

type suppressInput struct {
	Keyed
	Body struct {
		Email string `json:"email" minLength:"1" maxLength:"400"`
		OfWhy
	}
}

type suppressOutput struct {
	Body struct {
		Email   string `json:"email"`
		Already bool   `json:"already" doc:"It had been suppressed before"`
	}
}

type eraseInput struct{ OfPerson }

func (a *API) addPeople() {
	add(a, operation{
		id: "add-subscriber", method: http.MethodPost, path: "/subscribers", tag: "subscribers", scopes: editors, status: http.StatusCreated,
		summary: "Add a subscriber", text: "They are pending, and a mail asks them to confirm. Who is there already stays as they are; nobody who left or was suppressed is revived (409).",
	}, a.addPerson)
	add(a, operation{
		id: "change-address", method: http.MethodPost, path: "/subscribers/{id}/change-address", tag: "subscribers", scopes: editors, whole: true,
		summary: "Move a subscriber to another address", text: "With their newsletters, preferences, consent and place in a course.",
	}, a.changeAddress)
	add(a, operation{
		id: "suppress-subscriber", method: http.MethodPost, path: "/subscribers/{id}/suppress", tag: "subscribers", scopes: editors, whole: true,
		summary: "Never write to a subscriber again", text: "No import revives them. Who signs up again and confirms ends it, and so does restore.",
	}, func(ctx context.Context, who tokens.Token, in *whyInput) (*personOutput, error) {
		return a.change(ctx, who, in.ID, in.IfMatch, func(tx *sql.Tx, s *subscribers.Subscriber) error {
			return a.List.Suppress(ctx, tx, a.Now(), s.ID, tidy(in.Body.Why))
		})
	})
	add(a, operation{
		id: "restore-subscriber", method: http.MethodPost, path: "/subscribers/{id}/restore", tag: "subscribers", scopes: editors, whole: true,
		summary: "Undo a suppression", text: "They are what they were before.",
	}, func(ctx context.Context, who tokens.Token, in *whyInput) (*personOutput, error) {
		return a.change(ctx, who, in.ID, in.IfMatch, func(tx *sql.Tx, s *subscribers.Subscriber) error {
			did, err := a.List.Restore(ctx, tx, a.Now(), s.ID, tidy(in.Body.Why))
			if err == nil && !did {
				return conflict("%s isn't suppressed", s.Email)
			}
			return err
		})
	})
	add(a, operation{
		id: "suppress-address", method: http.MethodPost, path: "/suppressions", tag: "subscribers", scopes: editors, whole: true,
		summary: "Never write to an address", text: "Whether it's on the list or not: whoever adds it later finds it suppressed.",
	}, a.suppressAddress)
	add(a, operation{
		id: "erase-subscriber", method: http.MethodDelete, path: "/subscribers/{id}", tag: "subscribers", scopes: editors, whole: true, status: http.StatusNoContent,
		summary: "Forget a person", text: "Address, name, preferences and history. What stays is a keyed hash of the address, so that no import brings them back, and the bare numbers of what was sent.",
	}, a.erase)
}

// tidy makes one line of a reason.
func tidy(why string) string { return strings.Join(strings.Fields(why), " ") }

// request reads what somebody is added with.
func (a *API) request(who tokens.Token, in *addInput) (r subscribers.Request, err error) {
	n, err := a.one(who, in.Body.Newsletter)
	if err != nil {
		return r, err
	}
	r.Newsletter = n.ID
	var badAddress, badWhy, badPreferences error
	if r.Address, badAddress = subscribers.ParseAddress(in.Body.Email); badAddress != nil {
		badAddress = fmt.Errorf("email: %w", badAddress)
	}
	r.Preferences, badPreferences = subscribers.Written{
		Name: in.Body.Name, Language: in.Body.Language, Timezone: in.Body.Timezone, SendAt: in.Body.SendAt, Days: in.Body.Days, Cadence: in.Body.Cadence,
	}.Over(r.Preferences)
	why := tidy(in.Body.Why)
	switch {
	case in.Body.Returning && why == "":
		badWhy = errors.New("why is missing; write how you know that they want to come back")
	case !in.Body.Returning && why != "":
		badWhy = errors.New("why belongs to returning")
	}
	if err := errors.Join(badAddress, badPreferences, badWhy); err != nil {
		return r, invalid("%v", err)
	}
	r.Detail = by(who)
	if why != "" {
		r.Detail += ": " + why
	}
	if in.Body.Confirmed {
		r.Consent = subscribers.Vouched
	}
	return r, nil
}

func (a *API) addPerson(ctx context.Context, who tokens.Token, in *addInput) (*addOutput, error) {
	r, err := a.request(who, in)
	if err != nil {
		return nil, err
	}
	var added subscribers.Added
	if in.Body.Returning {
		added, err = a.Membership.Return(ctx, a.Now(), r, in.Body.Confirmed)
	} else {
		added, err = a.Membership.SignUp(ctx, a.Now(), r, membership.Form{})
	}
	if errors.Is(err, membership.ErrNeverLeft) {
		return nil, conflict("%s never left %s; leave out returning", r.Address, r.Newsletter)
	}
	if err != nil {
		return nil, err
	}
	a.enqueued()
	switch added.Result {
	case subscribers.Left:
		return nil, conflict("%s has left %s; only they themselves can come back, or you bring them with returning and why if they asked for it", r.Address, r.Newsletter)
	case subscribers.Barred:
		return nil, conflict("%s is suppressed; their history says why, and restore undoes it", r.Address)
	}
	_, p, err := a.find(ctx, a.DB.Read(), who, strconv.FormatInt(added.Subscriber, 10))
	if err != nil {
		return nil, err
	}
	out := &addOutput{Status: http.StatusCreated, ETag: tag(p), Body: Added{string(added.Result), r.Newsletter, string(added.State), p}}
	if added.Result == subscribers.Unchanged {
		out.Status = http.StatusOK
	}
	return out, nil
}

// stillSeen refuses a change of somebody who isn't any more what the program has seen.
func stillSeen(who tokens.Token, ifMatch string) membership.Check {
	return func(s *subscribers.Subscriber) error {
		p, _ := personOf(who, s)
		return matches(ifMatch, p)
	}
}

func (a *API) changeAddress(ctx context.Context, who tokens.Token, in *addressInput) (*addressOutput, error) {
	to, err := subscribers.ParseAddress(in.Body.Email)
	if err != nil {
		return nil, invalid("email: %v", err)
	}
	s, _, err := a.find(ctx, a.DB.Read(), who, in.ID)
	if err != nil {
		return nil, err
	}
	done, err := a.Membership.ChangeAddress(ctx, a.Now(), s.ID, to, in.Body.Confirmed, by(who), stillSeen(who, in.IfMatch))
	switch {
	case errors.Is(err, subscribers.ErrUnknown):
		return nil, nobody(in.ID)
	case errors.Is(err, subscribers.ErrTaken):
		return nil, conflict("%s is on the list already; end %s by unsubscribing it", to, s.Email)
	case errors.Is(err, membership.ErrKeptOut):
		return nil, conflict("%s was erased, or mail to it fails, and only they themselves can come back; with confirmed you vouch for them", to)
	case errors.Is(err, membership.ErrNothingToMove):
		return nil, conflict("%s gets no newsletter that could come along", s.Email)
	case errors.Is(err, membership.ErrTooOften):
		return nil, conflict("%s was asked to confirm less than a day ago, or three times without an answer; the mail that they have still works", to)
	case err != nil:
		return nil, err
	}
	a.enqueued()
	_, p, err := a.find(ctx, a.DB.Read(), who, in.ID)
	if err != nil {
		return nil, err
	}
	out := &addressOutput{ETag: tag(p)}
	out.Body.Done, out.Body.Subscriber = done, p
	return out, nil
}

func (a *API) suppressAddress(ctx context.Context, _ tokens.Token, in *suppressInput) (*suppressOutput, error) {
	address, err := subscribers.ParseAddress(in.Body.Email)
	if err != nil {
		return nil, invalid("email: %v", err)
	}
	out := &suppressOutput{}
	out.Body.Email = string(address)
	err = a.DB.Write(ctx, func(tx *sql.Tx) error {
		did, err := a.List.SuppressAddress(ctx, tx, a.Now(), address, tidy(in.Body.Why))
		out.Body.Already = !did
		return err
	})
	if errors.Is(err, subscribers.ErrErased) {
		return nil, conflict("%s: %v", address, err)
	}
	return out, err
}

func (a *API) erase(ctx context.Context, who tokens.Token, in *eraseInput) (*struct{}, error) {
	s, _, err := a.find(ctx, a.DB.Read(), who, in.ID)
	if err != nil {
		return nil, err
	}
	err = a.Membership.Erase(ctx, a.Now(), s.ID, stillSeen(who, in.IfMatch))
	if errors.Is(err, subscribers.ErrUnknown) {
		return nil, nobody(in.ID)
	}
	return nil, err
}
