package letter

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

type eventKind int

const (
	opens  eventKind = iota // an element
	stands                  // an element that has no end tag
	closes                  // an element
	action                  // of the template: if, with, range, block, define, else, end
)

// event is something that stands, opens or closes in a template's source.
type event struct {
	kind eventKind
	name string
	line int
}

// void elements have no end tag.
var void = [...]string{"area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}

// scanMarkup reads a template's source: its tags, and the actions between them.
// Actions inside a tag, a comment or a style are passed over; html/template
// itself makes sure that they don't leave it.
func scanMarkup(text string) []event {
	s := scanner{text: text, line: 1}
	for s.pos < len(s.text) {
		rest := s.text[s.pos:]
		switch {
		case strings.HasPrefix(rest, "{{"):
			line := s.line
			if name := s.action(); name != "" {
				s.events = append(s.events, event{action, name, line})
			}
		case strings.HasPrefix(rest, "<!--"):
			s.past("-->")
		case strings.HasPrefix(rest, "<!"), strings.HasPrefix(rest, "<?"):
			s.past(">")
		case strings.HasPrefix(rest, "</") && letterAt(rest, 2):
			line := s.line
			s.pos += 2
			s.events = append(s.events, event{closes, s.name(), line})
			s.past(">")
		case rest[0] == '<' && letterAt(rest, 1):
			s.tag()
		default:
			s.step(1)
		}
	}
	return s.events
}

type scanner struct {
	text   string
	pos    int
	line   int
	events []event
}

// step goes on by n bytes and counts lines.
func (s *scanner) step(n int) {
	n = min(n, len(s.text)-s.pos)
	s.line += strings.Count(s.text[s.pos:s.pos+n], "\n")
	s.pos += n
}

// past goes behind the next mark, or to the end.
func (s *scanner) past(mark string) {
	if at := strings.Index(s.text[s.pos:], mark); at >= 0 {
		s.step(at + len(mark))
		return
	}
	s.step(len(s.text))
}

// action goes behind an action and returns its keyword if it has one that opens
// or closes a branch.
func (s *scanner) action() string {
	s.step(2)
	start := s.pos
	for s.pos < len(s.text) && !strings.HasPrefix(s.text[s.pos:], "}}") {
		switch c := s.text[s.pos]; {
		case strings.HasPrefix(s.text[s.pos:], "/*"):
			s.past("*/")
		case c == '`':
			s.step(1)
			s.past("`")
		case c == '"' || c == '\'':
			s.quoted(c)
		default:
			s.step(1)
		}
	}
	content := strings.TrimSpace(strings.TrimPrefix(s.text[start:s.pos], "-"))
	s.step(2)
	word, _, _ := strings.Cut(strings.NewReplacer("\n", " ", "\t", " ", "-", " ").Replace(content), " ")
	if slices.Contains([]string{"if", "with", "range", "block", "define", "else", "end"}, word) {
		return word
	}
	return ""
}

// quoted goes behind a Go string or character.
func (s *scanner) quoted(quote byte) {
	s.step(1)
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		if c == '\\' {
			s.step(1)
		}
		s.step(1)
		if c == quote || c == '\n' {
			return
		}
	}
}

// name reads an element's name in lower case.
func (s *scanner) name() string {
	start := s.pos
	for s.pos < len(s.text) && !strings.ContainsRune(" \t\r\n/>{", rune(s.text[s.pos])) {
		s.step(1)
	}
	return strings.ToLower(s.text[start:s.pos])
}

// tag reads a start tag. Of what may only hold text it passes over the text.
func (s *scanner) tag() {
	line, start := s.line, s.pos
	s.step(1)
	name := s.name()
	closed := s.attributes()
	if slices.Contains(void[:], name) || closed && strings.Contains(name, ":") {
		if name == "meta" {
			name += httpEquiv(s.text[start:s.pos])
		}
		s.events = append(s.events, event{stands, name, line})
		return
	}
	s.events = append(s.events, event{opens, name, line})
	if name == "style" || name == "script" || name == "title" || name == "textarea" {
		if at := strings.Index(strings.ToLower(s.text[s.pos:]), "</"+name); at >= 0 {
			s.step(at)
		}
	}
}

// httpEquiv is what a <meta> tells the program to do, as it would be written;
// "" when it only describes the mail.
func httpEquiv(tag string) string {
	z := html.NewTokenizer(strings.NewReader(tag))
	z.Next()
	for _, a := range z.Token().Attr {
		does := strings.ToLower(strings.TrimSpace(a.Val))
		if a.Key == "http-equiv" && !slices.Contains([]string{"content-type", "content-language", "x-ua-compatible"}, does) {
			return fmt.Sprintf(" http-equiv=%q", does)
		}
	}
	return ""
}

// attributes goes behind the tag and says whether it ends in "/>".
func (s *scanner) attributes() bool {
	slash := false
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case strings.HasPrefix(s.text[s.pos:], "{{"):
			s.action()
			continue
		case c == '>':
			s.step(1)
			return slash
		case c == '"' || c == '\'':
			s.value(c)
			continue
		default:
			slash = c == '/' || slash && c == ' '
		}
		s.step(1)
	}
	return slash
}

// value goes behind a quoted attribute, in which an action may have quotes of
// its own.
func (s *scanner) value(quote byte) {
	s.step(1)
	for s.pos < len(s.text) && s.text[s.pos] != quote {
		if strings.HasPrefix(s.text[s.pos:], "{{") {
			s.action()
			continue
		}
		s.step(1)
	}
	s.step(1)
}

func letterAt(text string, i int) bool {
	return i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z')
}
