package admintest

import (
	"strings"
	"testing"
)

// Somebody who runs it finds a reader by keyboard, sees what they got, pauses them and
// suppresses them, and finds that in the log.
func TestReadersByKeyboard(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.signIn("operator", password, 200)
	d.tabTo(`.top a[href="/admin/readers"]`)
	d.typeKeys(200, "\r")
	d.look("readers")
	d.tabTo("#q")
	d.typeKeys(0, "reader1@")
	d.typeKeys(200, "\r")
	if got := d.text("tbody"); !strings.HasPrefix(got, "reader1@example.net") {
		t.Errorf("found: %s", got)
	}
	d.tabTo("tbody a")
	d.typeKeys(200, "\r")
	if got := d.text("h1") + d.text("#main"); !strings.HasPrefix(got, "reader1@example.net") || !strings.Contains(got, "waits") {
		t.Errorf("their page says %s", got)
	}
	d.look("reader")
	d.tabTo(".about details:nth-of-type(1) summary")
	d.typeKeys(0, " ")
	d.tabTo(`form[action$="/pause"] button`)
	d.typeKeys(200, "\r")
	if got := d.text("[role=status]"); got != "It’s paused." {
		t.Errorf("it says %q", got)
	}
	eval[bool](d, "document.querySelectorAll('details').forEach(x => x.open = true), true")
	d.look("reader with all open")
	d.tabTo(`form[action$="/suppress"] input[name=why]`)
	d.typeKeys(0, "asked by telephone")
	d.typeKeys(200, "\r")
	if got := d.text("main"); !strings.Contains(got, "Gets nothing: suppressed") || !strings.Contains(got, "asked by telephone") {
		t.Errorf("their page says %s", got)
	}
	d.look("reader suppressed")
	d.open("/admin/add", 200)
	d.look("add a reader")
	d.open("/admin/log", 200)
	if got := d.text("tbody"); !strings.Contains(got, "suppressed reader") || strings.Contains(got, "@") {
		t.Errorf("the log has %s", got)
	}
	d.open("/admin/readers?state=suppressed", 200)
	if got := d.text("tbody"); !strings.HasPrefix(got, "reader1@example.net") {
		t.Errorf("the suppressed are %s", got)
	}
}

// A file is sent, says what it would do, and is imported.
func TestAFileIsImported(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.signIn("operator", password, 200)
	d.open("/admin/import", 200)
	d.look("import")
	eval[bool](d, `(() => {
		const t = new DataTransfer()
		t.items.add(new File(["email,name\nana@example.com,Ana\nreader1@example.net,\nnobody,Bo\n"], "list.csv"))
		document.querySelector("#file").files = t.files
		return true
	})()`)
	d.tabTo(`main button[type=submit]`)
	d.typeKeys(200, "\r")
	d.await(`document.querySelector("h1")?.innerText === "What it would do"`)
	if got := d.text("main"); !strings.Contains(got, "here already, and unchanged") || !strings.Contains(got, "refused") {
		t.Errorf("it says %s", got)
	}
	d.look("import tried")
	d.tabTo(`main button[type=submit]`)
	d.typeKeys(200, "\r")
	d.await(`document.querySelector("h1")?.innerText === "Imported"`)
	d.look("imported")
	d.open("/admin/readers?q=ana@", 200)
	if got := d.text("tbody"); !strings.Contains(got, "ana@example.com") || !strings.Contains(got, "not confirmed") {
		t.Errorf("found: %s", got)
	}
}
