package markup

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// wikilink reads [[Another note]], [[Another note#Part|its words]] and the
// pictures of ![[picture.png]]. Of a note that has no page the words stay.
type wikilink struct{}

var wiki = regexp.MustCompile(`^!?\[\[([^\s\[\]|][^\[\]|\n]*)(?:\|([^\[\]\n]*))?\]\]`)

// contents is where a program would put a table of contents.
var contents = regexp.MustCompile(`(?i)^(\[toc\]|\[\[_?toc_?\]\])[ \t]*(?:\r?\n|$)`)

// Trigger implements parser.InlineParser.
func (wikilink) Trigger() []byte { return []byte{'[', '!'} }

// Parse implements parser.InlineParser.
func (wikilink) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if m := contents.FindSubmatch(line[:min(len(line), longSpan)]); m != nil {
		block.Advance(len(m[1]))
		return &Nothing{}
	}
	m := wiki.FindSubmatchIndex(line[:min(len(line), longSpan)])
	// [[1]](address) is a link whose words are in brackets.
	if m == nil || m[1] < len(line) && (line[m[1]] == '(' || line[m[1]] == '[') {
		return nil
	}
	target, words := strings.TrimSpace(string(line[m[2]:m[3]])), ""
	if m[4] >= 0 {
		// In the cell of a table the bar is escaped.
		words = strings.TrimSpace(string(line[m[4]:m[5]]))
	}
	target = strings.TrimSuffix(target, `\`)
	if isNoteAddress(words) && !isNoteAddress(target) {
		target, words = words, target // as Dendron has it
	}
	block.Advance(m[1])
	if line[0] == '!' && IsPicture(target) {
		file, class := pictureFile(target)
		return picture(file, class, words)
	}
	if words == "" || line[0] == '!' && pictureSize.MatchString(words) {
		words = noteTitle(target)
	}
	shown := ast.NewString([]byte(words))
	name, part := NoteName(target)
	page := pagesFor(pc)[name]
	if page == "" {
		return shown
	}
	link := &NoteLink{Address: atPart(page, part)}
	link.AppendChild(link, shown)
	return link
}

// noteTitle is how the address of a note reads: Folder/Note#Part#Below is "Note > Part
// > Below", and #Part in the same note "Part".
func noteTitle(target string) string {
	elements := strings.Split(withoutRange(withoutVault(target)), "#")
	inside := elements[0] == "" // of the same note
	if !inside {
		elements[0] = strings.TrimSuffix(path.Base(elements[0]), ".md")
	}
	var shown []string
	for _, part := range elements {
		if part = strings.TrimSpace(part); part != "" && (inside || !strings.HasPrefix(part, "^")) {
			shown = append(shown, part)
		}
	}
	return strings.Join(shown, " > ")
}

// noteRange is up to where a note of Dendron's is shown: note#from:#to, note#from,1:#*
// without the heading itself, note:#*.
var noteRange = regexp.MustCompile(`(?:#\*|,\d+)?:#[^#]*$|#\*$`)

func withoutRange(target string) string { return noteRange.ReplaceAllString(target, "") }

// dotted is the name of a note in a hierarchy: work.plans.2026.
var dotted = regexp.MustCompile(`^[a-z][\w-]*(?:\.[a-z0-9][\w-]*){2,}(?:#\S*)?$|^[a-z][\w-]*(?:\.[a-z][\w-]*)+#\S+$`)

// isNoteAddress says that what stands in a wikilink can only be the note's name, and
// not what is shown: in Dendron that comes first.
func isNoteAddress(s string) bool {
	return strings.HasPrefix(s, "dendron://") || dotted.MatchString(s) && !strings.HasPrefix(s, "www.")
}

// withoutVault is the name of a note of Dendron's without that of its vault:
// dendron://vault/name.
func withoutVault(target string) string {
	if rest, ok := strings.CutPrefix(target, "dendron://"); ok {
		if _, name, ok := strings.Cut(rest, "/"); ok && name != "" {
			return name
		}
	}
	return target
}

var pictureSize = regexp.MustCompile(`^\d+(x\d+)?$`)

// picture is one of a vault; its words may be its size, or end with it. Behind # stands
// what the vault's styles call it, which tells of an icon that its name may stand for it.
func picture(target, class, words string) ast.Node {
	if at := strings.LastIndexByte(words, '|'); pictureSize.MatchString(strings.TrimSpace(words[at+1:])) {
		words = strings.TrimSpace(words[:max(at, 0)])
	}
	link := ast.NewLink()
	link.Destination = []byte(strings.ReplaceAll(target, " ", "%20"))
	image := ast.NewImage(link)
	if words == "" {
		words = strings.TrimSuffix(path.Base(target), path.Ext(target))
		if class == "icon" {
			words = strings.ReplaceAll(strings.TrimPrefix(words, "lucide-"), "-", " ")
		}
	}
	image.AppendChild(image, ast.NewString([]byte(words)))
	return image
}

// IsPicture says whether a file's name is that of a picture, as a vault may write it.
func IsPicture(name string) bool {
	file, _ := pictureFile(name)
	switch strings.ToLower(path.Ext(file)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp":
		return true
	}
	return false
}

// pictureFile takes plan.png#interface apart; C#.png is a name.
func pictureFile(target string) (file, class string) {
	if at := strings.LastIndexByte(target, '#'); at >= 0 && !strings.Contains(target[at:], ".") {
		return strings.TrimSpace(target[:at]), target[at+1:]
	}
	return target, ""
}

// keys reads ++ctrl+s++, the keys of MkDocs, and ++words++ that were added.
type keys struct{}

var pressed = regexp.MustCompile(`^\+\+([A-Za-z0-9][\w-]*(?:\+[A-Za-z0-9"][\w"-]*)*)\+\+`)

// Trigger implements parser.InlineParser.
func (keys) Trigger() []byte { return []byte{'+'} }

// Parse implements parser.InlineParser. C++ is no key.
func (keys) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := pressed.FindSubmatch(line[:min(len(line), longSpan)])
	if m == nil || isASCIIWord(block.PrecendingCharacter()) || len(line) > len(m[0]) && isASCIIWord(rune(line[len(m[0])])) {
		return nil
	}
	block.Advance(len(m[0]))
	names := bytes.Split(m[1], []byte("+"))
	for i, name := range names {
		key := &Key{Name: keyName(strings.Trim(string(name), `"`))}
		if i == len(names)-1 {
			return key
		}
		parent.AppendChild(parent, key)
		parent.AppendChild(parent, ast.NewString([]byte("+")))
	}
	return nil
}

// progress reads the bars of progress of MkDocs: [=45% "Almost half"].
type progress struct{}

var progressBar = regexp.MustCompile(`^\[=+[ \t]*(\d{1,3}(?:\.\d+)?)(%|/(\d{1,4}))[ \t]*(?:"([^"\n]*)")?[ \t]*\]`)

// Trigger implements parser.InlineParser.
func (progress) Trigger() []byte { return []byte{'['} }

// Parse implements parser.InlineParser.
func (progress) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := progressBar.FindSubmatch(line[:min(len(line), longSpan)])
	if m == nil {
		return nil
	}
	done, _ := strconv.ParseFloat(string(m[1]), 64) // digits
	whole := 100.0
	if len(m[3]) > 0 {
		whole, _ = strconv.ParseFloat(string(m[3]), 64)
	}
	words := string(m[4])
	if words == "" {
		words = string(m[1]) + string(m[2])
	}
	block.Advance(len(m[0]))
	const wide = 10
	full := 0
	if whole > 0 {
		full = int(min(done/whole, 1) * wide)
	}
	return ast.NewString([]byte(strings.Repeat("█", full) + strings.Repeat("░", wide-full) + " " + words))
}

// keyName is what stands on a key: "ctrl" is Ctrl, "page-up" Page Up, "s" S.
func keyName(name string) string {
	words := strings.FieldsFunc(name, func(c rune) bool { return c == '-' || c == '_' })
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}
