package letter

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
)

// Template is an operator's own shell for the mails with tips, read by
// ParseTemplate. It is immutable and safe for use by several goroutines.
type Template struct {
	name  string
	whole *template.Template
	// personal: it shows the reader's name, so it's filled in for each.
	personal bool
}

// Fault is something wrong in a template.
type Fault struct {
	Line    int // from 1
	Message string
}

// String is "line 3: what is wrong".
func (f Fault) String() string { return fmt.Sprintf("line %d: %s", f.Line, f.Message) }

// maxTemplate is the longest template in bytes; with more there would be no
// room for a tip.
const maxTemplate = 40 << 10

// ParseTemplate reads a template that an operator wrote; docs/templates.md says
// what it may hold. name is for messages, such as the file's. All faults that
// can be found are returned, in the order of their lines; with any of them
// there is no Template.
//
// A template that passes can be filled in for any tip and any reader, and each
// of its mails with an unsubscribe address shows it as a link.
func ParseTemplate(name, text string) (*Template, []Fault) {
	if len(text) > maxTemplate {
		return nil, []Fault{{1, fmt.Sprintf("the template has %d KB; with more than %d KB there is no room for a tip", len(text)>>10, maxTemplate>>10)}}
	}
	faults := checkBalance(text)
	t, err := parseTemplate(name, text)
	if err != nil {
		return nil, sortFaults(append(faults, errorFault(err)))
	}
	found, personal := checkFields(t, text)
	faults = append(faults, found...)
	t.personal = personal
	if len(faults) == 0 {
		faults = append(faults, checkSamples(t, text)...)
	}
	if len(faults) > 0 {
		return nil, sortFaults(faults)
	}
	return t, nil
}

// parseTemplate reads a template without looking into it.
func parseTemplate(name, text string) (*Template, error) {
	whole, err := template.New(name).Funcs(template.FuncMap{markup: func(s string) template.HTML {
		return template.HTML(s)
	}}).Parse(keepConditionals(text))
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return &Template{name: name, whole: whole}, nil
}

// fill makes the HTML of one page.
func (t *Template) fill(p page) (string, error) {
	var b strings.Builder
	if err := t.whole.Execute(&b, p); err != nil {
		return "", fmt.Errorf("fill in template: %w", err)
	}
	return b.String(), nil
}

// markup is the function that keepConditionals calls. It takes literal text
// only: checkFields refuses anything else.
const markup = "markup"

var conditional = regexp.MustCompile(`(?s)<!--(?:\[if|<!\[endif\]).*?-->`)

// keepConditionals saves the comments that Outlook reads from html/template,
// which strips all comments: their text becomes a literal inside an action.
// Actions within them stay actions. Lines keep their numbers.
func keepConditionals(text string) string {
	return conditional.ReplaceAllStringFunc(text, func(comment string) string {
		var b strings.Builder
		for comment != "" {
			literal, rest, found := strings.Cut(comment, "{{")
			if literal != "" {
				b.WriteString("{{" + markup + " " + quote(literal) + "}}")
			}
			if !found {
				break
			}
			action, after, closed := strings.Cut(rest, "}}")
			b.WriteString("{{" + action)
			if closed {
				b.WriteString("}}")
			}
			comment = after
		}
		return b.String()
	})
}

// quote writes text as a literal over as many lines as it has.
func quote(text string) string {
	if !strings.Contains(text, "`") {
		return "`" + text + "`"
	}
	return strconv.Quote(text) + "}}{{/*" + strings.Repeat("\n", strings.Count(text, "\n")) + "*/ -}}{{``"
}

// position is how text/template and html/template name a place: the name, the
// line and, in most messages, the column.
var position = regexp.MustCompile(`^(?:[a-z ]+: )?(?:html/)?template: ?[^:]*:(\d+)(?::\d+)?: (.*)$`)

// errorFault takes the line out of an error of the template packages, which
// give it in their text alone.
func errorFault(err error) Fault {
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	m := position.FindStringSubmatch(text)
	if m == nil {
		return Fault{1, text}
	}
	line, convErr := strconv.Atoi(m[1])
	if convErr != nil {
		return Fault{1, text}
	}
	return Fault{max(line, 1), m[2]}
}
