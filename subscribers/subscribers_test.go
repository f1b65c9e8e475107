package subscribers_test

import (
	"bytes"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// each opens an empty list on both engines.
func each(t *testing.T, f func(t *testing.T, h *harness)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		list, err := subscribers.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		f(t, &harness{t, db, list})
	})
}

type harness struct {
	t    *testing.T
	db   *store.DB
	list *subscribers.List
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) add(address string, consent subscribers.Consent, p subscribers.Preferences) (added subscribers.Added) {
	h.t.Helper()
	h.write(func(tx *sql.Tx) (err error) {
		added, err = h.list.Add(h.t.Context(), tx, now, subscribers.Request{
			Address: subscribers.Address(address), Newsletter: "management", Preferences: p, Consent: consent, Detail: "test",
		})
		return err
	})
	return added
}

func (h *harness) find(address string) *subscribers.Subscriber {
	h.t.Helper()
	s, err := h.list.Find(h.t.Context(), h.db.Read(), subscribers.Address(address))
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func TestConsentDecidesTheState(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		for _, step := range []struct {
			consent subscribers.Consent
			result  subscribers.Result
			state   subscribers.State
		}{
			{subscribers.ByOperator, subscribers.Created, subscribers.Pending},
			{subscribers.ByOperator, subscribers.Unchanged, subscribers.Pending},
			{subscribers.Vouched, subscribers.Confirmed, subscribers.Active},
			{subscribers.Vouched, subscribers.Unchanged, subscribers.Active},
			{subscribers.ByReader, subscribers.Unchanged, subscribers.Active},
		} {
			got := h.add("Ana@example.com", step.consent, subscribers.Preferences{})
			if got.Result != step.result || got.State != step.state {
				t.Errorf("consent %d: %s, %s; want %s, %s", step.consent, got.Result, got.State, step.result, step.state)
			}
		}
	})
}

func TestWhoLeftIsNotRevived(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		added := h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{})
		h.write(func(tx *sql.Tx) error {
			changed, err := h.list.Unsubscribe(t.Context(), tx, now, added.Subscription, "one click")
			if !changed {
				t.Error("unsubscribing changed nothing")
			}
			return err
		})
		if got := h.add("ANA@example.com", subscribers.Vouched, subscribers.Preferences{}); got.Result != subscribers.Left {
			t.Errorf("import: %s, want %s", got.Result, subscribers.Left)
		}
		if got := h.add("ana@example.com", subscribers.ByReader, subscribers.Preferences{}); got.Result != subscribers.Reopened || got.State != subscribers.Pending {
			t.Errorf("sign-up: %+v", got)
		}
	})
}

func TestSuppressedAndErasedStayOut(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		added := h.add("dead@example.com", subscribers.Vouched, subscribers.Preferences{})
		h.write(func(tx *sql.Tx) error {
			return h.list.Suppress(t.Context(), tx, now, added.Subscriber, "550 5.1.1 no such user")
		})
		for _, consent := range []subscribers.Consent{subscribers.ByOperator, subscribers.Vouched} {
			if got := h.add("dead@example.com", consent, subscribers.Preferences{}); got.Result != subscribers.Barred {
				t.Errorf("consent %d: %s", consent, got.Result)
			}
		}
		if s := h.find("dead@example.com"); s.SuppressedReason != "550 5.1.1 no such user" || s.Subscriptions[0].State != subscribers.Suppressed {
			t.Errorf("%+v", s)
		}
		h.add("gone@example.com", subscribers.Vouched, subscribers.Preferences{Name: "Gone"})
		gone := h.find("gone@example.com")
		h.write(func(tx *sql.Tx) error { return h.list.Erase(t.Context(), tx, now, gone) })
		if _, err := h.list.Find(t.Context(), h.db.Read(), "gone@example.com"); !errors.Is(err, subscribers.ErrUnknown) {
			t.Errorf("after erasing: %v", err)
		}
		if got := h.add("gone@example.com", subscribers.Vouched, subscribers.Preferences{}); got.Result != subscribers.Left {
			t.Errorf("import of an erased address: %s", got.Result)
		}
		if got := h.add("gone@example.com", subscribers.ByReader, subscribers.Preferences{}); got.Result != subscribers.Created {
			t.Errorf("sign-up of an erased address: %s", got.Result)
		}
	})
}

