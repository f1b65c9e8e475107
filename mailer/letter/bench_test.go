package letter

import (
	"testing"

	"dailytip/locale"
)

// One content in all languages: the budget is 50 ms.
func BenchmarkComposeAllLanguages(b *testing.B) {
	n, c := newsletter(), content(load(b, "say-it"))
	for b.Loop() {
		for _, lang := range locale.Languages() {
			if _, err := Compose(n, c, lang); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkMessage(b *testing.B) {
	l, r := compose1(b, newsletter(), "en"), recipient(1)
	for b.Loop() {
		if _, err := l.Message(r); err != nil {
			b.Fatal(err)
		}
	}
}

// A template with the reader's name is filled in for each.
func BenchmarkPersonalMessage(b *testing.B) {
	template, faults := ParseTemplate("own.html", goodTemplate)
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	n := newsletter()
	n.Template = template
	l, r := compose1(b, n, "en"), recipient(1)
	r.Name = "Ana"
	for b.Loop() {
		if _, err := l.Message(r); err != nil {
			b.Fatal(err)
		}
	}
}
