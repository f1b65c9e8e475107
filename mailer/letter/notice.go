package letter

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"strings"

	"dailytip/locale"
	"dailytip/render"
)

// Kind says what a notice is about.
type Kind int

// The kinds of notices. The zero Kind is none of them.
const (
	Confirm Kind = iota + 1 // asks a new reader to confirm; from ConfirmFrom
	Welcome                 // thanks for it; from ConfirmFrom
	Resend                  // a tip once more, because its reader asked
	Alert                   // tells the operator of a fault, in plain text and English; from ConfirmFrom
	Proof                   // shows an editor what is going out, in all languages, with lint's findings
	Known                   // tells who signed up again that they're on the list; from ConfirmFrom
	Account                 // the link to all that we know of a reader; from ConfirmFrom
)

// Notice is a mail that answers a person or warns an operator. Which fields
// count depends on Kind. Nothing a visitor typed has a place here: what a
// stranger can put into a confirmation is how lists get abused.
type Notice struct {
	Kind     Kind
	Language string // the reader's; "" means the newsletter's

	ConfirmURL     string // Confirm: the page with the button
	PreferencesURL string // Known: the page of the reader's settings
	AccountURL     string // Account: the page that opens once

	NextDate string // Welcome: local date of the first tip, YYYY-MM-DD; "" unknown
	NextTime string // Welcome: local time of it, HH:MM

	Content Content // Resend, Proof

	// Proof: what the editor can do by a link, in their own name; "": there is none.
	// Waits: it goes out only when they approve it, and Instead goes out otherwise ("":
	// nothing). Approved: somebody has.
	ApproveURL, SkipURL, PlanURL string
	Waits, Approved              bool
	Instead                      string

	Findings []string // Proof: what lint says, one line each
	Due      string   // Proof: when the edition goes out, for a person
	Reason   string   // Proof: why the date has this tip

	Subject string // Alert: one line
	Text    string // Alert: plain text, lines ended by \n
}

// ComposeNotice makes a notice. Like a letter it is then filled in for its
// recipient by Message; a Recipient's links appear where the kind has a place
// for them (Welcome, Known and Resend).
func ComposeNotice(n Newsletter, x Notice) (*Letter, error) {
	if x.Kind == Resend {
		return compose(n, x.Content, x.Language, "mail.again", n.pictures())
	}
	if x.Kind == Proof {
		for _, u := range [...]struct{ name, url string }{{"approve URL", x.ApproveURL}, {"skip URL", x.SkipURL}, {"plan URL", x.PlanURL}} {
			if err := checkURL(u.name, u.url); u.url != "" && err != nil {
				return nil, fmt.Errorf("compose proof: %w", err)
			}
		}
		return composeProof(n, x)
	}
	if err := n.check(); err != nil {
		return nil, fmt.Errorf("compose notice: %w", err)
	}
	words := locale.Match(cmp.Or(x.Language, n.Language, locale.Default), n.Language)
	// Alerts too come from ConfirmFrom: one may have to say that From is refused.
	l := &Letter{Language: words, words: words, newsletter: n, sender: n.ConfirmFrom}
	if l.sender.Address == "" {
		l.sender = n.From
	}
	var err error
	switch x.Kind {
	case Confirm:
		err = l.confirm(x)
	case Welcome:
		err = l.welcome(x)
	case Known:
		err = l.known(x)
	case Account:
		err = l.account(x)
	case Alert:
		err = l.alert(x)
	default:
		err = fmt.Errorf("there is no kind %d", x.Kind)
	}
	if err != nil {
		return nil, fmt.Errorf("compose notice: %w", err)
	}
	if l.headers, err = l.commonHeaders(); err != nil {
		return nil, fmt.Errorf("compose notice: %w", err)
	}
	return l, nil
}

// noticeView is the data of the template "notice".
type noticeView struct {
	render.Look
	Heading    template.HTML
	Paragraphs []template.HTML
	Button     string
	ButtonURL  string
	Quiet      template.HTML
}

func (l *Letter) confirm(x Notice) error {
	if err := checkURL("confirm URL", x.ConfirmURL); err != nil {
		return err
	}
	return l.ask("confirm_mail", x.ConfirmURL, false)
}

func (l *Letter) known(x Notice) error {
	if err := checkURL("preferences URL", x.PreferencesURL); err != nil {
		return err
	}
	l.list = true // Message adds the unsubscribe headers when it has links
	return l.ask("known_mail", x.PreferencesURL, true)
}

