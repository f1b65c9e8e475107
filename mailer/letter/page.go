package letter

import (
	"html/template"
	"slices"
	"strings"

	"dailytip/locale"
	"dailytip/render"
)

// page is what a template can use: the built-in shell and an operator's own
// alike. docs/templates.md says what each field means; a test compares.
type page struct {
	Lang, Dir  string // of our own words
	Start, End string // "left" and "right", in this order where text runs so

	Title         string // the tip's, or the heading of a weekly mail
	Preheader     string
	Newsletter    string
	Date          string        // as the reader writes it; "" in notices
	Why           template.HTML // "" in mails outside a subscription
	PostalAddress template.HTML // its lines, with <br> between them
	Name          string        // the reader's; "" when unknown

	Card template.HTML // the tip or tips, all styles inline
	Tips []pageTip     // the same in parts; none in notices

	Links       []pageLink // those below that exist, in reading order, without the votes
	Unsubscribe string     // addresses; "" when there is none
	Preferences string
	Pause       string
	Useful      string // a vote for the tip, and one against it
	Useless     string
	Question    string     // what the votes answer; "" without them
	Votes       []pageLink // the two votes, or none
	Online      string

	Styles      template.HTML // <style> elements: dark scheme, phones, print
	Filler      template.HTML // keeps the rest out of the preview line
	Light, Dark render.Palette
	Serif, Sans template.CSS // lists of fonts for the language
	Leading     template.CSS // line height of the text
}

// pageTip is one tip.
type pageTip struct {
	Lang, Dir string // of its text
	Emoji     string
	Title     string
	Remark    string        // "" or why the text is as it is
	Body      template.HTML // styles inline
	Source    template.HTML // "Adapted from …" with its link; "" for none
	Mindmap   template.HTML // "" for none
}

// pageLink is one link of the footer.
type pageLink struct{ Label, URL string }

// newPage is a page without content in the language of our words.
func newPage(n Newsletter, words string) page {
	light, dark := render.Palettes(n.Accent)
	f := render.FontsFor(words)
	p := page{
		Lang: words, Dir: locale.Dir(words), Start: "left", End: "right",
		Newsletter: n.Title, PostalAddress: footerLines(n.PostalAddress),
		Styles: headStyles(dark) + wordStyles(f.WordBreak), Filler: template.HTML(strings.Repeat("&#847;&zwnj;&nbsp;", 60)),
		Light: light, Dark: dark,
		Serif: template.CSS(f.Serif), Sans: template.CSS(f.Sans), Leading: template.CSS(f.Leading),
	}
	if p.Dir == "rtl" {
		p.Start, p.End = p.End, p.Start
	}
	return p
}

// footerLines is a text in lines as HTML. The line break in it is for templates
// that put it where no element can stand.
func footerLines(text string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(text), "\n", "<br>\n"))
}

// headStyles holds what can't be inline: the dark scheme, narrow screens and
// paper. Several elements, because Gmail drops a whole one at the first rule it
// dislikes.
func headStyles(k render.Palette) template.HTML {
	var dark, outlook strings.Builder
	for _, rule := range [][2]string{
		{".p", "background-color:" + k.Paper},
		{".c", "background-color:" + k.Card},
		{".t", "background-color:" + k.Tint},
		{".e", "background-color:" + k.Accent},
		{".k", "color:" + k.Ink},
		{".m", "color:" + k.Mute},
		{".a", "color:" + k.Accent},
		{".on", "color:" + k.Card},
		{".l", "border-color:" + k.Line},
		{".b1", "border-color:" + k.Branches[0]},
		{".b2", "border-color:" + k.Branches[1]},
		{".b3", "border-color:" + k.Branches[2]},
		{".b4", "border-color:" + k.Branches[3]},
	} {
		dark.WriteString(rule[0] + "{" + rule[1] + "!important}")
		// Outlook.com and its apps mark what they recoloured; take it back.
		scope := "[data-ogsc]"
		if strings.HasPrefix(rule[1], "background") {
			scope = "[data-ogsb]"
		}
		outlook.WriteString(scope + " " + rule[0] + "{" + rule[1] + "!important}")
	}
	return template.HTML("<style>:root{color-scheme:light dark;supported-color-schemes:light dark}" +
		"@media (max-width:620px){.out{padding:0 12px 32px!important}.in{padding:28px 22px 32px!important}" +
		".h{font-size:26px!important;line-height:33px!important}.hs{font-size:23px!important;line-height:29px!important}" +
		".hl{font-size:21px!important;line-height:28px!important}" +
		".w{font-size:14px!important}" +
		".mb,.ml{display:block!important;width:auto!important}.ml{padding:8px 16px 4px!important}}" +
		// A phone at 200 %: nothing stands beside anything.
		"@media (max-width:300px){.hd{display:block!important;white-space:normal!important;text-align:inherit!important;padding:12px 4px 0!important}" +
		".he{padding:0 4px 12px!important}.in{padding:20px 14px 24px!important}.h{font-size:23px!important;line-height:29px!important}" +
		".uleft{padding-left:13px!important}.uright{padding-right:13px!important}}</style>\n" +
		"<style>@media (prefers-color-scheme:dark){" + dark.String() + "}</style>\n" +
		"<style>" + outlook.String() + "</style>\n" +
		"<style>" + printStyles + "</style>")
}

// printStyles put the letter on white paper, in ink, with the address of the
// source behind its name; what only a screen can use stays away.
const printStyles = "@media print{.q{white-space:pre-wrap!important}.w{min-width:0!important}.q,.f{background:none!important}.p,.c,.t{background-color:#FFFFFF!important}.out{padding:0!important}.in{padding:28px 9px 12px!important}" +
	".k,.m,.a,.on{color:#000000!important}.x{display:none!important}" +
	".s:after{content:\" (\" attr(href) \")\";font-weight:400}}"

// withLinks is p with the addresses of a reader, or with placeholders for them.
func (p page) withLinks(a addresses) page {
	p.Unsubscribe, p.Preferences, p.Pause = a[unsubscribeLink], a[preferencesLink], a.at(pauseLink)
	p.Useful, p.Useless, p.Question, p.Votes = a[usefulLink], a[uselessLink], "", nil
	if p.Useful != "" && p.Useless != "" {
		p.Question = locale.Text(p.Lang, "vote.question", nil)
		p.Votes = []pageLink{{locale.Text(p.Lang, "vote.useful", nil), p.Useful}, {locale.Text(p.Lang, "vote.useless", nil), p.Useless}}
	}
	p.Links = nil
	for _, link := range [...]struct{ label, url string }{
		{"mail.preferences", p.Preferences},
		{"mail.pause", p.Pause},
		{"mail.unsubscribe", p.Unsubscribe},
		{"mail.online", p.Online},
	} {
		if link.url != "" {
			p.Links = append(p.Links, pageLink{locale.Text(p.Lang, link.label, nil), link.url})
		}
	}
	p.Links = slices.Clip(p.Links)
	return p
}
