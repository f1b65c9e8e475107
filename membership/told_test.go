package membership_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"dailytip/hooks"
	"dailytip/membership"
	"dailytip/subscribers"
)

// copied is a program elsewhere that keeps a copy of the list by what it's told.
type copied map[string]*copiedPerson

type copiedPerson struct {
	hooks.SubscriberData
	places map[string]hooks.SubscriptionData
}

func (c copied) take(e hooks.Event) error {
	var d hooks.PersonData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return err
	}
	id := d.Subscriber.ID
	if e.Type == hooks.Erased {
		delete(c, id)
		return nil
	}
	if d.Subscriber.Name == nil { // of somebody who is erased by one of the next
		return nil
	}
	if c[id] == nil || d.Newsletter == "" {
		c[id] = &copiedPerson{places: map[string]hooks.SubscriptionData{}}
	}
	c[id].SubscriberData = d.Subscriber
	for _, s := range d.Subscriptions {
		c[id].places[s.Newsletter] = s
	}
	return nil
}

// differs says how a copy of a person differs from what the list says.
func (p *copiedPerson) differs(s subscribers.Subscriber, newsletter string, state subscribers.State, until time.Time) string {
	if p == nil {
		return "isn't known"
	}
	if p.Email != string(s.Email) || *p.Name != s.Name || *p.Language != s.Language || *p.Timezone != s.Timezone {
		return fmt.Sprintf("is %s, %s, %s, %s", p.Email, *p.Name, *p.Language, *p.Timezone)
	}
	place := p.places[newsletter]
	if place.State != string(state) || until.IsZero() != (place.PausedUntil == nil) || !until.IsZero() && !until.Equal(*place.PausedUntil) {
		return fmt.Sprintf("is %+v in %s, not %s", place, newsletter, state)
	}
	return ""
}

// The long tests let more happen.
func TestACopyByEventsIsTheList(t *testing.T) {
	copyByEventsIsTheList(t, 100)
}

// Whatever happens to readers, and by whom, who keeps a copy of the list by what they are
// told has the same list: nobody is missing in it, and nobody is left over.
func copyByEventsIsTheList(t *testing.T, steps int) {
	t.Helper()
	each(t, func(h *harness) {
		h.list.Publish(hooks.NewOutbox([]hooks.Endpoint{{Name: "crm", Addresses: true}}))
		seed := uint64(time.Now().UnixNano())
		h.Logf("seed %d", seed)
		life := &life{harness: h, Rand: rand.New(rand.NewPCG(seed, 0)), now: now}
		c, last := copied{}, int64(0)
		for range steps {
			what, err := life.step()
			last = h.eachEvent(last, func(e hooks.Event) {
				if err := c.take(e); err != nil {
					h.Fatal(err)
				}
			})
			if h.compare(c); h.Failed() {
				h.Fatalf("after: %s (%v) on %s", what, err, life.now.Format(time.DateTime))
			}
		}
	})
}

// An endpoint for one newsletter is told that somebody was erased whose place there had
// ended before, because they never confirmed it; one for a newsletter that they never
// were in isn't.
func TestErasureIsToldWhereAPlaceHasEnded(t *testing.T) {
	for name, last := range map[string]func(h *harness, at time.Time, s *subscribers.Subscriber) error{
		"erased": func(h *harness, at time.Time, s *subscribers.Subscriber) error {
			return h.service.Erase(h.Context(), at, s.ID)
		},
		"forgotten": func(h *harness, at time.Time, _ *subscribers.Subscriber) error {
			_, err := h.service.Prune(h.Context(), at.Add(subscribers.UnconfirmedLife))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *harness) {
				h.list.Publish(hooks.NewOutbox([]hooks.Endpoint{
					{Name: "ended", Newsletters: []string{"management"}}, {Name: "never", Newsletters: []string{"third"}},
				}))
				h.signUp(now, "ana@example.com", "management")
				later := now.Add(subscribers.UnconfirmedLife)
				h.signUp(later, "ana@example.com", "other")
				if _, err := h.service.Prune(h.Context(), later); err != nil {
					h.Fatal(err)
				}
				ana := h.find("ana@example.com")
				if len(ana.Subscriptions) != 1 {
					h.Fatalf("%+v", ana.Subscriptions)
				}
				if err := last(h, later, ana); err != nil {
					h.Fatal(err)
				}
				if told := h.texts("SELECT endpoint FROM hook_events WHERE type = 'subscriber.erased'"); !slices.Equal(told, []string{"ended"}) {
					h.Errorf("it's told to %v", told)
				}
			})
		})
	}
}

