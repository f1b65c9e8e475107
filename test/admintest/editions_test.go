package admintest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"dailytip/inbox"
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

// What became of an edition is told in words, numbers and a bar, to each as they may know.
func TestAnEditionThatWasRefused(t *testing.T) {
	box := newInbox(t)
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		switch {
		case a.Stage == inbox.RcptTo && strings.HasPrefix(a.To, "reader1@"):
			return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "<b>reader1@example.net</b>: no such user here, and there never was one by that name, see https://example.net/help?a-long-address-that-does-not-break"}
		case a.Stage == inbox.RcptTo && strings.HasPrefix(a.To, "reader2"):
			return inbox.Fault{Code: 452, Enhanced: "4.2.2", Text: "the mailbox is full"}
		}
		return inbox.Fault{}
	})
	h := furnish(t, box.Addr(), 40, nil)
	d := h.desk()
	d.signIn("operator", password, 200)
	d.await("document.querySelector('.bar .failed') !== null && document.querySelector('.bar .sent') !== null") // it comes by itself
	d.look("today refused")
	d.tabTo("[data-live^='head'] a")
	d.typeKeys(200, "\r")
	if got := d.text("main"); !strings.Contains(got, "<b>reader1@example.net</b>: no such user here") || !strings.Contains(got, "example.net:") {
		t.Errorf("the page says %s", got)
	}
	d.look("edition refused")
	viewer := h.desk()
	viewer.signIn("viewer", password, 200)
	viewer.open("/admin/editions", 200)
	viewer.look("viewer editions refused")
	viewer.tabTo("tbody a")
	viewer.typeKeys(200, "\r")
	if got := viewer.text("main"); strings.Contains(got, "example.net") || !strings.Contains(got, "550 5.1.1") {
		t.Errorf("a viewer is told %s", got)
	}
}
