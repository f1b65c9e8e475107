package letter

import (
	"strings"
	"testing"

	"dailytip/tips"
)

// A mail in one scheme asks for none, in our own shell and in an operator's, and a text
// that speaks of such rules stays as it is.
func TestHTMLIn(t *testing.T) {
	own, faults := ParseTemplate("own.html", strings.Replace(goodTemplate, "<head>", "<head><style>@media screen and ( prefers-color-scheme : dark ) {.x{color:red}}\n@media (prefers-color-scheme:light){.y{color:blue}}</style>", 1))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	const said = "@media (prefers-color-scheme: dark) {}"
	tip := tips.Tip{ID: "a", Title: "CSS", Body: "Write `" + said + "` or `<style>" + said + "</style>`."}
	for _, shell := range []*Template{nil, own} {
		n := newsletter()
		n.Template = shell
		l, err := Compose(n, content(tip), "en")
		if err != nil {
			t.Fatal(err)
		}
		for dark, holds := range map[bool]string{false: "(max-width:0)", true: "(min-width:0)"} {
			html := l.HTMLIn(dark)
			if got, want := styleElement.ReplaceAllString(html, ""), styleElement.ReplaceAllString(l.HTML(), ""); got != want || !strings.Contains(got, said) {
				t.Errorf("dark %t: the text is another: %s", dark, got)
			}
			styles := strings.Join(styleElement.FindAllString(html, -1), "")
			wanted := []string{"@media " + holds + "{.p{", map[bool]string{false: ":root{color-scheme:light;", true: ":root{color-scheme:dark;"}[dark]}
			if shell != nil {
				wanted = append(wanted, "@media screen and "+holds+" {.x")
			}
			for _, want := range wanted {
				if !strings.Contains(styles, want) || strings.Contains(styles, "prefers-color-scheme") || strings.Contains(styles, "@media "+holds+"{.y") {
					t.Errorf("dark %t: want %s in %s", dark, want, styles)
				}
			}
		}
	}
}
