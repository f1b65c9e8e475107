package mailtest

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxHTML  = 80 << 10 // Gmail clips at about 102 KB; links grow on their way
	maxStyle = 16 << 10 // Gmail drops what is longer
)

// elements that no mail may hold: clients strip them, or distrust the mail.
var deniedElements = map[atom.Atom]bool{
	atom.Script: true, atom.Noscript: true, atom.Form: true, atom.Input: true, atom.Button: true, atom.Select: true,
	atom.Textarea: true, atom.Iframe: true, atom.Frame: true, atom.Object: true, atom.Embed: true, atom.Applet: true,
	atom.Svg: true, atom.Math: true, atom.Canvas: true, atom.Video: true, atom.Audio: true, atom.Source: true,
	atom.Picture: true, atom.Link: true, atom.Base: true, atom.Dialog: true, atom.Marquee: true, atom.Template: true,
	atom.Map: true, atom.Details: true, atom.Summary: true, atom.Center: true, atom.Font: true,
}

// declarations that no inline style may hold, and why.
var deniedStyles = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`(^|;)\s*position\s*:`), "positioned boxes are stripped or used for phishing"},
	{regexp.MustCompile(`(^|;)\s*display\s*:\s*(inline-)?(flex|grid)`), "Outlook knows neither flex nor grid"},
	{regexp.MustCompile(`(^|;)\s*(float|clear)\s*:`), "floats fall apart in Outlook"},
	{regexp.MustCompile(`(^|;)\s*--|var\(`), "CSS variables are unknown to Outlook and Gmail's apps"},
	{regexp.MustCompile(`calc\(|clamp\(|\b(min|max)\(`), "functions are unknown to Outlook"},
	{regexp.MustCompile(`url\(`), "backgrounds don't load in Outlook, and blocked ones leave text unreadable"},
	{regexp.MustCompile(`expression\(|behavior\s*:|-moz-binding`), "this is a script in disguise"},
	{regexp.MustCompile(`(^|;)\s*(transform|animation|transition|filter|clip-path|mask)[a-z-]*\s*:`), "this isn't for mails"},
	{regexp.MustCompile(`:[^;]*[\d.](rem|em|vw|vh|ch|ex)\b`), "Outlook counts in px only"},
	{regexp.MustCompile(`!\s*important`), "Gmail drops inline declarations that are important"},
	{regexp.MustCompile(`(^|;)\s*(margin|padding|border|inset)-(inline|block)`), "Outlook and Yahoo know no logical sides"},
	{regexp.MustCompile(`text-align\s*:\s*(start|end)`), "Outlook, Gmail and Yahoo know left and right only"},
	{regexp.MustCompile(`\{|\}`), "this ends the style"},
}

// Deny lists what a mail's HTML must not have, whatever caniemail knows of it:
// one sentence each, nil for none.
func Deny(text string) []string {
	d := denial{styles: map[string]bool{}}
	if len(text) > maxHTML {
		d.add("the HTML is %d bytes long, more than %d", len(text), maxHTML)
	}
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "<!doctype html>") {
		d.add("it doesn't begin with <!DOCTYPE html>")
	}
	for _, left := range []string{"{{", "&lt;no value&gt;", "ZgotmplZ", "\uE000"} {
		if strings.Contains(text, left) {
			d.add("a placeholder is left: %s", left)
		}
	}
	d.balance(text)
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		d.add("it can't be parsed: %v", err)
		return d.faults
	}
	d.walk(root)
	d.whole()
	return d.faults
}

// denial collects the faults of one mail.
type denial struct {
	faults []string

	styles                    map[string]bool // seen
	styleBytes, headings      int
	htmlLang, wrapped, titled bool
	ghosts                    strings.Builder // what only Outlook reads
}

func (d *denial) add(format string, args ...any) {
	d.faults = append(d.faults, fmt.Sprintf(format, args...))
}

func (d *denial) walk(n *html.Node) {
	switch n.Type {
	case html.ElementNode:
		d.element(n)
	case html.CommentNode:
		d.comment(n.Data)
	}
	for child := range n.ChildNodes() {
		d.walk(child)
	}
}

