package site_test

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/web"
	"dailytip/web/site"
)

// The page to leave is kept in pieces and put together for each reader: byte for
// byte what it would be if it were written for them.
func TestKeptLeavePage(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	var paths []string
	addresses := []string{"ana@example.com", "a&b+c@example.com", "o'neil@example.com", "x@example.com", "management@example.com", "lang@example.com"}
	for i, email := range addresses {
		added := s.add(email, []string{"en", "ar"}[i%2])
		s.bring(added, subscribers.Active)
		paths = append(paths, s.leaveLink(added))
	}
	for range 2 {
		for i, path := range paths {
			// A server of its own has kept nothing yet.
			fresh := openOn(t, s.db, nil)
			want, got := fresh.get(path).body, s.get(path).body
			if got != want {
				t.Errorf("%s:\n%s\nwant\n%s", addresses[i], got, want)
			}
			for j, other := range paths {
				if i != j && (strings.Contains(got, other) || strings.Contains(got, ">"+addresses[j]+"<")) {
					t.Errorf("the page of %s holds what is %s's", addresses[i], addresses[j])
				}
			}
		}
	}
}

// BenchmarkLeavePage is the page that scanners ask for, without the network.
func BenchmarkLeavePage(b *testing.B) {
	db := storetest.SQLite(b)
	list, err := subscribers.Open(b.Context(), db)
	if err != nil {
		b.Fatal(err)
	}
	var added subscribers.Added
	err = db.Write(b.Context(), func(tx *sql.Tx) (err error) {
		added, err = list.Add(b.Context(), tx, now, subscribers.Request{Address: "ana@example.com", Newsletter: "management", Consent: subscribers.Vouched})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	handler := options{
		Options: site.Options{List: list, Editions: editions.New(db), Ledger: ledger.New(db, list), Newsletters: []site.Newsletter{{ID: "management", Title: title}}},
		Web:     web.Options{DB: db},
	}.serve().Handler()
	path := "/u/" + list.Tokens().Make(subscribers.UnsubscribeLink, added.Subscription)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		if w.Code != http.StatusOK {
			b.Fatalf("status %d", w.Code)
		}
	}
}
