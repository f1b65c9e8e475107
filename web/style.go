package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

var hexColour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// darkAccent mixes white into an accent until it reads on the dark card as well
// as our own does: the same colour as in the mail (mailer/letter).
func darkAccent(accent string) string {
	const darkCard, enough = "#1D2125", 5.6
	mixed := accent
	for part := 0.1; contrast(mixed, darkCard) < enough && part <= 1; part += 0.1 {
		mixed = whitened(accent, part)
	}
	return mixed
}

// rgb reads a checked #RRGGBB as three values of 0–1.
func rgb(hex string) (c [3]float64) {
	n, _ := strconv.ParseUint(hex[1:], 16, 32)
	for i := range c {
		c[i] = float64(n>>(16-8*i)&0xFF) / 255
	}
	return c
}

// whitened puts part (0–1) of white into a colour.
func whitened(colour string, part float64) string {
	c := rgb(colour)
	for i, v := range c {
		c[i] = math.Round(255 * (v*(1-part) + part))
	}
	return fmt.Sprintf("#%02X%02X%02X", int(c[0]), int(c[1]), int(c[2]))
}

// contrast is WCAG's ratio of two colours, 1–21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(colour string) float64 {
	c := rgb(colour)
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}
