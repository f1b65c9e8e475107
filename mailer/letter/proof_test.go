package letter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/render"
	"dailytip/tips"
)

// proofOfSayIt is a proof with all that one can have.
func proofOfSayIt(t testing.TB) Notice {
	return Notice{
		Kind: Proof, Content: content(load(t, "say-it")), Findings: []string{"warning: say-it.md:1: the tip has no source; <write> “link:”"},
		Due: "Mon 2026-11-23 07:00 UTC", Reason: "pinned", Waits: true, Instead: "💡 Own the mistake",
		ApproveURL: "https://tips.example.com/proof/approve/AAEFUBFdgP5FN2P1mIwiFotGLGOuTSSX",
		SkipURL:    "https://tips.example.com/proof/skip/AAEFUBFdgP5FN2P1mIwiFotGLGOuTSSX",
		PlanURL:    "https://tips.example.com/admin/calendar?newsletter=management#2026-11-23",
	}
}

// One mail shows the editor what the readers of each language get, what lint finds and
// what can be done.
func TestProof(t *testing.T) {
	notice := proofOfSayIt(t)
	l, err := ComposeNotice(newsletter(), notice)
	if err != nil {
		t.Fatal(err)
	}
	own, err := Compose(newsletter(), notice.Content, "")
	if err != nil {
		t.Fatal(err)
	}
	if want := render.Cut("[Proof 2026-11-23] "+own.Subject, maxSubject); l.Subject != want || l.Language != "en" {
		t.Errorf("subject %q, language %s; want %q", l.Subject, l.Language, want)
	}
	html, text := l.HTML(), l.Text()
	for _, lang := range []string{"", "es", "zh-CN", "ar"} {
		readers, err := Compose(newsletter(), notice.Content, lang)
		if err != nil {
			t.Fatal(err)
		}
		card := string(readers.page.Card)
		if lang != "" {
			card = secondRank.Replace(card)
		}
		if !strings.Contains(html, card) || !strings.Contains(text, readers.text.card) {
			t.Errorf("what readers of %q get isn't in it", lang)
		}
	}
	if !strings.Contains(html, `lang="ar" dir="rtl"`) || strings.Contains(html, "<write>") {
		t.Error("the Arabic text has no direction, or a finding is markup")
	}
	plain := strings.ReplaceAll(text, "\n", " ")
	for _, want := range []string{
		"Proof of Management Tip", "Mon 2026-11-23 07:00 UTC", "pinned", "no source", "It waits for your approval", "Own the mistake",
		notice.ApproveURL, notice.SkipURL, "/admin/calendar", "Español (es)",
	} {
		if !strings.Contains(plain, want) || !strings.Contains(html, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	m, _ := message(t, l, recipient(1))
	for _, absent := range []string{"List-Id", "List-Unsubscribe"} {
		if m.Header.Get(absent) != "" {
			t.Errorf("a proof has %s: %s", absent, m.Header.Get(absent))
		}
	}
	if strings.Contains(html, "/vote/") {
		t.Error("a proof has the readers' votes")
	}
}

// What there is nothing to say of, or no link for, isn't there.
func TestProofWithoutLinks(t *testing.T) {
	notice := proofOfSayIt(t)
	notice.Findings, notice.Waits, notice.ApproveURL, notice.SkipURL, notice.PlanURL = nil, false, "", "", ""
	l, err := ComposeNotice(newsletter(), notice)
	if err != nil || !strings.Contains(l.Text(), "Lint found nothing.") {
		t.Errorf("without findings: %v", err)
	}
	for _, absent := range []string{"Approve", "Skip", "approval"} {
		if strings.Contains(l.HTML()+l.Text(), absent) {
			t.Errorf("%q is in it", absent)
		}
	}
	notice.Findings = make([]string, 500)
	for i := range notice.Findings {
		notice.Findings[i] = strings.Repeat("long ", 200)
	}
	many, err := ComposeNotice(newsletter(), notice)
	if err != nil || !strings.Contains(many.Text(), "500 things; these are the first 20") {
		t.Errorf("with 500 findings: %v", err)
	}
	notice.ApproveURL = "javascript:alert(1)"
	if _, err := ComposeNotice(newsletter(), notice); err == nil {
		t.Error("a link that is none")
	}
}

// What mail programs would cut off is named in its place; what can't be composed in a
// language is told; what nobody would get is an error.
func TestProofOfWhatIsTooLong(t *testing.T) {
	notice := proofOfSayIt(t)
	long := strings.Repeat("A paragraph that fills a line or two of the mail, and then some more of it.\n\n", 300)
	tip := &notice.Content.Tips[0]
	tip.Body = long
	tip.Translations = append([]tips.Translation(nil), tip.Translations...)
	for i := range tip.Translations {
		tip.Translations[i].Body = long
	}
	l, err := ComposeNotice(newsletter(), notice)
	if err != nil {
		t.Fatal(err)
	}
	if size := len(l.HTML()); size > 102<<10 {
		t.Errorf("the mail has %d KB", size>>10)
	}
	for _, want := range []string{"aren't here:", "العربية (ar)", "dailytip preview --tip say-it --lang"} {
		if !strings.Contains(strings.ReplaceAll(l.Text(), "\n", " "), want) {
			t.Errorf("%q is missing in\n%.2000s", want, l.Text())
		}
	}

	// A text that is cut for its readers is cut for its editor.
	tip.Body = strings.Repeat("word ", 18000)
	if cut, err := ComposeNotice(newsletter(), notice); err != nil || !cut.Shortened {
		t.Errorf("a proof of a long text: %v", err)
	}
	tip.Body, tip.Translations[0].Mindmap = "Text.", strings.Repeat("- An idea that fills a line of the map.\n", 1200)
	if l, err := ComposeNotice(newsletter(), notice); err != nil || !strings.Contains(strings.ReplaceAll(l.Text(), "\n", " "), named(tip.Translations[0].Language)+" the mail can't be composed") {
		t.Errorf("a language that can't be composed: %v", err)
	}
	tip.Mindmap = tip.Translations[0].Mindmap
	if _, err := ComposeNotice(newsletter(), notice); err == nil {
		t.Error("a proof of a mail that is too large")
	}
}

// TestGoldenProof compares a proof with what a person has looked at.
func TestGoldenProof(t *testing.T) {
	l, err := ComposeNotice(newsletter(), proofOfSayIt(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, part := range map[string]string{"proof.html": l.HTML(), "proof.txt": l.Text()} {
		path := filepath.Join("testdata", "proof", name)
		if *update {
			if err := os.WriteFile(path, []byte(part), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		compareGolden(t, path, part)
	}
}
