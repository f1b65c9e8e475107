package tips

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

var update = flag.Bool("update", false, "write testdata/damaged anew from testdata/clean")

const fixture = "ask-before-you-answer.md"

// damage decodes UTF-8 as Windows-1254, the way the first library we were given
// was damaged: bytes that the code page doesn't have, and AD, are dropped.
func damage(text []byte) []byte {
	var out bytes.Buffer
	for _, b := range text {
		c := charmap.Windows1254.DecodeByte(b)
		if (c >= 0x80 && c <= 0x9F) || c == '\ufffd' || b == 0xAD {
			continue
		}
		out.WriteRune(c)
	}
	return out.Bytes()
}

// The damaged tip is made from the clean one: go test -run DamagedFixture -update.
func TestDamagedFixture(t *testing.T) {
	clean := readTestdata(t, "clean/"+fixture)
	want := damage(clean)
	if *update {
		if err := os.WriteFile("testdata/damaged/"+fixture, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := readTestdata(t, "damaged/"+fixture); !bytes.Equal(got, want) {
		t.Error("testdata/damaged isn't what the wrong decoding makes of testdata/clean; run go test -run DamagedFixture -update")
	}
}

func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDamagedTip(t *testing.T) {
	clean, _, _ := Parse(fixture, readTestdata(t, "clean/"+fixture))
	tip, faults, ok := Parse(fixture, readTestdata(t, "damaged/"+fixture))
	if !ok {
		t.Fatalf("the tip is withheld: %v", faults)
	}
	if tip.Title != clean.Title || tip.Emoji != "💡" || tip.Body != clean.Body || tip.Mindmap != "" {
		t.Errorf("not restored: %q %q\n%s", tip.Emoji, tip.Title, tip.Body)
	}
	if got := languages(tip); !slices.Equal(got, []string{"fr"}) {
		t.Errorf("translations %v, want fr only", got)
	}
	if fr, _ := tip.In("fr"); !strings.Contains(fr.Body, "d’abord ce qui a déjà été essayé") {
		t.Errorf("French not restored: %q", fr.Body)
	}
	wantFault(t, faults, RuleDamagedText, Error, 20, 22)
	wantFault(t, faults, RuleDamagedText, Error, 22, 1)
	wantFault(t, faults, RuleDamagedText, Error, 24, 1)
	wantFault(t, faults, RuleEmptyMindmap, Note, 35, 0)
	if len(faults) != 4 {
		t.Errorf("faults: %v", faults)
	}
}

// The tip that began this all; it is only where this repository was made.
func TestSeed(t *testing.T) {
	data, err := os.ReadFile("../../shared/seed/own-up-and-move-on.md")
	if os.IsNotExist(err) {
		return // TestDamagedTip covers the same with a tip of our own
	}
	if err != nil {
		t.Fatal(err)
	}
	tip, faults, ok := Parse("own-up-and-move-on.md", data)
	if !ok || tip.Emoji != "💡" || !strings.HasPrefix(tip.Body, "Here’s the thing about mistakes") || len(tip.Translations) != 0 || tip.Source != "hbr.org" {
		t.Errorf("ok %v, tip %+v", ok, tip)
	}
	if strings.ContainsAny(tip.Body, "âÂÃğ") {
		t.Errorf("damaged text left: %q", tip.Body)
	}
	wantFault(t, faults, RuleDamagedText, Error, 22, 22)
	wantFault(t, faults, RuleEmptyMindmap, Note, 32, 0)
}

func TestDamageCosts(t *testing.T) {
	const lost = "ä¸ç"
	tests := []struct {
		name, text string
		ok         bool
		severity   Severity
		line       int
	}{
		{"title", "---\ntitle: a " + lost + "\n---\ntext", false, Error, 2},
		{"heading", "# a " + lost + "\n\ntext", false, Error, 1},
		{"body", "# a\n\ntext " + lost, false, Error, 3},
		{"emoji", "---\ntitle: a\nemoji: " + lost + "\n---\ntext", true, Warning, 3},
		{"tags", "---\ntitle: a\ntags:\n  - " + lost + "\n---\ntext", true, Warning, 4},
		{"mind map", "# a\n\ntext\n\n## Mindmap\n\n- " + lost, true, Error, 7},
		{"translation", "# a\n\ntext\n\n## Translations\n\n<details lang=es><summary>b</summary>" + lost + "</details>", true, Error, 7},
		{"not sent", "# a\n\n## Tip\n\ntext\n\n## Notes\n\n" + lost, true, Note, 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tip, faults, ok := Parse("a.md", []byte(tt.text))
			if ok != tt.ok {
				t.Errorf("ok = %v: %v", ok, faults)
			}
			wantFault(t, faults, RuleDamagedText, tt.severity, tt.line, -1)
			if ok && (tip.Emoji != "" || tip.Mindmap != "" || len(tip.Tags)+len(tip.Translations) > 0) {
				t.Errorf("damaged part kept: %+v", tip)
			}
		})
	}
}

// wantFault looks for a fault; a column of -1 may be any.
func wantFault(t *testing.T, faults []Fault, rule string, severity Severity, line, column int) {
	t.Helper()
	for _, f := range faults {
		if f.Rule == rule && f.Severity == severity && f.Line == line && (column < 0 || f.Column == column) {
			if f.Message == "" || f.Path == "" {
				t.Errorf("fault without path or message: %+v", f)
			}
			return
		}
	}
	t.Errorf("no %v %s at %d:%d in %v", severity, rule, line, column, faults)
}

func languages(t Tip) []string {
	var all []string
	for _, tr := range t.Translations {
		all = append(all, tr.Language)
	}
	return all
}
