//go:build long

package admintest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"dailytip/store"
)

// grow writes the history of a year into the house: what it takes weeks to happen. In one of
// its weeks nothing did, and in one very much.
func (h *house) grow() {
	h.Helper()
	db, err := h.in.OpenDatabase(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	defer db.Close()
	now := time.Now()
	err = db.Write(h.Context(), func(tx *sql.Tx) error {
		var newsletter string
		var edition int64
		if err := tx.QueryRowContext(h.Context(), "SELECT newsletter, id FROM editions").Scan(&newsletter, &edition); err != nil {
			return err
		}
		run := func(text string, args ...any) error {
			_, err := tx.ExecContext(h.Context(), text, args...)
			return err
		}
		for week := range 52 {
			monday := store.Millis(now.Truncate(7*24*time.Hour).AddDate(0, 0, -7*(week+1)))
			for kind, n := range map[string]int{"signed up": 600 + week*week%700, "confirmed": 500 + week*week%600, "unsubscribed": 40 + week%9, "bounced": week % 6, "complained": week % 11 / 10} {
				if week == 20 {
					n *= 30
				}
				if week == 12 {
					n = 0
				}
				if err := run("INSERT INTO past_growth (newsletter, week, kind, people) VALUES ($1, $2, $3, $4)", newsletter, monday, kind, n); err != nil {
					return err
				}
			}
		}
		for i, receiver := range []string{"google", "microsoft", "yahoo", "gmx", "t-online", "apple", ""} {
			n := 400_000 / (i*i + 1)
			if err := run("INSERT INTO receiver_counts (edition, node, receiver, sent, deferred, failed) VALUES ($1, 'test', $2, $3, $4, $5)", edition, receiver, n, n/(i*i*9+20), n/(i*700+300)); err != nil {
				return err
			}
		}
		for minute := range 200 {
			if err := run("INSERT INTO sent_minutes (edition, node, minute, sent) VALUES ($1, 'test', $2, $3)", edition, store.Millis(now.Truncate(time.Minute).Add(time.Duration(minute-200)*time.Minute)), max(0, 9_000-minute*minute)+minute%7*100); err != nil {
				return err
			}
		}
		for i := range 14 {
			if err := run("INSERT INTO vote_counts (edition, tip, useful, useless) VALUES ($1, $2, $3, $4)", edition, fmt.Sprintf("tip %d", i), 100-i*6, i*5); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
}

// How the list grows is seen by everybody, in pictures that the browser shows and in tables.
func TestGrowth(t *testing.T) {
	h := newHouse(t)
	h.grow()
	d := h.desk()
	d.signIn("viewer", password, 200)
	d.tabTo(`.top a[href="/admin/growth"]`)
	d.typeKeys(200, "\r")
	d.wantPictures(7) // nothing has come back, of which two would be
	d.look("growth")
	d.tabTo("summary")
	d.typeKeys(0, " ")
	if got := d.text("details"); !strings.Contains(got, "WEEK FROM") && !strings.Contains(got, "Week from") {
		t.Errorf("the table says %s", got)
	}
	d.look("growth as a table")
	d.open("/admin/editions", 200)
	d.tabTo("tbody a")
	d.typeKeys(200, "\r")
	d.wantPictures(1)
	d.look("edition over time")
}

// wantPictures waits until a page's pictures are there, light and dark, narrow and wide.
func (d *desk) wantPictures(n int) {
	d.Helper()
	for _, dark := range []bool{false, true} {
		for _, width := range []int64{360, 1280} {
			d.view(width, 900, dark)
			d.await(fmt.Sprintf("document.images.length === %d && [...document.images].every(i => i.complete && i.naturalWidth > 0 && i.currentSrc.includes('dark') === %t && i.currentSrc.includes('narrow') === %t)", n, dark, width == 360))
			if fault := eval[string](d, "[...document.images].filter(i => !i.alt || i.width !== i.naturalWidth && i.naturalWidth !== 300 && Math.abs(i.width / i.height - i.getAttribute('width') / i.getAttribute('height')) > 2).map(i => i.currentSrc).join()"); fault != "" {
				d.Errorf("%d px: %s", width, fault)
			}
		}
	}
}
