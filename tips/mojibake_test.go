package tips

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// misread decodes UTF-8 as a code page; bytes without a character are lost.
func misread(t *testing.T, page *charmap.Charmap, text string) string {
	t.Helper()
	var b strings.Builder
	for _, c := range []byte(text) {
		if r := page.DecodeByte(c); r < 0x80 || r > 0x9F {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestRepairRestores(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"curly quote", "Hereâ€™s", "Here’s"},
		{"emoji by 1254", "ğŸ’¡", "💡"},
		{"emoji by 1252", "ðŸ’¡", "💡"},
		{"accent", "cafÃ© crÃ¨me", "café crème"},
		{"Spanish", "MaÃ±ana, espaÃ±ol, Â¿quÃ©?", "Mañana, español, ¿qué?"},
		{"capital in a word", "ESPAÃ‘A y Ã–sterreich", "ESPAÑA y Österreich"},
		{"times sign", "3 Ã— 4", "3 × 4"},
		{"no-break space", "10Â\u00a0km", "10\u00a0km"},
		{"control characters kept", "it\u00e2\u0080\u0099s", "it’s"},
		{"twice", "Ã¢â‚¬â„¢", "’"},
		{"three times", "ÃƒÆ’Ã‚Â©", "é"},
		{"Chinese", "ä½\u00a0å¥½", "你好"},
		{"Russian", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"},
		{"beside clean Chinese", "你好â€™", "你好’"},
		{"weak beside certain", "itâ€™s sÄ…", "it’s są"},
		{"a letter restored once isn't restored twice", "CAFÃ‰â€¦", "CAFÉ…"},
		{"byte order mark", "ï»¿title", "\ufefftitle"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, lost := Repair([]byte(tt.in))
			if string(got) != tt.want || len(lost) > 0 {
				t.Errorf("Repair(%q) = %q, lost %v; want %q", tt.in, got, lost, tt.want)
			}
			again, _ := Repair(got)
			if string(again) != tt.want {
				t.Errorf("a second Repair changed %q to %q", got, again)
			}
		})
	}
}

func TestRepairLeavesAlone(t *testing.T) {
	for _, in := range []string{
		"Türkçe", "São Paulo", "café", "naïve", "Ünïcödé", "CAFÉ…", "« Il a mangé… »", "il a mangé…»",
		"Spaß“", "„Spaß…“ – Maß—Gruß", "Menü“", "MENÜ“", "IRMÃ…", "“IRMÔ", "MANHÃ", "„Ä“", "“Å”",
		"¿Qué?", "¡Olé!¡Olé!", "Nº 3, 2ª", "20 °C", "3×½", "café†", "5 µm", "É ª", "naïve’s café’s",
		"dağ…", "İstanbul’un", "ŞİŞLİ", "Łódź",
		`Empty cards no longer show as "â€."`, `It shows "Ã©" where “é” was meant.`, "« Ã¤ » heißt: falsch gelesen", "你好，世界。", "こんにちは", "안녕하세요", "Привет…", "مرحبا", "नमस्ते", "💡",
		"á, é, í", "l’été", "¿Él?", "ÀÉÈ", "œuvre", "Á–É", "R²", "façade™", "résumé®", "Ævar — Ø½",
	} {
		got, lost := Repair([]byte(in))
		if string(got) != in || len(lost) > 0 {
			t.Errorf("Repair(%q) = %q, lost %v; want it left alone", in, got, lost)
		}
	}
}

func TestRepairReportsLost(t *testing.T) {
	tests := []struct {
		name, in     string
		line, column int
		text         string
	}{
		{"Chinese without AD", "one\nx ä¸ç", 2, 3, "ä¸ç"},
		{"closing quote without 9D", "â€œhiâ€ ", 1, 6, "â€"},
		{"emoji without 8F", "go ğŸ‹ï¸", 1, 4, "ğŸ‹ï¸"},
		{"replacement character", "b\ufffd\ufffdd", 1, 2, "\ufffd\ufffd"},
		{"a with its blank gone", "itâ€™s voilÃ ", 1, 12, "Ã"},
		{"Chinese with its blank gone", "ä½ å¥½", 1, 1, "ä½"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, lost := Repair([]byte(tt.in))
			if len(lost) != 1 {
				t.Fatalf("Repair(%q) lost %v, want one", tt.in, lost)
			}
			d := lost[0]
			if d.Line != tt.line || d.Column != tt.column || d.Text != tt.text || !strings.HasPrefix(tt.in[d.Offset:], d.Text) {
				t.Errorf("lost %+v, want %q at %d:%d", d, tt.text, tt.line, tt.column)
			}
		})
	}
}

// What a code page can show in full comes back; what it can't is reported.
func TestRepairRoundTrip(t *testing.T) {
	texts := []string{
		"Here’s the thing — “own it”", "Ärger mit Größe", "Příliš žluťoučký kůň", "Zażółć gęślą jaźń",
		"Ελληνικά κείμενα", "Своя ошибка", "İyi bir yönetici dinler", "失败是成功之母。", "間違いを認める", "실수를 인정하라",
		"तुरंत मानें", "اعترف بالخطأ", "💡 🚀 👩‍💻",
	}
	for _, text := range texts {
		for _, page := range []*charmap.Charmap{charmap.Windows1252, charmap.Windows1254} {
			bad := misread(t, page, text)
			got, lost := Repair([]byte(bad))
			if string(got) != text && len(lost) == 0 {
				t.Errorf("%v: %q read wrongly came back as %q, nothing reported", page, text, got)
			}
		}
	}
}

func FuzzRepair(f *testing.F) {
	for _, s := range []string{"Hereâ€™s", "ğŸ’¡", "ÃƒÆ’Ã‚Â©", "ä¸ç", "café", "\xff\xfe", "Ã"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		fixed, lost := Repair([]byte(in))
		if strings.Count(string(fixed), "\n") != strings.Count(in, "\n") {
			t.Errorf("lines moved: %q → %q", in, fixed)
		}
		if len(fixed) > len(in) {
			t.Errorf("longer than before: %q → %q", in, fixed)
		}
		for _, d := range lost {
			if !strings.HasPrefix(in[d.Offset:], d.Text) || d.Line < 1 || d.Column < 1 {
				t.Errorf("damage in the wrong place: %+v", d)
			}
		}
	})
}
