package tips

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// evidence is what a text's runs tell of how it was damaged, by which those that
// could be meant as written are judged.
type evidence struct {
	certain [rounds]bool                 // a run was certainly decoded wrongly this often
	scripts map[*unicode.RangeTable]bool // of the letters that were certainly damaged
	intact  bool                         // there are accented or foreign letters that no wrong decoding met
}

func evidenceOf(runs []run) evidence {
	e := evidence{scripts: make(map[*unicode.RangeTable]bool)}
	for _, r := range runs {
		for k, s := range r.steps {
			if !s.certain {
				continue
			}
			e.certain[k] = true
			for _, c := range s.text {
				if script := scriptOf(c); script != nil {
					e.scripts[script] = true
				}
			}
		}
		e.certain[0] = e.certain[0] || r.partly
		e.intact = e.intact || (len(r.steps) == 0 && !r.partly && strings.ContainsFunc(r.text, unicode.IsLetter))
	}
	return e
}

// allows says that a run which could be meant as written may become text all the
// same: it fits what stands beside it, and what else was restored.
func (e evidence) allows(r *run, text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if mixesScripts(r.before, first) || mixesScripts(r.after, last) {
		return false
	}
	for _, c := range text {
		if unicode.IsControl(c) || !usual(c) && !e.scripts[scriptOf(c)] {
			return false
		}
	}
	// In a text that was misread as a whole, no letter such as š is intact.
	return !e.intact || !r.inWord()
}

// usual says that a character may stand in a text that shows no other of its script.
// Of the Latin letters that is Latin Extended-A, in which nearly all of Europe writes,
// and those that Romanian and Vietnamese have beyond it.
func usual(c rune) bool {
	return c <= 'ſ' || strings.ContainsRune("ƠơƯưȘșȚț", c) || unicode.In(c, signs)
}

// signs are what stands in texts of any language: punctuation, symbols, emoji.
var signs = &unicode.RangeTable{
	R16: []unicode.Range16{{0x2000, 0x2bff, 1}, {0x3000, 0x303f, 1}, {0xfe00, 0xfe0f, 1}, {0xff00, 0xffef, 1}},
	R32: []unicode.Range32{{0x1f000, 0x1faff, 1}},
}

// inWord says that the run could be part of a word of some language: an accented
// letter with š, ž, œ or such behind it.
func (r *run) inWord() bool {
	for _, u := range scanUnits(r.text, anyByte) {
		if u.within(followsInWords) {
			return true
		}
	}
	return false
}

// mixesScripts says that a word would be written in two scripts, of which one is
// Latin. A person hardly does so.
func mixesScripts(a, b rune) bool {
	if !unicode.IsLetter(a) || !unicode.IsLetter(b) {
		return false
	}
	return unicode.Is(unicode.Latin, a) != unicode.Is(unicode.Latin, b)
}

// scriptOf is the script that a character belongs to; nil for none. Latin letters
// beyond the usual ones are phonetic and such, and belong to none.
func scriptOf(c rune) *unicode.RangeTable {
	for _, script := range likelyScripts {
		if unicode.Is(script, c) {
			return script
		}
	}
	return nil
}

// likelyScripts are those, besides Latin, in which people write tips.
var likelyScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Cyrillic, unicode.Greek, unicode.Arabic,
	unicode.Hebrew, unicode.Devanagari, unicode.Bengali, unicode.Thai, unicode.Georgian, unicode.Armenian, unicode.Tamil,
}
