package tips

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Words of languages in which an accented letter stands before š, ž, œ or the like,
// or before punctuation: misread UTF-8 looks the same.
var realWords = []string{
	"môžeš", "níže", "možnosť", "účtujúž", "rozmýšľaš", "ešte", "úžasný", "dážď", "báš sa", "tíž", "hôž", // Slovak
	"příště", "nejnížší", "čtěžší", "žížala", "míň", "když", "tvůž", "půlměsíc", "slyšíš", "víš", "už", // Czech
	"ášši", "dáža", "oážžut", "čállit", "áššu", // Northern Sámi
	"ääžž", "kõõškâd", "tuõđlâšš", "siõmmnaž", "åžž", // Skolt Sámi
	"hõõž", "õš", "mõistatus", "garaaž", "tušš", "žürii", "šokolaad", // Estonian, Võro
	"dôme", "cœur", "manœuvre", "Œuvre", "fœtus", "l’haÿ", // French
	"aƒe", "éƒe", "eƒoƒo", "ñƒ", // Ewe
	"žóža", "nóžka", "młóž", "wjerš", // Sorbian
	"dieŋŽ", "lyžiarôž", "ÿ", "Ÿ", "çöžmek", "göž", "ýüž", "žöž", // Turkmen
	"Šarišská", "argentí\u00advola", "bangladéšan", "kež", "též", "naïveté", "três", "irmã", "ação", "mañana", "kõrv", "Ærø", "þú", "größe", "straße",
}

// cases are a word as it stands in a text, at the beginning of a sentence, and in a
// headline.
func cases(word string) []string {
	lower := strings.ToLower(word)
	chars := []rune(lower)
	chars[0] = unicode.ToTitle(chars[0])
	return []string{lower, string(chars), strings.ToUpper(word)}
}

// surroundings are texts in which a word may stand: clean, and with damage that
// makes the program look more closely.
var surroundings = []string{"%", "Read % aloud", "itâ€™s %, isnâ€™t it", "cafÃ© % crÃ¨me"}

// checkWords fails for each word that Repair changes or takes for damaged.
func checkWords(t *testing.T, words []string, texts []string) {
	t.Helper()
	for _, word := range words {
		for _, form := range cases(word) {
			for _, text := range texts {
				in := strings.ReplaceAll(text, "%", form)
				got, lost := Repair([]byte(in))
				if len(lost) > 0 || !strings.Contains(string(got), form) {
					t.Errorf("Repair(%q) = %q, lost %v; want %q left as it is", in, got, lost, form)
				}
			}
		}
	}
}

func TestRepairLeavesWords(t *testing.T) { checkWords(t, realWords, surroundings) }

// A text of many such words is no evidence either, however many there are.
func TestRepairLeavesTextsOfWords(t *testing.T) {
	for _, form := range []func(string) string{strings.ToLower, strings.ToUpper} {
		in := form(strings.Join(realWords, " ")) + "\n"
		got, lost := Repair([]byte(in))
		if string(got) != in || len(lost) > 0 {
			t.Errorf("Repair changed %q to %q, lost %v", in, got, lost)
		}
	}
}

// Slovak and Czech tips go out as they were written.
func TestSlovakAndCzechTips(t *testing.T) {
	for _, text := range []string{
		"---\ntitle: POZRI SA NIŽŠIE A UŽ NIKDY NEMÔŽEŠ\nlang: sk\n---\n\nKeď môžeš, úžasné veci robíš hneď. ÚŽASNÉ NÍŽINY.\n",
		"---\ntitle: Níže uvidíš, jak\nlang: cs\n---\n\nKdyž nevíš, ptáš se. NÍŽE A VÝŠE – VÝŠKA ÚŽIN.\n",
	} {
		tip, faults, ok := Parse("a.md", []byte(text))
		if !ok || slices.ContainsFunc(faults, func(f Fault) bool { return f.Rule == RuleDamagedText }) {
			t.Fatalf("withheld: %v", faults)
		}
		if !strings.Contains(text, tip.Title) || !strings.Contains(text, tip.Body) {
			t.Errorf("changed: %q, %q", tip.Title, tip.Body)
		}
	}
}

func TestRepairLeavesCode(t *testing.T) {
	for _, in := range []string{
		"Broken text looks like `cafÃ©` here.\n",
		"```\nHereâ€™s\n```\n",
		"~~~ text\nð\u0178’¡\n~~~\n",
		"Output:\n\n    cafÃ©\n\nand ``a ` bâ€™``.\n",
		"---\ntitle: a\n---\n\n- one\n\n  ```\n  cafÃ©\n  ```\n\n`\ufffd` stands for a lost character.\n",
	} {
		got, lost := Repair([]byte(in))
		if string(got) != in || len(lost) > 0 {
			t.Errorf("Repair(%q) = %q, lost %v; want code left alone", in, got, lost)
		}
	}
	got, _ := Repair([]byte("Itâ€™s shown as `Itâ€™s`; itâ€™s\n\n```\nâ€™\n```\nâ€™\n"))
	if want := "It’s shown as `Itâ€™s`; it’s\n\n```\nâ€™\n```\n’\n"; string(got) != want {
		t.Errorf("Repair gave %q, want %q", got, want)
	}
}

// What is counted quickly is never less than what is counted with care.
func TestNoTextHasMoreWordsThanItsStretchesOfLetters(t *testing.T) {
	for _, markdown := range []string{"", "a b c", "a|b|c\n-|-|-\nd|e|f", "![a b](c.png) [[d e|f]] :tada:", "a[^1] b[^1]\n\n[^1]: c", "!!! note\n    a", "> [!WARNING]\n> a", "$x_1$ $\\frac{a}{b}$", "```mermaid\ngraph TD\nA[b c]-->D\n```", "你好，世界 and 안녕 하세요", "don't <b>x</b>y", "1. a\n2. b", "- [ ] a", "<iframe src=\"https://www.youtube.com/embed/a\"></iframe>", "a\n: b"} {
		if most, n := mostWords(markdown), countWords(markdown); n > most {
			t.Errorf("%q has %d words, at most %d were said", markdown, n, most)
		}
	}
}
