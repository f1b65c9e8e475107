//go:build long

package admintest

import (
	"strings"
	"testing"

	"dailytip/inbox"
)

// Somebody hasn't got their mail: the far end says why, and that was its mistake. What it
// had decided is undone, the edition's failures are sent again, and they have it.
func TestARefusalIsMended(t *testing.T) {
	box := newInbox(t)
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && strings.HasPrefix(a.To, "reader1@") {
			return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user here, it seems"}
		}
		return inbox.Fault{}
	})
	h := furnish(t, box.Addr(), 12, nil)
	d := h.desk()
	d.signIn("operator", password, 200)
	d.comes("/admin/readers?q=reader1@", "tbody", "suppressed")
	d.tabTo("tbody a")
	d.typeKeys(200, "\r")
	reader := eval[string](d, "location.pathname")
	if got := d.text(".happened"); !strings.Contains(got, "failed") || !strings.Contains(got, "550 5.1.1 no such user here, it seems") {
		t.Errorf("their history says %s", got)
	}
	d.look("reader refused")
	d.tabTo(`form[action$="/undo"] button`)
	d.typeKeys(200, "\r")
	if got := d.text("[role=status]"); got != "What was decided is undone." {
		t.Errorf("it says %q", got)
	}
	if got := d.text("main"); strings.Contains(got, "Gets nothing") || !strings.Contains(got, "undone") {
		t.Errorf("then their page says %s", got)
	}

	box.SetFault(nil)
	d.open("/admin/editions", 200)
	d.tabTo("tbody a")
	d.typeKeys(200, "\r")
	d.tabTo(`form[action$="/retry"] button`)
	d.typeKeys(200, "\r")
	if got := d.text("[role=status]"); got != "The mails are sent again." {
		t.Errorf("it says %q", got)
	}
	d.await(`document.querySelector("[data-live=counts]").innerText.includes("12") && document.querySelector(".bar .failed") === null`)
	d.comes(reader, "main", "250 2.0.0")
	if got := d.text("#mails ~ table tbody tr"); !strings.Contains(got, "sent") || strings.Contains(got, "failed") {
		t.Errorf("at last their history says %s", got)
	}
	d.open("/admin/log", 200)
	if got := d.text("tbody"); !strings.Contains(got, "undid a bounce of reader") || !strings.Contains(got, "had failed or expired mails sent again") {
		t.Errorf("the log has %s", got)
	}
}
