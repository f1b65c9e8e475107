package admintest

import (
	"testing"

	"dailytip/test/daemontest"
)

// On a phone the header is one line, whose menu is opened and used by keyboard on a page
// that has no script. Somebody who turns the phone meanwhile still has it. Nor does a
// newsletter's long name make a page wider.
func TestTheHeaderOnAPhone(t *testing.T) {
	h := furnish(t, "127.0.0.1:1", 3, func(o *daemontest.Options) {
		o.More = `- {id: other, title: "A Weekly Tip on Writing and Rewriting for Busy Engineers", tips: library, schedule: "0 7 * * MON"}`
	})
	d := h.desk()
	d.signIn("operator", password, 200)
	d.open("/admin/readers", 200)
	d.look("readers of two")
	d.open("/admin/nope", 404) // nothing stands below the menu
	d.view(360, 800, false)
	if eval[bool](d, "document.scripts.length > 0") {
		t.Error("the page has a script")
	}
	if high := eval[int](d, `Math.ceil(document.querySelector(".top").getBoundingClientRect().height)`); high > 80 {
		t.Errorf("the header is %d px high", high)
	}
	shown := `document.querySelector(".top a[href='/admin/log']").checkVisibility()`
	if eval[bool](d, shown) {
		t.Error("the menu isn't folded in")
	}
	d.tabTo(".menu")
	d.typeKeys(0, " ")
	d.await(shown)
	d.look("menu")
	d.tabTo(".top a[href='/admin/log']")
	d.typeKeys(200, "\r")
	if got := d.text("h1"); got != "Log" {
		t.Errorf("the menu leads to %s", got)
	}
}
