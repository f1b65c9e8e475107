package membership_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

var (
	now   = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	claim = ledger.Claiming{Owner: "node-1", Limit: 100}
)

const day = 24 * time.Hour

type harness struct {
	*testing.T
	db       *store.DB
	list     *subscribers.List
	editions *editions.Editions
	ledger   *ledger.Ledger
	service  *membership.Service
}

// each gives f the rooms of an empty database, on both engines.
func each(t *testing.T, f func(h *harness)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(open(t, db)) })
}

func open(t *testing.T, db *store.DB) *harness {
	t.Helper()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	book := ledger.New(db, list)
	return &harness{t, db, list, editions.New(db), book, membership.New(membership.Options{DB: db, List: list, Ledger: book})}
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// request signs somebody up and returns what came of it.
func (h *harness) request(at time.Time, r subscribers.Request) subscribers.Added {
	h.Helper()
	added, err := h.service.SignUp(h.Context(), at, r, membership.Form{})
	if err != nil {
		h.Fatal(err)
	}
	return added
}

// signUp has somebody sign up by the form.
func (h *harness) signUp(at time.Time, address, newsletter string) subscribers.Added {
	h.Helper()
	return h.request(at, subscribers.Request{
		Address: subscribers.Address(address), Newsletter: newsletter, Consent: subscribers.ByReader, Detail: "form",
		Preferences: subscribers.Preferences{Language: "ar"},
	})
}

func (h *harness) confirm(at time.Time, c membership.Confirmation) membership.Confirmed {
	h.Helper()
	done, err := h.service.Confirm(h.Context(), at, c)
	if err != nil {
		h.Fatal(err)
	}
	return done
}

// active signs somebody up and confirms it.
func (h *harness) active(at time.Time, address, newsletter string) subscribers.Added {
	h.Helper()
	added := h.signUp(at, address, newsletter)
	if !h.confirm(at, membership.Confirmation{Subscription: added.Subscription, Detail: "button"}).Active {
		h.Fatalf("%s isn't active", address)
	}
	return added
}

func (h *harness) leave(at time.Time, subscriptions ...int64) int {
	h.Helper()
	n, err := h.service.Leave(h.Context(), at, "button", subscriptions...)
	if err != nil {
		h.Fatal(err)
	}
	return n
}

func (h *harness) find(address string) *subscribers.Subscriber {
	h.Helper()
	person, err := h.list.Find(h.Context(), h.db.Read(), subscribers.Address(address))
	if err != nil {
		h.Fatal(err)
	}
	return person
}

// exchange reports outcomes to the ledger and claims mails.
func (h *harness) exchange(at time.Time, outcomes ...ledger.Outcome) []ledger.Job {
	h.Helper()
	jobs, err := h.ledger.Exchange(h.Context(), at, outcomes, claim)
	if err != nil {
		h.Fatal(err)
	}
	return jobs
}

// texts reads a query of one column.
func (h *harness) texts(query string, args ...any) []string {
	h.Helper()
	return storetest.Texts(h.T, h.db, query, args...)
}

// wantMails compares the notices, oldest first, with "kind address language".
func (h *harness) wantMails(want ...string) {
	h.Helper()
	got := h.texts("SELECT kind || ' ' || email || ' ' || language FROM notices ORDER BY opened_at, id")
	if !slices.Equal(got, want) {
		h.Errorf("mails %q, want %q", got, want)
	}
}

func (h *harness) state(address, newsletter string) subscribers.State {
	h.Helper()
	for _, sub := range h.find(address).Subscriptions {
		if sub.Newsletter == newsletter {
			return sub.State
		}
	}
	return ""
}
