package admin

import (
	"errors"
	"html/template"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// typed is a field of a form, in one line.
func (v *visit) typed(field string) string { return oneLine(v.PostFormValue(field)) }

// asked is a field of a page's address, in one line.
func (v *visit) asked(field string) string { return oneLine(v.URL.Query().Get(field)) }

// oneLine is a text with single blanks between its words. What no database takes is
// shown as lost, so that nobody takes the rest for what was typed.
func oneLine(text string) string {
	return strings.Join(strings.Fields(readableText(text)), " ")
}

// longestWhy is how long a reason may be, in bytes.
const longestWhy = 500

// why is the reason that somebody has to give.
func (v *visit) why() (string, error) {
	why := v.typed("why")
	if why == "" || len(why) > longestWhy {
		return "", refuse(http.StatusUnprocessableEntity, "admin.reader.fault.why")
	}
	return why, nil
}

// faulty refuses what was typed, in the words of who reads it: the fields' own names,
// which programs know, aren't said.
func faulty(err error) error {
	all := []error{err}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		all = several.Unwrap()
	}
	var texts []string
	for _, one := range all {
		if inner := errors.Unwrap(one); inner != nil {
			one = inner
		}
		texts = append(texts, asSentence(one.Error()))
	}
	return refusal{http.StatusUnprocessableEntity, template.HTML(template.HTMLEscapeString(strings.Join(texts, " ")))}
}

// asSentence begins a text with a capital and ends it with a stop.
func asSentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}
