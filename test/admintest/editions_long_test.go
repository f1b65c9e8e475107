//go:build long

package admintest

import (
	"strings"
	"testing"

	"dailytip/inbox"
)

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
