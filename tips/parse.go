package tips

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dailytip/tips/markup"
)

// Parse reads one tip file. path is where the file stands in its library,
// slash-separated; data is what the file holds. ok is false when the tip must
// not be sent; then a fault of severity Error says why. Damaged text is
// restored first, see [Repair].
func Parse(path string, data []byte) (t Tip, faults []Fault, ok bool) {
	r := readSafely(path, data, false)
	return r.tip, r.faults, !r.withheld
}

// reader reads one file.
type reader struct {
	path        string
	translation bool // the file holds a translation: what a tip needs may be missing
	tip         Tip
	at          *origin
	faults      []Fault
	withheld    bool
	damage      []Damage
	fields      []field
	parts       []part // what stands where, to say what damage costs

	titleFrom, titleTo int // lines of the heading that is the title; 0: none
}

// readSafely is readFile, with a panic in one of the parsers we use turned into
// a fault of that file: no tip may stop the daemon.
func readSafely(name string, data []byte, translation bool) (r *reader) {
	defer func() {
		if p := recover(); p != nil {
			r = &reader{path: name, tip: Tip{ID: idOf(name), Path: name}}
			r.withhold(RuleTooComplex, 0, 0, "this file can't be parsed (%v); simplify its markup", p)
		}
	}()
	return readFile(name, data, translation)
}

func readFile(name string, data []byte, translation bool) *reader {
	sum := sha256.Sum256(data)
	r := &reader{path: name, translation: translation, at: &origin{path: name, keys: make(map[string]int)}}
	r.tip = Tip{ID: idOf(name), Path: name, Digest: hex.EncodeToString(sum[:]), at: r.at}
	if text, ok := r.decode(data); ok {
		r.read(text)
	}
	slices.SortStableFunc(r.faults, compareFaults)
	return r
}

// idOf is the path without its extension. NFC, because some file systems
// hand names back in another form than they were given.
func idOf(name string) string {
	return norm.NFC.String(strings.TrimSuffix(name, path.Ext(name)))
}

// fault reports something at a line; 0: the file as a whole, which begins on its
// first.
func (r *reader) fault(severity Severity, rule string, line, column int, format string, args ...any) {
	line = max(line, 1)
	r.faults = append(r.faults, Fault{
		Path: r.path, Line: line, Column: column, Rule: rule, Severity: severity, Message: fmt.Sprintf(format, args...),
	})
}

// withhold reports what keeps the tip from being sent.
func (r *reader) withhold(rule string, line, column int, format string, args ...any) {
	r.withheld = true
	r.fault(Error, rule, line, column, format, args...)
}

// decode turns a file's bytes into repaired text with \n at line ends.
func (r *reader) decode(data []byte) (string, bool) {
	if len(data) > MaxFileSize {
		r.withhold(RuleTooBig, 0, 0, "the file has %d KB and a tip may have %d; shorten or split it", (len(data)+1023)>>10, MaxFileSize>>10)
		return "", false
	}
	if order := utf16Order(data); order != "" {
		r.withhold(RuleInvalidUTF8, 1, 1, "the file is UTF-16 (%s); save it as UTF-8", order)
		return "", false
	}
	if !utf8.Valid(data) {
		r.invalidUTF8(data)
		return "", false
	}
	data, r.damage = Repair(oneLineEnd(data))
	// A byte order mark may itself have been decoded wrongly.
	return withoutCitations(strings.TrimPrefix(string(data), "\ufeff")), true
}

// utf16Order says in which order a file has its bytes if it's UTF-16; "" when it isn't.
// Without a mark, its line ends and blanks tell: half of each is a zero byte.
func utf16Order(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return "little-endian"
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return "big-endian"
	case len(data)%2 == 1 || bytes.IndexByte(data, 0) < 0:
		return ""
	}
	var zeros [2]int
	for i, c := range data {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[0] > len(data)/20 && zeros[1] == 0:
		return "big-endian, without a mark at its beginning"
	case zeros[1] > len(data)/20 && zeros[0] == 0:
		return "little-endian, without a mark at its beginning"
	}
	return ""
}

func (r *reader) invalidUTF8(data []byte) {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			before := data[:i]
			column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
			r.withhold(RuleInvalidUTF8, 1+bytes.Count(before, []byte("\n")), column,
				"the byte 0x%02X isn't UTF-8; save the file as UTF-8", data[i])
			return
		}
		i += size
	}
}

