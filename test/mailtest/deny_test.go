package mailtest_test

import (
	"slices"
	"strings"
	"testing"

	"dailytip/test/mailtest"
)

func TestNothingDenied(t *testing.T) {
	t.Parallel()
	denied(t, gallery(t))
}

func denied(t *testing.T, mails []mailtest.Mail) {
	t.Helper()
	for _, m := range mails {
		for _, fault := range mailtest.Deny(m.HTML) {
			t.Errorf("%s: %s", m.Name, fault)
		}
	}
}

const (
	sound = `<!DOCTYPE html><html lang="en" dir="ltr"><head><title>T</title>HEAD</head><body>` +
		`<div role="article" lang="en" dir="ltr"><h1>T</h1>BODY</div></body></html>`
	ghost = "<!--[if mso]><table><tr><td><![endif]-->"
)

// TestDeny has one mail for each rule, with that fault and no other.
func TestDeny(t *testing.T) {
	for _, c := range []struct{ head, body, want string }{
		{"", "", ""},
		{"", `<p style="margin:0 auto;font-family:'A B',serif">fine</p>`, ""},
		{"", ghost + "<!--[if mso]></td></tr></table><![endif]-->", ""},
		{"", "<script></script>", "<script> has no place"},
		{`<link rel="stylesheet" href="https://example.com/a.css">`, "", "<link> has no place"},
		{"", `<svg></svg>`, "<svg> has no place"},
		{"", `<iframe src="https://example.com"></iframe>`, "<iframe> has no place"},
		{"", `<form></form>`, "<form> has no place"},
		{"", `<details>x</details>`, "<details> has no place"},
		{"", `<p onclick="x()">x</p>`, "event handler"},
		{"", `<p style="position:fixed">x</p>`, "position"},
		{"", `<p style="color:red;DISPLAY: flex">x</p>`, "flex"},
		{"", `<p style="display:inline-grid">x</p>`, "grid"},
		{"", `<p style="color:var(--ink)">x</p>`, "variables"},
		{"", `<p style="--ink:red">x</p>`, "variables"},
		{"", `<p style="background:url(https://example.com/a.png)">x</p>`, "backgrounds"},
		{"", `<p style="margin:1.5em">x</p>`, "px only"},
		{"", `<p style="color:red!important">x</p>`, "important"},
		{"", `<p style="padding-inline-start:4px">x</p>`, "logical sides"},
		{"", `<table role="presentation" border="0" cellpadding="0" cellspacing="0" background="https://example.com/a.png"></table>`, "background"},
		{"", `<a href="javascript:alert(1)">x</a>`, "leads where"},
		{"", `<a href="/relative">x</a>`, "leads where"},
		{"", `<a href="https://example.com"></a>`, "without words"},
		{"", `<a href="https://example.com" dir="rtl">x</a>`, "Outlook gets wrong"},
		{"", `<p style="text-align:start">x</p>`, "left and right"},
		{"", `<img src="https://example.com/a.png" width="10">`, "no alt"},
		{"", `<img src="https://example.com/a.png" alt="">`, "no width"},
		{"", `<img src="data:image/png;base64,AA" alt="" width="1">`, "don't show it"},
		{"", `<table><tbody><tr><td>x</td></tr></tbody></table>`, "role="},
		{"", `<table role="presentation" border="0" cellpadding="0"></table>`, "lacks cellspacing"},
		{"<style>@import 'a.css';</style>", "", "@import"},
		{"<style>" + strings.Repeat(".a{color:red}", 1400) + "</style>", "", "<style> elements are"},
		{"", "<style>.a{color:red}</style>", "outside of <head>"},
		{"", strings.Repeat("<p>word</p>\n", 8000), "bytes long"},
		{`<meta http-equiv="refresh" content="0">`, "", "redirects"},
		{"", "<!--note-->", "isn't for Outlook"},
		{"", ghost + "<!--[if mso]></td></tr><![endif]-->", "<table> are opened"},
		{"", "<h1>again</h1>", "2 <h1>"},
		{"", "<p>{{.Name}}</p>", "placeholder"},
		{"", "<p><b>x</p></b>", "closes what isn't open"},
	} {
		text := strings.Replace(strings.Replace(sound, "HEAD", c.head, 1), "BODY", c.body, 1)
		got := mailtest.Deny(text)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%.80s: %q, want no fault", c.body, got)
		case c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
			t.Errorf("%.80s: %q, want one about %q", c.head+c.body, got, c.want)
		}
	}
	for _, c := range [][2]string{
		{"<!DOCTYPE html>", "begin with"},
		{` lang="en" dir="ltr"><head>`, "<html> lacks"},
		{` role="article"`, "no wrapper"},
		{"<title>T</title>", "<title> is empty"},
		{"</div></body></html>", "never closed"},
	} {
		replacement := ""
		if strings.HasSuffix(c[0], "<head>") {
			replacement = "><head>"
		}
		got := mailtest.Deny(strings.Replace(sound, c[0], replacement, 1))
		if !slices.ContainsFunc(got, func(fault string) bool { return strings.Contains(fault, c[1]) }) {
			t.Errorf("without %s: %q, want %q", c[0], got, c[1])
		}
	}
}
