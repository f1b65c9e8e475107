package letter

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"dailytip/render"
)

const goodTemplate = `<!doctype html>
<html lang="{{.Lang}}" dir="{{.Dir}}">
<head><meta charset="utf-8"><title>{{.Title}}</title>{{.Styles}}</head>
<body style="background-color:{{.Light.Paper}};font-family:{{.Sans}}">
<!--[if mso]><table width="600" bgcolor="{{.Light.Card}}"><tr><td><![endif]-->
<div style="display:none">{{.Preheader}}{{.Filler}}</div>
{{with .Name}}<p>Dear {{.}},</p>{{end}}
{{range $i, $tip := .Tips}}<h1 lang="{{$tip.Lang}}" dir="{{.Dir}}">{{$tip.Title}} ({{$i}} of {{$.Newsletter}})</h1>
<div>{{.Body}}</div>{{with .Source}}<p>{{.}}</p>{{end}}{{.Mindmap}}{{else}}{{.Card}}{{end}}
<p>{{with .Why}}{{.}}<br>{{end}}{{with .Unsubscribe}}<a href="{{.}}">Leave</a>{{end}}
{{if .Preferences}}<a href="{{.Preferences}}">Change</a> <a href="{{.Pause}}">Pause</a>{{end}}
{{- /* a comment */ -}}
{{if .Useful}}<a href="{{.Useful}}">Useful</a>{{end}} {{with .Useless}}<a href="{{.}}">Not useful</a>{{end}}
{{if .Online}}<a href='{{.Online}}'>Online</a>{{end}}</p>
<!--[if mso]></td></tr></table><![endif]-->
</body>
</html>
`

func TestOwnTemplate(t *testing.T) {
	template, faults := ParseTemplate("own.html", goodTemplate)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	n := newsletter()
	n.Template = template
	l := compose1(t, n, "ar")
	if !l.Personal {
		t.Error("it uses the reader's name, and doesn't say so")
	}
	r := recipient(3)
	r.Name = "Zoë <b>"
	r.UsefulURL, r.UselessURL = "https://tips.example.com/v/1?t=3&for=yes", "https://tips.example.com/v/0?t=3"
	for _, want := range []string{
		"Dear Zoë &lt;b&gt;,", `lang="ar" dir="rtl"`, `<!--[if mso]><table width="600" bgcolor="#FFFFFF">`, "(0 of Management Tip of the Day)",
		`<a href="` + r.UnsubscribeURL + `">Leave</a>`, `<a href="` + r.PreferencesURL + `#pause">Pause</a>`,
		`<a href="https://tips.example.com/v/1?t=3&amp;for=yes">Useful</a>`, `<a href="https://tips.example.com/v/0?t=3">Not useful</a>`,
		`<a href='https://tips.example.com/archive/management/2026-11-23?lang=ar'>`, "background-color:#F5F2EC", "border-right:4px solid",
	} {
		if got := htmlOf(t, l, r); !strings.Contains(got, want) {
			t.Errorf("want %s in\n%s", want, got)
		}
	}
	r.Name, r.PreferencesURL, r.UsefulURL, r.UselessURL = "", "", "", ""
	for _, absent := range []string{"Dear", "Change", "Pause", "Useful", "Not useful", ".invalid", "ZgotmplZ"} {
		if strings.Contains(htmlOf(t, l, r), absent) {
			t.Errorf("%s is there without a reason", absent)
		}
	}
	message(t, l, r)
	notice, err := ComposeNotice(n, Notice{Kind: Confirm, ConfirmURL: "https://tips.example.com/confirm/x"})
	if err != nil || strings.Contains(notice.HTML(), "Leave") {
		t.Errorf("a confirmation has the operator's template: %v", err)
	}
	resent, err := ComposeNotice(n, Notice{Kind: Resend, Content: content(load(t, "say-it"))})
	if err != nil || !strings.Contains(resent.HTML(), "Leave") {
		t.Errorf("a resent tip hasn't the operator's template: %v", err)
	}
}

// Two letters of one template don't share anything that a reader could see.
func TestPersonalLettersAreApart(t *testing.T) {
	template, _ := ParseTemplate("own.html", goodTemplate)
	n := newsletter()
	n.Template = template
	l := compose1(t, n, "en")
	done := make(chan string)
	for i := range 8 {
		go func() {
			r := recipient(i)
			r.Name = fmt.Sprintf("Reader %d", i)
			html, err := l.htmlFor(r)
			if err != nil || !strings.Contains(html, r.Name+",") || !strings.Contains(html, r.UnsubscribeURL) {
				html = "bad"
			}
			done <- html
		}()
	}
	for range 8 {
		if <-done == "bad" {
			t.Error("a reader got another's mail")
		}
	}
}

