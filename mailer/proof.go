package mailer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"dailytip/ledger"
	"dailytip/mailer/letter"
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
	l, fault := letter.ComposeNotice(n.Newsletter, letter.Notice{
		Kind: letter.Proof, Language: job.Language, Findings: p.Findings, Due: p.Due, Reason: p.Reason, Content: content,
	})
	if fault == nil {
		return l, nil
	}
	language := cmp.Or(job.Language, tip.Language, n.Language)
	otherwise := "Readers of that language get the tip in the newsletter's own."
	if job.Language == "" {
		otherwise = "As it stands nothing goes out, and sending pauses: correct the tip, or give\nthe date another one (dailytip plan pin)."
	}
	text := fmt.Sprintf("The mail of %s for %s in %s can't be composed:\n\n  %v\n\nThe tip is %s.\n%s\n",
		n.Title, p.LocalDate, language, fault, tip.Path, otherwise)
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
