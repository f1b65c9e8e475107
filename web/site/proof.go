package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

// The pages behind the links of a proof speak English, as the proof does: they are an
// editor's, and no reader's.

// askEditor shows what a proof's link would do, and changes nothing: scanners follow
// the links of every mail.
func (s *Site) askEditor(r *http.Request) (web.Page, error) {
	return s.proofPage(r, s.Proofs.Answer)
}

// answerProof does what the button says, if it still can.
func (s *Site) answerProof(r *http.Request) (web.Page, error) {
	return s.proofPage(r, s.Proofs.DoAnswer)
}

// proofPage checks the link, has it asked or done, and says where it stands.
func (s *Site) proofPage(r *http.Request, ask func(ctx context.Context, now time.Time, proof int64, skip bool) (scheduler.Answer, error)) (web.Page, error) {
	purpose, skip := subscribers.ApproveProofLink, false
	switch r.PathValue("action") {
	case "approve":
	case "skip":
		purpose, skip = subscribers.SkipProofLink, true
	default:
		return s.NotFound(r)
	}
	id, bad := s.linked(r, purpose, "page.error.not_found")
	if bad != nil {
		return *bad, nil
	}
	a, err := ask(r.Context(), s.Now(), id, skip)
	switch {
	case errors.Is(err, editions.ErrNoProof), err == nil && a.State == scheduler.ProofUnknown:
		return s.badLink(r, "page.error.not_found"), nil
	case err != nil:
		return web.Page{}, err
	}
	return s.answerPage(a), nil
}

// answerPage says where a proof's link stands.
func (s *Site) answerPage(a scheduler.Answer) web.Page {
	p := web.Page{Lang: locale.Default, Languages: []web.LanguageLink{}, Letterhead: s.Letterhead(a.Proof.Newsletter)}
	date := locale.Date(p.Lang, a.Proof.LocalDate)
	title := "the tip " + a.Proof.Tip
	if a.Tip.ID != "" {
		title = "“" + a.Tip.Title + "”"
	}
	say := func(heading string, text ...string) {
		p.Heading = template.HTML(template.HTMLEscapeString(heading))
		for _, line := range text {
			p.Text = append(p.Text, template.HTML(template.HTMLEscapeString(line)))
		}
	}
	// decide says where it can be decided anew: in the calendar, or else by command.
	decide := func(why, command string) {
		var text template.HTML
		if s.CalendarPage != nil {
			text = template.HTML(fmt.Sprintf(`%s: <a href="%s">the calendar</a>`,
				template.HTMLEscapeString(why), template.HTMLEscapeString(s.CalendarPage(a.Proof.Newsletter, a.Proof.LocalDate))))
		} else {
			text = template.HTML(template.HTMLEscapeString(fmt.Sprintf("%s, run on the server: dailytip plan %s --newsletter %s %s", why, command, a.Proof.Newsletter, a.Proof.LocalDate)))
		}
		p.Text = append(p.Text, text)
	}
	switch a.State {
	case scheduler.ProofWaits:
		s.asksEditor(&p, a, date, title, say)
	case scheduler.ProofDone:
		p.Mark = "done"
		if a.Skip {
			say("The day is skipped", fmt.Sprintf("Nothing goes out on %s.", date))
			decide("To take that back", "unskip")
			break
		}
		say("Approved", fmt.Sprintf("%s may go out as it is. If it’s edited, it has to be approved again.", title), nowPlanned(a, date))
	case scheduler.ProofAnswered:
		p.Mark = "done"
		used, heading := !a.Proof.ApprovedAt.IsZero(), "This tip is approved already"
		if a.Skip {
			used, heading = !a.Proof.SkippedAt.IsZero(), "This day is skipped already"
		}
		if used { // it may have been taken back since
			heading = "This link was used already"
		}
		say(heading, "Nothing was changed.", nowPlanned(a, date))
	case scheduler.ProofEdited:
		say("The tip was changed", fmt.Sprintf("Since this proof was mailed somebody has changed %s, so this link does nothing any more. Nothing was changed by it.", title))
		command := "approve"
		if a.Skip {
			command = "skip"
		}
		decide("To decide on the tip as it is now", command)
	default:
		say("It’s too late for this", fmt.Sprintf("The edition of %s is on its way, or its time is over. Nothing was changed.", date))
	}
	return p
}

// asksEditor asks what the link is for. When the plan was changed since the proof was
// mailed, it says so.
func (s *Site) asksEditor(p *web.Page, a scheduler.Answer, date, title string, say func(string, ...string)) {
	p.Mark = "letter"
	text := []string{title + " is meant for " + date + "."}
	if a.Now.Meant.Tip.ID != a.Proof.Tip {
		text = []string{title + " was meant for " + date + ".", nowPlanned(a, date)}
	}
	if a.Skip {
		text[0] += " If you skip the day, nobody gets a mail on it. The tip stays in the library."
		p.Button = "Skip this day"
		say("Send nothing on "+date+"?", text...)
		return
	}
	text[0] += " You approve its text as it is in the proof, in " + s.languagesOf(a) + "."
	p.Button = "Approve"
	say("Approve this tip?", text...)
}

// languagesOf are those that a proof's tip has, in words.
func (s *Site) languagesOf(a scheduler.Answer) string {
	var names []string
	for _, lang := range a.Tip.Languages(cmp.Or(s.Letterhead(a.Proof.Newsletter).Language, locale.Default)) {
		names = append(names, locale.NativeName(lang))
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// nowPlanned says what the proof's date gets as things stand.
func nowPlanned(a scheduler.Answer, date string) string {
	switch {
	case a.Now.Title != "":
		return fmt.Sprintf("Planned for %s: %s.", date, a.Now.Title)
	case a.Now.Reason == scheduler.Unapproved:
		if meant := a.Now.Meant.Tip; meant.ID != a.Proof.Tip {
			return fmt.Sprintf("By now “%s” is meant for %s. It isn’t approved, so nothing goes out on that day as things stand.", meant.Title, date)
		}
		return fmt.Sprintf("Nothing goes out on %s: the tip that is meant for it isn’t approved.", date)
	}
	return fmt.Sprintf("Nothing goes out on %s.", date)
}
