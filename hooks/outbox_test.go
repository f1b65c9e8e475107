package hooks_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/hooks"
	"dailytip/store"
	"dailytip/store/storetest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

var ana = hooks.Person{
	ID: 42, Email: "Ana@example.com", Name: "Ana", Language: "pt", Newsletter: "",
	Places: []hooks.Place{{Newsletter: "daily", State: "active"}, {Newsletter: "secret", State: "paused", PausedUntil: now}},
}

// events are what an endpoint is told, in order.
func events(t *testing.T, db *store.DB, endpoint string) (all []hooks.Event) {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), "SELECT id, type, data FROM hook_events WHERE endpoint = $1 ORDER BY id", endpoint)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (e hooks.Event, err error) {
		var data string
		err = rows.Scan(&e.ID, &e.Type, &data)
		e.Data = json.RawMessage(data)
		return e, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func write(t *testing.T, db *store.DB, f func(tx *sql.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// Each endpoint is told what is in its scope, and nothing else.
func TestScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		outbox := hooks.NewOutbox([]hooks.Endpoint{
			{Name: "all", Secret: secret, Addresses: true},
			{Name: "daily", Secret: secret, Newsletters: []string{"daily"}},
			{Name: "other", Secret: secret, Newsletters: []string{"other"}},
			{Name: "votes", Secret: secret, Events: []hooks.Type{hooks.Voted}},
		})
		write(t, db, func(tx *sql.Tx) error {
			return errors.Join(
				outbox.Person(t.Context(), tx, now, hooks.Suppressed, ana),
				outbox.Edition(t.Context(), tx, now, hooks.EditionPaused, hooks.Edition{Newsletter: "secret", Reason: "refused", Reply: "550 ana@example.com"}),
				outbox.Alert(t.Context(), tx, now, hooks.Alert{Newsletter: "daily", Subject: "s", Text: "of ana@example.com"}),
				outbox.Vote(t.Context(), tx, now, hooks.Vote{Edition: 7, Newsletter: "other", LocalDate: "2026-11-23", Tip: "t", IsUseful: true, Useful: 3, Useless: 1}),
			)
		})
		for endpoint, want := range map[string][]string{
			"all": {
				`{"subscriber":{"id":"42","email":"Ana@example.com","name":"Ana","language":"pt","timezone":""},"newsletter":"","subscriptions":[{"newsletter":"daily","state":"active"},{"newsletter":"secret","state":"paused","paused_until":"2026-11-23T07:00:00Z"}]}`,
				`{"newsletter":"secret","reason":"refused","reply":"550 ana@example.com"}`,
				`{"newsletter":"daily","subject":"s","text":"of ana@example.com"}`,
				`{"newsletter":"other","date":"2026-11-23","edition":"7","tip":"t","is_useful":true,"useful":3,"useless":1}`,
			},
			"daily": {
				`{"subscriber":{"id":"42","language":"pt","timezone":""},"newsletter":"","subscriptions":[{"newsletter":"daily","state":"active"}]}`,
				`{"newsletter":"daily","subject":"s"}`,
			},
			"other": {`{"newsletter":"other","date":"2026-11-23","edition":"7","tip":"t","is_useful":true,"useful":3,"useless":1}`},
			"votes": {`{"newsletter":"other","date":"2026-11-23","edition":"7","tip":"t","is_useful":true,"useful":3,"useless":1}`},
		} {
			var got []string
			for _, e := range events(t, db, endpoint) {
				got = append(got, string(e.Data))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s is told\n%s\nwant\n%s", endpoint, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	})
}

// Without endpoints nothing is written, nor with those that don't want it.
func TestNobodyIsTold(t *testing.T) {
	db := storetest.SQLite(t)
	for _, outbox := range []*hooks.Outbox{nil, hooks.NewOutbox(nil), hooks.NewOutbox([]hooks.Endpoint{{Name: "x", Events: []hooks.Type{hooks.Alerted}}})} {
		if outbox.Wants(hooks.Confirmed) {
			t.Error("somebody wants it")
		}
		if err := outbox.Person(t.Context(), nil, now, hooks.Confirmed, ana); err != nil { // no transaction: nothing is asked of it
			t.Error(err)
		}
	}
	if got := events(t, db, "x"); len(got) > 0 {
		t.Error(got)
	}
}

// What follows from another change is told after it, also by a daemon whose clock is
// behind.
func TestOrderHoldsWhenClocksDiffer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		endpoints := []hooks.Endpoint{{Name: "crm"}, {Name: "log"}}
		ahead, behind := hooks.NewOutbox(endpoints), hooks.NewOutbox(endpoints)
		tell := func(o *hooks.Outbox, now time.Time, subject string) func(tx *sql.Tx) error {
			return func(tx *sql.Tx) error { return o.Alert(t.Context(), tx, now, hooks.Alert{Subject: subject}) }
		}
		write(t, db, tell(ahead, now.Add(time.Hour), "1"))
		write(t, db, tell(behind, now, "2"))
		write(t, db, tell(behind, now, "3"))
		write(t, db, tell(ahead, now.Add(time.Hour), "4"))
		for _, e := range endpoints {
			var got []string
			for _, event := range events(t, db, e.Name) {
				got = append(got, string(event.Data[len(`{"newsletter":"","subject":"`)]))
			}
			if strings.Join(got, "") != "1234" {
				t.Errorf("%s: %v", e.Name, got)
			}
		}
	})
}

// What is rolled back was never told.
func TestRolledBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		outbox := hooks.NewOutbox([]hooks.Endpoint{{Name: "crm"}})
		failed := errors.New("no")
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			return errors.Join(outbox.Person(t.Context(), tx, now, hooks.Confirmed, ana), failed)
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		if got := events(t, db, "crm"); len(got) > 0 {
			t.Error(got)
		}
	})
}

