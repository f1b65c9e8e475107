package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// pairs are the colours that stand on each other somewhere in a mail.
func pairs(p palette) map[string][2]string {
	all := map[string][2]string{
		"ink on card": {p.Ink, p.Card}, "ink on paper": {p.Ink, p.Paper}, "ink on tint": {p.Ink, p.Tint},
		"mute on card": {p.Mute, p.Card}, "mute on paper": {p.Mute, p.Paper}, "mute on tint": {p.Mute, p.Tint},
		"accent on card": {p.Accent, p.Card}, "accent on tint": {p.Accent, p.Tint}, "card on accent": {p.Card, p.Accent},
	}
	return all
}

// Every pair of colours that carries text reads at 4.5:1 in both schemes, with
// our accent and with every other that CheckAccent lets pass.
func TestContrast(t *testing.T) {
	accents := []string{""}
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 15 {
			for b := 0; b < 256; b += 15 {
				if accent := fmt.Sprintf("#%02X%02X%02X", r, g, b); CheckAccent(accent) == nil {
					accents = append(accents, accent)
				}
			}
		}
	}
	if len(accents) < 1000 {
		t.Fatalf("only %d accents pass", len(accents))
	}
	for _, accent := range accents {
		light, dark := palettes(accent)
		for scheme, p := range map[string]palette{"light": light, "dark": dark} {
			for what, pair := range pairs(p) {
				if got := contrast(pair[0], pair[1]); got < minContrast {
					t.Errorf("accent %q, %s: %s is %.2f:1", accent, scheme, what, got)
				}
			}
			// The coloured edges carry no text: 3:1 (WCAG §1.4.11).
			for i, branch := range p.Branches {
				if got := contrast(branch, p.Card); got < 3 {
					t.Errorf("accent %q, %s: branch %d is %.2f:1", accent, scheme, i+1, got)
				}
			}
		}
	}
	if got := contrast("#FFFFFF", "#000000"); got < 20.9 || got > 21.1 {
		t.Errorf("white on black is %.2f:1, want 21", got)
	}
}

// Clients that know no dark scheme recolour by force (Gmail's apps, Outlook on
// Windows). Nobody publishes how; these are the two ways that are seen. Text
// must stay readable when everything is turned, and when only backgrounds are
// darkened and text lightened.
func TestContrastSurvivesInversion(t *testing.T) {
	negative := func(hex string) string {
		c := rgb(hex)
		return fmt.Sprintf("#%02X%02X%02X", int(255-255*c[0]+.5), int(255-255*c[1]+.5), int(255-255*c[2]+.5))
	}
	// Hue and saturation stay, lightness is turned (HSL).
	turned := func(hex string) string {
		c := rgb(hex)
		high, low := max(c[0], c[1], c[2]), min(c[0], c[1], c[2])
		shift := 1 - high - low
		return fmt.Sprintf("#%02X%02X%02X", int(255*(c[0]+shift)+.5), int(255*(c[1]+shift)+.5), int(255*(c[2]+shift)+.5))
	}
	for name, invert := range map[string]func(string) string{"negative": negative, "lightness": turned} {
		for what, pair := range pairs(lightPalette()) {
			if got := contrast(invert(pair[0]), invert(pair[1])); got < minContrast {
				t.Errorf("%s: %s is %.2f:1 (%s on %s)", name, what, got, invert(pair[0]), invert(pair[1]))
			}
		}
	}
}

func TestAccent(t *testing.T) {
	for accent, want := range map[string]string{
		"": "", "#0B6E5F": "", "#0b6e5f": "", "#000000": "",
		"red": "#RRGGBB", "#FFF": "#RRGGBB", "#FFCC00": "contrast",
	} {
		err := CheckAccent(accent)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("CheckAccent(%q) = %v, want %q", accent, err, want)
		}
	}
	for _, accent := range []string{"#000000", "#0B6E5F", "#5A005A", "#0000FF"} {
		_, dark := palettes(accent)
		if got := contrast(dark.Accent, dark.Card); got < minContrast {
			t.Errorf("%s becomes %s in the dark: %.2f:1", accent, dark.Accent, got)
		}
	}
	n := newsletter()
	n.Accent = "#0B6E5F"
	if html := compose1(t, n, "en").HTML(); strings.Contains(html, "#9A4A0B") || !strings.Contains(html, "#0B6E5F") {
		t.Error("the newsletter's accent isn't everywhere")
	}
}

// Each placeholder in a style is one that newSheet fills in.
func TestStylesAreFilledIn(t *testing.T) {
	left := regexp.MustCompile(`[{}]`)
	s := newSheet(lightPalette(), "en", "ltr")
	for name := range styles {
		if css := s.inline(name); left.MatchString(css) {
			t.Errorf("style %s: %s", name, css)
		}
	}
	if _, err := s.css("no such style"); err == nil {
		t.Error("an unknown style is no error")
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
	p := lightPalette()
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
			own := strings.Fields(attr(n, "class"))
			for rule := range strings.SplitSeq(attr(n, "style"), ";") {
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