// leave is what no template may lack, beside the card.
const leave = `<p><a href="{{.Unsubscribe}}">x</a></p>`

// faultCase is a template with the beginnings of its faults.
type faultCase struct {
	text string
	want []string
}

func checkFaults(t *testing.T, cases map[string]faultCase) {
	t.Helper()
	for name, c := range cases {
		template, faults := ParseTemplate("own.html", c.text)
		if (template == nil) != (len(c.want) > 0) || len(faults) != len(c.want) {
			t.Errorf("%s: %v, want %q", name, faults, c.want)
			continue
		}
		for i, want := range c.want {
			if got := fmt.Sprintf("%d: %s", faults[i].Line, faults[i].Message); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
}

func TestTemplateFaults(t *testing.T) {
	checkFaults(t, map[string]faultCase{
		"no link":                   {"<div>\n{{.Card}}\n</div>\n", []string{"3: the unsubscribe link is missing: write"}},
		"link only sometimes":       {"{{.Card}}\n{{if .Preferences}}" + leave + "{{end}}", []string{"2: the unsubscribe link is missing when there is no page of preferences"}},
		"link beside a vote":        {"{{.Card}}\n{{with .Useful}}" + `<a href="{{.}}">+</a>` + leave + "{{end}}", []string{"2: there is no .Unsubscribe here"}},
		"link only with a vote":     {"{{.Card}}\n{{if .Useful}}" + `<a href="{{.Useful}}">+</a> <a href="{{.Useless}}">-</a>` + leave + "{{end}}", []string{"2: the unsubscribe link is missing when there are no addresses for a vote"}},
		"link without words":        {`{{.Card}}<a href="{{.Unsubscribe}}"></a>`, []string{"1: the unsubscribe link"}},
		"link in a comment":         {`{{.Card}}<!--[if mso]>` + leave + `<![endif]-->`, []string{"1: the unsubscribe link"}},
		"no tip":                    {leave, []string{"1: the tip is missing"}},
		"only the first tip":        {"{{range $i, $t := .Tips}}{{if not $i}}{{$t.Body}}{{end}}{{end}}" + leave, []string{"1: the tip is missing"}},
		"unknown field":             {"{{.Card}}\n{{.Titel}}\n" + leave, []string{"2: there is no field .Titel here; there are .Card .Dark"}},
		"unknown in a dark branch":  {"{{.Card}}" + leave + "\n{{if eq .Lang \"xx\"}}\n{{.Nope}}{{end}}", []string{"3: there is no field .Nope"}},
		"unknown deep":              {"{{.Card}}" + leave + "\n{{.Light.Inc}}", []string{"2: there is no field .Inc here; there are .Accent"}},
		"unknown of a tip":          {"{{.Card}}" + leave + "{{range .Tips}}\n{{.Headline}}{{end}}", []string{"2: there is no field .Headline"}},
		"unknown by variable":       {"{{.Card}}" + leave + "{{range $t := .Tips}}\n{{$t.X}} {{$.Y}}{{end}}", []string{"2: there is no field .X", "2: there is no field .Y"}},
		"unknown in a define":       {"{{define \"f\"}}\n{{.X}}{{end}}{{.Card}}" + leave + "{{template \"f\" .}}", []string{"2: there is no field .X"}},
		"field of a text":           {"{{.Card}}" + leave + "\n{{.Title.Length}}", []string{"2: there is no .Length here"}},
		"range over a text":         {"{{.Card}}" + leave + "\n{{range .Title}}{{end}}", []string{"2: {{range}} needs a list"}},
		"range over a number":       {"{{.Card}}" + leave + "\n{{range 1000000000000}}{{end}}", []string{"2: {{range}} needs a list"}},
		"itself":                    {"{{.Card}}" + leave + "{{define \"x\"}}\n{{template \"x\" .}}{{end}}{{template \"x\" .}}", []string{"1: the template \"x\" calls itself"}},
		"too often":                 {"{{.Card}}" + leave + strings.Repeat("{{range $.Tips}}", 6) + strings.Repeat("{{end}}", 6), []string{"1: the template repeats itself"}},
		"index":                     {"{{.Card}}" + leave + "\n{{(index .Tips 0).Title}}", []string{"2: {{index}} fails"}},
		"no such template":          {"{{.Card}}" + leave + "\n{{template \"footer\"}}", []string{`2: there is no template "footer"`}},
		"no such function":          {"{{.Card}}" + leave + "\n{{now}}", []string{"2: function \"now\" not defined"}},
		"our function":              {"{{.Card}}" + leave + "\n{{markup .Name}}", []string{"2: there is no function \"markup\""}},
		"syntax":                    {"{{.Card}}" + leave + "\n\n{{if .Title}", []string{"3: "}},
		"never ended":               {"{{.Card}}" + leave + "\n{{if .Title}}", []string{"2: "}},
		"unsafe place":              {"{{.Card}}" + leave + "\n<p {{.Title}}=1></p>", []string{"2: "}},
		"never closed":              {"<table>\n<tr><td>{{.Card}}" + leave + "</td>\n</table>", []string{"2: <tr> isn't closed before the </table> on line 3"}},
		"never closed at all":       {"\n<div>{{.Card}}" + leave, []string{"2: <div> is never closed"}},
		"never opened":              {"{{.Card}}" + leave + "\n</div>", []string{"2: </div> closes nothing"}},
		"branches":                  {"{{.Card}}" + leave + "\n{{if .Date}}<p>{{else}}<div>{{end}}</p>", []string{"2: the elements open after {{if}}"}},
		"left open in a branch":     {"{{.Card}}" + leave + "\n{{with .Date}}<p>{{.}}{{end}}", []string{"2: the elements open after {{with}}"}},
		"left open in a list":       {leave + "\n{{range .Tips}}<div>{{.Body}}{{end}}", []string{"2: the elements open after {{range}}"}},
		"script":                    {"{{.Card}}" + leave + "\n<script>1</script>", []string{"2: mail programs drop <script>"}},
		"two faults, in order":      {"<b>\n{{.X}}{{.Card}}" + leave, []string{"1: <b> is never closed", "2: there is no field .X"}},
		"a tag in an attribute":     {`<div title="<p>">{{.Card}}` + leave + "</div>", nil},
		"void elements":             {`<div><br><hr/><img src="https://example.com/x.png" alt="{{if .Title}}"{{end}}">{{.Card}}` + leave + "</div>", []string{"1: "}},
		"quotes in actions":         {`<div title="{{printf "%s>" .Title}}">{{.Card}}` + leave + "</div>", nil},
		"branches that agree":       {"{{if .Date}}<div>{{else}}<div class=\"x\">{{end}}{{.Card}}" + leave + "</div>", nil},
		"links by range":            {`{{.Card}}{{range .Links}}<a href="{{.URL}}">{{.Label}}</a>{{end}}`, nil},
		"Outlook alone, a backtick": {"<!--[if mso]><b>`\n`</b>{{.Title}}<![endif]-->{{.Card}}" + leave, nil},
		"too long":                  {strings.Repeat("x", maxTemplate+1), []string{"1: the template has 40 KB"}},
	})
}

// What a template may use stands in the operator's guide, and nothing else.
func TestTemplatesAreDocumented(t *testing.T) {
	data, err := os.ReadFile("../../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []any{page{}, pageTip{}, pageLink{}, render.Palette{}} {
		for f := range reflect.TypeOf(part).Fields() {
			if !strings.Contains(string(data), "`."+f.Name+"`") {
				t.Errorf("docs/templates.md doesn't explain %T's .%s", part, f.Name)
			}
		}
	}
	_, example, found := strings.Cut(string(data), "```html\n")
	example, _, closed := strings.Cut(example, "```\n")
	if !found || !closed {
		t.Fatal("docs/templates.md has no example")
	}
	if _, faults := ParseTemplate("example", example); len(faults) > 0 {
		t.Errorf("the example in docs/templates.md: %v", faults)
	}
}

// A template that passes the checks can be filled in for whatever comes.
func FuzzParseTemplate(f *testing.F) {
	f.Add(goodTemplate)
	f.Add("{{.Card}}<a href=\"{{.Unsubscribe}}\">x</a>")
	f.Add("{{range .Links}}<a href={{.URL}}>{{.Label}}</a>{{else}}{{end}}{{.Card}}{{template \"x\" .}}{{define \"x\"}}{{.Name}}{{end}}")
	f.Add("<!--[if mso]>{{`}}<![endif]-->{{/* */}}</p>{{else}}{{end}}")
	f.Add("{{$x := or .Why .Title}}{{with and .Light | or .Dark}}{{.Ink}}{{end}}{{if lt (len .Tips) 2}}{{$x = .Name}}{{end}}{{slice $x 1}}{{printf \"%d\" $x}}")
	f.Fuzz(func(t *testing.T, text string) {
		template, faults := ParseTemplate("own.html", text)
		if (template == nil) == (len(faults) == 0) {
			t.Fatalf("a template and faults, or neither: %v", faults)
		}
		last := 1 + strings.Count(text, "\n")
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > last || fault.Message == "" {
				t.Errorf("line %d of %d: %q", fault.Line, last, fault.Message)
			}
			if strings.HasPrefix(fault.Message, "executing") {
				t.Errorf("only a sample shows that %q fails: %s", text, fault.Message)
			}
		}
		if template == nil {
			return
		}
		for _, p := range samples() {
			p.Name = "name"
			if _, err := template.fill(p); err != nil {
				t.Errorf("%v in %q", err, text)
			}
		}
	})
}