// Who was erased leaves a number, in what has been posted and in what waits; who holds
// the endpoint's secret can find the address among theirs, and nobody else.
func TestErase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		outbox := hooks.NewOutbox([]hooks.Endpoint{{Name: "crm", Secret: secret, Addresses: true}, {Name: "log", Secret: secret}})
		queue := hooks.NewQueue(db)
		write(t, db, func(tx *sql.Tx) error { return outbox.Person(t.Context(), tx, now, hooks.Confirmed, ana) })
		first := events(t, db, "crm")[0]
		write(t, db, func(tx *sql.Tx) error {
			_, err := queue.Fail(t.Context(), tx, hooks.Attempt{Endpoint: "crm", Event: first.ID, Data: first.Data, At: now, Status: 500, Reply: "what is ana@example.com?"}, hooks.Failure{})
			return err
		})
		write(t, db, func(tx *sql.Tx) error {
			return errors.Join(hooks.Erase(t.Context(), tx, ana.ID), outbox.Person(t.Context(), tx, now, hooks.Erased, ana))
		})
		const bare = `{"subscriber":{"id":"42"},"newsletter":"","subscriptions":[]}`
		if got := events(t, db, "log"); len(got) != 2 || string(got[0].Data) != bare || string(got[1].Data) != bare {
			t.Errorf("log: %+v", got)
		}
		got := events(t, db, "crm")
		const hash = "67cd1cd17b425af3be7e1bb4d0b4078ec4a21863194f2e3580dd4dc8f8e285fc"
		if len(got) != 2 || string(got[0].Data) != bare {
			t.Errorf("crm: %+v", got)
		}
		var d hooks.PersonData
		if err := json.Unmarshal(got[1].Data, &d); err != nil || got[1].Type != hooks.Erased || d.Subscriber.Email != "" || d.Subscriber.EmailHash != hash {
			t.Errorf("crm: %s, %v", got[1].Data, err)
		}
		if attempts, err := queue.Attempts(t.Context(), "crm", first.ID); err != nil || len(attempts) != 1 || attempts[0].Reply != "" {
			t.Errorf("%+v, %v", attempts, err)
		}
	})
}

