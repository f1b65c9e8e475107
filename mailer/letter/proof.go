package letter

import (
	"errors"
	"fmt"
	"strings"

	"dailytip/render"
)

// maxFindings is how many of lint's findings a proof lists; a tip with more
// needs lint itself.
const maxFindings = 20

// proofView is the data of the template "proof". Like all that speaks to the
// operator it's in English.
type proofView struct {
	render.Look
	Heading  string
	Facts    string
	Findings []string
	Verdict  string // about the findings
}

// composeProof makes the edition's mail with a box on top for its editor.
// Below the box it is what readers get, less the links that are theirs.
func composeProof(n Newsletter, x Notice) (*Letter, error) {
	l, err := compose(n, x.Content, x.Language, "", n.pictures())
	if err != nil {
		return nil, err
	}
	v := l.proofView(x)
	box, err := execute("proof", v)
	if err != nil {
		return nil, fmt.Errorf("compose proof: %w", err)
	}
	p := l.page
	p.Card, p.Online = box+p.Card, "" // it is nowhere to be read yet
	if len(p.Tips) > 0 {              // an operator's own template may show the parts instead
		p.Tips = append([]pageTip(nil), p.Tips...)
		p.Tips[0].Body = box + p.Tips[0].Body
	}
	// The readers' mail isn't too large, or compose had said so; the box may be
	// the last straw for this one.
	if err := l.wrapHTML(p, n.Template); err != nil && !errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("compose proof: %w", err)
	}
	l.text.card = v.text() + l.text.card
	l.Subject = render.Cut(fmt.Sprintf("[Proof %s %s] %s", x.Content.LocalDate, l.Language, l.Subject), maxSubject)
	l.list = false
	if l.headers, err = l.commonHeaders(); err != nil {
		return nil, fmt.Errorf("compose proof: %w", err)
	}
	return l, nil
}

func (l *Letter) proofView(x Notice) proofView {
	v := proofView{
		Look: l.look(), Heading: "Proof of " + l.newsletter.Title,
		Facts: fmt.Sprintf("Goes out %s, in %s. Why this tip: %s. Below is the mail as its readers get it.", x.Due, l.Language, x.Reason),
	}
	for _, f := range x.Findings[:min(len(x.Findings), maxFindings)] {
		v.Findings = append(v.Findings, render.Cut(f, 300))
	}
	switch n := len(x.Findings); {
	case n == 0:
		v.Verdict = "Lint found nothing."
	case n > maxFindings:
		v.Verdict = fmt.Sprintf("Lint found %d things; these are the first %d:", n, maxFindings)
	case n == 1:
		v.Verdict = "Lint found one thing:"
	default:
		v.Verdict = fmt.Sprintf("Lint found %d things:", n)
	}
	return v
}

// text is the box in the text part.
func (v proofView) text() string {
	var b strings.Builder
	b.WriteString(render.Wrap(v.Heading, render.TextWidth, "", "") + "\n" + render.Underline(v.Heading) + "\n\n")
	b.WriteString(render.Wrap(v.Facts, render.TextWidth, "", "") + "\n\n" + v.Verdict + "\n")
	for _, f := range v.Findings {
		b.WriteString(render.Wrap(f, render.TextWidth, "- ", "  ") + "\n")
	}
	b.WriteString("\n" + strings.Repeat("=", render.TextWidth) + "\n\n")
	return b.String()
}
