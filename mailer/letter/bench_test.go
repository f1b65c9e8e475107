package letter

import (
	"fmt"
	"testing"

	"dailytip/tips"

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

// BenchmarkMerge compares a mail merge with composing for each recipient, at sizes
// of whole messages. What it needs is copied from memory: 2 µs for 8 KB.
func BenchmarkMerge(b *testing.B) {
	for _, kb := range []int{3, 8, 20} {
		l := composeSize(b, kb<<10)
		rs := make([]Recipient, 256)
		for i := range rs {
			rs[i] = subscriber(i)
			rs[i].Name = names[:6][i%6]
		}
		b.Run(fmt.Sprintf("append/%dKB", kb), func(b *testing.B) {
			m := mergeOf(b, l)
			data := merged(b, m, rs[0])
			var err error
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for i := 0; b.Loop(); i++ {
				if data, err = m.Append(data[:0], rs[i%len(rs)]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("message/%dKB", kb), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(kb << 10))
			for i := 0; b.Loop(); i++ {
				if _, err := l.Message(rs[i%len(rs)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// composeSize makes a letter whose messages have about so many bytes, in a shell
// of an operator's that leaves room for it.
func composeSize(b *testing.B, size int) *Letter {
	b.Helper()
	shell, faults := ParseTemplate("small", `<div>{{.Card}}<p>{{range .Links}}<a href="{{.URL}}">{{.Label}}</a> {{end}}</p></div>`)
	if faults != nil {
		b.Fatal(faults)
	}
	n := newsletter()
	n.Template = shell
	for body := "Say it."; ; body += "\n\nSay it once more, with other words – and wait for the answer." {
		l, err := Compose(n, content(tips.Tip{ID: "x", Title: "Say it", Body: body}), "en")
		if err != nil {
			b.Fatal(err)
		}
		if len(mustMessage(b, l, subscriber(1))) >= size-200 {
			return l
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