// A reply that comes while its event's person is erased isn't kept, whichever of the two
// is written first; that it came is.
func TestEraseDuringAnAttempt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		outbox := hooks.NewOutbox([]hooks.Endpoint{{Name: "crm", Secret: secret, Addresses: true}})
		queue := hooks.NewQueue(db)
		happened := func() hooks.Attempt {
			write(t, db, func(tx *sql.Tx) error { return outbox.Person(t.Context(), tx, now, hooks.Confirmed, ana) })
			all := events(t, db, "crm")
			last := all[len(all)-1]
			return hooks.Attempt{Endpoint: "crm", Event: last.ID, Data: last.Data, At: now, Status: 500, Reply: "what is ana@example.com?"}
		}
		note := func(a hooks.Attempt) func(tx *sql.Tx) error {
			return func(tx *sql.Tx) error {
				_, err := queue.Fail(t.Context(), tx, a, hooks.Failure{})
				return err
			}
		}
		erase := func(tx *sql.Tx) error { return hooks.Erase(t.Context(), tx, ana.ID) }
		for name, order := range map[string]func(a hooks.Attempt) [2]func(tx *sql.Tx) error{
			"erased first":  func(a hooks.Attempt) [2]func(tx *sql.Tx) error { return [2]func(tx *sql.Tx) error{erase, note(a)} },
			"replied first": func(a hooks.Attempt) [2]func(tx *sql.Tx) error { return [2]func(tx *sql.Tx) error{note(a), erase} },
		} {
			a := happened()
			steps := order(a)
			second := make(chan error, 1)
			write(t, db, func(tx *sql.Tx) error {
				if err := steps[0](tx); err != nil {
					return err
				}
				go func() { second <- db.Write(t.Context(), steps[1]) }()
				awaitWriter(t, db)
				return nil
			})
			if err := <-second; err != nil {
				t.Fatal(err)
			}
			attempts, err := queue.Attempts(t.Context(), "crm", a.Event)
			if err != nil || len(attempts) != 1 || attempts[0].Status != 500 || attempts[0].Reply != "" {
				t.Errorf("%s: %+v, %v", name, attempts, err)
			}
		}
	})
}

// awaitWriter waits until another transaction waits for this one's locks. On SQLite it
// needn't: there one transaction writes after the other.
func awaitWriter(t *testing.T, db *store.DB) {
	t.Helper()
	for db.Postgres() {
		var waits bool
		err := db.Read().QueryRowContext(t.Context(), `
			SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database())`).Scan(&waits)
		if err != nil {
			t.Fatal(err)
		}
		if waits {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// After 30 days an event is forgotten, whether it was taken or not.
func TestPrune(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		outbox := hooks.NewOutbox([]hooks.Endpoint{{Name: "crm"}})
		queue := hooks.NewQueue(db)
		for i := range 3 {
			write(t, db, func(tx *sql.Tx) error {
				return outbox.Person(t.Context(), tx, now.Add(time.Duration(i)*time.Hour), hooks.Confirmed, ana)
			})
		}
		all := events(t, db, "crm")
		write(t, db, func(tx *sql.Tx) error {
			return queue.Accept(t.Context(), tx, hooks.Attempt{Endpoint: "crm", Event: all[0].ID, At: now, Status: 200})
		})
		lost, more, err := queue.Prune(t.Context(), now.Add(hooks.Keep+time.Hour))
		if err != nil || lost != 1 || more {
			t.Errorf("lost %d, more %t, %v", lost, more, err)
		}
		if got := events(t, db, "crm"); len(got) != 1 || got[0].ID != all[2].ID {
			t.Errorf("%+v", got)
		}
		if attempts, err := queue.Attempts(t.Context(), "crm", all[0].ID); err != nil || len(attempts) > 0 {
			t.Errorf("%+v, %v", attempts, err)
		}
	})
}
