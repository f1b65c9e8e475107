package letter

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dailytip/tips"
)

// A text that is too long is cut, whatever it is made of, and its readers get to
// the rest.
func TestTooLongTextIsCut(t *testing.T) {
	line := "A sentence that fills a line of a letter, more or less. "
	for name, body := range map[string]string{
		"paragraphs":   strings.Repeat(line+"\n\n", 900),
		"a paragraph":  strings.Repeat(line, 1600),
		"a list":       strings.Repeat("- "+line+"\n", 900),
		"nested lists": strings.Repeat("- "+line+"\n  - **"+line+"**\n", 400),
		"code":         "```\n" + strings.Repeat(line+"\n", 1600) + "```\n",
		"a table":      "| a | b |\n|---|---|\n" + strings.Repeat("| "+line+" | `x` |\n", 800),
		"a quote":      strings.Repeat("> "+line+"\n>\n", 900),
		"a box":        "> [!note]\n" + strings.Repeat("> "+line+"\n>\n", 900),
		"Chinese":      strings.Repeat("先把话说完，再听别人怎么说。", 2100),
		"signs":        strings.Repeat("&amp;&lt; ", 9000),
	} {
		tip := tips.Tip{ID: "long", Path: "long.md", Title: "Long", Body: "First of all.\n\n" + body}
		l, err := Compose(newsletter(), content(tip), "en")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		whole := l.HTML()
		if !l.Shortened || l.Size() > MaxHTML || l.Size() < MaxHTML/2 || !strings.Contains(whole, "First of all.") {
			t.Errorf("%s: %d bytes, shortened %t", name, l.Size(), l.Shortened)
		}
		if want := `href="https://tips.example.com/archive/management/2026-11-23?lang=en"`; strings.Count(whole, want) != 2 || !strings.Contains(whole, ">Read the rest online</a>") {
			t.Errorf("%s: no link to the rest", name)
		}
		if name != "signs" && len(l.Text()) < len(body)/2 {
			t.Errorf("%s: the text part was cut", name)
		}
		if _, err := html.Parse(strings.NewReader(whole)); err != nil {
			t.Error(err)
		}
	}
}

// What fits isn't cut: a long table neither.
func TestTableOfKeysFits(t *testing.T) {
	var body strings.Builder
	body.WriteString("| What | Windows | macOS |\n| --- | --- | --- |\n")
	for i := range 150 {
		body.WriteString(fmt.Sprintf("| Open pane %d | `Ctrl+%d` / `Alt+%d` | `Cmd+%d` |\n", i, i, i, i))
	}
	l, err := Compose(newsletter(), content(tips.Tip{ID: "keys", Path: "keys.md", Title: "Keys", Body: body.String()}), "en")
	if err != nil || l.Shortened || !strings.Contains(l.HTML(), "Cmd+149") {
		t.Errorf("%d bytes, shortened %t, %v", l.Size(), l.Shortened, err)
	}
	if size := l.Size(); size > 73<<10 {
		t.Errorf("%d KB for 150 rows", size>>10)
	}
}

func TestCutTextWithoutArchive(t *testing.T) {
	n := newsletter()
	n.ArchiveURL = ""
	all := []tips.Tip{}
	for i := range 3 {
		all = append(all, tips.Tip{ID: fmt.Sprint(i), Path: "a.md", Title: "T", Language: "fr", Body: strings.Repeat("Une phrase de plus.\n\n", 1200)})
	}
	l, err := Compose(n, content(all...), "de")
	if err != nil {
		t.Fatal(err)
	}
	if !l.Shortened || l.Size() > MaxHTML {
		t.Errorf("%d bytes, shortened %t", l.Size(), l.Shortened)
	}
	if !strings.Contains(l.HTML(), `<p lang="de" dir="ltr" style="margin:18px 0 0">Der Rest steht in der Textfassung dieser Mail.</p>`) {
		t.Error("the mail doesn't say where the rest is")
	}
}