func (r *reader) read(text string) {
	lines := strings.Split(text, "\n")
	if line, what := tooComplex(text); what != "" {
		r.withhold(RuleTooComplex, line, 0, "%s; rendering it could take seconds, so simplify the markup", what)
		return
	}
	if line := conflictMark(text); line > 0 {
		r.withhold(RuleConflict, line, 1, "a merge isn't done here: the marks <<<<<<< and >>>>>>> stand in the text; keep what is right of the two, and delete the marks")
		r.guessPin(lines)
		return
	}
	if all := findHeadingKeys(lines, skipLead(lines)); len(all) > 1 {
		lines = r.readCollection(lines, all)
	}
	matter, err := findFrontMatter(lines)
	if err == nil && matter.kind != 0 {
		r.fields, err = matter.fields(lines)
	}
	if err != nil {
		r.withhold(cmp.Or(err.rule, RuleFrontMatter), err.line, err.column, "%s", err.message)
		r.guessPin(lines)
		r.reportDamage()
		return
	}
	for _, f := range r.fields {
		if !r.damagedField(f) {
			r.apply(f)
		}
	}
	r.published()
	r.nameSource()
	r.at.links = linkNames(text)
	r.readText(newFragment(lines[matter.below():], matter.below()+1))
	r.require()
	r.refuseTemplates()
	r.checkStored()
}

// checkStored withholds a tip whose copy in the database couldn't be read: it
// would be found out when its edition is due.
func (r *reader) checkStored() {
	data, err := json.Marshal(r.tip)
	if err == nil {
		var back Tip
		err = json.Unmarshal(data, &back)
	}
	if err != nil && !r.withheld {
		r.withhold(RuleFrontMatter, 1, 0, "the tip can't be stored: %v; simplify its front matter", err)
	}
}

// readText reads everything below the front matter.
func (r *reader) readText(f fragment) {
	t := &r.tip
	o := newOutline(f).spaced()
	if h, title, ok := o.title(); ok {
		if t.Title == "" && r.at.titleLine == 0 {
			t.Title, t.Written = title, writtenTitle(h.text, title)
			r.at.titleLine = o.lines[h.from]
			r.parts = append(r.parts, part{o.lines[h.from], o.lines[h.to-1], partTitle, ""})
		}
		// Many libraries repeat the front matter's title above the text.
		if sameWords(title, t.Title) {
			r.titleFrom, r.titleTo = o.lines[h.from], o.lines[h.to-1]
		}
	}
	r.takeSections(o)
	r.reportDamage()
}

// require checks that there is something to send. A draft may still lack it.
func (r *reader) require() {
	t := &r.tip
	if t.Title == "" && !r.translation {
		t.Title = titleFromName(t.Path)
	}
	if r.translation || r.withheld {
		return
	}
	if t.Title == "" {
		r.lack(RuleMissingTitle, messageMissingTitle)
	}
	if isBlank(t.Body) {
		r.lack(RuleEmptyBody, messageEmptyBody)
	} else if what := leadsAway(t.Body); what != "" && t.Link == "" {
		r.lack(RuleEmptyBody, fmt.Sprintf("the text is nothing but “%s”, which readers of a mail can't open; copy what belongs to the tip, or link to a page on the web", clip(what, 60)))
	}
}

const (
	messageMissingTitle = "the tip has no title; and its file's name has no letter; write “title:” in the front matter, or begin the text with a heading"
	messageEmptyBody    = "the tip has no text; write it under “## Tip”, or under the front matter"
)

func (r *reader) lack(rule, message string) {
	if r.tip.NeverRendered {
		return
	}
	if r.tip.Draft {
		r.fault(Note, rule, 0, 0, "%s", message)
		return
	}
	r.withhold(rule, 0, 0, "%s", message)
}

// onlyTags is the whole text of a note that its author has yet to write.
var onlyTags = regexp.MustCompile(`^(?:\s*#[\p{L}\d_][\p{L}\d_/-]*)+\s*$`)

// onlyLink is a whole text that is one link, or the name of one note.
var onlyLink = regexp.MustCompile(`^\s*(?:[-*+>]\s+)?(?:\[[^\[\]]+\]\(\s*(<[^<>\n]+>|[^()\s]+)\s*\)|\[\[[^\[\]\n]+\]\])\s*$`)

// leadsAway returns what a text has in the place of words: notes that a vault's program
// would show there, or a link to one other file. "": it has words of its own.
func leadsAway(markdown string) string {
	text := comment.ReplaceAllString(markdown, "")
	if m := onlyLink.FindStringSubmatch(text); m != nil {
		if address := unescape([]byte(strings.Trim(m[1], "<>"))); address == "" || isRelative(address) {
			return strings.TrimSpace(text)
		}
		return ""
	}
	embeds := noteEmbed.FindAllStringSubmatch(text, -1)
	if len(embeds) == 0 || slices.ContainsFunc(embeds, func(m []string) bool { return markup.IsPicture(m[1]) }) {
		return ""
	}
	for line := range strings.Lines(noteEmbed.ReplaceAllString(text, "")) {
		if !strings.HasPrefix(line, "#") && !isBlank(line) {
			return ""
		}
	}
	return embeds[0][0]
}
