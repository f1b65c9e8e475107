package subscribers_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

var newsletters = []string{"management", "other"}

// takeOver reads a file into a list, as import does, and counts what became of
// its rows.
func takeOver(ctx context.Context, tx *sql.Tx, list *subscribers.List, at time.Time, text string, consent subscribers.Consent) (map[subscribers.Result]int, error) {
	file, err := listfile.Open(strings.NewReader(text), listfile.Options{Newsletters: newsletters})
	if err != nil {
		return nil, err
	}
	strictest := subscribers.NewStrictest()
	for row := range file.Rows() {
		if row.Err != nil {
			return nil, fmt.Errorf("line %d: %w", row.Line, row.Err)
		}
		strictest.See(row.Request)
	}
	counts := map[subscribers.Result]int{}
	for row := range file.Rows() {
		r := strictest.Over(row.Request)
		r.Consent, r.Detail = consent, fmt.Sprintf("import of list.csv, line %d", row.Line)
		added, err := list.Add(ctx, tx, at, r)
		if err != nil {
			return nil, err
		}
		counts[added.Result]++
	}
	return counts, nil
}

func (h *harness) takeOver(file string, consent subscribers.Consent) (counts map[subscribers.Result]int) {
	h.t.Helper()
	h.write(func(tx *sql.Tx) (err error) {
		counts, err = takeOver(h.t.Context(), tx, h.list, now, file, consent)
		return err
	})
	return counts
}

