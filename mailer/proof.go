package mailer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/subscribers"
	"dailytip/tips"
)

// proof composes what an editor is shown before an edition goes out. A mail that
// can't be composed is what they need to hear of most, so it's told in its place.
func (m *Mailer) proof(ctx context.Context, n *Newsletter, job *ledger.Job) (*letter.Letter, error) {
	var p ledger.ProofOf
	if err := json.Unmarshal([]byte(job.Detail), &p); err != nil {
		return nil, fmt.Errorf("read proof: %w", err)
	}
	var tip tips.Tip
	if err := json.Unmarshal(p.Tip, &tip); err != nil {
		return nil, fmt.Errorf("read the proof's copy of the tip: %w", err)
	}
	content, err := m.withPages(ctx, n, letter.Content{LocalDate: p.LocalDate, Tips: []tips.Tip{tip}})
	if err != nil {
		return nil, err
	}
	notice := letter.Notice{
		Kind: letter.Proof, Findings: p.Findings, Due: p.Due, Reason: p.Reason, Content: content,
		Waits: p.Approve && !p.Approved, Approved: p.Approved, Instead: p.Instead,
	}
	m.answers(n, &notice, p)
	l, fault := letter.ComposeNotice(n.Newsletter, notice)
	if fault == nil {
		return l, nil
	}
	language := cmp.Or(tip.Language, n.Language)
	another := fmt.Sprintf("dailytip plan pin --newsletter %s %s TIP", n.ID, p.LocalDate)
	if m.CalendarPage != nil {
		another = m.CalendarPage(n.ID, p.LocalDate)
	}
	text := fmt.Sprintf("The mail of %s for %s in %s can't be composed:\n\n  %v\n\nThe tip is %s.\n"+
		"As it stands nothing goes out, and sending pauses: correct the tip, or give\nthe date another one:\n\n  %s\n",
		n.Title, p.LocalDate, language, fault, tip.Path, another)
	if len(p.Findings) > 0 {
		text += "\nLint says:\n  " + strings.Join(p.Findings, "\n  ") + "\n"
	}
	l, err = letter.ComposeNotice(n.Newsletter, letter.Notice{
		Kind: letter.Alert, Subject: fmt.Sprintf("[Proof %s %s] The mail can't be composed", p.LocalDate, language), Text: text,
	})
	if err != nil {
		return nil, fault // the newsletter itself is at fault
	}
	return l, nil
}

// answers are the links of a proof. They act in the editor's name, as long as the
// edition isn't there.
func (m *Mailer) answers(n *Newsletter, notice *letter.Notice, p ledger.ProofOf) {
	if p.Number == 0 || p.Opened {
		return
	}
	if notice.Waits {
		notice.ApproveURL = n.BaseURL + "/proof/approve/" + m.Tokens.Make(subscribers.ApproveProofLink, p.Number)
	}
	notice.SkipURL = n.BaseURL + "/proof/skip/" + m.Tokens.Make(subscribers.SkipProofLink, p.Number)
	if m.CalendarPage != nil {
		notice.PlanURL = m.CalendarPage(n.ID, p.LocalDate)
	}
}
