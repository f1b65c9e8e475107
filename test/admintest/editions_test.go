package admintest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Somebody who runs it pauses all sending by keyboard, and lets it go on; what changes
// elsewhere shows without another look at the page.
func TestPauseAll(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.signIn("operator", password, 200)
	d.tabTo("form[action$='/pause'] button")
	d.typeKeys(200, "\r")
	if got := d.text(".said"); !strings.HasPrefix(got, "All sending is paused.") {
		t.Errorf("it says %q", got)
	}
	d.look("today paused")
	d.await("document.querySelector('.bar') !== null")
	if _, err := h.in.Run(t.Context(), []string{"resume", "--force"}, 0); err != nil {
		t.Fatal(err)
	}
	d.await("!document.querySelector('[data-live=sending]').innerText.includes('omebody paused it')")
	if _, err := h.in.Run(t.Context(), []string{"pause"}, 0, 4); err != nil {
		t.Fatal(err)
	}
	d.await("document.querySelector('[data-live=sending]').innerText.includes('omebody paused it')")
	d.tabTo("form[action$='/resume/held'] button")
	d.typeKeys(200, "\r")
	if got := d.text(".said"); !strings.HasPrefix(got, "All that waits goes out.") {
		t.Errorf("it says %q", got)
	}
}

// From the list to an edition, which is held, goes on, and is cancelled by who is sure.
func TestAnEdition(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.signIn("operator", password, 200)
	d.open("/admin/editions", 200)
	d.look("editions")
	d.tabTo("tbody a")
	d.typeKeys(200, "\r")
	if got := d.text("main"); !strings.Contains(got, "Management Tip of the Day") || !strings.Contains(got, "3 waiting") && !strings.Contains(got, "waiting") {
		t.Errorf("the page says %s", got)
	}
	d.look("edition")
	d.tabTo("form[action$='/pause'] button")
	d.typeKeys(200, "\r")
	if got := d.text(".said"); !strings.HasPrefix(got, "The edition is paused.") {
		t.Errorf("it says %q", got)
	}
	d.tabTo("form[action$='/cancel'] input[type=checkbox]")
	d.typeKeys(0, " ")
	d.tabTo("form[action$='/cancel'] button")
	d.typeKeys(200, "\r")
	if got := d.text(".said"); !strings.HasPrefix(got, "The edition is cancelled.") {
		t.Errorf("it says %q", got)
	}
	if got := d.text("main"); strings.Contains(got, "Pause this edition") || !strings.Contains(got, "cancelled it") {
		t.Errorf("afterwards the page says %s", got)
	}
	d.look("edition cancelled")

	viewer := h.desk()
	viewer.signIn("viewer", password, 200)
	if _, err := chromedp.RunResponse(viewer.ctx, chromedp.Click(chromedp.CSS("[data-live^='head'] a"))); err != nil {
		t.Fatal(err)
	}
	if got := viewer.text("main"); strings.Contains(got, "Change it") {
		t.Errorf("a viewer is shown %s", got)
	}
	viewer.look("viewer edition")
}
