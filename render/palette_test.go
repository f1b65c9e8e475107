package render

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// pairs are the colours that stand on each other somewhere in a mail.
func pairs(p Palette) map[string][2]string {
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
		light, dark := Palettes(accent)
		for scheme, p := range map[string]Palette{"light": light, "dark": dark} {
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
		_, dark := Palettes(accent)
		if got := contrast(dark.Accent, dark.Card); got < minContrast {
			t.Errorf("%s becomes %s in the dark: %.2f:1", accent, dark.Accent, got)
		}
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