// account has none of the links that stand in other mails: it's the one not to be
// passed on.
func (l *Letter) account(x Notice) error {
	if err := checkURL("account URL", x.AccountURL); err != nil {
		return err
	}
	return l.ask("account_mail", x.AccountURL, false)
}

// ask writes a mail with one button, whose words stand under a section of the
// messages; why says whether it comes out of a subscription.
func (l *Letter) ask(section, url string, why bool) error {
	// The newsletter is named in the subject, but cut when it is long; the
	// link comes early in the text part, where a phone shows it.
	l.Subject = render.Cut(l.say(section+".subject"), maxSubject)
	view := noticeView{
		Look:       l.look(),
		Heading:    l.mark(section + ".heading"),
		Paragraphs: []template.HTML{l.mark(section + ".text")},
		Button:     l.say(section + ".button"),
		ButtonURL:  url,
		Quiet:      l.mark(section + ".ignore"),
	}
	return l.notice(view, l.say(section+".heading"), []string{
		render.Wrap(l.say(section+".text"), render.TextWidth, "", ""),
		l.say(section+".button") + ":\n" + url,
		render.Wrap(l.say(section+".ignore"), render.TextWidth, "", ""),
	}, why)
}

func (l *Letter) welcome(x Notice) error {
	l.list = true // Message adds the unsubscribe headers when it has links
	l.Subject = render.Cut(l.say("welcome_mail.subject"), maxSubject)
	first, change := "", l.say("welcome_mail.change")
	if x.NextDate != "" {
		dates := datesFor(l.words, l.newsletter.Language, x.Language)
		when := locale.Date(dates, x.NextDate)
		if x.NextTime != "" {
			when = locale.DateTime(dates, x.NextDate, x.NextTime)
		}
		first = locale.Text(l.words, "welcome_mail.first", map[string]any{"When": when})
	}
	view := noticeView{
		Look:       l.look(),
		Heading:    l.mark("welcome_mail.heading"),
		Paragraphs: []template.HTML{l.mark("welcome_mail.text")},
		Quiet:      l.mark("welcome_mail.change"),
	}
	paragraphs := []string{render.Wrap(l.say("welcome_mail.text"), render.TextWidth, "", "")}
	if first != "" {
		view.Paragraphs = append(view.Paragraphs, template.HTML(template.HTMLEscapeString(first)))
		paragraphs = append(paragraphs, render.Wrap(first, render.TextWidth, "", ""))
	}
	paragraphs = append(paragraphs, render.Wrap(change, render.TextWidth, "", ""))
	return l.notice(view, l.say("welcome_mail.heading"), paragraphs, true)
}

// notice writes both parts; why says whether it comes out of a subscription.
func (l *Letter) notice(v noticeView, heading string, paragraphs []string, why bool) error {
	card, err := execute("notice", v)
	if err != nil {
		return err
	}
	p := newPage(l.newsletter, l.words)
	p.Title, p.Card = heading, card
	p.Preheader = render.Cut(strings.ReplaceAll(paragraphs[0], "\n", " "), render.MaxSummary)
	reason := ""
	if why {
		p.Why, reason = l.mark("mail.why"), l.say("mail.why")
	}
	if err := l.wrapHTML(p, nil); err != nil {
		return err
	}
	text := render.Wrap(l.newsletter.Title, render.TextWidth, "", "") + "\n\n" +
		render.Wrap(heading, render.TextWidth, "", "") + "\n" + render.Underline(heading) + "\n\n" +
		strings.Join(paragraphs, "\n\n")
	l.wrapText(text, reason)
	return nil
}

// alert is plain text: whoever reads it at night may do so on anything.
func (l *Letter) alert(x Notice) error {
	if strings.TrimSpace(x.Subject) == "" || strings.TrimSpace(x.Text) == "" {
		return errors.New("an alert needs a subject and a text")
	}
	if err := checkLine("subject", x.Subject); err != nil {
		return err
	}
	l.Language, l.words = locale.Default, locale.Default
	l.Subject = render.Cut(x.Subject, maxSubject)
	l.text.before = strings.TrimRight(x.Text, "\n") + "\n"
	l.base64 = base64IsShorter(l.text.before)
	l.newsletter.ReplyTo = mail.Address{}
	return nil
}

// say is one of our messages about the newsletter.
func (l *Letter) say(id string) string {
	return locale.Text(l.words, id, map[string]any{"Newsletter": l.newsletter.Title})
}

// mark is say as HTML.
func (l *Letter) mark(id string) template.HTML {
	return render.Phrase(l.words, id, map[string]template.HTML{
		"Newsletter": render.Isolated(locale.Dir(l.words), l.newsletter.Title),
	})
}
