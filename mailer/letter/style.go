package letter

import (
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// palette holds the colours of one scheme as #RRGGBB.
type palette struct {
	Paper, Card, Ink, Mute, Line, Accent, Tint string
	Branches                                   [4]string
}

func lightPalette() palette {
	return palette{
		Paper: "#F5F2EC", Card: "#FFFFFF", Ink: "#1C2126", Mute: "#5A636D",
		Line: "#E5E0D6", Accent: "#9A4A0B", Tint: "#FBF3E6",
		Branches: [4]string{"#9A4A0B", "#0B6E5F", "#3D4FA3", "#8A2F5D"},
	}
}

func darkPalette() palette {
	return palette{
		Paper: "#14171A", Card: "#1D2125", Ink: "#ECE9E3", Mute: "#A7AFB8",
		Line: "#33393F", Accent: "#F0B265", Tint: "#2A2620",
		Branches: [4]string{"#F0B265", "#6CC9B6", "#A5B4F5", "#F19BC2"},
	}
}

// minContrast is WCAG 2's AA for text (§1.4.3).
const minContrast = 4.5

var hexColour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// CheckAccent says what is wrong with a newsletter's accent colour, for the
// configuration to report when it loads: it must be "#RRGGBB" and readable as
// text on our light paper (4.5:1). The dark scheme lightens it by itself.
func CheckAccent(accent string) error {
	if accent == "" {
		return nil
	}
	if !hexColour.MatchString(accent) {
		return fmt.Errorf("accent %q: write a colour as #RRGGBB", accent)
	}
	light := lightPalette()
	if got := contrast(accent, light.Paper); got < minContrast {
		return fmt.Errorf("accent %s: its contrast on paper is %.1f:1, links need %.1f:1; choose a darker colour",
			accent, got, minContrast)
	}
	return nil
}

// palettes are both schemes with a newsletter's accent in them, which has
// passed CheckAccent.
func palettes(accent string) (light, dark palette) {
	light, dark = lightPalette(), darkPalette()
	if accent == "" {
		return light, dark
	}
	light.Accent, light.Branches[0] = accent, accent
	// Mix in white until it reads as well on the dark card as our own does.
	dark.Accent = accent
	for part := 0.1; contrast(dark.Accent, dark.Card) < 5.6 && part <= 1; part += 0.1 {
		dark.Accent = mix(accent, "#FFFFFF", part)
	}
	dark.Branches[0] = dark.Accent
	return light, dark
}

// rgb reads a checked #RRGGBB as three values of 0–1.
func rgb(hex string) (c [3]float64) {
	n, _ := strconv.ParseUint(hex[1:], 16, 32)
	for i := range c {
		c[i] = float64(n>>(16-8*i)&0xFF) / 255
	}
	return c
}

// mix puts part (0–1) of b into a.
func mix(a, b string, part float64) string {
	x, y, out := rgb(a), rgb(b), "#"
	for i := range x {
		out += fmt.Sprintf("%02X", int(math.Round(255*(x[i]*(1-part)+y[i]*part))))
	}
	return out
}

// contrast is WCAG's ratio of two colours, 1–21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func luminance(hex string) float64 {
	c := rgb(hex)
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

// sheet turns names of styles into inline CSS for one language and palette.
type sheet struct {
	styles  map[string]string
	replace *strings.Replacer
}

// newSheet makes the styles for text in lang, running in direction dir.
// Logical properties (padding-inline-start) are unknown to Outlook, so start
// and end become left and right here.
func newSheet(p palette, lang, dir string) sheet {
	start, end := "left", "right"
	if dir == "rtl" {
		start, end = end, start
	}
	f := fontsFor(lang)
	pairs := []string{
		"{paper}", p.Paper, "{card}", p.Card, "{ink}", p.Ink, "{mute}", p.Mute,
		"{line}", p.Line, "{accent}", p.Accent, "{tint}", p.Tint,
		"{start}", start, "{end}", end,
		"{serif}", f.serif, "{sans}", f.sans, "{em}", f.emphasis, "{leading}", f.leading, "{title}", f.titleWeight,
		"{mono}", "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace",
	}
	return sheet{styles: styles, replace: strings.NewReplacer(pairs...)}
}

// css is the text for a style attribute; a name that doesn't exist is a fault
// of the template, reported by its execution.
func (s sheet) css(name string) (template.CSS, error) {
	text, ok := s.styles[name]
	if !ok {
		return "", fmt.Errorf("no style is called %q", name)
	}
	return template.CSS(s.replace.Replace(text)), nil
}

// inline is css for the names in this package's own code.
func (s sheet) inline(name string) string { return s.replace.Replace(s.styles[name]) }

// fonts of a language. Latin faces come first, so that Latin words in a
// Chinese text keep their own shapes.
type fonts struct{ serif, sans, emphasis, titleWeight, leading string }

func fontsFor(lang string) fonts {
	f := fonts{
		serif:       "'Iowan Old Style','Palatino Linotype',Palatino,Georgia,'Source Serif 4','Noto Serif'",
		sans:        "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial",
		emphasis:    "font-style:italic",
		titleWeight: "600",
		leading:     "27px",
	}
	tag, _ := language.Parse(lang)
	script, _ := tag.Script()
	// These scripts have no italics; slanting them by force hurts the eye.
	upright := "font-style:normal;font-weight:600"
	switch script.String() {
	case "Hans":
		f.serif += ",'Songti SC','Noto Serif SC','Noto Serif CJK SC',SimSun"
		f.sans += ",'PingFang SC','Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC'"
		f.emphasis = upright
	case "Hant":
		f.serif += ",'Songti TC','Noto Serif TC','Noto Serif CJK TC',PMingLiU"
		f.sans += ",'PingFang TC','Microsoft JhengHei','Noto Sans TC','Noto Sans CJK TC'"
		f.emphasis = upright
	case "Jpan":
		f.serif += ",'Hiragino Mincho ProN','Yu Mincho','Noto Serif JP','Noto Serif CJK JP'"
		f.sans += ",'Hiragino Sans','Yu Gothic UI','Noto Sans JP','Noto Sans CJK JP'"
		f.emphasis = upright
	case "Kore":
		f.serif += ",AppleMyungjo,'Nanum Myeongjo','Noto Serif KR','Noto Serif CJK KR',Batang"
		f.sans += ",'Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR','Noto Sans CJK KR'"
		f.emphasis = upright
	case "Arab":
		f.serif += ",'Geeza Pro','Noto Naskh Arabic','Traditional Arabic','Times New Roman'"
		f.sans += ",'Noto Sans Arabic'"
		f.emphasis, f.titleWeight, f.leading = upright, "700", "30px"
	case "Deva":
		f.serif += ",'Kohinoor Devanagari','Noto Serif Devanagari','Nirmala UI'"
		f.sans += ",'Kohinoor Devanagari','Noto Sans Devanagari','Nirmala UI'"
		f.emphasis, f.leading = upright, "30px"
	}
	f.serif += ",serif"
	f.sans += ",sans-serif"
	return f
}
