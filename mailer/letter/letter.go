package letter

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"strings"

	"dailytip/locale"
)

// Letter is a mail without its recipient. It is immutable and safe for use by
// several goroutines.
type Letter struct {
	Subject  string // as the reader sees it: "💡 Title", at most 70 characters
	Language string // BCP 47, of the tip's text that was used

	newsletter Newsletter
	words      string // the language of our own words
	html, text body
	style      string // of a link in the footer
	online     string // address of the edition in the archive, or ""
	headers    []field
	list       bool // belongs to a subscription: has links to change and end it
	sender     mail.Address
}

// body is one part around the footer's links; html is empty in a plain mail.
type body struct {
	before, after string
	base64        bool
}

// Compose makes the letter of one content for the readers of one language.
// lang is what the reader chose (BCP 47); "" means the newsletter's own. A tip
// that lacks the language is sent in its original, with a line that says so.
//
// It fails when the content has no tip, a value can't stand in a header, or
// the HTML is over 80 KB.
func Compose(n Newsletter, c Content, lang string) (*Letter, error) {
	return compose(n, c, lang, "")
}

// compose takes a remark that stands under the first title: a resent tip.
func compose(n Newsletter, c Content, lang, remark string) (*Letter, error) {
	if err := n.check(); err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	if len(c.Tips) == 0 {
		return nil, errors.New("compose letter: the content has no tip")
	}
	views, err := views(n, c, lang)
	if err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	first := views[0]
	if remark != "" {
		views[0].Remark = strings.TrimSpace(locale.Text(first.words, remark, nil) + " " + first.Remark)
	}
	l := &Letter{
		Subject:    subject(first.Emoji, first.Title),
		Language:   first.Language,
		newsletter: n,
		words:      first.words,
		list:       true,
		sender:     n.From,
	}
	heading := ""
	if len(views) > 1 {
		l.Subject, heading = weeklyWords(first, len(views))
	}
	if n.ArchiveURL != "" {
		l.online = strings.TrimSuffix(n.ArchiveURL, "/") + "/" + c.LocalDate
	}
	if err := l.writeHTML(c, views, heading); err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	l.writeText(c, views, heading)
	l.headers, err = l.listHeaders(c.Edition)
	if err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	return l, nil
}

// views renders each tip of the content for the reader's language.
func views(n Newsletter, c Content, lang string) ([]tipView, error) {
	top := 2
	if len(c.Tips) > 1 {
		top = 3
	}
	var all []tipView
	words := ""
	for _, t := range c.Tips {
		v := choose(t, n.Language, lang)
		if words == "" {
			words = wordsFor(v, n.Language, lang)
		}
		view, err := newTipView(n, t, v, words, top)
		if err != nil {
			return nil, err
		}
		all = append(all, view)
	}
	return all, nil
}

// weeklyWords are the subject and heading of a mail with several tips. The
// first title gives way, so that the number stays readable.
func weeklyWords(first tipView, count int) (subjectLine, heading string) {
	say := func(title string) string {
		return locale.Text(first.words, "mail.weekly_subject", map[string]any{"Title": title, "Count": count - 1})
	}
	room := maxSubject - len([]rune(say("")))
	title := cut(strings.TrimSpace(first.Emoji+" "+first.Title), max(room, 20))
	heading = locale.Text(first.words, "mail.weekly_heading", map[string]any{"Count": count})
	return cut(say(title), maxSubject), heading
}

// letterView is the data of the templates "daily" and "weekly".
type letterView struct {
	dress
	Heading string
	Tips    []tipView
}

func (l *Letter) writeHTML(c Content, views []tipView, heading string) error {
	name, title := "daily", views[0].Title
	if len(views) > 1 {
		name, title = "weekly", heading
	}
	d := l.dress()
	card, err := execute(name, letterView{d, heading, views})
	if err != nil {
		return err
	}
	return l.wrapHTML(shellView{
		Title:     title,
		Preheader: preheader(views[0].raw),
		Date:      locale.Date(l.words, c.LocalDate),
		Card:      card,
		Why: phrase(l.words, "mail.why", map[string]template.HTML{
			"Newsletter": isolated(locale.Dir(l.words), l.newsletter.Title),
		}),
	})
}

// dress is the look of our own words.
func (l *Letter) dress() dress {
	light, dark := palettes(l.newsletter.Accent)
	return dress{newSheet(light, l.words, locale.Dir(l.words)), light, dark}
}

