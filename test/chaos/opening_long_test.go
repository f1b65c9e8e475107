//go:build long

package chaos

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dailytip/store"
)

// P1, P2: the daemons are killed while their schedulers open an edition, chunk
// by chunk and slot by slot, and between the kills people come and go, so that
// the chunks of the next life end elsewhere. Whoever was due has one delivery.
func TestKilledWhileOpening(t *testing.T) {
	t.Parallel()
	due := time.Now().UTC().Add(-time.Hour).Truncate(time.Minute)
	people := 12_000
	if *long {
		people = max(people, *readers/2)
	}
	s := setup{readers: people, newsletter: fmt.Sprintf("schedule: \"%d %d * * *\"\ntimezone: UTC", due.Minute(), due.Hour())}
	engines(t, "opening", s, func(t *testing.T, r *trial) {
		r.makeDue(due)
		amid := r.killWhileOpening()
		if amid == 0 {
			t.Error("no kill came while the edition was being opened")
		}
		for _, n := range r.nodes {
			if n.daemon == nil {
				n.serve()
			}
		}
		r.eventually(r.patience(), "the edition is opened", r.opened)
		r.agrees()
		r.wantNone("was due and has no delivery", `
			SELECT COUNT(*) FROM subscriptions WHERE state = 'active' AND due_after = 0 AND subscriber NOT IN (SELECT subscriber FROM deliveries)`)
		r.wantNone("wasn't due yet and has a delivery", `
			SELECT COUNT(*) FROM subscriptions WHERE (due_after > 0 OR state = 'pending') AND subscriber IN (SELECT subscriber FROM deliveries)`)
		// Who came meanwhile gets it by hand, here and there between the others.
		if _, err := r.nodes[0].Run(t.Context(), []string{"send", "--date", due.Format(time.DateOnly), "--wait", "0s"}, 0, 1, 4, 5); err != nil {
			t.Fatal(err)
		}
		r.leasesEnd()
		r.done()
		r.shows()
		r.stopAll()
		r.agrees()
		r.auditOpened()
		t.Logf("%d readers: %d kills while it was being opened", people, amid)
	})
}

// smallSlots share a tenth of the readers; the others are in one slot, which
// takes more than one chunk (10,000). They are many so that opening them all takes
// a while.
const smallSlots = 300

// noons are zones whose clocks show the same.
var noons = []string{"UTC", "Etc/UTC", "Etc/GMT", "Etc/Greenwich", "Etc/Zulu"}

// makeDue puts the readers into slots of different sizes, all due at one
// instant. Some haven't confirmed yet.
func (r *trial) makeDue(due time.Time) {
	r.Helper()
	until := store.Millis(due.Add(-time.Hour))
	today := 1 << ((int(due.Weekday()) + 6) % 7) // bit 0 is Monday
	for i := range smallSlots {                  // who take the mail on different days, this one among them
		zone, set := noons[i%len(noons)], i/len(noons)
		days := set&(today-1) | today | set&^(today-1)<<1
		r.change(`
			INSERT INTO slots (id, newsletter, timezone, send_at, days, cadence, done_until)
			SELECT id + $1, newsletter, CAST($2 AS TEXT), send_at, CAST($3 AS BIGINT), cadence, done_until FROM slots WHERE days = 0`, i+1, zone, days)
	}
	r.change("UPDATE slots SET done_until = $1", until)
	r.change(`
		UPDATE subscriptions SET due_after = 0, slot = slot + CASE WHEN subscriber % 10 > 0 THEN 0 ELSE subscriber / 10 % $1 + 1 END,
			state = CASE WHEN subscriber % 50 = 17 THEN 'pending' ELSE state END`, smallSlots)
}

