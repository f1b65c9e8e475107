package letter

import "testing"

// What a value is stays known behind functions, stages and variables, also in a
// branch that no sample takes.
func TestValuesKeepTheirTypes(t *testing.T) {
	checkFaults(t, map[string]faultCase{
		"unknown behind a function": {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{with or .Online \"\"}}\n{{.Nope}}{{end}}{{end}}", []string{"3: there is no .Nope here"}},
		"unknown behind or":         {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{with or .}}{{.Nope}}{{end}}{{end}}", []string{"2: there is no field .Nope here"}},
		"unknown behind a pipe":     {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{with .Light | and .Title}}{{.Ink}}{{end}}{{end}}", []string{"2: there is no .Ink here"}},
		"unknown behind a stage":    {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{(.Title | printf \"%s\").X}}{{end}}", []string{"2: there is no .X here"}},
		"another type later":        {"{{$x := .Light}}{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{$x = .Tips}}{{end}}{{$x.Ink}}", []string{"2: $x can't become"}},
		"another type in a list":    {"{{$x := .Light}}{{.Card}}" + leave + "\n{{range $x = .Tips}}{{end}}{{$x.Ink}}", []string{"2: $x can't become"}},
		"another one in a branch":   {"{{$x := .Title}}{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{$x := .Tips}}{{len $x}}{{else if eq .Lang \"yy\"}}{{range $x}}{{end}}{{end}}", []string{"2: {{range}} needs a list"}},
		"called without a value":    {"{{define \"f\"}}\n{{.Title}}{{end}}{{.Card}}" + leave + "{{template \"f\"}}", []string{"2: there is no field .Title here"}},
		"a value for a field":       {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{.Title 3}}{{end}}", []string{"2: .Title takes no values"}},
		"a value piped to a field":  {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{3 | .Title}}{{end}}", []string{"2: .Title takes no values"}},
		"a list as a text":          {"{{.Card}}" + leave + "\n{{.Links}}", []string{"2: .Links is no text"}},
		"the page as a text":        {"{{.Card}}" + leave + "\n{{print .}}", []string{"2: . is no text"}},
		"one of two as a text":      {"{{.Card}}" + leave + "\n{{with or .Tips .Online}}{{.}}{{end}}", []string{"2: . is no text"}},
		"nothing as a text":         {"{{.Card}}" + leave + "\n{{print nil}}", []string{"2: nil is no text"}},
		"a number too long":         {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}{{9999999999999999999}}{{end}}", []string{"2: 9999999999999999999 is too long"}},
	})
}

// However the reader's name is reached, each reader gets their own.
func TestNameBehindAFunction(t *testing.T) {
	const card = `{{.Card}}<a href="{{.Unsubscribe}}">x</a>`
	for _, text := range []string{
		card + "{{with or .}}{{.Name}}{{end}}",
		card + "{{with . | and true}}{{.Name}}{{end}}",
		card + "{{(or .).Name}}",
		card + "{{$x := and .}}{{range .Tips}}{{$x.Name}}{{end}}",
		card + "{{define \"f\"}}{{.Name}}{{end}}{{template \"f\" or .}}",
	} {
		template, faults := ParseTemplate("own.html", text)
		if len(faults) == 0 && !template.personal {
			t.Errorf("%s: all readers would get one name", text)
		}
	}
}
