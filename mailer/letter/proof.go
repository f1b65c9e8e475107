package letter

import (
	"errors"
	"fmt"
	"html/template"
	"strings"

	"dailytip/locale"
	"dailytip/render"
)

// maxFindings is how many of lint's findings a proof lists; a tip with more
// needs lint itself.
const maxFindings = 20

// maxProof is how much HTML a proof may have, in bytes: mail programs cut off what is
// over 102 KB, and an encoding and the editor's own links need some room.
const maxProof = 96 << 10

// proofView is the data of the templates around the mails of a proof. Like all that
// speaks to the operator it's in English.
type proofView struct {
	render.Look
	Heading  string
	Facts    []string
	Due      string
	Findings []string
	Verdict  string // about the findings

	ApproveURL, SkipURL, PlanURL string // "": there is no such link
}

// Answers tells whether the editor can answer by a link.
func (v proofView) Answers() bool { return v.ApproveURL+v.SkipURL+v.PlanURL != "" }

// composeProof makes the edition's mail with a box on top for its editor, and below it
// the mail in each other language. That is what readers get, less the links that are
// theirs.
func composeProof(n Newsletter, x Notice) (*Letter, error) {
	pictures := n.pictures()
	l, err := compose(n, x.Content, "", "", pictures)
	if err != nil {
		return nil, err
	}
	versions, faults := l.versions(x, pictures)
	l.pictures = pictures.Attached()
	v := l.proofView(x, faults)
	around, err := v.around()
	if err != nil {
		return nil, fmt.Errorf("compose proof: %w", err)
	}
	fitting, left := fit(versions, maxProof-l.size-len(around[0])-len(around[1]))
	if len(left) > 0 {
		v.leftOut(x, left)
		if around, err = v.around(); err != nil {
			return nil, fmt.Errorf("compose proof: %w", err)
		}
	}
	p := l.page
	p.Online = "" // it is nowhere to be read yet
	p.Card = around[0] + p.Card
	if len(p.Tips) > 0 { // an operator's own template may show the parts instead
		p.Tips = append([]pageTip(nil), p.Tips...)
		p.Tips[0].Body = around[0] + p.Tips[0].Body
	}
	l.text.card = v.text() + l.text.card
	for _, version := range fitting {
		p.Card += version.html
		if len(p.Tips) > 0 {
			p.Tips = append(p.Tips, version.tips...)
		}
		l.text.card += version.text
	}
	p.Card += around[1]
	// Of the readers' own mail compose has said whether it's too large.
	if err := l.wrapHTML(p, n.Template); err != nil && !errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("compose proof: %w", err)
	}
	l.base64 = base64IsShorter(l.text.card + l.text.before + l.text.after)
	l.Subject = render.Cut(fmt.Sprintf("[Proof %s] %s", x.Content.LocalDate, l.Subject), maxSubject)
	l.list, l.asks = false, false
	if l.headers, err = l.commonHeaders(); err != nil {
		return nil, fmt.Errorf("compose proof: %w", err)
	}
	return l, nil
}

// version is the mail in another language, as a part of a proof.
type version struct {
	language string
	html     template.HTML
	tips     []pageTip
	text     string
}

// versionView is the data of the template "version".
type versionView struct {
	render.Look
	Name, Lang, Dir, Subject string
	Card                     template.HTML
}

// secondRank makes the title of a mail one of the second rank, which looks the same: as
// a part of a proof it stands below the title of the whole.
var secondRank = strings.NewReplacer("<h1 ", "<h2 ", "</h1>", "</h2>")

// versions composes the mail in each other language that the tip has. What can't be
// composed is a line for the editor.
func (l *Letter) versions(x Notice, pictures *render.Pictures) (all []version, faults []string) {
	for _, tr := range x.Content.Tips[0].Translations {
		name := named(tr.Language)
		other, err := compose(l.newsletter, x.Content, tr.Language, "", pictures)
		var html template.HTML
		if err == nil {
			html, err = execute("version", versionView{
				Look: render.NewLook(l.newsletter.Accent, other.words), Name: name, Lang: tr.Language, Dir: locale.Dir(tr.Language),
				Subject: other.Subject, Card: template.HTML(secondRank.Replace(string(other.page.Card))),
			})
		}
		if err != nil {
			faults = append(faults, fmt.Sprintf("In %s the mail can't be composed, and readers of that language get it in the newsletter's own: %v.", name, err))
			continue
		}
		l.Shortened = l.Shortened || other.Shortened
		title := name + " · Subject: " + other.Subject
		all = append(all, version{
			language: tr.Language, html: html, tips: other.page.Tips,
			text: strings.Repeat("=", render.TextWidth) + "\n\n" + render.Wrap(title, render.TextWidth, "", "") + "\n\n" + other.text.card,
		})
	}
	return all, faults
}

