package letter

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dailytip/render"
)

func TestAccentIsEverywhere(t *testing.T) {
	n := newsletter()
	n.Accent = "#0B6E5F"
	if html := compose1(t, n, "en").HTML(); strings.Contains(html, "#9A4A0B") || !strings.Contains(html, "#0B6E5F") {
		t.Error("the newsletter's accent isn't everywhere")
	}
}

// What mail clients don't know or would choke on has no place in a letter.
func TestDenied(t *testing.T) {
	l, err := Compose(newsletter(), content(load(t, "constructs")), "en")
	if err != nil {
		t.Fatal(err)
	}
	text := l.HTML()
	for _, denied := range []string{
		"<script", "<link", "<svg", "<form", "<input", "<details", "<iframe", "<object", "data:", "javascript:",
		"var(", "display:flex", "display:grid", "position:", "float:", "@import", "ZgotmplZ", "{{", " src=\"/", " href=\"/",
	} {
		if strings.Contains(text, denied) {
			t.Errorf("the letter has %s", denied)
		}
	}
	for _, needed := range []string{"<!--[if mso]>", "<![endif]-->", `name="color-scheme"`, "prefers-color-scheme:dark", "[data-ogsc]", "&#847;&zwnj;&nbsp;"} {
		if !strings.Contains(text, needed) {
			t.Errorf("the letter lacks %s", needed)
		}
	}
	if got := strings.Count(text, "<table"); got != strings.Count(text, "</table>") {
		t.Errorf("%d tables are opened, %d closed", got, strings.Count(text, "</table>"))
	}
	for _, table := range regexp.MustCompile(`<table[^>]*>`).FindAllString(text, -1) {
		if !strings.Contains(table, `role="presentation"`) && !strings.Contains(table, "border-collapse:collapse") {
			t.Errorf("a layout table without its role: %s", table)
		}
	}
}

// Whatever has a colour has the class too by which the dark scheme changes it.
func TestDarkSchemeReachesEverything(t *testing.T) {
	p, _ := render.Palettes("")
	classes := map[string]string{
		"color:" + p.Ink: "k", "color:" + p.Mute: "m", "color:" + p.Accent: "a", "color:" + p.Card: "on",
		"background-color:" + p.Paper: "p", "background-color:" + p.Card: "c", "background-color:" + p.Tint: "t", "background-color:" + p.Accent: "e",
	}
	for name, l := range gallery(t) {
		root, err := html.Parse(strings.NewReader(l.HTML()))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Data == "img" {
				continue // an opaque plate in both schemes
			}
			own := strings.Fields(attribute(n, "class"))
			for rule := range strings.SplitSeq(attribute(n, "style"), ";") {
				property, value, _ := strings.Cut(rule, ":")
				switch {
				case property == "color" || property == "background-color":
					if class, known := classes[rule]; !known || !slices.Contains(own, class) {
						t.Errorf("%s: <%s class=%q> has %s", name, n.Data, own, rule)
					}
				case strings.HasPrefix(property, "border") && strings.Contains(value, "#"):
					if !slices.ContainsFunc(own, func(c string) bool { return c == "l" || len(c) == 2 && c[0] == 'b' }) {
						t.Errorf("%s: <%s class=%q> has %s", name, n.Data, own, rule)
					}
				}
			}
		}
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