func (d *denial) element(n *html.Node) {
	if deniedElements[n.DataAtom] {
		d.add("<%s> has no place in a mail", n.Data)
	}
	for _, attr := range n.Attr {
		d.attribute(n, attr.Key, strings.TrimSpace(attr.Val))
	}
	switch n.DataAtom {
	case atom.Html:
		d.htmlLang = value(n, "lang") != "" && value(n, "dir") != ""
	case atom.Style:
		d.sheet(n)
	case atom.Title:
		d.titled = words(n) != ""
	case atom.H1:
		d.headings++
	case atom.Meta:
		if what := strings.ToLower(value(n, "http-equiv")); what != "" && what != "content-type" && what != "x-ua-compatible" {
			d.add("<meta http-equiv=%q> redirects, reloads or worse", what)
		}
	case atom.Img:
		d.image(n)
	case atom.A:
		if words(n) == "" && find(n, atom.Img) == nil {
			d.add("a link without words: %s", value(n, "href"))
		}
		if has(n, "dir") {
			d.add("a link with dir, which Outlook gets wrong: %s", value(n, "href"))
		}
	case atom.Table:
		d.table(n)
	}
	if value(n, "role") == "article" && value(n, "lang") != "" && value(n, "dir") != "" {
		d.wrapped = true
	}
}

func (d *denial) attribute(n *html.Node, key, val string) {
	low := strings.ToLower(val)
	switch {
	case strings.HasPrefix(key, "on"):
		d.add("<%s %s> is an event handler", n.Data, key)
	case key == "background", key == "srcset", key == "sizes", key == "ping", key == "action", key == "formaction":
		d.add("<%s %s> has no place in a mail", n.Data, key)
	case key == "style":
		d.style(n, low)
	case key == "href":
		if !prefixed(low, "https://", "http://", "mailto:", "#") {
			d.add("<%s href=%q> leads where no mail client goes", n.Data, val)
		}
	case key == "src":
		if !prefixed(low, "https://", "http://", "cid:") {
			d.add("<%s src=%q>: many clients don't show it", n.Data, val)
		}
	case key == "xmlns":
	case strings.Contains(low, "javascript:"):
		d.add("<%s %s> holds a script", n.Data, key)
	}
}

// style looks at each style once: a mail has few that are different.
func (d *denial) style(n *html.Node, text string) {
	if d.styles[text] {
		return
	}
	d.styles[text] = true
	for _, denied := range deniedStyles {
		if found := denied.pattern.FindString(text); found != "" {
			d.add("<%s style> has %q: %s", n.Data, strings.Trim(found, "; "), denied.why)
		}
	}
}

func (d *denial) image(n *html.Node) {
	if !has(n, "alt") {
		d.add("<img src=%q> has no alt text", value(n, "src"))
	}
	if !has(n, "width") {
		d.add("<img src=%q> has no width, so Outlook shows it in its full size", value(n, "src"))
	}
}

// table: a table for layout says so and carries the attributes that Outlook
// asks for; one with data has heads.
func (d *denial) table(n *html.Node) {
	if value(n, "role") != "presentation" {
		if find(n, atom.Th) == nil {
			d.add("a <table> has neither role=\"presentation\" nor a <th>: %.40s", words(n))
		}
		return
	}
	for _, key := range []string{"cellpadding", "cellspacing", "border"} {
		if !has(n, key) {
			d.add("a layout <table> lacks %s, which Outlook fills in: %.40s", key, words(n))
		}
	}
}

func (d *denial) sheet(n *html.Node) {
	text := words(n)
	d.styleBytes += len(text)
	if n.Parent == nil || n.Parent.DataAtom != atom.Head {
		d.add("a <style> outside of <head>, where Gmail drops it")
	}
	low := strings.ToLower(text)
	for _, denied := range []string{"@import", "@font-face", "url(", "expression(", "position:fixed", "var(--"} {
		if strings.Contains(low, denied) {
			d.add("<style> has %s", denied)
		}
	}
}

// comment: the only comments are Outlook's conditions.
func (d *denial) comment(text string) {
	inner, ok := strings.CutPrefix(text, "[if ")
	_, inner, closed := strings.Cut(inner, "]>")
	inner, ended := strings.CutSuffix(inner, "<![endif]")
	if !ok || !closed || !ended {
		d.add("a comment that isn't for Outlook: <!--%.40s-->", text)
		return
	}
	d.ghosts.WriteString(inner)
}

// whole judges what only the whole mail shows.
func (d *denial) whole() {
	if d.styleBytes > maxStyle {
		d.add("the <style> elements are %d bytes long, more than %d", d.styleBytes, maxStyle)
	}
	if d.headings != 1 {
		d.add("it has %d <h1>, not one", d.headings)
	}
	if !d.htmlLang {
		d.add("<html> lacks lang or dir")
	}
	if !d.wrapped {
		d.add("no wrapper with role=\"article\", lang and dir: webmail replaces <html> and <body>")
	}
	if !d.titled {
		d.add("<title> is empty")
	}
	for _, tag := range []string{"table", "tr", "td"} {
		ghosts := d.ghosts.String()
		if open, shut := strings.Count(ghosts, "<"+tag), strings.Count(ghosts, "</"+tag+">"); open != shut {
			d.add("for Outlook %d <%s> are opened and %d closed", open, tag, shut)
		}
	}
}
