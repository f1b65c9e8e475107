package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Formula says a formula of LaTeX in Unicode: \frac{1}{n}\sum_{i=1}^n x_i is
// "1/n ∑ᵢ₌₁ⁿ xᵢ". ok is false when it holds something that has no such form, a
// matrix for instance.
func Formula(latex string) (words string, ok bool) {
	r := &formulaReader{rest: latex}
	words = r.until("")
	if r.failed || strings.TrimSpace(words) == "" {
		return "", false
	}
	var lines []string
	for line := range strings.SplitSeq(words, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return norm.NFC.String(strings.Join(lines, "\n")), len(lines) > 0
}

// maxGroups bounds how deep groups are in each other.
const maxGroups = 50

type formulaReader struct {
	rest   string
	depth  int
	failed bool
}

// until reads up to a closing bracket, or all that is left.
func (r *formulaReader) until(end string) string {
	var b strings.Builder
	if r.depth++; r.depth > maxGroups {
		r.failed = true
	}
	defer func() { r.depth-- }()
	for r.rest != "" && !r.failed {
		if end != "" && strings.HasPrefix(r.rest, end) {
			r.rest = r.rest[len(end):]
			return b.String()
		}
		c, size := utf8.DecodeRuneInString(r.rest)
		switch c {
		case '\\':
			b.WriteString(r.command())
			continue
		case '^', '_':
			r.rest = r.rest[size:]
			b.WriteString(r.apart(script(r.argument(), c == '^')))
			continue
		case '{':
			r.rest = r.rest[size:]
			b.WriteString(r.until("}"))
			continue
		case '}', '#', '%':
			r.failed = true
		case '&', '~', '\n', '\r':
			b.WriteByte(' ')
		case '-':
			b.WriteRune('−')
		case '\'':
			b.WriteRune('′')
		default:
			b.WriteRune(c)
		}
		r.rest = r.rest[size:]
	}
	if end != "" {
		r.failed = true // never closed
	}
	return b.String()
}

// argument reads what a command is about: a group, a command or one character.
func (r *formulaReader) argument() string {
	r.rest = strings.TrimLeft(r.rest, " \n")
	switch {
	case r.rest == "":
		r.failed = true
		return ""
	case r.rest[0] == '{':
		r.rest = r.rest[1:]
		return r.until("}")
	case r.rest[0] == '\\':
		return r.command()
	}
	c, size := utf8.DecodeRuneInString(r.rest)
	r.rest = r.rest[size:]
	return string(c)
}

// command reads one that begins with a backslash.
func (r *formulaReader) command() string {
	r.rest = r.rest[1:]
	n := 0
	for n < len(r.rest) && (r.rest[n]|0x20) >= 'a' && (r.rest[n]|0x20) <= 'z' {
		n++
	}
	if n == 0 {
		return r.sign()
	}
	name := r.rest[:n]
	r.rest = r.rest[n:]
	if r.depth++; r.depth > maxGroups { // \sqrt\sqrt\sqrt…
		r.failed = true
		return ""
	}
	defer func() { r.depth-- }()
	if accent, ok := latexAccents[name]; ok {
		return accented(r.argument(), accent)
	}
	if line, ok := latexLines[name]; ok {
		return lined(r.argument(), line)
	}
	if symbol, ok := latexSymbols[name]; ok {
		if strings.HasPrefix(symbol, " ") {
			return symbol
		}
		// A blank only ends the command's name.
		if isWordSymbol(symbol) {
			return symbol + r.limits() + " "
		}
		r.rest = strings.TrimLeft(r.rest, " ")
		return symbol
	}
	switch name {
	case "frac", "dfrac", "tfrac":
		above := r.argument()
		return grouped(above) + "/" + grouped(r.argument()) + " "
	case "sqrt":
		root := ""
		if strings.HasPrefix(r.rest, "[") {
			r.rest = r.rest[1:]
			root = script(r.until("]"), true)
		}
		return root + "√" + grouped(r.argument())
	case "binom":
		above := r.argument()
		return "(" + above + " over " + r.argument() + ")"
	case "operatorname":
		r.rest = strings.TrimPrefix(r.rest, "*")
		return r.argument() + r.limits() + " "
	case "xrightarrow":
		return " –" + strings.TrimSpace(r.argument()) + "→ "
	case "text", "textbf", "textit", "textrm", "mathrm", "mathbf", "mathit", "mathsf", "mathcal", "boldsymbol", "bm", "mbox":
		return r.argument()
	case "mathbb":
		letter := r.argument()
		if double, ok := latexDoubles[letter]; ok {
			return double
		}
		return letter
	case "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg":
		r.rest = strings.TrimPrefix(strings.TrimLeft(r.rest, " "), ".")
		return ""
	case "begin", "end":
		if !latexRows[r.argument()] {
			r.failed = true
		}
		return " "
	case "displaystyle", "limits", "nolimits", "nonumber":
		return ""
	}
	r.failed = true
	return ""
}

// limits reads what stands below and above a word such as min, with no blank between.
func (r *formulaReader) limits() string {
	var b strings.Builder
	for !r.failed {
		rest := strings.TrimLeft(r.rest, " ")
		if after, ok := strings.CutPrefix(rest, `\limits`); ok {
			rest = strings.TrimLeft(after, " ")
		}
		if rest == "" || rest[0] != '_' && rest[0] != '^' {
			break
		}
		r.rest = rest[1:]
		b.WriteString(script(r.argument(), rest[0] == '^'))
	}
	return b.String()
}

// apart sets a blank behind what has the mark of LaTeX and no brackets, which would
// else go on in the letters that follow: x^∞ y.
func (r *formulaReader) apart(script string) string {
	marked := strings.HasPrefix(script, "^") || strings.HasPrefix(script, "_")
	if marked && !strings.HasSuffix(script, ")") && r.rest != "" && (isASCIIWord(rune(r.rest[0])) || r.rest[0] == '\\') {
		return script + " "
	}
	return script
}

// sign reads a backslash before something that isn't a letter.
func (r *formulaReader) sign() string {
	if r.rest == "" {
		r.failed = true
		return ""
	}
	c, size := utf8.DecodeRuneInString(r.rest)
	r.rest = r.rest[size:]
	switch c {
	case '\\':
		return "\n"
	case ',', ';', ':', ' ', '>':
		return " "
	case '!':
		return ""
	case '|':
		return "‖"
	case '{', '}', '$', '%', '&', '#', '_':
		return string(c)
	}
	r.failed = true
	return ""
}

// grouped puts brackets around what would fall apart beside a sign.
func grouped(s string) string {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, " +−=/*·×") && !(strings.HasPrefix(s, "(") && strings.IndexByte(s, ')') == len(s)-1) {
		return "(" + s + ")"
	}
	return s
}