func (h *harness) export() string {
	h.t.Helper()
	var b bytes.Buffer
	if _, err := listfile.Write(h.t.Context(), &b, h.list, subscribers.Filter{}); err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

// clearList empties the list.
func clearList(ctx context.Context, tx *sql.Tx) error {
	for _, table := range []string{"bounces", "rests", "subscription_events", "subscriptions", "subscribers", "slots", "erased", "asked"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	return nil
}

var (
	someName   = rapid.SampledFrom([]string{"", "Ana", `Ana "Nana" Lopez`, "=1+1", "'=1+1", "''-x", "Zoë; d'Arc, Jr", "山田", "-", "'", "''", "@"})
	someReason = rapid.SampledFrom([]string{"550 5.1.1 no such user", "they complained", "550 two\r\nlines, \"quoted\"", "", "=x", "'@x"})
	someone    = rapid.SampledFrom([]string{
		"ana@example.com", "Ben@Example.com", "用户@example.com", "+x@example.com", "'=y@example.com", "zoe@bücher.example", "josé@example.com", "o'neil@example.com",
	})
)

// live has a few people live a while: whatever the program can do to them.
func live(ctx context.Context, t *rapid.T, tx *sql.Tx, list *subscribers.List) error {
	for step := range rapid.IntRange(1, 30).Draw(t, "steps") {
		at := now.Add(-time.Duration(1000-step) * 731 * time.Millisecond)
		address, err := subscribers.ParseAddress(someone.Draw(t, "who"))
		if err != nil {
			return err
		}
		newsletter := rapid.SampledFrom(newsletters).Draw(t, "newsletter")
		s, err := list.Find(ctx, tx, address)
		what := rapid.SampledFrom([]string{"join", "confirm", "pause", "resume", "leave", "undo", "suppress", "restore", "set", "erase", "move", "bounce", "bounce"}).Draw(t, "what")
		if what == "suppress" && err != nil {
			if _, err := list.SuppressAddress(ctx, tx, at, address, someReason.Draw(t, "reason")); err != nil && !errors.Is(err, subscribers.ErrErased) {
				return err
			}
			continue
		}
		if err != nil || len(s.Subscriptions) == 0 || what == "join" {
			_, err = list.Add(ctx, tx, at, subscribers.Request{
				Address: address, Newsletter: newsletter, Detail: someReason.Draw(t, "detail"), CourseTip: rapid.SampledFrom([]string{"", "a/tip-1", "=tip"}).Draw(t, "tip"),
				Consent: rapid.SampledFrom([]subscribers.Consent{subscribers.ByReader, subscribers.Vouched, subscribers.ByOperator}).Draw(t, "consent"),
				Preferences: subscribers.Preferences{
					Name: someName.Draw(t, "name"), Language: rapid.SampledFrom([]string{"", "zh-CN"}).Draw(t, "language"),
					Timezone: rapid.SampledFrom([]string{"", "Asia/Tokyo"}).Draw(t, "zone"), SendAt: rapid.SampledFrom([]string{"", "06:30"}).Draw(t, "hour"),
					Days: subscribers.Days(rapid.IntRange(0, 127).Draw(t, "days")), Cadence: rapid.SampledFrom([]subscribers.Cadence{"", subscribers.Weekly}).Draw(t, "cadence"),
				},
			})
			if err != nil {
				return err
			}
			continue
		}
		sub := rapid.SampledFrom(s.Subscriptions).Draw(t, "which")
		switch what {
		case "confirm":
			_, err = list.Confirm(ctx, tx, at, sub.ID, someReason.Draw(t, "how"))
		case "pause":
			_, err = list.Pause(ctx, tx, at, rapid.SampledFrom([]time.Time{{}, now.Add(time.Hour)}).Draw(t, "until"), sub.ID, "")
		case "resume":
			_, err = list.Resume(ctx, tx, at, sub.ID, "")
		case "leave":
			_, err = list.Unsubscribe(ctx, tx, at, sub.ID, "one click")
		case "undo":
			_, err = list.Undo(ctx, tx, at, sub.ID, "button")
		case "suppress":
			err = list.Suppress(ctx, tx, at, s.ID, someReason.Draw(t, "reason"))
		case "restore":
			_, err = list.Restore(ctx, tx, at, s.ID, "they wrote to us")
		case "set":
			err = list.Set(ctx, tx, at, s, sub, subscribers.Preferences{Name: someName.Draw(t, "name"), SendAt: "09:00"})
		case "move":
			to := subscribers.Address(fmt.Sprintf("moved%d@example.net", step))
			err = list.ChangeAddress(ctx, tx, at, s, to, someReason.Draw(t, "why"))
		case "bounce":
			err = bounced(ctx, t, tx, list, at, sub, int64(step+1))
		case "erase":
			err = list.Erase(ctx, tx, at, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bounced has a mail come back, as a relay or a mailbox says: dead, full, spam.
func bounced(ctx context.Context, t *rapid.T, tx *sql.Tx, list *subscribers.List, at time.Time, sub subscribers.Subscription, edition int64) error {
	b := subscribers.Bounce{
		Subscriber: sub.Subscriber, Subscription: sub.ID, Newsletter: sub.Newsletter, Edition: edition, Door: "lmtp",
		Class:  rapid.SampledFrom([]subscribers.BounceClass{subscribers.HardBounce, subscribers.SoftBounce, subscribers.OursBounce, subscribers.Complaint}).Draw(t, "class"),
		Reason: rapid.SampledFrom([]string{"userunknown", "mailboxfull", subscribers.Unsubscribing}).Draw(t, "bounce"), Reply: someReason.Draw(t, "reply"),
	}
	good := rapid.SampledFrom([]time.Time{{}, at.Add(-time.Hour)}).Draw(t, "good") // once, it worked
	_, err := list.Bounced(ctx, tx, at, b, good)
	return err
}

// Whatever people did, an export that is read into an empty database gives the
// same list, and reading it once more changes nothing. Nobody is in it who was
// erased.
func TestAnExportReadsBackAsItWas(t *testing.T) {
	exportReadsBack(t)
}

func exportReadsBack(t *testing.T) {
	t.Helper()
	fewer(t)
	each(t, func(t *testing.T, h *harness) {
		db := storetest.SQLite(t)
		if h.db.Postgres() {
			db = storetest.Postgres(t)
		}
		list, err := subscribers.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		other := &harness{t, db, list}
		rapid.Check(t, func(t *rapid.T) {
			h.write(func(tx *sql.Tx) error {
				if err := clearList(h.t.Context(), tx); err != nil {
					return err
				}
				return live(h.t.Context(), t, tx, h.list)
			})
			want := h.export()
			other.write(func(tx *sql.Tx) error { return clearList(h.t.Context(), tx) })
			for range 2 {
				other.takeOver(want, subscribers.Vouched)
				if got := other.export(); got != want {
					t.Fatalf("read back:\n%s\nwant:\n%s", got, want)
				}
			}
			// Without the operator's word nobody gets mail, and who is out stays out.
			other.write(func(tx *sql.Tx) error { return clearList(h.t.Context(), tx) })
			other.takeOver(want, subscribers.ByOperator)
			nobodyNew(t, h, other)
		})
	})
}

// fewer has rapid try as many lists as there is time for, unless somebody says on
// the command line how many. No test of this package runs beside another.
func fewer(t *testing.T) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	if before != f.DefValue {
		return
	}
	if err := flag.Set(f.Name, checks); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
}

// nobodyNew finds who is active in a list that was taken over without anybody's
// word, or is asked though they left or are suppressed.
func nobodyNew(t *rapid.T, from, to *harness) {
	err := to.list.Each(to.t.Context(), subscribers.Filter{}, func(p subscribers.Subscriber, s subscribers.Subscription) error {
		was := from.find(string(p.Email))
		for _, before := range was.Subscriptions {
			if before.Newsletter != s.Newsletter {
				continue
			}
			out := before.State == subscribers.Unsubscribed || before.Before == subscribers.Unsubscribed || !was.SuppressedAt.IsZero()
			if s.State == subscribers.Active || s.State == subscribers.Paused || s.State == subscribers.Pending && out {
				t.Errorf("%s was %s (%s) and is %s", p.Email, before.State, before.Before, s.State)
			}
			if was.SuppressedAt.IsZero() != p.SuppressedAt.IsZero() {
				t.Errorf("%s was suppressed at %s, and is at %s", p.Email, was.SuppressedAt, p.SuppressedAt)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A file never brings back who left, is suppressed or was erased here, however
// the address is written.
func TestNoSpellingRevives(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		for _, address := range []string{"left@bücher.example", "dead@bücher.example", "josé@bücher.example"} {
			a, err := subscribers.ParseAddress(address)
			if err != nil {
				t.Fatal(err)
			}
			added := h.add(string(a), subscribers.Vouched, subscribers.Preferences{})
			person := h.find(string(a))
			h.write(func(tx *sql.Tx) (err error) {
				switch address[0] {
				case 'l':
					_, err = h.list.Unsubscribe(t.Context(), tx, now, added.Subscription, "one click")
				case 'd':
					err = h.list.Suppress(t.Context(), tx, now, added.Subscriber, "550 5.1.1")
				default:
					err = h.list.Erase(t.Context(), tx, now, person)
				}
				return err
			})
		}
		before := h.export()
		for _, state := range []string{"", "active", "paused", "pending"} {
			for _, spelling := range []string{"%s@bücher.example", "%s@BÜCHER.EXAMPLE", "%s@xn--bcher-kva.example", "%s@XN--BCHER-KVA.example", "%s@bu\u0308cher.example", "%s@bücher。example"} {
				for _, local := range []string{"left", "LEFT", "dead", "Dead", "josé", "JOSÉ", "jose\u0301"} {
					file := "email,newsletter,state\n" + fmt.Sprintf(spelling, local) + ",management," + state + "\n"
					h.takeOver(file, subscribers.Vouched)
				}
			}
		}
		if after := h.export(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

// Where a file says two things of somebody, the stricter one counts, in whichever
// order.
func TestTheStrictestRowOfAFileCounts(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		states := []subscribers.State{subscribers.Active, subscribers.Paused, subscribers.Pending, subscribers.Unsubscribed, subscribers.Suppressed}
		for i, a := range states {
			for j, b := range states {
				for _, consent := range []subscribers.Consent{subscribers.Vouched, subscribers.ByOperator} {
					address := fmt.Sprintf("r%d-%d-%d@example.com", i, j, consent)
					file := fmt.Sprintf("email,newsletter,state\n%s,management,%s\n%s,management,%s\n", address, a, strings.ToUpper(address), b)
					h.takeOver(file, consent)
					want := states[max(i, j)]
					if want == subscribers.Suppressed && min(i, j) == 3 {
						want = "" // either keeps them out
					} else if consent == subscribers.ByOperator && max(i, j) < 3 {
						want = subscribers.Pending
					}
					s := h.find(address)
					got := s.Subscriptions[0].State
					if want != "" && got != want || max(i, j) == 4 && s.SuppressedAt.IsZero() {
						t.Errorf("%s and %s, consent %d: %s, %+v; want %s", a, b, consent, got, s, want)
					}
				}
			}
		}
	})
}

// A file may end what is here: that somebody left elsewhere counts, unless they
// have come back since.
func TestAFileMayEndASubscription(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		earlier, later := now.Add(-time.Hour).Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339)
		for i, c := range []struct {
			row  string // after the address and the newsletter
			want subscribers.State
		}{
			{"unsubscribed,,", subscribers.Unsubscribed},
			{"unsubscribed," + later + ",", subscribers.Unsubscribed},
			{"unsubscribed," + earlier + ",", subscribers.Active},
			{"suppressed,,", subscribers.Suppressed},
			{"suppressed,," + later, subscribers.Suppressed},
			{"active,," + later, subscribers.Suppressed},
			{"suppressed,," + earlier, subscribers.Active},
			{"paused,,", subscribers.Active}, // their own choices stay
			{"pending,,", subscribers.Active},
		} {
			address := fmt.Sprintf("r%d@example.com", i)
			h.add(address, subscribers.Vouched, subscribers.Preferences{})
			for range 2 {
				h.takeOver("email,newsletter,state,left_at,suppressed_at\n"+address+",management,"+c.row+"\n", subscribers.ByOperator)
				if got := h.find(address).Subscriptions[0].State; got != c.want {
					t.Errorf("%s: %s, want %s", c.row, got, c.want)
				}
			}
		}
	})
}

// Of who is kept out, no other fault of the row lets them in again later.
func TestABrokenRowStillKeepsOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		list, err := subscribers.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		h := &harness{t, db, list}
		h.takeOver("email,newsletter,name,timezone,state,left_at\nana@example.com,management,www.x.com,Mars/Olympus,unsubscribed,yesterday\n", subscribers.Vouched)
		if s := h.find("ana@example.com"); s.Subscriptions[0].State != subscribers.Unsubscribed || s.Name != "" {
			t.Errorf("%+v", s)
		}
		file, err := listfile.Open(strings.NewReader("email,state\na@example.com,gone?\nb@example.com,ACTIVE\n"), listfile.Options{Newsletters: newsletters[:1]})
		if err != nil {
			t.Fatal(err)
		}
		for row := range file.Rows() {
			if (row.Err != nil) != (row.Line == 2) {
				t.Errorf("%+v", row)
			}
		}
	})
}
