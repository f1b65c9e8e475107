package membership_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// A list that is taken over on the operator's word is the same list, and nobody gets a
// mail; a trial of it leaves nothing at all.
func TestAListIsTakenOverSilently(t *testing.T) {
	each(t, func(h *harness) {
		for i, state := range []string{"pending", "active", "left", "dead", "back", "erased"} {
			address := state + "@example.com"
			added := h.signUp(now, address, "management")
			if i == 0 {
				continue
			}
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Confirm(h.Context(), tx, now, added.Subscription, "button")
				return err
			})
			switch state {
			case "left", "back":
				h.leave(now, added.Subscription)
			case "dead":
				h.suppress(address)
			case "erased":
				if err := h.service.Erase(h.Context(), now, h.find(address).ID); err != nil {
					h.Fatal(err)
				}
			}
			if state == "back" {
				h.signUp(now, address, "management")
			}
		}
		want := h.export()
		if bytes.Contains(want, []byte("erased")) {
			h.Errorf("who was erased is exported:\n%s", want)
		}
		db := storetest.SQLite(h.T)
		if h.db.Postgres() {
			db = storetest.Postgres(h.T)
		}
		other := open(h.T, db)
		requests := other.requests(want)
		tried, err := other.service.TrySignUpAll(h.Context(), now, requests)
		if err != nil || len(tried) != 5 {
			h.Fatal(tried, err)
		}
		if left := other.export(); bytes.Count(left, []byte("\n")) != 1 {
			h.Errorf("the trial left\n%s", left)
		}
		done, err := other.service.SignUpAll(h.Context(), now, requests)
		if err != nil {
			h.Fatal(err)
		}
		outcome := func(all []subscribers.Added) (short []string) {
			for _, a := range all {
				short = append(short, fmt.Sprint(a.Result, " ", a.State))
			}
			return short
		}
		if !slices.Equal(outcome(done), outcome(tried)) {
			h.Errorf("done: %s; tried: %s", outcome(done), outcome(tried))
		}
		if got := other.export(); !bytes.Equal(got, want) {
			h.Errorf("taken over:\n%s\nwant:\n%s", got, want)
		}
		other.wantMails()
	})
}

func (h *harness) export() []byte {
	h.Helper()
	var b bytes.Buffer
	if _, err := listfile.Write(h.Context(), &b, h.list, subscribers.Filter{}); err != nil {
		h.Fatal(err)
	}
	return b.Bytes()
}

func (h *harness) requests(file []byte) (all []subscribers.Request) {
	h.Helper()
	in, err := listfile.Open(bytes.NewReader(file), listfile.Options{Newsletters: []string{"management"}})
	if err != nil {
		h.Fatal(err)
	}
	for row := range in.Rows() {
		if row.Err != nil {
			h.Fatal(row.Err)
		}
		row.Request.Consent, row.Request.Detail = subscribers.Vouched, "import"
		all = append(all, row.Request)
	}
	return all
}

// SQLite takes longer to compile a statement than to run it: a file's rows share
// theirs, whether they're added, looked at once more or only tried.
func TestManyPeopleTakeFewStatements(t *testing.T) {
	db, statements := storetest.Noted(t)
	h := open(t, db)
	var requests []subscribers.Request
	for i := range 100 {
		requests = append(requests, subscribers.Request{
			Address: subscribers.Address(fmt.Sprintf("r%d@example.com", i)), Newsletter: "management", Consent: subscribers.Vouched,
			Imported: subscribers.Imported{State: subscribers.Active, CreatedAt: now, Source: "page", ConfirmedAt: now, Consent: "button"},
		})
	}
	for range 2 {
		before := statements.Times()
		if _, err := h.service.TrySignUpAll(t.Context(), now, requests); err != nil {
			t.Fatal(err)
		}
		if _, err := h.service.SignUpAll(t.Context(), now, requests); err != nil {
			t.Fatal(err)
		}
		if n := statements.Times() - before; n > len(requests) {
			t.Errorf("%d people took %d statements", len(requests), n)
		}
	}
}