func TestPreferencesMoveBetweenSlots(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{Timezone: "Europe/Berlin"})
		h.add("bo@example.com", subscribers.Vouched, subscribers.Preferences{Timezone: "Europe/Berlin"})
		ana, bo := h.find("ana@example.com"), h.find("bo@example.com")
		if ana.Subscriptions[0].Slot.ID != bo.Subscriptions[0].Slot.ID {
			t.Error("two readers with the same preferences are in two slots")
		}
		later := now.Add(time.Hour)
		h.write(func(tx *sql.Tx) error {
			return h.list.Set(t.Context(), tx, later, ana, ana.Subscriptions[0], subscribers.Preferences{
				Name: "Ana", Language: "es", Timezone: "America/Lima", SendAt: "06:30", Days: 1,
			})
		})
		ana = h.find("ana@example.com")
		sub := ana.Subscriptions[0]
		if ana.Name != "Ana" || sub.Slot.Timezone != "America/Lima" || sub.Slot.SendAt != "06:30" || sub.Slot.Days.String() != "MON" || !sub.DueAfter.Equal(later) {
			t.Errorf("%+v", ana)
		}
		slots, err := h.list.Slots(t.Context(), "management")
		if err != nil || len(slots) != 2 {
			t.Errorf("%d slots, %v; want 2", len(slots), err)
		}
	})
}

func TestPauseAndResume(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		added := h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{})
		until := now.Add(48 * time.Hour)
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Pause(t.Context(), tx, now, until, added.Subscription, "")
			return err
		})
		for _, tick := range []struct {
			at   time.Time
			want int64
		}{{until.Add(-time.Minute), 0}, {until.Add(time.Minute), 1}, {until.Add(time.Hour), 0}} {
			if n, err := h.list.ResumeDue(t.Context(), tick.at); n != tick.want || err != nil {
				t.Errorf("at %s: %d resumed, %v; want %d", tick.at, n, err, tick.want)
			}
		}
		if sub := h.find("ana@example.com").Subscriptions[0]; sub.State != subscribers.Active || !sub.DueAfter.Equal(until) {
			t.Errorf("%+v", sub)
		}
	})
}

func TestExportReadsBack(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{
			Name: "=HYPERLINK(1)", Language: "zh-CN", Timezone: "Asia/Shanghai", SendAt: "08:15", Days: 0b10101, Cadence: subscribers.Weekly,
		})
		var file bytes.Buffer
		if n, err := listfile.Write(t.Context(), &file, h.list, subscribers.Filter{}); err != nil || n != 1 {
			t.Fatalf("%d rows, %v", n, err)
		}
		if !strings.Contains(file.String(), "'=HYPERLINK(1)") {
			t.Errorf("a formula went out unguarded:\n%s", &file)
		}
		back, err := listfile.Open(bytes.NewReader(file.Bytes()), listfile.Options{Newsletters: []string{"management"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range slices.Collect(back.Rows()) {
			want := subscribers.Preferences{
				Name: "=HYPERLINK(1)", Language: "zh-CN", Timezone: "Asia/Shanghai", SendAt: "08:15", Days: 0b10101, Cadence: subscribers.Weekly,
			}
			if row.Err != nil || row.Request.Preferences != want {
				t.Errorf("%+v", row)
			}
		}
	})
}

// Who leaves while suppressed has left for good, also if mail to them works
// again one day.
func TestSuppressedMayLeave(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		added := h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{})
		h.write(func(tx *sql.Tx) error {
			if err := h.list.Suppress(t.Context(), tx, now, added.Subscriber, "550 5.1.1 no such user"); err != nil {
				return err
			}
			changed, err := h.list.Unsubscribe(t.Context(), tx, now, added.Subscription, "one click")
			if !changed {
				t.Error("leaving changed nothing")
			}
			return err
		})
		if s := h.find("ana@example.com"); s.Subscriptions[0].State != subscribers.Unsubscribed || s.SuppressedAt.IsZero() {
			t.Errorf("%+v", s)
		}
	})
}

