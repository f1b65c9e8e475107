//go:build long

package admintest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/test/daemontest"
)

// Two newsletters wait for somebody, each for a reason of its own and with a button of its
// own: the button of one sends on that one, and the other waits on.
func TestTwoNewslettersWait(t *testing.T) {
	box := newInbox(t)
	dir := ""
	h := furnish(t, box.Addr(), 3, func(o *daemontest.Options) {
		dir = o.Dir
		o.More = "- {id: second, title: The Second, tips: library}"
	})
	db, err := store.Open(t.Context(), filepath.Join(dir, "dailytip.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	waits := func() (all string) {
		t.Helper()
		pauses, err := ledger.New(db, list).AllPauses(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pauses {
			all += p.Newsletter + " "
		}
		return all
	}
	for _, id := range []string{"management", "second"} {
		p := ledger.PauseInfo{Newsletter: id, Since: time.Now(), Reason: "what comes back of " + id + " is our fault"}
		if err := ledger.New(db, list).Pause(t.Context(), time.Now(), p); err != nil {
			t.Fatal(err)
		}
	}
	d := h.desk()
	d.signIn("operator", password, 200)
	d.look("two newsletters wait")
	if n := eval[int](d, `document.querySelectorAll(".after-pause").length`); n != 2 {
		t.Fatalf("%d buttons: %s", n, d.text("main"))
	}
	d.tabTo(".after-pause ~ .after-pause button")
	d.typeKeys(200, "\r")
	if got := d.text("[role=status]"); got != "All that waits goes out. While the cause lasts, it pauses again." {
		t.Errorf("it says %q", got)
	}
	if got := waits(); got != "management " {
		t.Errorf("then these wait: %s", got)
	}
	if got := d.text("main"); !strings.Contains(got, "what comes back of management is our fault") && !strings.Contains(got, "What comes back of management is our fault") || strings.Contains(got, "of second") {
		t.Errorf("the page says %s", got)
	}
	d.tabTo(".after-pause button")
	d.typeKeys(200, "\r")
	if got := waits(); got != "" {
		t.Errorf("at last these wait: %s", got)
	}
	d.open("/admin/log", 200)
	if got := strings.Count(d.text("tbody"), "resumed"); got != 2 {
		t.Errorf("the log has %s", d.text("tbody"))
	}
}
