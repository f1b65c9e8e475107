package tips

import (
	"testing"
	"testing/fstest"
)

// A vault finds a picture by its name, and a translation stands in another folder than
// its original: in the tip each address leads where it was meant to.
func TestPicturesAreFoundWhereTheyAre(t *testing.T) {
	const head = "---\ntitle: T\n---\n"
	fsys := fstest.MapFS{
		"notes/a.md":      {Data: []byte(head + "![[my map.png|300]] ![[sub/b.png]] ![x](c.png) ![y](near.png) ![z](https://a.example/c.png) `![[c.png]]` <img alt=\"\" src=\"c.png\"> ![[twice.png]] ![s](/img/s.png) ![u](../up/c.png) ![v](<b (1).png>) ![w](b_(2).png) <IMG SRC='c.png'> ![n](none.png)")},
		"files/b (1).png": {}, "files/b_(2).png": {},
		"static/img/s.png":      {},
		"files/deep/my map.png": {}, "files/sub/b.png": {}, "sub/b.png": {}, "files/c.png": {}, "notes/near.png": {}, "one/twice.png": {}, "two/twice.png": {},
		"docs/g.md": {Data: []byte(head + "![g](img/g.png)")}, "docs/img/g.png": {},
		"i18n/ja/docs/g.md": {Data: []byte(head + "![g](img/g.png) ![h](../../../docs/img/g.png) ![i](gone.png) ![j](/k.png)")}, "i18n/ja/docs/img/g.png": {},
		"i18n/ja/docs/none.md": {Data: []byte(head + "A")}, "docs/none.md": {Data: []byte(head + "B")},
	}
	l, err := OpenFS(fsys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := l.Tip("notes/a")
	if want := "![[/files/deep/my map.png|300]] ![[/sub/b.png]] ![x](/files/c.png) ![y](near.png) ![z](https://a.example/c.png) `![[c.png]]` <img alt=\"\" src=\"/files/c.png\"> ![[twice.png]] ![s](/static/img/s.png) ![u](../up/c.png) ![v](</files/b%20%281%29.png>) ![w](/files/b_%282%29.png) <IMG SRC='/files/c.png'> ![n](none.png)"; a.Body != want {
		t.Errorf("got  %s\nwant %s", a.Body, want)
	}
	g, _ := l.Tip("docs/g")
	if g.Body != "![g](img/g.png)" || len(g.Translations) != 1 {
		t.Fatalf("%+v", g)
	}
	if want := "![g](/i18n/ja/docs/img/g.png) ![h](/docs/img/g.png) ![i](/i18n/ja/docs/gone.png) ![j](/k.png)"; g.Translations[0].Body != want {
		t.Errorf("got  %s\nwant %s", g.Translations[0].Body, want)
	}
	// A picture that comes later is found as well.
	fsys["late/none.png"] = &fstest.MapFile{}
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	if a, _ = l.Tip("notes/a"); a.Body[len(a.Body)-len("![n](/late/none.png)"):] != "![n](/late/none.png)" {
		t.Errorf("got %s", a.Body)
	}
}

func FuzzSettlePictures(f *testing.F) {
	f.Add("![[a.png]] ![b](c/a.png) <img src=\"a.png\">", "x", "y")
	p := newPictures([]string{"q/a.png", "x/c/a.png"})
	f.Fuzz(func(t *testing.T, markdown, from, to string) {
		settled := p.settle(markdown, from, to)
		if again := p.settle(settled, to, to); p.settle(again, to, to) != again {
			t.Errorf("%q goes on changing: %q, %q", markdown, settled, again)
		}
	})
}