// Anybody can sign anybody up; that mustn't open the door to an import.
func TestAStrangersSignUpDoesNotHelpAnImport(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		left := h.add("left@example.com", subscribers.Vouched, subscribers.Preferences{})
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(t.Context(), tx, now, left.Subscription, "one click")
			return err
		})
		h.add("erased@example.com", subscribers.Vouched, subscribers.Preferences{})
		erased := h.find("erased@example.com")
		h.write(func(tx *sql.Tx) error { return h.list.Erase(t.Context(), tx, now, erased) })
		for _, address := range []string{"left@example.com", "erased@example.com"} {
			signed := h.add(address, subscribers.ByReader, subscribers.Preferences{})
			if signed.State != subscribers.Pending {
				t.Errorf("%s: sign-up: %+v", address, signed)
			}
			for _, consent := range []subscribers.Consent{subscribers.Vouched, subscribers.ByOperator} {
				if got := h.add(address, consent, subscribers.Preferences{}); got.State == subscribers.Active || got.Result == subscribers.Confirmed {
					t.Errorf("%s: import after it: %+v", address, got)
				}
			}
			// The person's own yes does.
			h.write(func(tx *sql.Tx) error {
				changed, err := h.list.Confirm(t.Context(), tx, now, signed.Subscription, "button")
				if !changed {
					t.Errorf("%s: confirming changed nothing", address)
				}
				return err
			})
			if got := h.add(address, subscribers.Vouched, subscribers.Preferences{}); got.Result != subscribers.Unchanged || got.State != subscribers.Active {
				t.Errorf("%s: import once they have confirmed: %+v", address, got)
			}
		}
	})
}

func TestUndo(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		leave := func(a subscribers.Added, at time.Time) {
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Unsubscribe(t.Context(), tx, at, a.Subscription, "one click")
				return err
			})
		}
		undo := func(a subscribers.Added, at time.Time) (changed bool) {
			h.write(func(tx *sql.Tx) (err error) {
				changed, err = h.list.Undo(t.Context(), tx, at, a.Subscription, "button")
				return err
			})
			return changed
		}
		ana := h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{})
		if undo(ana, now) {
			t.Error("undone before leaving")
		}
		leave(ana, now)
		if undo(ana, now.Add(subscribers.UndoTime)) {
			t.Error("undone after the time for it")
		}
		if !undo(ana, now.Add(subscribers.UndoTime-time.Second)) || undo(ana, now.Add(time.Hour)) {
			t.Error("undoing must work once, in time")
		}
		if s := h.find("ana@example.com").Subscriptions[0]; s.State != subscribers.Active {
			t.Errorf("%+v", s)
		}
		// Who never said yes isn't made active by this.
		ben := h.add("ben@example.com", subscribers.ByReader, subscribers.Preferences{})
		leave(ben, now)
		if undo(ben, now) {
			t.Error("undone by who had never confirmed")
		}
	})
}

func TestReason(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		ana := h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{})
		give := func(at time.Time, reason string) (kept bool) {
			h.write(func(tx *sql.Tx) (err error) {
				kept, err = h.list.GiveReason(t.Context(), tx, at, ana.Subscription, reason)
				return err
			})
			return kept
		}
		if give(now, "too_many") {
			t.Error("a reason before leaving")
		}
		for i := range 2 {
			at := now.Add(time.Duration(i) * time.Hour)
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Unsubscribe(t.Context(), tx, at, ana.Subscription, "one click")
				return err
			})
			if give(at, "<script>") || !give(at.Add(time.Minute), "too_many") || give(at.Add(time.Minute), "other") {
				t.Error("one known reason for each leave")
			}
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Undo(t.Context(), tx, at.Add(2*time.Minute), ana.Subscription, "button")
				return err
			})
		}
	})
}
