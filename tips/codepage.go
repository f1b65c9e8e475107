package tips

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// codePage is a one-byte encoding that UTF-8 is mistaken for.
type codePage struct{ charmap *charmap.Charmap }

// 1254 (Turkish) differs from 1252 in six letters. 1252 comes first: it is by
// far the more common mistake, and most runs read the same in both.
var codePages = [...]codePage{{charmap.Windows1252}, {charmap.Windows1254}}

// byteOf gives the byte that the code page shows as c. Bytes without a
// character are often kept as the control character of that number.
func (p codePage) byteOf(c rune) (byte, bool) {
	if c >= 0x80 && c <= 0x9F {
		return byte(c), true
	}
	b, ok := p.charmap.EncodeRune(c)
	return b, ok && b >= utf8.RuneSelf
}

func (p codePage) encode(text string) ([]byte, bool) {
	raw := make([]byte, 0, len(text))
	for _, c := range text {
		b, ok := p.byteOf(c)
		if !ok {
			return nil, false
		}
		raw = append(raw, b)
	}
	return raw, true
}

// anyByte gives the byte of c in whichever page has it.
func anyByte(c rune) (byte, bool) {
	for _, p := range codePages {
		if b, ok := p.byteOf(c); ok {
			return b, true
		}
	}
	return 0, false
}

func inCodePage(c rune) bool {
	if c > 0x2122 { // ™, the last of them
		return false
	}
	_, ok := anyByte(c)
	return ok
}

// unit is one character of UTF-8 as its bytes show in the code page: a lead
// and what follows it. It is whole when no byte is missing.
type unit struct {
	lead          rune
	rest          []rune
	whole         bool
	before, after rune // the neighbours within the run; 0 at its ends
}

// scanUnits finds the units in text, passing over what can't begin one.
func scanUnits(text string, byteOf func(rune) (byte, bool)) []unit {
	chars := []rune(text)
	raw := make([]byte, len(chars))
	for i, c := range chars {
		raw[i], _ = byteOf(c)
	}
	var units []unit
	for i := 0; i < len(raw); {
		n := unitLength(raw[i])
		j := i + 1
		for j < i+n && j < len(raw) && raw[j]&0xC0 == 0x80 {
			j++
		}
		if j > i+1 {
			u := unit{lead: chars[i], rest: chars[i+1 : j], whole: utf8.Valid(raw[i:j])}
			if i > 0 {
				u.before = chars[i-1]
			}
			if j < len(chars) {
				u.after = chars[j]
			}
			units = append(units, u)
		}
		i = j
	}
	return units
}

// unitLength is the number of bytes that a lead byte announces (RFC 3629 §3).
func unitLength(b byte) int {
	switch {
	case b >= 0xC2 && b <= 0xDF:
		return 2
	case b >= 0xE0 && b <= 0xEF:
		return 3
	case b >= 0xF0 && b <= 0xF4:
		return 4
	}
	return 1
}

// followsWords are the characters of the code pages that people do write right
// after a letter: quotes, dashes, footnote marks, signs, units.
const (
	followsWords     = "‘’“”‹›«»–—…\u00a0®™†‡"
	followsSometimes = "©ºª°¹²³½¼¾·•"
	followsRarely    = "€£¥¢§¶¡¿´¨"
	followsInWords   = "ŠšŽžŒœŸƒ\u00ad" // letters themselves (môžeš, NÍŽE, ášši), and soft hyphens
)

// within says that all that follows the lead is one of chars.
func (u unit) within(chars string) bool {
	for _, c := range u.rest {
		if !strings.ContainsRune(chars, c) {
			return false
		}
	}
	return true
}

// certain says that nobody writes this by intent: "â€™" is certain, "É…" and
// "é…»" aren't. before and after are the characters around the whole run.
func (u unit) certain(before, after rune) bool {
	if u.before != 0 {
		before = u.before
	}
	if u.after != 0 {
		after = u.after
	}
	if u.lead == 'â' && u.rest[0] == '€' {
		return true // the beginning of every curly quote and dash
	}
	usual := followsWords + followsSometimes
	if !u.whole || (u.lead > 'Å' && len(u.rest) == 1) {
		usual += followsRarely
	}
	if !u.within(usual + followsInWords) {
		return true
	}
	if !u.within(usual) {
		return u.neverInWords()
	}
	if !u.whole {
		return false
	}
	switch u.lead {
	case 'Â':
		return true // no language ends a word with it
	case 'Ã':
		return unicode.IsLetter(after) || before == 0 || unicode.IsSpace(before) || unicode.IsDigit(before)
	case 'Ä', 'Å':
		return unicode.IsLetter(after)
	}
	return false
}

// neverInWords tells of a lead with letters behind it whether no language writes
// them beside each other. None has Ã together with any of these letters, nor Å, Ä or
// â with œ, Ÿ or ƒ; ðŸ begins every emoji.
func (u unit) neverInWords() bool {
	switch u.lead {
	case 'ð', 'ğ':
		return u.rest[0] == 'Ÿ'
	case 'Ã':
		return u.whole
	case 'Ä', 'Å', 'â':
		return u.whole && strings.ContainsRune("ŒœŸƒ", u.rest[0])
	}
	return false
}
