package subscribers_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

func TestSignUpsThatNobodyConfirmsEnd(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		for i := range 700 { // more than one step
			h.addTo("management", fmt.Sprintf("r%d@example.com", i), subscribers.ByReader)
		}
		h.addTo("management", "active@example.com", subscribers.Vouched)
		h.addTo("other", "active@example.com", subscribers.ByReader)
		left := h.addTo("management", "left@example.com", subscribers.Vouched)
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(t.Context(), tx, now, left.Subscription, "")
			return err
		})
		h.addTo("management", "left@example.com", subscribers.ByReader)
		h.addTo("management", "dead@example.com", subscribers.Vouched)
		h.suppress("dead@example.com", "550 5.1.1")
		h.addTo("management", "dead@example.com", subscribers.ByReader)
		h.addTo("other", "dead@example.com", subscribers.ByReader)
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.MayAsk(t.Context(), tx, now, "left@example.com", true)
			return err
		})
		prune := func(at time.Time) int {
			n, err := h.list.Prune(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		end := now.Add(subscribers.UnconfirmedLife)
		if n := prune(end.Add(-time.Second)); n != 0 {
			t.Errorf("%d ended before their time", n)
		}
		// Whoever asks for it again has all the time again.
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Add(t.Context(), tx, end.Add(-time.Second), subscribers.Request{
				Address: "r0@example.com", Newsletter: "management", Consent: subscribers.ByReader,
			})
			return err
		})
		total, steps := 0, 0
		for n := prune(end); n > 0; n = prune(end) {
			total, steps = total+n, steps+1
		}
		if total != 702 || steps < 2 {
			t.Errorf("%d people in %d steps, want 702 in several", total, steps)
		}
		for address, want := range map[string]string{
			"r0@example.com": "management pending", "active@example.com": "management active", "left@example.com": "management unsubscribed",
			"dead@example.com": "management suppressed",
		} {
			if got := h.states(address); got != want {
				t.Errorf("%s: %s, want %s", address, got, want)
			}
		}
		if _, err := h.list.Find(t.Context(), h.db.Read(), "r1@example.com"); !errors.Is(err, subscribers.ErrUnknown) {
			t.Errorf("who never confirmed: %v", err)
		}
		for table, want := range map[string]int{"subscribers": 4, "subscriptions": 4, "asked": 0} {
			var n int
			if err := h.db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil || n != want {
				t.Errorf("%d rows in %s, want %d: %v", n, table, want, err)
			}
		}
	})
}

// What was erased can't be read from the files, neither from the database nor
// from the log beside it.
func TestErasingLeavesNothingInTheFiles(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir+"/tips.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{t, db, list}
	for i := range 300 { // some pages, which move as they grow and shrink
		h.add(fmt.Sprintf("secretperson%d@example.com", i), subscribers.Vouched, subscribers.Preferences{Name: fmt.Sprintf("Secretname %d", i)})
		h.add(fmt.Sprintf("stays%d@example.com", i), subscribers.Vouched, subscribers.Preferences{Name: "Stays"})
	}
	holds := func(text string) (files []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			content, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(bytes.ToLower(content), []byte(text)) {
				files = append(files, e.Name())
			}
		}
		return files
	}
	if len(holds("secretperson")) == 0 {
		t.Fatal("the test looks at the wrong files")
	}
	for i := range 300 {
		s := h.find(fmt.Sprintf("secretperson%d@example.com", i))
		h.write(func(tx *sql.Tx) error { return list.Erase(t.Context(), tx, now, s) })
	}
	if err := list.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"secretperson", "secretname"} {
		if files := holds(text); len(files) > 0 {
			t.Errorf("%s stands in %s", text, files)
		}
	}
	if len(holds("stays299@example.com")) == 0 {
		t.Error("who stays is gone, too")
	}
}
