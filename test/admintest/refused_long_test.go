//go:build long

package admintest

import (
	"strings"
	"testing"
)

// Whoever sends a form that can't be carried out finds it again as they have left it, with
// the focus on it and why it was refused, mends it and sends it once more.
func TestARefusedFormIsMendedAndSentAgain(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.signIn("operator", password, 200)
	d.open("/admin/add", 200)
	d.tabTo("#email")
	d.typeKeys(0, "ana")
	d.tabTo("#name")
	d.typeKeys(422, "Ana Lovelace\r")
	d.await("document.activeElement.id === 'email' && document.activeElement.value === 'ana' && document.getElementById('name').value === 'Ana Lovelace'")
	if got := d.text("#refused"); !strings.Contains(got, "has no @") {
		t.Errorf("it says %q", got)
	}
	d.look("refused add")
	eval[bool](d, "document.activeElement.select(), true")
	d.typeKeys(200, "ana@example.com\r")
	if got := d.text("main"); !strings.Contains(got, "ana@example.com") || !strings.Contains(got, "Ana Lovelace") {
		t.Errorf("after it was mended: %s", got)
	}

	// A panel of the calendar is opened again.
	d.open("/admin/calendar", 200)
	d.tabTo(`.plan details:has(form[action$="/pin"]) summary`)
	d.typeKeys(0, "\r")
	d.tabTo("input[name=tip]")
	d.typeKeys(422, "No such tip\r")
	d.await("document.activeElement.name === 'tip' && document.activeElement.value === 'No such tip' && document.getElementById('refused').checkVisibility()")
	d.look("refused pin")
}
