package letter

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// checkSamples fills a template in with mails of every kind and looks for what
// each has to show.
func checkSamples(t *Template, text string) []Fault {
	last := 1 + strings.Count(strings.TrimRight(text, "\n"), "\n")
	for _, p := range samples() {
		for less := range allLinks + 1 {
			links := newPlaceholders("sample").addresses(allLinks &^ less)
			out, err := t.fill(p.withLinks(links))
			if err != nil {
				return []Fault{errorFault(err)}
			}
			if fault := checkSample(out, p, links); fault != "" {
				return []Fault{{last, fault}}
			}
		}
	}
	return nil
}

// checkSample looks at one mail made of a sample; "" when it's good.
func checkSample(out string, p page, links addresses) string {
	if strings.Contains(out, "ZgotmplZ") {
		return "a value stands where it isn't safe, such as in a script or the name of an attribute"
	}
	tips := true
	for _, tip := range p.Tips {
		tips = tips && strings.Contains(out, string(tip.Body))
	}
	if !tips && !strings.Contains(out, string(p.Card)) {
		return "the tip is missing: write {{.Card}}, or {{range .Tips}}…{{.Body}}…{{end}}"
	}
	if links[unsubscribeLink] != "" && !hasLink(out, links[unsubscribeLink]) {
		when := ""
		switch {
		case links[preferencesLink] == "":
			when = " when there is no page of preferences"
		case links[usefulLink] == "" || links[uselessLink] == "":
			when = " when there are no addresses for a vote"
		}
		return "the unsubscribe link is missing" + when + `: write <a href="{{.Unsubscribe}}">…</a>, or {{range .Links}}<a href="{{.URL}}">{{.Label}}</a>{{end}}`
	}
	return ""
}

// hasLink says whether there is a link to address with words to press.
func hasLink(out, address string) bool {
	root, err := html.Parse(strings.NewReader(out))
	if err != nil {
		return false
	}
	for n := range root.Descendants() {
		if n.DataAtom != atom.A || !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "href" && a.Val == address }) {
			continue
		}
		for d := range n.Descendants() {
			if d.Type == html.TextNode && strings.TrimSpace(d.Data) != "" {
				return true
			}
		}
	}
	return false
}

// samples are the kinds of mails: with everything, with several tips, with no
// more than there always is, and with not even a word.
func samples() []page {
	tip := func(i int, lang, dir string) pageTip {
		return pageTip{
			Lang: lang, Dir: dir, Emoji: "💡", Title: fmt.Sprintf("title %d", i), Remark: "remark",
			Body: template.HTML(fmt.Sprintf("<p>body %d</p>", i)), Source: "source", Mindmap: "<p>map</p>",
		}
	}
	full := newPage(Newsletter{Title: "newsletter", PostalAddress: "postal address"}, "en")
	full.Title, full.Preheader, full.Date, full.Why, full.Name = "title 0", "preheader", "date", "why", "name"
	full.Card, full.Online = "<p>card</p>", "https://online.invalid/"
	full.Tips = []pageTip{tip(0, "en", "ltr")}
	weekly := newPage(Newsletter{Title: "newsletter"}, "ar")
	weekly.Title, weekly.Why, weekly.Card, weekly.Date = "heading", "why", "<p>card</p>", "date"
	weekly.Tips = []pageTip{tip(0, "ar", "rtl"), tip(1, "en", "ltr"), tip(2, "ar", "rtl")}
	bare := newPage(Newsletter{Title: "newsletter"}, "zh-CN")
	bare.Title, bare.Why, bare.Card = "茶", "why", "<p>card</p>"
	bare.Tips = []pageTip{{Lang: "zh-CN", Dir: "ltr", Title: "茶", Body: "<p>body</p>"}}
	empty := newPage(Newsletter{}, "en")
	empty.Card, empty.Tips = "<p>card</p>", []pageTip{{Lang: "en", Dir: "ltr", Body: "<p>body</p>"}}
	return []page{full, weekly, bare, empty}
}
