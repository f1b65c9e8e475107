package api

import (
	"context"
	"net/http"

	"dailytip/tokens"
)

// Tip is one of a library's.
type Tip struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Emoji     string   `json:"emoji,omitempty"`
	Tags      []string `json:"tags" nullable:"false"`
	Languages []string `json:"languages" nullable:"false" doc:"Of its translations"`
	Date      string   `json:"date,omitempty"`
	Pin       string   `json:"pin,omitempty"`
	WhyNot    string   `json:"why_not,omitempty" doc:"Why it can't be sent now, such as draft; none: it can"`
	Useful    int64    `json:"useful" doc:"Readers' answers to whether it was"`
	NotUseful int64    `json:"not_useful"`
}

// OfNewsletter says which newsletter a request is about. It is exported for huma, which
// reads embedded fields only of exported types.
type OfNewsletter struct {
	Newsletter string `query:"newsletter" doc:"Not needed where there is only one"`
}

type tipsOutput struct {
	Body struct {
		Items []Tip `json:"items" nullable:"false"`
	}
}

type lintOutput struct {
	Body struct {
		Items []LintFault `json:"items" nullable:"false"`
	}
}

// LintFault is something that is wrong with a library, or worth a note.
type LintFault struct {
	Path     string `json:"path"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Rule     string `json:"rule"`
	Severity string `json:"severity" enum:"note,warning,error"`
	Message  string `json:"message"`
}

type previewInput struct {
	OfNewsletter
	Tip      string `query:"tip" maxLength:"1000" doc:"The tip's id; none: the tip of the date"`
	Date     string `query:"date" doc:"None: today" example:"2026-12-24"`
	Language string `query:"language" maxLength:"64" doc:"The reader's; none: the newsletter's"`
}

type previewOutput struct {
	Body struct {
		Subject  string `json:"subject"`
		Language string `json:"language" doc:"Of the text"`
		HTML     string `json:"html"`
		Text     string `json:"text"`
	}
}

func (a *API) addTips() {
	add(a, operation{
		id: "list-tips", method: http.MethodGet, path: "/tips", tag: "tips", scopes: planners, summary: "List a newsletter's tips",
	}, a.listTips)
	add(a, operation{
		id: "lint-tips", method: http.MethodGet, path: "/tips/lint", tag: "tips", scopes: planners, summary: "Say what is wrong with a library",
	}, a.lintTips)
	add(a, operation{
		id: "preview-tip", method: http.MethodGet, path: "/tips/preview", tag: "tips", scopes: []tokens.Scope{tokens.Read, tokens.Plan, tokens.Send},
		summary: "Show the mail as it will be", text: "Of a date, or of a tip: as HTML and as text.",
	}, a.preview)
}

func (a *API) listTips(ctx context.Context, by tokens.Token, in *OfNewsletter) (*tipsOutput, error) {
	n, err := a.one(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	votes, err := a.Editions.Tallies(ctx, []string{n.ID})
	if err != nil {
		return nil, err
	}
	now := a.Now().In(n.DefaultZone)
	out := &tipsOutput{}
	out.Body.Items = []Tip{}
	for _, t := range n.Library.Tips() {
		one := Tip{
			ID: t.ID, Title: t.Title, Emoji: t.Emoji, Tags: t.Tags, Languages: []string{}, Date: t.Date, Pin: t.Pin, WhyNot: t.WhyNot(now),
			Useful: votes[t.ID].Useful, NotUseful: votes[t.ID].Useless,
		}
		if one.Tags == nil {
			one.Tags = []string{}
		}
		for _, tr := range t.Translations {
			one.Languages = append(one.Languages, tr.Language)
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, nil
}

func (a *API) lintTips(ctx context.Context, by tokens.Token, in *OfNewsletter) (*lintOutput, error) {
	n, err := a.one(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	out := &lintOutput{}
	out.Body.Items = []LintFault{}
	found, fresh := a.Findings(n).Look(ctx, n.Today(a.Now()).String())
	if !fresh { // it takes longer than a request may
		return nil, ctx.Err()
	}
	for _, f := range found.Faults {
		out.Body.Items = append(out.Body.Items, LintFault{f.Path, f.Line, f.Column, f.Rule, f.Severity.String(), f.Message})
	}
	return out, nil
}

func (a *API) preview(ctx context.Context, by tokens.Token, in *previewInput) (*previewOutput, error) {
	n, err := a.one(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	date, err := a.dateOf(n, in.Date)
	if err != nil {
		return nil, err
	}
	if err := a.near(n, date); err != nil {
		return nil, err
	}
	l, err := a.Preview(ctx, n, date, in.Tip, in.Language)
	if err != nil {
		return nil, err
	}
	out := &previewOutput{}
	out.Body.Subject, out.Body.Language, out.Body.HTML, out.Body.Text = l.Subject, l.Language, l.HTML(), l.Text()
	return out, nil
}