// wrapHTML puts the shell around a card and splits it where the footer's links
// will stand.
func (l *Letter) wrapHTML(v shellView) error {
	v.dress = l.dress()
	v.Lang, v.Dir = l.words, locale.Dir(l.words)
	v.Newsletter = l.newsletter.Title
	v.PostalAddress = l.newsletter.PostalAddress
	whole, err := execute("shell", v)
	if err != nil {
		return err
	}
	if len(whole) > maxHTML {
		return fmt.Errorf("the HTML has %d KB, more than the %d KB that mail programs show whole; shorten the text",
			len(whole)>>10, maxHTML>>10)
	}
	l.style = v.sheet.inline("footlink")
	l.html.before, l.html.after, _ = strings.Cut(string(whole), linksMarker)
	return nil
}

func (l *Letter) writeText(c Content, views []tipView, heading string) {
	var b strings.Builder
	b.WriteString(wrap(l.newsletter.Title+" · "+locale.Date(l.words, c.LocalDate), textWidth, "", "") + "\n\n")
	if len(views) == 1 {
		b.WriteString(views[0].text(true))
	} else {
		b.WriteString(heading + "\n" + underline(heading) + "\n\n")
		for i, v := range views {
			b.WriteString(wrap(v.Title, textWidth, fmt.Sprintf("%d. ", i+1), "   ") + "\n")
		}
		for _, v := range views {
			b.WriteString("\n" + strings.Repeat("-", textWidth) + "\n\n" + v.text(false))
		}
	}
	why := locale.Text(l.words, "mail.why", map[string]any{"Newsletter": l.newsletter.Title})
	l.wrapText(b.String(), why)
}

// wrapText adds the footer around the place of its links.
func (l *Letter) wrapText(card, why string) {
	l.text.before = strings.TrimRight(card, "\n") + "\n\n" + strings.Repeat("_", textWidth) + "\n\n"
	if why != "" {
		l.text.before += wrap(why, textWidth, "", "") + "\n"
	}
	if l.newsletter.PostalAddress != "" {
		l.text.after = wrap(l.newsletter.PostalAddress, textWidth, "", "") + "\n"
	}
	// Chinese, Cyrillic, Arabic: base64 is shorter than quoted-printable. The
	// text decides for both parts; the HTML's markup would hide its script.
	l.text.base64 = base64IsShorter(l.text.before + l.text.after)
	l.html.base64 = l.text.base64
}

// HTML is the HTML part for a preview, with links that lead nowhere. It is
// empty for a notice in plain text.
func (l *Letter) HTML() string { return l.htmlFor(previewLinks()) }

// Text is the text part for a preview, with links that lead nowhere.
func (l *Letter) Text() string { return l.textFor(previewLinks()) }

func previewLinks() Recipient {
	return Recipient{UnsubscribeURL: "#unsubscribe", PreferencesURL: "#preferences"}
}

// footLink is one link of the footer.
type footLink struct{ label, address string }

// links are those that exist, in reading order.
func (l *Letter) links(r Recipient) []footLink {
	if !l.list {
		return nil
	}
	pause := ""
	if r.PreferencesURL != "" {
		pause = "#pause"
		if !strings.Contains(r.PreferencesURL, "#") {
			pause = r.PreferencesURL + pause
		}
	}
	var links []footLink
	for _, link := range []footLink{
		{"mail.preferences", r.PreferencesURL},
		{"mail.pause", pause},
		{"mail.unsubscribe", cmp.Or(r.UnsubscribeURL, mailto(r.UnsubscribeMailto))},
		{"mail.online", l.online},
	} {
		if link.address != "" {
			links = append(links, footLink{locale.Text(l.words, link.label, nil), link.address})
		}
	}
	return links
}

func mailto(address string) string {
	if address == "" {
		return ""
	}
	return "mailto:" + address
}

func (l *Letter) htmlFor(r Recipient) string {
	if l.html.before == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(l.html.before)
	for i, link := range l.links(r) {
		if i == 0 {
			b.WriteString(`<p style="margin:0 0 2px">`)
		} else {
			b.WriteString(` &nbsp;·&nbsp; `)
		}
		fmt.Fprintf(&b, `<a class="m" href="%s" target="_blank" style="%s">%s</a>`,
			template.HTMLEscapeString(link.address), l.style, template.HTMLEscapeString(link.label))
	}
	if len(l.links(r)) > 0 {
		b.WriteString("</p>\n")
	}
	b.WriteString(l.html.after)
	return b.String()
}

func (l *Letter) textFor(r Recipient) string {
	var b strings.Builder
	b.WriteString(l.text.before)
	for _, link := range l.links(r) {
		b.WriteString(link.label + ": " + link.address + "\n")
	}
	b.WriteString(l.text.after)
	return b.String()
}