// killWhileOpening kills nodes at all kinds of instants until the edition is
// opened, and returns how many of these came in the midst of it.
func (r *trial) killWhileOpening() (amid int) {
	r.Helper()
	var lead time.Duration // from a start to the first chunk
	for i := range *kills {
		begin, before := time.Now(), r.number(counted)
		for _, n := range r.nodes {
			if n.daemon != nil {
				continue
			}
			d, err := n.Start(r.Context())
			if err != nil {
				r.Fatal(err)
			}
			n.daemon = d
		}
		more := func() bool { return r.number(counted) > before || r.opened() }
		switch {
		case i%3 == 0: // held up: between two chunks on SQLite, at the end of one on PostgreSQL
			r.eventually(r.patience(), "a chunk is opened", more)
			lead = time.Since(begin)
			r.change("UPDATE counters SET at = at", func() {
				time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond)
				r.killSome()
			})
		case i%3 == 1: // soon after a chunk
			r.eventually(r.patience(), "a chunk is opened", more)
			time.Sleep(time.Duration(rand.IntN(30_000)) * time.Microsecond)
			r.killSome()
		default: // about the first chunk
			time.Sleep(lead/2 + rand.N(lead))
			r.killSome()
		}
		r.agrees()
		if r.opened() {
			break
		}
		if r.number(counted) > 0 {
			amid++
		}
		// Some confirm, and are due from now on; some leave.
		r.change("UPDATE subscriptions SET state = 'active', due_after = $1 WHERE state = 'pending' AND subscriber / 50 % 7 = $2", store.Millis(time.Now()), i%7)
		r.change("UPDATE subscriptions SET state = 'unsubscribed' WHERE state = 'active' AND due_after = 0 AND subscriber % 50 = 19 AND subscriber / 50 % 7 = $1", i%7)
	}
	return amid
}

const counted = "SELECT COALESCE(SUM(opened), 0) FROM counters"

// killSome kills one node, or all.
func (r *trial) killSome() {
	r.Helper()
	all, one := rand.IntN(2) == 0, rand.IntN(len(r.nodes))
	for i, n := range r.nodes {
		if n.daemon != nil && (all || i == one) {
			n.kill()
		}
	}
}

// opened tells whether all slots have been dealt with.
func (r *trial) opened() bool {
	r.Helper()
	return r.number("SELECT COUNT(*) FROM runs WHERE state = 'opened'") == r.number("SELECT COUNT(*) FROM slots")
}

// auditOpened looks at what became of everybody after TestKilledWhileOpening.
func (r *trial) auditOpened() {
	r.Helper()
	r.wantNone("is active and hasn't been sent to", `
		SELECT COUNT(*) FROM subscriptions WHERE state = 'active' AND subscriber NOT IN (SELECT subscriber FROM deliveries WHERE state = 'sent')`)
	r.wantNone("has two deliveries", "SELECT COUNT(*) - COUNT(DISTINCT subscriber) FROM deliveries")
	r.wantNone("never confirmed and has a delivery", "SELECT COUNT(*) FROM deliveries d JOIN subscriptions p ON p.subscriber = d.subscriber WHERE p.state = 'pending'")
	// Who left while the mail was on the wire may have got it, and isn't told as withdrawn.
	r.wantNone("has an end that nothing here leads to", `
		SELECT COUNT(*) FROM deliveries d JOIN subscriptions p ON p.subscriber = d.subscriber
		WHERE d.state <> 'sent' AND (p.state = 'active' OR d.state <> CASE WHEN d.doubts > 0 THEN 'in_doubt' ELSE 'withdrawn' END)`)
	a, mails, ids, people := r.count()
	sent, doubted := r.number("SELECT COUNT(*) FROM deliveries WHERE state = 'sent'"), r.number("SELECT COUNT(*) FROM deliveries WHERE state = 'in_doubt'")
	if people != mails || ids != mails || mails < sent || mails > sent+doubted {
		r.Errorf("%d people got %d mails with %d Message-IDs; the ledger sent %d", people, mails, ids, sent)
	}
	a.wantCopiesOfKilled(r)
}

func (r *trial) wantNone(who, query string) {
	r.Helper()
	if n := r.number(query); n != 0 {
		r.Errorf("%s: %d", who, n)
	}
}

// change writes to the database. A function among the arguments is called before
// the commit.
func (r *trial) change(query string, args ...any) {
	r.Helper()
	var during func()
	if len(args) == 1 {
		if f, ok := args[0].(func()); ok {
			during, args = f, nil
		}
	}
	err := r.db.Write(r.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(r.Context(), query, args...)
		if err == nil && during != nil {
			during()
		}
		return err
	})
	if err != nil {
		r.Fatalf("%s: %v", query, err)
	}
}
