package membership_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/store"
	"dailytip/subscribers"
)

func (h *harness) suppress(address string) {
	h.Helper()
	id := h.find(address).ID
	h.write(func(tx *sql.Tx) error { return h.list.Suppress(h.Context(), tx, now, id, "550 5.1.1") })
}

// quote sends an edition to everybody and has the relay's reply quote each reader's
// address.
func (h *harness) quote(at time.Time) {
	h.Helper()
	slots, err := h.list.Slots(h.Context(), "management")
	if err != nil {
		h.Fatal(err)
	}
	for _, slot := range slots {
		_, err := h.ledger.Open(h.Context(), at, ledger.Opening{
			Newsletter: "management", LocalDate: at.Format(time.DateOnly), Slot: slot.ID, DueAt: at, ExpiresAt: at.Add(12 * time.Hour),
			Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "tip", Body: []byte(`{"ID":"tip"}`)}},
		})
		if err != nil {
			h.Fatal(err)
		}
	}
	var outcomes []ledger.Outcome
	for _, j := range h.exchange(at) {
		outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Sent, Reply: ledger.Reply{Code: 250, Text: "taken for " + string(j.Email)}})
	}
	if len(outcomes) == 0 {
		h.Fatal("nothing was sent")
	}
	h.exchange(at, outcomes...)
}

// rows lists all values of all tables that hold one of some texts, but for what is
// meant to stay of an erased reader: whose the bare delivery was.
func (h *harness) rows(holding ...string) (found []string) {
	h.Helper()
	list := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if h.db.Postgres() {
		list = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
	}
	for _, table := range h.texts(list) {
		for _, v := range h.values(table) {
			if v[0] != "deliveries.subscriber" && slices.ContainsFunc(holding, func(text string) bool { return strings.Contains(v[1], text) }) {
				found = append(found, v[0]+" "+v[1])
			}
		}
	}
	return found
}

// values are all of a table, each with the name of its column.
func (h *harness) values(table string) (all [][2]string) {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), "SELECT * FROM "+table)
	if err != nil {
		h.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		h.Fatal(err)
	}
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			h.Fatal(err)
		}
		for i, v := range values {
			all = append(all, [2]string{table + "." + columns[i], v.String})
		}
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return all
}

// Whoever is erased is erased in every table, and nobody else is.
func TestErasingInEveryTable(t *testing.T) {
	each(t, func(h *harness) {
		name := "Anastasia"
		for _, address := range []string{"anastasia@example.com", "bo@example.com"} {
			added := h.signUp(now, address, "management")
			h.confirm(now, membership.Confirmation{Subscription: added.Subscription, Name: &name, Detail: "button"})
			name = "Bo"
			if err := h.service.MailAccount(h.Context(), now, added.Subscription, "management"); err != nil {
				h.Fatal(err)
			}
		}
		h.quote(now.Add(day))
		ana, bo := h.find("anastasia@example.com"), h.find("bo@example.com")
		for _, reader := range []int64{ana.ID, bo.ID} {
			h.write(func(tx *sql.Tx) error {
				edition, err := h.editions.Edition(h.Context(), tx, "management", now.Add(day).Format(time.DateOnly))
				if err != nil {
					return err
				}
				_, err = h.editions.Vote(h.Context(), tx, now, editions.Vote{Edition: edition.ID, Tip: "tip", Subscriber: reader, Useful: true})
				return err
			})
		}
		holding := []string{"nastasia", fmt.Sprint(ana.ID), fmt.Sprint(ana.Subscriptions[0].ID)}
		if before := strings.Join(h.rows(holding...), "\n"); !strings.Contains(before, "deliveries.reply") || !strings.Contains(before, "votes.voter") ||
			!strings.Contains(before, "notices.email") || !strings.Contains(before, "accounts.subscription") {
			h.Fatalf("the test doesn't fill every table: %s", before)
		}
		others := len(h.rows("bo@example.com", fmt.Sprint(bo.ID), fmt.Sprint(bo.Subscriptions[0].ID)))
		if err := h.service.Erase(h.Context(), now.Add(2*day), ana.ID); err != nil {
			h.Fatal(err)
		}
		if left := h.rows(holding...); len(left) > 0 {
			h.Errorf("of an erased reader stays:\n%s", strings.Join(left, "\n"))
		}
		if got := len(h.rows("bo@example.com", fmt.Sprint(bo.ID), fmt.Sprint(bo.Subscriptions[0].ID))); got != others {
			h.Errorf("another reader has %d values, and had %d", got, others)
		}
		if got := h.texts("SELECT state FROM deliveries"); !slices.Equal(got, []string{"sent", "sent"}) {
			h.Errorf("deliveries %q: the bare numbers stay", got)
		}
		if got := h.texts("SELECT CAST(useful AS TEXT) FROM vote_counts"); !slices.Equal(got, []string{"2"}) {
			h.Errorf("votes %q: they stay counted", got)
		}
		if err := h.service.Erase(h.Context(), now, ana.ID); !errors.Is(err, subscribers.ErrUnknown) {
			h.Errorf("the second time: %v, want ErrUnknown", err)
		}
		if got := h.request(now.Add(3*day), subscribers.Request{Address: "anastasia@example.com", Newsletter: "management"}); got.Result != subscribers.Left {
			h.Errorf("an import brought them back: %+v", got)
		}
	})
}

// Of a sign-up that nobody confirmed, the mails to the address are forgotten too.
func TestPruningTakesTheMailsAlong(t *testing.T) {
	each(t, func(h *harness) {
		h.signUp(now, "ana@example.com", "management")
		left := h.active(now, "left@example.com", "management")
		h.leave(now, left.Subscription)
		h.signUp(now.Add(2*day), "left@example.com", "management")
		for range 2 {
			at := now.Add(2*day + subscribers.UnconfirmedLife)
			if _, err := h.service.Prune(h.Context(), at); err != nil {
				h.Fatal(err)
			}
		}
		if found := h.rows("ana@example.com"); len(found) > 0 {
			h.Errorf("of who never confirmed stays %q", found)
		}
		if got := h.state("left@example.com", "management"); got != subscribers.Unsubscribed {
			h.Errorf("who had left is %s", got)
		}
		h.wantMails("confirm left@example.com ar", "welcome left@example.com ar", "confirm left@example.com ar")
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
	h := open(t, db)
	var requests []subscribers.Request
	for i := range 300 { // some pages, which move as they grow and shrink
		for _, who := range []string{"secret", "stays"} {
			requests = append(requests, subscribers.Request{
				Address: subscribers.Address(fmt.Sprintf("%sperson%d@example.com", who, i)), Newsletter: "management",
				Preferences: subscribers.Preferences{Name: fmt.Sprintf("%sname %d", who, i)},
			})
		}
	}
	if _, err := h.service.SignUpAll(t.Context(), now, requests); err != nil {
		t.Fatal(err)
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
		if err := h.service.Erase(t.Context(), now, h.find(fmt.Sprintf("secretperson%d@example.com", i)).ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.list.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"secretperson", "secretname"} {
		if files := holds(text); len(files) > 0 {
			t.Errorf("%s stands in %s", text, files)
		}
	}
	if len(holds("staysperson299@example.com")) == 0 {
		t.Error("who stays is gone, too")
	}
}
