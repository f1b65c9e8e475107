//go:build long

package admintest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"dailytip/subscribers"
)

// Somebody finds a few among a million, by the beginning of their address, by domain, by
// state, by language and by zone. bench/site measures how soon each page comes.
func TestSearchAmongAMillion(t *testing.T) {
	h := furnish(t, "127.0.0.1:1", 1_000_000, nil)
	const asked = 60
	var active, pending strings.Builder
	active.WriteString("email,name,language,timezone\n")
	pending.WriteString("email\n")
	for i := range asked {
		fmt.Fprintf(&active, "straw%d@haystack.example,Straw %d,de,Asia/Tokyo\n", i, i)
		fmt.Fprintf(&pending, "needle%d@example.org\n", i)
	}
	for name, text := range map[string]string{"active.csv": active.String(), "pending.csv": pending.String()} {
		if err := os.WriteFile(h.in.Path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"subscribers", "import", "active.csv", "--confirmed"}, {"subscribers", "import", "pending.csv"}} {
		if _, err := h.in.Run(t.Context(), args); err != nil {
			t.Fatal(err)
		}
	}
	d := h.desk()
	d.signIn("operator", password, 200)
	d.open("/admin/readers", 200)
	if n := d.rowsFound(); n != 50 {
		t.Errorf("the first page has %d readers", n)
	}
	for _, c := range []struct {
		field, typed string
		want         int    // how many there are, on all pages
		first        string // one of them
	}{
		{"q", "reader99999", 11, "reader99999@example.net"},
		{"q", "Reader123456@", 1, "reader123456@example.net"},
		{"q", "needle7", 1, "needle7@example.org"},
		{"q", "@haystack.example", asked, "straw0@haystack.example"},
		{"q", "nobody-is-called-so", 0, ""},
		{"state", "not", asked, "needle0@example.org"},
		{"state", "supp", 0, ""},
	} {
		d.open("/admin/readers", 200)
		d.tabTo("#" + c.field)
		d.typeKeys(0, c.typed)
		d.tabTo("form[role=search] button")
		d.typeKeys(200, "\r")
		n, text := d.rowsFound(), d.text("main")
		for eval[bool](d, `document.querySelector("#main > p a.button") !== null`) {
			d.tabTo("#main > p a.button")
			d.typeKeys(200, "\r")
			n += d.rowsFound()
			text += d.text("main")
		}
		if n != c.want || !strings.Contains(text, c.first) {
			t.Errorf("%s %q: %d readers, want %d with %q:\n%.1000s", c.field, c.typed, n, c.want, c.first, text)
		}
	}
	// No index knows languages and zones: a page says how many it has looked at, and the
	// next looks on; beside a domain it has all of them.
	for _, query := range []string{"language=de", "timezone=Asia/Tokyo"} {
		d.open("/admin/readers?"+query, 200)
		if text := d.text("main"); d.rowsFound() != 0 || !strings.Contains(text, "Of "+strconv.Itoa(subscribers.Scanned)+" readers who were looked at, 0 are like that.") {
			t.Errorf("%s: %s", query, text)
		}
		d.open("/admin/readers?q=@haystack.example&"+query, 200)
		if n := d.rowsFound(); n != 50 { // a page of the sixty
			t.Errorf("%s of the domain: %d", query, n)
		}
	}
	d.look("a million readers")
}

// rowsFound is how many readers the page shows.
func (d *desk) rowsFound() int {
	d.Helper()
	return eval[int](d, `document.querySelectorAll(".found tbody tr").length`)
}
