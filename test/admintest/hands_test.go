package admintest

import (
	"context"
	"fmt"

	"github.com/chromedp/chromedp"
)

// tabTo presses the tabulator until the focus is on an element.
func (d *desk) tabTo(selector string) {
	d.Helper()
	for range 200 {
		if eval[bool](d, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
		d.typeKeys(0, "\t")
	}
	d.Fatalf("the keyboard doesn't come to %s\n%s", selector, d.text("body"))
}

// typeKeys types where the focus is. A key that brings another page is waited for.
func (d *desk) typeKeys(status int, keys string) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	if status == 0 {
		if err := chromedp.Do(ctx, chromedp.KeyEvent(keys)); err != nil {
			d.Fatal(err)
		}
		return
	}
	answer, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(keys))
	if err != nil || answer == nil || int(answer.Status) != status {
		d.Fatalf("after a key: %+v %v\n%s", answer, err, d.text("body"))
	}
}

// leads does what brings another page, and waits for it.
func (d *desk) leads(status int64, do func()) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, func(context.Context, *chromedp.Target) (chromedp.Void, error) {
		do()
		return chromedp.Void{}, nil
	})
	if err != nil || answer == nil || answer.Status != status {
		d.Fatalf("another page: %+v %v\n%s", answer, err, d.text("body"))
	}
}

// signIn signs somebody in by keyboard: the focus is on the name when the page opens.
func (d *desk) signIn(name, password string, status int) {
	d.Helper()
	d.open("/admin", 200)
	d.signInHere(name, password, status)
}

// signInHere signs somebody in by the form that is shown, which leads on to the page that
// was asked for.
func (d *desk) signInHere(name, password string, status int) {
	d.Helper()
	d.await("document.activeElement.id === 'name'")
	d.typeKeys(0, name+"\t"+password)
	d.typeKeys(status, "\r")
}
