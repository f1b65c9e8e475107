//go:build long

package admintest

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The letter's own colours, see render.Palettes.
var (
	lightCard = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
	darkCard  = color.RGBA{0x1D, 0x21, 0x25, 0xFF}
)

// faultyTip is for lint.
const faultyTip = `---
title: Ask one person by name
emoji: 🙋
tags: [teams, meetings]
link: https://example.com/name
created: 2026-01-02T00:00:00Z
---

A question to everybody is answered by nobody.

![](whiteboard.png)

Look at one person, say their name, and ask.
`

// An editor finds a tip by keyboard, looks at its mail in each way, and sends a test.
func TestTips(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.signIn("editor", password, 200)
	// The library is followed while somebody looks at it.
	if err := os.WriteFile(h.in.Path("library/faulty.md"), []byte(faultyTip), 0o600); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); !strings.Contains(d.text("tbody"), "Ask one person by name"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the library holds %q", d.text("tbody"))
		}
		d.open("/admin/tips", 200)
	}
	if got := d.text("tbody"); !strings.Contains(got, "Say it back first") || !strings.Contains(got, "en es") || !strings.Contains(got, "2 warnings") {
		t.Errorf("the library holds %q", got)
	}
	d.look("tips")
	d.follow("tbody a", "Ask one person by name")
	if got := d.text(".source .hit"); got != "![](whiteboard.png)" {
		t.Errorf("the finding is at %q", got)
	}
	d.look("tip with faults")
	d.open("/admin/tips", 200)
	eval[bool](d, "document.querySelector('#q').focus() ?? true")
	d.typeKeys(0, "nothing of this")
	d.typeKeys(200, "\r")
	if got := d.text("main"); !strings.Contains(got, "0 of 2 tips") {
		t.Errorf("found: %q", got)
	}
	d.open("/admin/tips?q=repítelo", 200)
	eval[bool](d, "document.querySelector('tbody a').focus() ?? true")
	d.typeKeys(200, "\r")
	if got := d.text("h1"); got != "💡 Say it back first" {
		t.Fatalf("the page is about %q", got)
	}
	d.showsMail(lightCard)
	d.look("tip")
	for _, c := range []struct {
		link string
		card color.RGBA
	}{{"Dark", darkCard}, {"Español", darkCard}, {"Desktop", darkCard}} {
		d.follow(".choices a", c.link)
		d.showsMail(c.card)
	}
	d.look("tip on a desktop, dark")
	page, mail := eval[string](d, "location.pathname + location.search"), eval[string](d, "document.querySelector('iframe').getAttribute('src')")
	d.open(mail, 200)
	if got := d.text("body"); !strings.Contains(got, "Di lo que has oído.") {
		t.Errorf("the mail says %q", got)
	}
	d.open(page, 200)
	d.follow(".choices a", "Text")
	if got := d.text(".text"); !strings.Contains(got, "Di lo que has oído.") {
		t.Errorf("the text is %q", got)
	}
	d.look("tip as text")
	// Nobody takes mail in this house.
	eval[bool](d, "document.querySelector('#to').focus() ?? true")
	d.typeKeys(0, "ed@example.com")
	d.typeKeys(409, "\r")
	if got := d.text("main"); !strings.Contains(got, "The test wasn’t sent.") {
		t.Errorf("it says %q", got)
	}
	d.open("/admin/tips/management/gone", 404)
}

// showsMail waits until a letter of a colour stands in the frame, which no script can
// look into.
func (d *desk) showsMail(card color.RGBA) {
	d.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		middle := eval[[]float64](d, "(r => [r.left + r.width / 2, r.top])(document.querySelector('iframe').getBoundingClientRect())")
		shot, err := chromedp.Run(d.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			d.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(shot))
		if err != nil {
			d.Fatal(err)
		}
		n := 0
		for y := int(middle[1]); y < picture.Bounds().Max.Y; y++ {
			if color.RGBAModel.Convert(picture.At(int(middle[0]), y)) == card {
				n++
			}
		}
		if n > 100 {
			return
		}
		if time.Now().After(end) {
			d.Fatalf("there is no letter in %v", card)
		}
	}
}

// follow clicks the link of a kind that is called so.
func (d *desk) follow(selector, text string) {
	d.Helper()
	if !eval[bool](d, fmt.Sprintf("(a => { a?.setAttribute('data-follow', ''); return !!a })([...document.querySelectorAll(%q)].find(a => a.textContent === %q))", selector, text)) {
		d.Fatalf("there is no link %s", text)
	}
	answer, err := chromedp.RunResponse(d.ctx, chromedp.Click(chromedp.CSS("[data-follow]")))
	if err != nil || answer == nil || answer.Status != 200 {
		d.Fatalf("%s: %+v, %v", text, answer, err)
	}
}
