package api

import (
	"context"
	"net/http"

	"dailytip/subscribers"
	"dailytip/tokens"
)

// Copy is what became of a test copy.
type Copy struct {
	To        string `json:"to"`
	Language  string `json:"language" doc:"Of the text"`
	Subject   string `json:"subject"`
	Tip       string `json:"tip"`
	State     string `json:"state" enum:"sent,failed,in_doubt"`
	MessageID string `json:"message_id"`
	Reply     string `json:"reply,omitempty" doc:"The relay's last"`
}

type copiesInput struct {
	Keyed
	Body struct {
		Newsletter string   `json:"newsletter,omitempty" doc:"Not needed where there is only one"`
		Date       string   `json:"date,omitempty" maxLength:"10" doc:"None: today" example:"2026-12-24"`
		To         []string `json:"to" minItems:"1" maxItems:"5" doc:"Addresses"`
	}
}

type copiesOutput struct {
	Body struct {
		Items []Copy `json:"items" nullable:"false"`
	}
}

func (a *API) addCopies() {
	add(a, operation{
		id: "send-test", method: http.MethodPost, path: "/test-copies", tag: "editions", scopes: []tokens.Scope{tokens.Send},
		summary: "Send test copies", text: "Of a date's mail, to five addresses at most. They count for nothing. Each says what the relay replied.",
	}, a.sendCopies)
}

func (a *API) sendCopies(ctx context.Context, by tokens.Token, in *copiesInput) (*copiesOutput, error) {
	n, err := a.one(by, in.Body.Newsletter)
	if err != nil {
		return nil, err
	}
	date, err := a.dateOf(n, in.Body.Date)
	if err != nil {
		return nil, err
	}
	if err := a.near(n, date); err != nil {
		return nil, err
	}
	var to []subscribers.Address
	for _, text := range in.Body.To {
		address, err := subscribers.ParseAddress(text)
		if err != nil {
			return nil, invalid("to: %v", err)
		}
		to = append(to, address)
	}
	out := &copiesOutput{}
	out.Body.Items, err = a.SendTest(ctx, n, date, to)
	return out, err
}
