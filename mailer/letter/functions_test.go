package letter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A call that fails with other data than the samples have is a fault.
func TestFunctionFaults(t *testing.T) {
	checkFaults(t, map[string]faultCase{
		"slice of a text":           {"{{.Card}}" + leave + "\n{{slice .Title 0 6}}", []string{"2: {{slice}} fails when"}},
		"slice of a list":           {"{{.Card}}" + leave + "\n{{range slice .Tips 1}}{{end}}", []string{"2: {{slice}} fails when"}},
		"slice behind a pipe":       {"{{.Card}}" + leave + "\n{{with .Online}}{{. | printf \"%s\" | slice | len}}{{end}}", []string{"2: {{slice}} fails when"}},
		"index of a text":           {"{{.Card}}" + leave + "\n{{index .Title 0}}", []string{"2: {{index}} fails when"}},
		"index past a pipe":         {"{{.Card}}" + leave + "\n{{(0 | index .Tips).Title}}", []string{"2: {{index}} fails when"}},
		"index by a number of tips": {"{{.Card}}" + leave + "{{range $i, $t := .Tips}}\n{{index $.Light.Branches $i}}{{end}}", []string{"2: {{index}} needs a number from 0 to 3"}},
		"index too high":            {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{index .Light.Branches 4}}{{end}}", []string{"2: {{index}} needs a number from 0 to 3"}},
		"length of a number":        {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{len 3}}{{end}}", []string{"2: {{len}} needs a text or a list"}},
		"length of a page":          {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{len .}}{{end}}", []string{"2: {{len}} needs a text or a list"}},
		"text and number":           {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{if lt .Title 3}}{{end}}{{end}}", []string{"2: {{lt}} can't compare .Title with 3"}},
		"number and fraction":       {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{if gt (len .Tips) 1.5}}{{end}}{{end}}", []string{"2: {{gt}} can't compare (len .Tips) with 1.5"}},
		"equal to what it can't be": {"{{.Card}}" + leave + "\n{{if eq .Title \"x\" 3}}{{end}}", []string{"2: {{eq}} can't compare .Title with 3"}},
		"lists compared":            {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{if eq .Tips .Tips}}{{end}}{{end}}", []string{"2: {{eq}} can't compare .Tips with .Tips"}},
		"order of truths":           {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{if lt true false}}{{end}}{{end}}", []string{"2: {{lt}} can't compare true with false"}},
		"compared with one of two":  {"{{.Card}}" + leave + "\n{{if eq (or .Tips .Online) \"x\"}}{{end}}", []string{"2: {{eq}} can't compare (or .Tips .Online) with \"x\""}},
		"too few":                   {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{if eq .Title}}{{end}}{{end}}", []string{"2: {{eq}} needs 2 values or more"}},
		"too many":                  {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{not .Title .Name}}{{end}}", []string{"2: {{not}} needs 1 value"}},
		"a format by the data":      {"{{.Card}}" + leave + "\n{{printf .Title .Lang}}", []string{"2: {{printf}} needs a format in quotes"}},
		"a format that is HTML":     {"{{.Card}}" + leave + "\n{{with .Online}}{{printf $.Why}}{{end}}", []string{"2: {{printf}} needs a format in quotes"}},
		"a verb for another type":   {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{printf \"%d\" .Title}}{{end}}", []string{"2: {{printf}} would write %!d(string"}},
		"a name made very long":     {"{{.Card}}" + leave + "\n{{with .Name}}{{printf \"%90000s\" .}}{{end}}", []string{"2: {{printf}} can't pad"}},
		"a width by the data":       {"{{.Card}}" + leave + "\n{{printf \"%*d\" (len .Why) 1}}", []string{"2: {{printf}} can't pad"}},
		"a verb without a value":    {"{{.Card}}" + leave + "\n{{printf \"%s %s\" .Title}}", []string{"2: {{printf}} would write %!s(MISSING"}},
		"a function to call":        {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{call .Title}}{{end}}", []string{"2: there is no function \"call\""}},
		"functions that can't fail": {"{{.Card}}" + leave + `{{if and .Why .Online (not .Tips)}}{{or .Why .Title}}{{end}}{{if or (gt (len .Tips) 1) (eq .Lang "de" "fr") (lt .Title "b")}}{{len .Title}}{{end}}{{with and .Tips .Links}}<i></i>{{end}}{{index .Light.Branches 3}}{{range .Dark.Branches}}{{.}}{{end}}{{.Title | printf "%s %s" "x" | html}}`, nil},
		"a text that becomes HTML":  {"{{.Card}}" + leave + `{{$x := ""}}{{with .Why}}{{$x = .}}{{end}}{{$x}}{{with and .Tips .Links}}{{range .}}{{.Label}}{{end}}{{end}}`, []string{"1: {{range}} needs a list"}},
	})
}

// What the check of the fields lets through can be filled in: no function fails
// with what the others give it, or with words that are short or missing.
func TestFunctionsFitTheirValues(t *testing.T) {
	operands := []string{".", ".Title", ".Why", ".Tips", ".Light.Branches", "2", "true", `"%s"`, "nil", "(or .Tips .Online)"}
	calls := slices.Clone(operands)
	for _, name := range []string{"and", "or", "not", "len", "index", "slice", "eq", "ne", "lt", "ge", "print", "printf", "html", "js", "urlquery", "call"} {
		for _, a := range operands {
			calls = append(calls, name+" "+a, a+" | "+name)
			for _, b := range operands {
				calls = append(calls, name+" "+a+" "+b, b+" | "+name+" "+a)
			}
		}
	}
	passed := 0
	for _, call := range calls {
		for _, form := range []string{"{{%s}}", "{{with %s}}{{.}}{{end}}", "{{with %s}}{{.Title}}{{end}}", "{{range %s}}x{{end}}"} {
			text := fmt.Sprintf(form, call)
			template, err := parseTemplate("own.html", text)
			if err != nil {
				continue // said with its line
			}
			if faults, _ := checkFields(template, text); len(faults) > 0 {
				continue
			}
			passed++
			for _, p := range samples() {
				if out, err := template.fill(p); err != nil && !strings.Contains(err.Error(), "predefined escaper") || strings.Contains(out, "%!") {
					t.Errorf("%s passes, and gives %q, %v", text, out, err)
				}
			}
		}
	}
	if passed < 100 {
		t.Errorf("only %d calls pass", passed)
	}
}