// named is a language as an editor knows it: by its own name and its tag.
func named(language string) string { return locale.NativeName(language) + " (" + language + ")" }

// fit returns the versions that have room, in bytes, one after the other, and the
// languages of those that haven't.
func fit(versions []version, room int) (fitting []version, left []string) {
	for _, v := range versions {
		if len(v.html) > room {
			left = append(left, v.language)
			continue
		}
		room -= len(v.html)
		fitting = append(fitting, v)
	}
	return fitting, left
}

// around is the box above the mails, and what is below them.
func (v proofView) around() (both [2]template.HTML, err error) {
	for i, name := range [...]string{"proof", "again"} {
		if both[i], err = execute(name, v); err != nil {
			return both, err
		}
	}
	return both, nil
}

func (l *Letter) proofView(x Notice, faults []string) proofView {
	v := proofView{
		Look: l.look(), Heading: "Proof of " + l.newsletter.Title, Due: fmt.Sprintf("It goes out %s.", x.Due),
		ApproveURL: x.ApproveURL, SkipURL: x.SkipURL, PlanURL: x.PlanURL,
	}
	facts := fmt.Sprintf("Goes out %s. Why this tip: %s. Below is the mail as its readers get it", x.Due, x.Reason)
	if len(x.Content.Tips[0].Translations) > 0 {
		facts += ", in " + named(l.Language) + " and then in each other language"
	}
	v.Facts = append([]string{facts + "."}, approvalFacts(x)...)
	if x.Waits {
		v.Due = fmt.Sprintf("If you approve it, it goes out %s.", x.Due)
	}
	v.Facts = append(v.Facts, faults...)
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

// approvalFacts say what becomes of the tip without the editor's word.
func approvalFacts(x Notice) []string {
	switch {
	case x.Waits && x.Instead != "":
		return []string{fmt.Sprintf("It waits for your approval. Until then this one is to go out instead: %s.", x.Instead)}
	case x.Waits:
		return []string{"It waits for your approval. Without it nothing goes out."}
	case x.Approved:
		return []string{"It is approved. An edit ends that."}
	}
	return nil
}

// leftOut says which languages have no room.
func (v *proofView) leftOut(x Notice, languages []string) {
	names := make([]string, len(languages))
	for i, language := range languages {
		names[i] = named(language)
	}
	v.Facts = append(v.Facts, fmt.Sprintf("Mail programs would cut this mail off if it had all languages, so these aren't here: %s. On the server, dailytip preview --tip %s --lang %s shows the first of them.",
		strings.Join(names, ", "), x.Content.Tips[0].ID, languages[0]))
}

// text is the box in the text part.
func (v proofView) text() string {
	var b strings.Builder
	b.WriteString(render.Wrap(v.Heading, render.TextWidth, "", "") + "\n" + render.Underline(v.Heading) + "\n\n")
	for _, fact := range v.Facts {
		b.WriteString(render.Wrap(fact, render.TextWidth, "", "") + "\n\n")
	}
	for _, link := range [...]pageLink{{"Approve", v.ApproveURL}, {"Skip this day", v.SkipURL}, {"Another tip, or edit", v.PlanURL}} {
		if link.URL != "" {
			b.WriteString(link.Label + ":\n" + link.URL + "\n\n")
		}
	}
	b.WriteString(v.Verdict + "\n")
	for _, f := range v.Findings {
		b.WriteString(render.Wrap(f, render.TextWidth, "- ", "  ") + "\n")
	}
	b.WriteString("\n" + strings.Repeat("=", render.TextWidth) + "\n\n")
	return b.String()
}