// compare compares a copy with the list.
func (h *harness) compare(c copied) {
	h.Helper()
	people := map[string]bool{}
	err := h.list.Each(h.Context(), subscribers.Filter{}, func(s subscribers.Subscriber, sub subscribers.Subscription) error {
		id := strconv.FormatInt(s.ID, 10)
		people[id] = true
		if wrong := c[id].differs(s, sub.Newsletter, s.StateOf(sub), sub.PausedUntil); wrong != "" {
			h.Errorf("%s (%s) %s", s.Email, id, wrong)
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	for id, p := range c {
		for _, place := range p.places {
			if !people[id] && place.State != "unsubscribed" && place.State != "suppressed" {
				h.Errorf("%s (%s) isn't on the list any more, and the copy has them as %+v", p.Email, id, place)
			}
		}
	}
}

// eachEvent calls f for each event after one, in their order, and returns the last.
func (h *harness) eachEvent(last int64, f func(hooks.Event)) int64 {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), "SELECT id, type, data FROM hook_events WHERE id > $1 ORDER BY id", last)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e hooks.Event
		var data string
		if err := rows.Scan(&e.ID, &e.Type, &data); err != nil {
			h.Fatal(err)
		}
		e.Data = json.RawMessage(data)
		f(e)
		last = e.ID
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return last
}

// life is what readers, mail servers and operators do.
type life struct {
	*harness
	*rand.Rand
	now time.Time
}

func pick[T any](l *life, all ...T) T { return all[l.IntN(len(all))] }

func (l *life) address() subscribers.Address {
	return subscribers.Address(pick(l, "a", "b", "c", "d", "e", "f", "g", "h") + "@example.com")
}

// stranger is an address that hardly anybody has yet.
func (l *life) stranger() subscribers.Address {
	return subscribers.Address(fmt.Sprintf("%d@example.com", l.IntN(100)))
}

func (l *life) newsletter() string { return pick(l, "management", "health") }

// person is somebody on the list with one of their subscriptions; nil: nobody is there.
func (l *life) person() (*subscribers.Subscriber, subscribers.Subscription) {
	s, err := l.list.Find(l.Context(), l.db.Read(), l.address())
	if err != nil || len(s.Subscriptions) == 0 {
		return nil, subscribers.Subscription{}
	}
	return s, pick(l, s.Subscriptions...)
}

func (l *life) request() subscribers.Request {
	return subscribers.Request{
		Address: pick(l, l.address(), l.address(), l.stranger()), Newsletter: l.newsletter(), Detail: "x",
		Preferences: subscribers.Preferences{Name: pick(l, "", "Ana", "Bo"), Language: pick(l, "", "pt"), Timezone: pick(l, "", "Europe/Lisbon")},
	}
}

// step lets something happen, and says what.
func (l *life) step() (what string, err error) {
	l.now = l.now.Add(time.Duration(l.IntN(int(48 * time.Hour))))
	steps := []func() (string, error){l.arrive, l.arrive, l.arrive, l.imported, l.byReader, l.byReader, l.byReader, l.byOperator, l.move, l.byItself}
	return pick(l, steps...)()
}

func (l *life) arrive() (string, error) {
	r := l.request()
	switch l.IntN(4) {
	case 0:
		return "join", l.service.Join(l.Context(), l.now, r.Address, r.Newsletter, "x")
	case 1:
		r.Consent = pick(l, subscribers.ByOperator, subscribers.Vouched)
		_, err := l.service.SignUpAll(l.Context(), l.now, []subscribers.Request{r})
		return "add", err
	case 2:
		_, err := l.service.Return(l.Context(), l.now, r, l.IntN(2) == 0)
		return "return", err
	}
	r.Consent = subscribers.ByReader
	_, err := l.service.SignUp(l.Context(), l.now, r, membership.Form{})
	if err == nil && l.IntN(2) == 0 { // again, perhaps with other words
		r.Preferences = l.request().Preferences
		_, err = l.service.SignUp(l.Context(), l.now, r, membership.Form{})
	}
	return "sign up", err
}

func (l *life) imported() (string, error) {
	r := l.request()
	r.Consent = pick(l, subscribers.ByOperator, subscribers.Vouched)
	r.Imported = subscribers.Imported{State: pick(l, subscribers.States...), CreatedAt: l.now.Add(-day), Source: "page"}
	r.Imported.Before = pick(l, "", subscribers.Active, subscribers.Unsubscribed)
	if r.Imported.State == subscribers.Suppressed {
		r.Imported.SuppressedAt, r.Imported.SuppressedReason = l.now.Add(-day), "550"
	}
	if r.Imported.State == subscribers.Paused {
		r.Imported.PausedUntil = l.now.Add(10 * day)
	}
	_, err := l.service.SignUpAll(l.Context(), l.now, []subscribers.Request{r})
	return "import " + string(r.Imported.State), err
}

func (l *life) byReader() (string, error) {
	s, sub := l.person()
	if s == nil {
		return "nobody", nil
	}
	var what string
	err := l.db.Write(l.Context(), func(tx *sql.Tx) (err error) {
		switch l.IntN(4) {
		case 0:
			what = "pause"
			_, err = l.list.Pause(l.Context(), tx, l.now, pick(l, time.Time{}, l.now.Add(7*day)), sub.ID, "x")
		case 1:
			what = "resume"
			_, err = l.list.Resume(l.Context(), tx, l.now, sub.ID, "x")
		case 2:
			what = "set"
			err = l.list.Set(l.Context(), tx, l.now, s, sub, l.request().Preferences)
		case 3:
			what = "undo"
			_, err = l.list.Undo(l.Context(), tx, l.now, sub.ID, "x")
		}
		return err
	})
	if err != nil {
		return what, err
	}
	switch l.IntN(3) {
	case 0:
		_, err = l.service.Leave(l.Context(), l.now, "x", sub.ID)
		return what + ", leave", err
	case 1:
		_, err = l.service.Confirm(l.Context(), l.now, membership.Confirmation{Subscription: sub.ID, Again: l.IntN(2) == 0, Name: pick(l, nil, new("Cy"))})
		return what + ", confirm", err
	}
	return what, nil
}

func (l *life) byOperator() (string, error) {
	s, _ := l.person()
	if s == nil {
		return "nobody", nil
	}
	switch l.IntN(5) {
	case 0:
		return "erase", l.service.Erase(l.Context(), l.now, s.ID)
	case 1:
		return "suppress", l.db.Write(l.Context(), func(tx *sql.Tx) error {
			_, err := l.list.SuppressAddress(l.Context(), tx, l.now, l.address(), "x")
			return err
		})
	}
	return "restore", l.db.Write(l.Context(), func(tx *sql.Tx) error {
		_, err := l.list.Restore(l.Context(), tx, l.now, s.ID, "x")
		return err
	})
}

// move moves somebody to another address, who may confirm it.
func (l *life) move() (string, error) {
	s, _ := l.person()
	if s == nil {
		return "nobody", nil
	}
	to := l.stranger()
	done, err := l.service.ChangeAddress(l.Context(), l.now, s.ID, to, l.IntN(3) == 0, "x")
	if done || err != nil {
		return "move", err
	}
	if s, err = l.list.Find(l.Context(), l.db.Read(), to); err != nil {
		return "move", err
	}
	_, err = l.service.Confirm(l.Context(), l.now, membership.Confirmation{Subscription: pick(l, s.Subscriptions...).ID})
	return "move, confirm", err
}

func (l *life) byItself() (string, error) {
	switch l.IntN(8) {
	case 0, 1:
		_, err := l.list.ResumeDue(l.Context(), l.now)
		return "pauses end", err
	case 2:
		l.now = l.now.Add(31 * day)
		_, err := l.service.Prune(l.Context(), l.now)
		return "prune", err
	}
	s, sub := l.person()
	if s == nil {
		return "nobody", nil
	}
	return "bounce", l.db.Write(l.Context(), func(tx *sql.Tx) error {
		good := pick(l, time.Time{}, l.now, l.now)
		_, err := l.list.Bounced(l.Context(), tx, l.now, subscribers.Bounce{
			Subscriber: s.ID, Subscription: sub.ID, Newsletter: sub.Newsletter, Notice: l.Int64N(1000) + 1, Confirms: true,
			Class: pick(l, subscribers.HardBounce, subscribers.HardBounce, subscribers.HardBounce, subscribers.Complaint), Reason: pick(l, "dead", subscribers.Unsubscribing),
		}, good)
		if errors.Is(err, subscribers.ErrUnknown) {
			return nil
		}
		return err
	})
}
