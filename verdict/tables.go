package verdict

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed codes.txt
var codesText string

//go:embed words.txt
var wordsText string

var (
	codesTable = mustTable(readCodes(codesText))
	wordsTable = mustTable(readWords(wordsText))
)

// codeLine is a line of codes.txt: the codes from one to another detail.
type codeLine struct {
	code   status // the first of them
	last   int    // the last one's detail
	class  Class  // ClassIgnore: the words decide
	reason string
}

type codeLines []codeLine

func (lines codeLines) find(code status) (codeLine, bool) {
	for _, l := range lines {
		if l.code.class == code.class && l.code.subject == code.subject && l.code.detail <= code.detail && code.detail <= l.last {
			return l, l.class != ClassIgnore
		}
	}
	return codeLine{}, false
}

// wordLine is a line of words.txt: pieces that follow each other.
type wordLine struct {
	pieces []string
	exact  string // in quotation marks: looked for as it stands
	class  Class
	reason string
	alone  bool // class gone: needs no reply of another server
}

type wordLines []wordLine

// mostBetween is how far apart two pieces may stand, in bytes.
const mostBetween = 60

// find gives the first line whose words are in a text.
func (lines wordLines) find(text string) (wordLine, bool) {
	text = text[:min(len(text), mostPlain)]
	plain, lower := Plain(text), strings.ToLower(text)
	for _, l := range lines {
		if l.exact != "" && strings.Contains(lower, l.exact) || l.exact == "" && l.in(plain) {
			return l, true
		}
	}
	return wordLine{}, false
}

// in looks for the pieces in a text that Plain made.
func (l wordLine) in(text string) bool {
	for {
		_, rest, found := strings.Cut(text, l.pieces[0])
		if !found {
			return false
		}
		text = rest
		for _, piece := range l.pieces[1:] {
			window := rest[:min(len(rest), mostBetween+len(piece))]
			at := strings.Index(window, piece)
			if found = at >= 0; !found {
				break
			}
			rest = rest[at+len(piece):]
		}
		if found {
			return true
		}
	}
}

// mostPlain is as much of a text as is looked at, in bytes.
const mostPlain = 8 << 10

// Plain brings a text into the form that the words are looked for in: lower
// case, without addresses, links and signs, one blank before each word.
func Plain(text string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(text[:min(len(text), mostPlain)]) {
		if _, link, ok := strings.Cut(word, "://"); ok {
			word = link[:max(0, strings.IndexAny(link+"/", "/?#"))]
		}
		address := strings.Contains(word, "@")
		for piece := range strings.FieldsFuncSeq(word, between) {
			if !address || !strings.Contains(piece, "@") {
				plainWord(&b, piece)
			}
		}
	}
	return b.String()
}

// between tells the signs that end an address.
func between(r rune) bool { return strings.ContainsRune("<>()[]{},;:\"|", r) }

func plainWord(b *strings.Builder, word string) {
	blank := true
	for _, r := range word {
		switch {
		case r == '\'' || r == '’':
		case r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			blank = true
		default:
			if blank {
				b.WriteByte(' ')
				blank = false
			}
			b.WriteRune(unicode.ToLower(r))
		}
	}
}

func readCodes(text string) (codeLines, error) {
	var lines codeLines
	err := eachLine(text, func(fields []string, class Class) error {
		name, last, several := strings.Cut(fields[0], "-")
		if every, ok := strings.CutSuffix(name, "*"); ok {
			name, last, several = every+"0", "999", true
		}
		code, ok := parseStatus(name)
		line := codeLine{code, code.detail, class, fields[2]}
		if several && ok {
			line.last, ok = digits(last, 3)
		}
		if !ok || len(fields) != 3 || line.last < code.detail {
			return fmt.Errorf("%q is no code, class and reason", strings.Join(fields, " "))
		}
		lines = append(lines, line)
		return nil
	}, 1)
	return lines, err
}

func readWords(text string) (wordLines, error) {
	var lines wordLines
	err := eachLine(text, func(fields []string, class Class) error {
		l := wordLine{class: class, reason: fields[1], alone: fields[0] == "gone"}
		if exact, ok := strings.CutPrefix(strings.Join(fields[2:], " "), `"`); ok {
			l.exact = strings.ReplaceAll(strings.TrimSuffix(exact, `"`), `\"`, `"`)
			lines = append(lines, l)
			return nil
		}
		for piece := range strings.SplitSeq(strings.Join(fields[2:], " "), "*") {
			piece = Plain(piece)
			if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(piece)); first > 0x2E80 { // no blanks between words
				piece = strings.TrimSpace(piece)
			}
			if strings.TrimSpace(piece) == "" {
				return fmt.Errorf("%q has no words", strings.Join(fields, " "))
			}
			l.pieces = append(l.pieces, piece)
		}
		lines = append(lines, l)
		return nil
	}, 0)
	return lines, err
}

// eachLine calls f with the fields of each line; classAt says which is the
// class.
func eachLine(text string, f func(fields []string, class Class) error, classAt int) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 3 {
			return fmt.Errorf("line %d: a line has three columns", n)
		}
		class, ok := map[string]Class{
			"hard": ClassSuppress, "gone": ClassSuppress, "soft": ClassSoft, "ours": ClassOwn, "unroutable": ClassUnroutable, "words": ClassIgnore,
		}[fields[classAt]]
		if !ok {
			return fmt.Errorf("line %d: %q is no class", n, fields[classAt])
		}
		if err := f(fields, class); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

func mustTable[T any](table T, err error) T {
	if err != nil {
		panic("verdict: " + err.Error()) // the tables are a part of the program; a test reads them
	}
	return table
}
