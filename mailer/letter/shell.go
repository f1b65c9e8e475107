package letter

import (
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"dailytip/locale"
)

//go:embed shell.html.tmpl
var shellText string

// shell is parsed once, at the first letter. Its error can only come from the
// embedded file, which the tests parse.
var shell = sync.OnceValues(func() (*template.Template, error) {
	return template.New("letter").Parse(shellText)
})

// linksMarker stands where Message writes the footer's links. Sanitised text
// holds no comments, so a tip can't contain it.
const linksMarker = "<!--links-->"

// maxHTML keeps the HTML part under the 102 KB at which Gmail clips a mail,
// with room for long links.
const maxHTML = 80 << 10

// dress is what every view of the template can ask for.
type dress struct {
	sheet       sheet
	light, dark palette
}

// CSS is a named style.
func (d dress) CSS(name string) (template.CSS, error) { return d.sheet.css(name) }

// Edge is the style of a mind map's branch with its coloured edge.
func (d dress) Edge(number int) template.CSS {
	return template.CSS(d.sheet.replace.Replace(d.sheet.styles["branch"] +
		";border-{start}:4px solid " + d.light.branches[number-1]))
}

// Leaf is the style of a line beside its branch.
func (d dress) Leaf(level int) template.CSS {
	if level == 0 {
		return template.CSS(d.sheet.inline("leaf"))
	}
	return template.CSS(d.sheet.inline("deeper") + d.sheet.replace.Replace(";padding-{start}:"+strconv.Itoa(16*level)+"px"))
}

// Raw is markup that html/template would strip or escape: conditional comments
// for Outlook, and the filler that keeps the footer out of the preview line.
func (d dress) Raw(name string) (template.HTML, error) {
	switch name {
	case "mso-head":
		return "<!--[if mso]><noscript><xml><o:OfficeDocumentSettings xmlns:o=\"urn:schemas-microsoft-com:office:office\"><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>" +
			// Word falls back to Times when it doesn't know the first font.
			"<style>td,p,li,a,th,h3,h4{font-family:'Segoe UI',Arial,sans-serif!important}h1,h2{font-family:Georgia,serif!important}table{border-collapse:collapse}</style><![endif]-->", nil
	case "mso-open":
		return `<!--[if mso]><table role="presentation" width="600" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`, nil
	case "mso-close":
		return "<!--[if mso]></td></tr></table><![endif]-->", nil
	case "padding":
		return template.HTML(strings.Repeat("&#847;&zwnj;&nbsp;", 60)), nil
	case "links":
		return linksMarker, nil
	}
	return "", fmt.Errorf("no markup is called %q", name)
}

// HeadStyle holds what can't be inline: the dark scheme and narrow screens.
// Two elements, because Gmail drops a whole one at the first rule it dislikes.
func (d dress) HeadStyle() template.HTML {
	k := d.dark
	var dark, outlook strings.Builder
	for _, rule := range [][2]string{
		{".p", "background-color:" + k.paper},
		{".c", "background-color:" + k.card},
		{".t", "background-color:" + k.tint},
		{".e", "background-color:" + k.accent},
		{".k", "color:" + k.ink},
		{".m", "color:" + k.mute},
		{".a", "color:" + k.accent},
		{".on", "color:" + k.card},
		{".l", "border-color:" + k.line},
		{".b1", "border-color:" + k.branches[0]},
		{".b2", "border-color:" + k.branches[1]},
		{".b3", "border-color:" + k.branches[2]},
		{".b4", "border-color:" + k.branches[3]},
	} {
		fmt.Fprintf(&dark, "%s{%s!important}", rule[0], rule[1])
		// Outlook.com and its apps mark what they recoloured; take it back.
		scope := "[data-ogsc]"
		if strings.HasPrefix(rule[1], "background") {
			scope = "[data-ogsb]"
		}
		fmt.Fprintf(&outlook, "%s %s{%s!important}", scope, rule[0], rule[1])
	}
	return template.HTML("<style>:root{color-scheme:light dark;supported-color-schemes:light dark}" +
		"@media (max-width:620px){.out{padding:0 12px 32px!important}.in{padding:28px 22px 32px!important}" +
		".h{font-size:26px!important;line-height:33px!important}" +
		".mb,.ml{display:block!important;width:auto!important}.ml{padding:8px 16px 4px!important}}</style>\n" +
		"<style>@media (prefers-color-scheme:dark){" + dark.String() + "}" + outlook.String() + "</style>")
}

// shellView is the data of the template "shell".
type shellView struct {
	dress
	Lang, Dir     string // of our own words
	Title         string // for the tab and screen readers
	Preheader     string
	Newsletter    string
	Date          string
	Card          template.HTML
	Why           template.HTML // "" in mails outside a subscription
	PostalAddress string
}

// execute runs one of the templates.
func execute(name string, data any) (template.HTML, error) {
	t, err := shell()
	if err != nil {
		return "", fmt.Errorf("parse the letter's template: %w", err)
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("fill in the letter's template: %w", err)
	}
	return template.HTML(b.String()), nil
}

// phrase is one of our messages as HTML: values are markup already, the words
// around them are escaped.
func phrase(lang, id string, values map[string]template.HTML) template.HTML {
	data := map[string]any{}
	for name := range values {
		// Private-use characters survive escaping and stand in no message.
		data[name] = "\uE000" + name + "\uE001"
	}
	text := template.HTMLEscapeString(locale.Text(lang, id, data))
	for name, value := range values {
		text = strings.ReplaceAll(text, "\uE000"+name+"\uE001", string(value))
	}
	return template.HTML(text)
}

// isolated keeps a name's own direction from spilling into the words around
// it, where those run from right to left.
func isolated(dir, text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	if dir != "rtl" {
		return template.HTML(escaped)
	}
	return template.HTML(`<span dir="auto">` + escaped + `</span>`)
}
