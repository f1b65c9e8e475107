package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The grounds an accent stands on, and the contrast that text needs there
// (WCAG 2.2, 1.4.3). The dark look makes a lighter form of its own.
const (
	card        = "#ffffff"
	paper       = "#f5f2ec"
	minContrast = 4.5
)

var (
	hexColour   = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	shortColour = regexp.MustCompile(`^#[0-9a-f]{3}$`)
)

// checkAccent returns the colour as #rrggbb.
func checkAccent(s string) (string, error) {
	s = strings.ToLower(s)
	if shortColour.MatchString(s) {
		s = "#" + strings.Repeat(s[1:2], 2) + strings.Repeat(s[2:3], 2) + strings.Repeat(s[3:4], 2)
	}
	if !hexColour.MatchString(s) {
		return s, errors.New(`isn't a colour; write red, green and blue as six hex digits in quotes, such as "#9a4a0b"`)
	}
	have := min(contrast(s, card), contrast(s, paper))
	if have >= minContrast {
		return s, nil
	}
	// Rounded down, so that 4.49 doesn't read as 4.5.
	return s, fmt.Errorf("is too pale to read on the letter's paper (contrast %.1f:1, needs %.1f:1); write a darker one such as %q",
		math.Floor(have*10)/10, minContrast, darker(s))
}

// darker dims a colour, in its own hue, until it has contrast enough.
func darker(s string) string {
	r, g, b := rgb(s)
	for f := 0.99; f > 0; f -= 0.01 {
		c := fmt.Sprintf("#%02x%02x%02x", int(r*f), int(g*f), int(b*f))
		if contrast(c, paper) >= minContrast {
			return c
		}
	}
	return "#000000"
}

// contrast of two colours: 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is WCAG's relative luminance of an sRGB colour.
func luminance(s string) float64 {
	linear := func(c float64) float64 {
		if c /= 255; c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	r, g, b := rgb(s)
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// rgb splits #rrggbb, which the caller has checked.
func rgb(s string) (r, g, b float64) {
	n, _ := strconv.ParseUint(s[1:], 16, 32)
	return float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)
}
