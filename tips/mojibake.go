package tips

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Damage is text that a wrong decoding has damaged beyond repair: some of its
// bytes are gone.
type Damage struct {
	Offset int    // in bytes, into the text given to Repair
	Line   int    // from 1
	Column int    // in characters from 1
	Text   string // what is visible there
}

// rounds bounds how often one text may have been decoded wrongly.
const rounds = 3

// Repair restores UTF-8 text that was read as Windows-1252 or Windows-1254 and
// saved again, up to three times over ("â€™" is ’ again). It changes a run of
// characters only when every one of its bytes can be restored, so "Türkçe",
// "São" and "café" stay; what has lost bytes is left as it is and reported.
// Lines stay where they are. fixed is text itself when nothing was changed.
//
// A run that could as well be meant as written ("CAFÉ…", "Spaß“", "môž") is
// restored only when the text holds another that can't be, and it fits. Code stays
// as it is.
func Repair(text []byte) (fixed []byte, lost []Damage) {
	if isASCII(text) {
		return text, nil
	}
	runs := findRuns(string(text))
	for i := range runs {
		runs[i].decode()
	}
	if !slices.ContainsFunc(runs, run.suspect) {
		return text, nil
	}
	runs = outsideCode(string(text), runs)
	if unquoted := outsideQuotes(string(text), runs); !slices.ContainsFunc(unquoted, run.suspect) {
		return text, nil // all of it is quoted: the text tells what such damage looks like
	}
	known := evidenceOf(runs)
	var b strings.Builder
	rest := 0
	place := newPlaces(string(text))
	for i := range runs {
		r := &runs[i]
		good, damaged := r.settle(known)
		if damaged {
			line, column := place.at(r.offset)
			lost = append(lost, Damage{Offset: r.offset, Line: line, Column: column, Text: r.text})
			continue
		}
		if good != r.text {
			b.Write(text[rest:r.offset])
			b.WriteString(good)
			rest = r.offset + len(r.text)
		}
	}
	if rest == 0 {
		return text, lost
	}
	b.Write(text[rest:])
	return []byte(b.String()), lost
}

// run is a stretch of characters that all stand in the code pages beyond ASCII.
type run struct {
	offset        int
	text          string
	before, after rune // the characters around it; 0 at the ends of the text
	steps         []step
	partly        bool // certainly damaged: some of it decodes and some can't
}

// step is one wrong decoding undone.
type step struct {
	text    string
	certain bool // it can't have been meant as it was written
}

// suspect says that the run isn't surely meant as it was written: another one may
// then be judged by it.
func (r run) suspect() bool {
	return r.partly || slices.ContainsFunc(r.steps, func(s step) bool { return s.certain })
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func findRuns(text string) []run {
	var runs []run
	before := rune(0)
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if c < utf8.RuneSelf || (c != utf8.RuneError && !inCodePage(c)) {
			before = c
			i += size
			continue
		}
		start := i
		lost := c == utf8.RuneError
		last := c
		for i < len(text) {
			c, size = utf8.DecodeRuneInString(text[i:])
			if (c == utf8.RuneError) != lost || (!lost && !inCodePage(c)) {
				break
			}
			last = c
			i += size
		}
		r := run{offset: start, text: text[start:i], before: before}
		if i < len(text) {
			r.after = c
		}
		runs = append(runs, r)
		before = last
	}
	return runs
}

// decode undoes wrong decodings as often as the run allows.
func (r *run) decode() {
	if strings.HasPrefix(r.text, string(utf8.RuneError)) {
		r.partly = true // the replacement character stands for lost bytes
		return
	}
	text := r.text
	for range rounds {
		if utf8.RuneCountInString(text) < 2 {
			return
		}
		s, ok := r.undo(text)
		if !ok {
			r.partly = r.partly || r.looksDamaged(text)
			return
		}
		r.steps = append(r.steps, s)
		text = s.text
	}
}

// undo encodes text in a code page and reads the bytes as UTF-8.
func (r *run) undo(text string) (step, bool) {
	for _, page := range codePages {
		raw, ok := page.encode(text)
		if !ok || !utf8.Valid(raw) {
			continue
		}
		s := step{text: string(raw)}
		units := scanUnits(text, page.byteOf)
		s.certain = len(units) >= 3 // nobody writes three such pairs in a row
		for _, u := range units {
			s.certain = s.certain || u.certain(r.before, r.after)
		}
		return s, true
	}
	return step{}, false
}

// looksDamaged says whether text that can't be decoded as a whole holds
// something that only a wrong decoding leaves behind.
func (r *run) looksDamaged(text string) bool {
	for _, u := range scanUnits(text, anyByte) {
		if u.certain(r.before, r.after) {
			return true
		}
	}
	return false
}

// settle returns what the run should read, knowing what else the text holds.
func (r *run) settle(known evidence) (good string, damaged bool) {
	if r.partly {
		return r.text, true
	}
	good = r.text
	for k, s := range r.steps {
		if !s.certain && (!known.certain[k] || !known.allows(r, s.text)) {
			break
		}
		good = s.text
	}
	if known.certain[0] && good == r.text && (r.lostBlank() || r.lostEnd()) {
		return r.text, true
	}
	return good, false
}

// lostBlank recognises à or a no-break space whose second byte, A0, was taken
// for a blank and lost: a capital Ã after a small letter, or an  by itself.
func (r *run) lostBlank() bool {
	if unicode.IsLetter(r.after) {
		return false
	}
	switch r.text {
	case "Ã":
		return unicode.IsLower(r.before)
	case "Â":
		return !unicode.IsUpper(r.before)
	}
	return false
}

// lostEnd recognises characters cut short ("ä½" of 你), which in a text without
// other damage could be meant as written.
func (r *run) lostEnd() bool {
	for _, u := range scanUnits(r.text, anyByte) {
		if !u.whole && !u.within(followsWords+followsInWords) {
			return true
		}
	}
	return false
}

// places turns rising byte offsets into lines and columns.
type places struct {
	text         string
	offset       int
	line, column int
}

func newPlaces(text string) *places { return &places{text: text, line: 1, column: 1} }

func (p *places) at(offset int) (line, column int) {
	for _, c := range p.text[p.offset:offset] {
		p.column++
		if c == '\n' {
			p.line++
			p.column = 1
		}
	}
	p.offset = offset
	return p.line, p.column
}
