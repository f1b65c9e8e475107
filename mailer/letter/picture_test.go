package letter

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"dailytip/tips"
)

func withPictures() Newsletter {
	n := newsletter()
	n.AssetURL = ""
	n.Assets = os.DirFS(filepath.Join("..", "..", "render", "testdata", "gallery"))
	return n
}

// Without a site of our own, a library's pictures travel with the mail.
func TestPicturesAreAttached(t *testing.T) {
	l, err := Compose(withPictures(), content(load(t, "pictures")), "en")
	if err != nil {
		t.Fatal(err)
	}
	m, data := message(t, l, recipient(1))
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/related" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	var html string
	pictures := map[string][]byte{}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, params, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if kind == "multipart/alternative" {
			inner := multipart.NewReader(p, params["boundary"])
			for range 2 {
				part, err := inner.NextPart()
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(part)
				if err != nil {
					t.Fatal(err)
				}
				html = string(body)
			}
			continue
		}
		if disposition, _, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition")); kind != "image/png" || disposition != "inline" {
			t.Errorf("%s %s", kind, disposition)
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil {
			t.Fatal(err)
		}
		pictures[strings.Trim(p.Header.Get("Content-Id"), "<>")] = body
	}
	if len(pictures) != 4 {
		t.Errorf("%d pictures, want 4", len(pictures))
	}
	for id, body := range pictures {
		if !strings.Contains(html, `src="cid:`+id+`"`) {
			t.Errorf("picture %s isn't shown", id)
		}
		found := false
		for _, name := range []string{"boxes", "pencil", "ornament", "map"} {
			file, err := os.ReadFile(filepath.Join("..", "..", "render", "testdata", "gallery", "images", name+".png"))
			if err != nil {
				t.Fatal(err)
			}
			found = found || bytes.Equal(file, body)
		}
		if !found {
			t.Errorf("picture %s isn't one of ours", id)
		}
	}
	for _, want := range []string{`width="512"`, `width="24"`, `alt="Five boxes in a row, the third is full"`} {
		if !strings.Contains(html, want) {
			t.Errorf("want %s", want)
		}
	}
	if strings.Contains(l.HTML(), "cid:") || !strings.Contains(l.HTML(), `src="data:image/png;base64,`) {
		t.Error("a preview doesn't show its pictures")
	}
	if strings.Contains(l.Text(), "cid:") {
		t.Error("the text part names an attachment")
	}
	if _, again := message(t, l, recipient(1)); !sameParts(data, again) {
		t.Error("the same mail has other bytes the next time")
	}
}

// sameParts ignores the order of headers.
func sameParts(a, b []byte) bool {
	_, x, _ := bytes.Cut(a, []byte("\r\n\r\n"))
	_, y, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	return bytes.Equal(x, y)
}

// What can't be shown leaves its alt text, and Check says so.
func TestPicturesThatCannotBeShown(t *testing.T) {
	png, err := os.ReadFile(filepath.Join("..", "..", "render", "testdata", "gallery", "images", "map.png"))
	if err != nil {
		t.Fatal(err)
	}
	n := withPictures()
	n.Assets = fstest.MapFS{
		"team/ok.png":   {Data: png},
		"root.png":      {Data: png},
		"team/big.png":  {Data: make([]byte, 512<<10+1)},
		"team/text.png": {Data: []byte("no picture")},
		"team/sub/a.md": {Data: []byte("#")},
		"team/x.svg":    {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	}
	for src, want := range map[string]string{
		"ok.png":                        "",
		"./ok.png?x=1#y":                "",
		"../root.png":                   "",
		"/root.png":                     "",
		"https://example.com/a.png":     "",
		"../../../etc/passwd":           "-",
		"//host/a.png":                  "-",
		"missing.png":                   "picture team/missing.png: file does not exist",
		"big.png":                       "picture team/big.png: it has more than 512 KB",
		"text.png":                      "picture team/text.png: mail programs show PNG, JPEG and GIF",
		"sub":                           "picture team/sub: it is no file",
		"x.svg":                         "picture team/x.svg: mail programs show PNG, JPEG and GIF",
		"data:image/gif;base64,R0lGODl": "-",
	} {
		tip := tips.Tip{ID: "t", Path: "team/t.md", Title: "T", Body: "Text ![the alt](" + src + ") text."}
		faults := Check(n, tip)
		l, err := Compose(n, content(tip), "en")
		if err != nil {
			t.Fatal(err)
		}
		shown, replaced := strings.Contains(l.HTML(), "<img"), strings.Contains(l.HTML(), ">[the alt]<")
		switch want {
		case "":
			if len(faults) > 0 || !shown {
				t.Errorf("%s: shown %t, %v", src, shown, faults)
			}
		case "-":
			if shown || len(faults) > 0 {
				t.Errorf("%s: shown %t, %v", src, shown, faults)
			}
		default:
			if len(faults) != 1 || !strings.Contains(faults[0].Error(), want) || !replaced {
				t.Errorf("%s: replaced %t, %v", src, replaced, faults)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tip := range library(t) {
		n := newsletter()
		n.Assets = os.DirFS(filepath.Join("..", "..", "render", "testdata", "gallery"))
		if faults := Check(n, tip); len(faults) > 0 {
			t.Errorf("%s: %v", tip.ID, faults)
		}
	}
	long := tips.Tip{
		ID: "long", Title: "Long", Body: "Short.",
		Translations: []tips.Translation{{Language: "de", Title: "Lang", Body: strings.Repeat("Ein Satz, der eine Zeile füllt. ", 3000)}},
	}
	faults := Check(newsletter(), long)
	if len(faults) != 1 || !errors.Is(faults[0], ErrShortened) || !strings.Contains(faults[0].Error(), "in de: ") {
		t.Errorf("a translation that is too long: %v", faults)
	}
	bad := newsletter()
	bad.Accent = "brown"
	if faults := Check(bad, long); len(faults) != 1 || !strings.Contains(faults[0].Error(), "accent") {
		t.Errorf("a newsletter at fault: %v", faults)
	}
}

// Size is what arrives, give or take the length of the reader's addresses.
func TestSize(t *testing.T) {
	l := compose1(t, newsletter(), "zh-CN")
	if got, sent := l.Size(), len(htmlOf(t, l, recipient(1))); got < sent || got > sent+1000 {
		t.Errorf("size %d of %d bytes", got, sent)
	}
	alert, err := ComposeNotice(newsletter(), Notice{Kind: Alert, Subject: "x", Text: "x"})
	if err != nil || alert.Size() != 0 {
		t.Errorf("an alert has %d bytes of HTML, %v", alert.Size(), err)
	}
}

func TestCheckWeek(t *testing.T) {
	all := library(t)
	if err := CheckWeek(newsletter(), all, 7); err != nil {
		t.Error(err)
	}
	if err := CheckWeek(newsletter(), nil, 7); err != nil {
		t.Error(err)
	}
	long := tips.Tip{ID: "long", Title: "Long", Body: "x", Translations: []tips.Translation{
		{Language: "de", Title: "Lang", Body: strings.Repeat("Ein Satz, der eine Zeile füllt. ", 900)},
	}}
	other := long
	other.ID = "other"
	if err := CheckWeek(newsletter(), append(all, long, other), 2); err != nil {
		t.Error(err)
	}
	third := long
	third.ID = "third"
	if err := CheckWeek(newsletter(), append(all, long, other, third), 3); err != nil {
		t.Errorf("three long tips: %v", err)
	}
}