func accented(s, mark string) string {
	if utf8.RuneCountInString(s) != 1 {
		return s
	}
	return s + mark
}

// lined draws a line over or below each character: what stands under one line is one
// thing, a segment or what is negated.
func lined(s, line string) string {
	if utf8.RuneCountInString(s) == 1 && line == overline {
		return accented(s, macron)
	}
	var b strings.Builder
	for _, c := range strings.TrimSpace(s) {
		b.WriteRune(c)
		if !unicode.Is(unicode.Mn, c) {
			b.WriteString(line)
		}
	}
	return b.String()
}

func isWordSymbol(symbol string) bool { return symbol[0] < utf8.RuneSelf && len(symbol) > 1 }

// Raise raises or lowers text, where Unicode has all its characters so. Else a
// mark says it, but for a word that is only small: 1st with a raised st.
func Raise(s string, raised bool) string {
	if small, ok := Script(s, raised); ok {
		return small
	}
	for _, c := range s {
		if c > unicode.MaxASCII || unicode.IsDigit(c) {
			return script(s, raised)
		}
	}
	return s
}

// script raises or lowers characters, where Unicode has all of them so; else the
// mark of LaTeX stays, which readers of formulas know.
func script(s string, raised bool) string {
	s = strings.TrimSpace(s)
	if raised && s == "∘" {
		return "°" // of an angle
	}
	if small, ok := Script(s, raised); ok {
		return small
	}
	mark := "_"
	if raised {
		mark = "^"
	}
	if utf8.RuneCountInString(s) == 1 {
		return mark + s
	}
	return mark + "(" + s + ")"
}

// Script is text above or below the line in Unicode's own characters; ok is false
// when one of them has no such form.
func Script(s string, raised bool) (small string, ok bool) {
	plain, forms := []rune(lowerPlain), []rune(lowerForms)
	if raised {
		plain, forms = []rune(upperPlain), []rune(upperForms)
	}
	var b strings.Builder
	for _, c := range s {
		at := -1
		for i, p := range plain {
			if p == c {
				at = i
			}
		}
		if at < 0 {
			return "", false
		}
		b.WriteRune(forms[at])
	}
	return b.String(), s != ""
}
