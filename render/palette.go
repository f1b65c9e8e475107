package render

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Palette holds the colours of one scheme as #RRGGBB.
type Palette struct {
	Paper, Card, Ink, Mute, Line, Accent, Tint string
	Branches                                   [4]string
}

func lightPalette() Palette {
	return Palette{
		Paper: "#F5F2EC", Card: "#FFFFFF", Ink: "#1C2126", Mute: "#5A636D",
		Line: "#E5E0D6", Accent: "#9A4A0B", Tint: "#FBF3E6",
		Branches: [4]string{"#9A4A0B", "#0B6E5F", "#3D4FA3", "#8A2F5D"},
	}
}

func darkPalette() Palette {
	return Palette{
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

// Palettes are both schemes with a newsletter's accent in them, which has
// passed CheckAccent.
func Palettes(accent string) (light, dark Palette) {
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
