package letter

import (
	"regexp"
	"strings"
	"testing"
)

// Every pair of colours that carries text reads at 4.5:1 in both schemes.
func TestContrast(t *testing.T) {
	for name, p := range map[string]palette{"light": lightPalette(), "dark": darkPalette()} {
		pairs := map[string][2]string{
			"ink on card": {p.Ink, p.Card}, "ink on paper": {p.Ink, p.Paper}, "ink on tint": {p.Ink, p.Tint},
			"mute on card": {p.Mute, p.Card}, "mute on paper": {p.Mute, p.Paper},
			"accent on card": {p.Accent, p.Card}, "accent on paper": {p.Accent, p.Paper}, "card on accent": {p.Card, p.Accent},
		}
		for what, pair := range pairs {
			if got := contrast(pair[0], pair[1]); got < minContrast {
				t.Errorf("%s: %s is %.2f:1", name, what, got)
			}
		}
	}
	if got := contrast("#FFFFFF", "#000000"); got < 20.9 || got > 21.1 {
		t.Errorf("white on black is %.2f:1, want 21", got)
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
	html := l.HTML()
	for _, denied := range []string{
		"<script", "<link", "<svg", "<form", "<input", "<details", "<iframe", "<object", "data:", "javascript:",
		"var(", "display:flex", "display:grid", "position:", "float:", "@import", "ZgotmplZ", "{{", " src=\"/", " href=\"/",
	} {
		if strings.Contains(html, denied) {
			t.Errorf("the letter has %s", denied)
		}
	}
	for _, needed := range []string{"<!--[if mso]>", "<![endif]-->", `name="color-scheme"`, "prefers-color-scheme:dark", "[data-ogsc]", "&#847;&zwnj;&nbsp;"} {
		if !strings.Contains(html, needed) {
			t.Errorf("the letter lacks %s", needed)
		}
	}
	if got := strings.Count(html, "<table"); got != strings.Count(html, "</table>") {
		t.Errorf("%d tables are opened, %d closed", got, strings.Count(html, "</table>"))
	}
	for _, table := range regexp.MustCompile(`<table[^>]*>`).FindAllString(html, -1) {
		if !strings.Contains(table, `role="presentation"`) && !strings.Contains(table, "border-collapse:collapse") {
			t.Errorf("a layout table without its role: %s", table)
		}
	}
}
