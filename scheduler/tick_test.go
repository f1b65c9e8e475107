package scheduler

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"dailytip/ledger"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/tips"
)

func TestEachReaderAtTheirOwnInstant(t *testing.T) {
	each(t, Newsletter{Order: Oldest, DefaultZone: zone(t, "Europe/Berlin")}, library(t, "a", "b"), func(h *harness) {
		for _, prefs := range []string{"Asia/Kathmandu", "", "America/New_York", "Asia/Tokyo 12:30", "Pacific/Chatham - TUE", "UTC - SAT"} {
			h.reader(begin, prefs)
		}
		h.ticks(utc(h, "2026-11-22 15:00"), utc(h, "2026-11-23 23:00"), 15*time.Minute)
		h.expect(
			"2026-11-23 r1 a", "2026-11-23 r4 a", "2026-11-23 r2 a", "2026-11-23 r3 a",
			"2026-11-24 r5 b",
		)
		for i, due := range []string{"2026-11-23 01:15", "2026-11-23 03:30", "2026-11-23 06:00", "2026-11-23 12:00", "2026-11-23 17:15"} {
			got := h.deliveries()[i]
			if !got.due.Equal(utc(h, due)) || !got.opened.Equal(got.due) {
				h.Errorf("%s is due at %s and opened at %s, want %s", got.reader, got.due, got.opened, due)
			}
		}
	})
}

// P1: a second tick, a restart and another node change nothing.
func TestNobodyGetsTwo(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b", "c"), func(h *harness) {
		var want []string
		for range 40 {
			want = append(want, "2026-11-23 "+h.reader(begin, "")+" a")
		}
		now := utc(h, "2026-11-23 07:00")
		nodes := []*Scheduler{h.s, h.another(*h.n()), h.another(*h.n()), h.another(*h.n())}
		var group sync.WaitGroup
		faults := make([]error, len(nodes))
		for i, node := range nodes {
			group.Go(func() { faults[i] = node.Tick(h.Context(), now) })
		}
		group.Wait()
		if err := errors.Join(faults...); err != nil {
			h.Fatal(err)
		}
		h.expect(want...)
		h.tick(now)
		h.tick(now.Add(time.Minute))
		h.restart()
		h.tick(now.Add(2 * time.Minute))
		if opened, err := h.s.SendNow(h.Context(), now.Add(time.Hour), h.n(), day(h, "2026-11-23")); err != nil || opened != 0 {
			h.Errorf("sending it by hand opens %d more, %v", opened, err)
		}
		h.expect(want...)
	})
}

// A reader who moves to another zone, hour or cadence on the day of a mail
// doesn't get that date again.
func TestNobodyGetsTwoByMoving(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b", "c"), func(h *harness) {
		h.reader(begin, "Asia/Tokyo")
		h.ticks(utc(h, "2026-11-22 21:00"), utc(h, "2026-11-22 23:00"), 30*time.Minute)
		h.move(utc(h, "2026-11-22 23:10"), "r1", subscribers.Preferences{Timezone: "America/New_York"})
		h.ticks(utc(h, "2026-11-22 23:30"), utc(h, "2026-11-24 13:00"), 30*time.Minute)
		h.expect("2026-11-23 r1 a", "2026-11-24 r1 b")
	})
}

func (h *harness) move(at time.Time, name string, p subscribers.Preferences) {
	h.Helper()
	h.write(func(tx *sql.Tx) error {
		s, err := h.list.Find(h.Context(), tx, subscribers.Address(name+"@example.com"))
		if err != nil {
			return err
		}
		return h.list.Set(h.Context(), tx, at, s, s.Subscriptions[0], p)
	})
}

func TestWhoConfirmsAfterTheInstantIsntDue(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b"), func(h *harness) {
		h.reader(begin, "")
		h.reader(utc(h, "2026-11-23 07:00"), "") // at the very instant: not after it
		h.reader(utc(h, "2026-11-23 07:30"), "")
		h.tick(utc(h, "2026-11-23 08:00")) // late
		h.expect("2026-11-23 r1 a")
		h.tick(utc(h, "2026-11-24 07:00"))
		h.expect("2026-11-23 r1 a", "2026-11-24 r1 b", "2026-11-24 r2 b", "2026-11-24 r3 b")
	})
}

// Who was away during a pause owes and is owed nothing; a slot that stood empty
// for long leaves no trail of missed runs.
func TestPauses(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b"), func(h *harness) {
		h.reader(begin, "")
		h.write(func(tx *sql.Tx) error {
			s, err := h.list.Find(h.Context(), tx, "r1@example.com")
			if err != nil {
				return err
			}
			_, err = h.list.Pause(h.Context(), tx, begin.Add(time.Hour), utc(h, "2027-02-01 00:00"), s.Subscriptions[0].ID, "")
			return err
		})
		h.ticks(utc(h, "2026-11-23 00:00"), utc(h, "2027-02-02 12:00"), 12*time.Hour)
		h.expect("2027-02-01 r1 a", "2027-02-02 r1 b")
		var runs int
		if err := h.db.Read().QueryRowContext(h.Context(), "SELECT COUNT(*) FROM runs").Scan(&runs); err != nil || runs != 2 {
			h.Errorf("%d runs are recorded, %v; want the two mails", runs, err)
		}
	})
}

// An edition that was opened for an early zone keeps its tip, as it was, for the
// late ones.
func TestLibraryChangesBetweenZones(t *testing.T) {
	for _, change := range []string{"the tip goes", "an earlier one comes", "it changes", "all go"} {
		t.Run(change, func(t *testing.T) {
			fsys := files("b", "c")
			lib, err := tips.OpenFS(fsys, tips.Options{})
			if err != nil {
				t.Fatal(err)
			}
			each(t, Newsletter{Order: Oldest}, lib, func(h *harness) {
				defer func() { // for the second engine
					clear(fsys)
					maps.Copy(fsys, files("b", "c"))
					h.reload()
				}()
				h.reader(begin, "Asia/Tokyo")
				h.reader(begin, "America/New_York")
				h.tick(utc(h, "2026-11-22 22:00"))
				switch change {
				case "the tip goes":
					delete(fsys, "b.md")
				case "an earlier one comes":
					fsys["a.md"] = files("a")["a.md"]
				case "it changes":
					fsys["b.md"] = &fstest.MapFile{Data: []byte("---\ntitle: Another title\n---\nAnother text.\n"), ModTime: begin}
				case "all go":
					clear(fsys)
				}
				h.reload()
				h.restart()
				h.ticks(utc(h, "2026-11-22 22:01"), utc(h, "2026-11-23 12:01"), time.Hour)
				h.expect("2026-11-23 r1 b", "2026-11-23 r2 b")
			})
		})
	}
}

func (h *harness) reload() {
	h.Helper()
	if err := h.n().Library.Reload(); err != nil {
		h.Fatal(err)
	}
}

// A pinned tip that has left the library is replaced by the next one, and told.
func TestVanishedPin(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b"), func(h *harness) {
		h.reader(begin, "")
		for date, tip := range map[string]string{"2026-11-23": "gone", "2026-11-24": ""} {
			if err := h.editions.Pin(h.Context(), begin, "management", date, tip, nil); err != nil {
				h.Fatal(err)
			}
		}
		h.tick(utc(h, "2026-11-23 07:00"))
		h.tick(utc(h, "2026-11-24 07:00"))
		h.tick(utc(h, "2026-11-25 07:00"))
		h.expect("2026-11-23 r1 a", "2026-11-25 r1 b")
		if log := h.log.String(); strings.Count(log, `tip=a why="gone is pinned to this date and isn't in the library`) != 1 || !strings.Contains(log, "is skipped") {
			h.Errorf("the log says:\n%s", log)
		}
	})
}

func TestEmptyLibraryThatStops(t *testing.T) {
	each(t, Newsletter{Order: Oldest, Stop: true, RepeatAfter: 30 * 24 * time.Hour}, library(t, "a"), func(h *harness) {
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-23 07:00"))
		h.tick(utc(h, "2026-11-24 07:00"))
		h.expect("2026-11-23 r1 a")
		if strings.Contains(h.log.String(), "slot=") || !strings.Contains(h.log.String(), "hour=07:00") {
			h.Errorf("the log doesn't say whose hour it is:\n%s", h.log.String())
		}
		if !strings.Contains(h.log.String(), "finds the library used up") {
			h.Errorf("the log says:\n%s", h.log.String())
		}
	})
}

func TestWeekly(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	each(t, Newsletter{Order: Oldest, Skips: []Skip{skip(t, "2026-11-25")}}, library(t, all...), func(h *harness) {
		h.reader(begin, "- - - weekly")                // Fridays
		h.reader(begin, "Asia/Tokyo 00:00 TUE weekly") // before Monday is over in the west
		h.reader(begin, "America/New_York - SUN weekly")
		h.ticks(begin, utc(h, "2026-12-04 23:00"), time.Hour)
		// Nobody reads daily: the dates have their tips all the same.
		h.expect(
			"2026-11-24 r2 a+b", // Monday's and its own: planned, and so they stay
			"2026-11-27 r1 a+b+c+d",
			"2026-11-29 r3 a+b+c+d",
			"2026-12-01 r2 c+d+e+f",
			"2026-12-04 r1 e+f+g+h+i",
		)
	})
}

// A skip takes out a date's edition, not the mail that brings the week's others.
// With none of them there's nothing to send, and that has its reason too.
func TestWeeklyOnASkippedDate(t *testing.T) {
	n := Newsletter{Order: Oldest, Skips: []Skip{skip(t, "2026-11-27"), skip(t, "2026-11-30..2026-12-04")}}
	each(t, n, library(t, "a", "b", "c", "d", "e", "f", "g", "h", "i"), func(h *harness) {
		h.reader(begin, "- - - weekly") // Fridays
		h.reader(begin, "- - WED")
		h.ticks(begin, utc(h, "2026-12-11 23:00"), time.Hour)
		h.expect("2026-11-25 r2 c", "2026-11-27 r1 a+b+c+d", "2026-12-09 r2 g", "2026-12-11 r1 e+f+g+h+i")
		same(t, h.skipped()) // nobody missed a thing
		slot := h.subscription("r1").Slot
		reason, err := h.ledger.SkipReason(h.Context(), "management", "2026-12-04", slot.ID, utc(h, "2026-12-04 07:00"))
		if err != nil || !strings.Contains(reason, "is skipped") {
			h.Errorf("%q, %v", reason, err)
		}
	})
}

// A weekly mail has what daily readers got: a date that was missed stays out.
func TestWeeklyAfterAnOutage(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b", "c", "d", "e"), func(h *harness) {
		h.reader(begin, "")
		h.reader(begin, "- - - weekly")
		for _, now := range []string{"2026-11-23 07:00", "2026-11-24 14:00", "2026-11-26 07:00", "2026-11-27 07:00"} {
			h.tick(utc(h, now))
		}
		h.expect("2026-11-23 r1 a", "2026-11-26 r1 b", "2026-11-27 r1 c", "2026-11-27 r2 a+b+c")
	})
}

// What an operator cancelled is in no weekly mail either.
func TestWeeklyWithoutWhatWasCancelled(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b", "c", "d", "e"), func(h *harness) {
		h.reader(begin, "- - - weekly")
		for day := utc(h, "2026-11-23 07:00"); day.Before(utc(h, "2026-11-28 00:00")); day = day.AddDate(0, 0, 1) {
			h.tick(day)
			if day.Weekday() != time.Tuesday {
				continue
			}
			e, err := h.editions.Edition(h.Context(), h.db.Read(), "management", day.Format(time.DateOnly))
			if err != nil {
				h.Fatal(err)
			}
			if _, err := h.ledger.CancelEdition(h.Context(), day, e, "op@host"); err != nil {
				h.Fatal(err)
			}
		}
		h.expect("2026-11-27 r1 a+c+d+e")
	})
}

// The newsletter's own zone may be ahead of a reader's: what it missed isn't
// missed there, and a weekly mail has it as a daily one has.
func TestOutageOfTheOwnZoneOnly(t *testing.T) {
	each(t, Newsletter{Order: Oldest, DefaultZone: zone(t, "Asia/Tokyo")}, library(t, "a", "b"), func(h *harness) {
		h.reader(begin, "America/New_York - - weekly")
		h.reader(begin, "America/New_York")
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-27 12:00")) // in Tokyo it was due 14 hours ago
		h.expect("2026-11-27 r1 a", "2026-11-27 r2 a")
	})
}

func TestCourse(t *testing.T) {
	lib := library(t, "1", "2", "3")
	each(t, Newsletter{Order: CourseOrder, Stop: true, Skips: []Skip{skip(t, "2026-11-25")}}, lib, func(h *harness) {
		h.reader(begin, "")
		h.reader(begin, "- - MON,WED,THU")
		for i := range 6 {
			now := utc(h, monday+" 07:00").Add(time.Duration(i) * 24 * time.Hour)
			if i == 3 {
				h.reader(now.Add(-time.Hour), "")
			}
			h.tick(now)
			h.sendAll(now)
		}
		h.expect(
			"2026-11-23 r1 1", "2026-11-23 r2 1", "2026-11-24 r1 2", // the 25th is skipped
			"2026-11-26 r1 3", "2026-11-26 r2 2", "2026-11-26 r3 1",
			"2026-11-27 r3 2", // r1 is at the end
		)
		same(t, h.skipped()) // who is at the end isn't missed
	})
}

// A place moves on when its tip is sent: while it's under way there's no other one
// for that reader, neither the same again nor the one after it. The day is passed
// over, as one they skip is; the sequence isn't.
func TestCourseWaitsForWhatIsUnderWay(t *testing.T) {
	each(t, Newsletter{Order: CourseOrder, Stop: true}, library(t, "1", "2", "3"), func(h *harness) {
		h.s.Newsletters[0].GiveUpAfter = 60 * time.Hour
		h.reader(begin, "")
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-23 07:00"))
		h.outcome(utc(h, "2026-11-23 07:01"), "r1", ledger.Outcome{State: ledger.Retry, NextAt: utc(h, "2026-11-24 09:00")})
		h.sendAll(utc(h, "2026-11-23 07:01"))
		h.tick(utc(h, "2026-11-24 07:00")) // r1 has 1 under way
		h.sendAll(utc(h, "2026-11-24 07:01"))
		if opened, err := h.s.SendNow(h.Context(), utc(h, "2026-11-24 08:00"), h.n(), day(h, "2026-11-22")); opened != 1 || err != nil {
			h.Errorf("by hand: %d opened, %v", opened, err) // for r2
		}
		h.sendAll(utc(h, "2026-11-24 09:00"))
		for _, now := range []string{"2026-11-25 07:00", "2026-11-26 07:00", "2026-11-27 07:00"} {
			h.tick(utc(h, now))
			h.sendAll(utc(h, now))
		}
		h.expect(
			"2026-11-23 r1 1", "2026-11-23 r2 1", "2026-11-24 r2 2", "2026-11-22 r2 3",
			"2026-11-25 r1 2", "2026-11-26 r1 3",
		)
	})
}

// What may have arrived and is held for the operator isn't sent again the next
// day: the reader goes on with the next tip.
func TestCourseGoesOnAfterDoubt(t *testing.T) {
	each(t, Newsletter{Order: CourseOrder, Stop: true}, library(t, "1", "2", "3"), func(h *harness) {
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-23 07:00"))
		h.outcome(utc(h, "2026-11-23 07:01"), "r1", ledger.Outcome{State: ledger.InDoubt})
		h.tick(utc(h, "2026-11-24 07:00"))
		// Its node dies with the mail on the wire.
		if _, err := h.ledger.Exchange(h.Context(), utc(h, "2026-11-24 07:00"), nil, ledger.Claiming{Owner: "gone", Limit: 1}); err != nil {
			h.Fatal(err)
		}
		if n, err := h.ledger.Recover(h.Context(), utc(h, "2026-11-24 07:02"), time.Minute, []string{"management"}); n != 1 || err != nil {
			h.Errorf("%d in doubt, %v", n, err)
		}
		h.tick(utc(h, "2026-11-25 07:00"))
		h.expect("2026-11-23 r1 1", "2026-11-24 r1 2", "2026-11-25 r1 3")
	})
}

// An old mail that is sent again by command doesn't take the reader back.
func TestCourseNeverGoesBack(t *testing.T) {
	each(t, Newsletter{Order: CourseOrder, Stop: true}, library(t, "1", "2", "3"), func(h *harness) {
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-23 07:00"))
		h.outcome(utc(h, "2026-11-23 07:01"), "r1", ledger.Outcome{State: ledger.Failed})
		for _, now := range []string{"2026-11-24 07:00", "2026-11-25 07:00"} {
			h.tick(utc(h, now))
			h.sendAll(utc(h, now))
		}
		e, err := h.editions.Edition(h.Context(), h.db.Read(), "management", "2026-11-23")
		if err != nil {
			h.Fatal(err)
		}
		later := utc(h, "2026-11-25 08:00")
		again, _, err := h.ledger.Requeue(h.Context(), later, e, ledger.Requeuing{States: []ledger.State{ledger.Failed}, ExpiresAt: later.Add(time.Hour)})
		if again != 1 || err != nil {
			h.Fatalf("%d again, %v", again, err)
		}
		h.sendAll(later)
		h.tick(utc(h, "2026-11-26 07:00"))
		h.expect("2026-11-23 r1 1", "2026-11-24 r1 1", "2026-11-25 r1 2", "2026-11-26 r1 3")
	})
}

// outcome plays the mailer for one reader's mail.
func (h *harness) outcome(at time.Time, reader string, o ledger.Outcome) {
	h.Helper()
	claim := ledger.Claiming{Owner: "test", Limit: 1000}
	jobs, err := h.ledger.Exchange(h.Context(), at, nil, claim)
	if err != nil {
		h.Fatal(err)
	}
	var outcomes []ledger.Outcome
	for _, j := range jobs {
		back := ledger.Outcome{State: ledger.Pending, NextAt: at}
		if strings.HasPrefix(string(j.Email), reader+"@") {
			back = o
		}
		back.Job = j
		outcomes = append(outcomes, back)
	}
	claim.Limit = 0
	if _, err := h.ledger.Exchange(h.Context(), at, outcomes, claim); err != nil {
		h.Fatal(err)
	}
}

// A place that wasn't sent stays: the reader gets the same tip, not the next.
func TestCourseMovesOnWhenSent(t *testing.T) {
	each(t, Newsletter{Order: CourseOrder}, library(t, "1", "2"), func(h *harness) {
		h.reader(begin, "")
		h.tick(utc(h, "2026-11-23 07:00"))
		h.tick(utc(h, "2026-11-24 07:00")) // yesterday's has expired
		h.sendAll(utc(h, "2026-11-24 07:01"))
		h.tick(utc(h, "2026-11-25 07:00"))
		h.expect("2026-11-23 r1 1", "2026-11-24 r1 1", "2026-11-25 r1 2")
	})
}

func TestSendNow(t *testing.T) {
	each(t, Newsletter{Order: Oldest, Skips: []Skip{skip(t, "2026-11-26")}}, library(t, "a", "b", "c", "d"), func(h *harness) {
		h.reader(begin, "- - TUE weekly")
		h.reader(begin, "Asia/Tokyo")
		h.reader(begin, "- 20:00 MON")
		now := utc(h, "2026-11-23 06:30")
		for _, tt := range []struct {
			date    string
			readers int64
		}{
			{"2026-11-24", 2}, // ahead: Monday's tip is left to Monday
			{"2026-11-23", 2},
			{"2026-11-21", 1}, // a Saturday gone by
			{"2026-11-26", 0},
		} {
			opened, err := h.s.SendNow(h.Context(), now, h.n(), day(h, tt.date))
			if opened != tt.readers || (err != nil) != (tt.readers == 0) {
				h.Errorf("%s goes to %d readers, %v", tt.date, opened, err)
			}
			if tt.readers == 0 {
				if !errors.Is(err, ErrNoTip) {
					h.Errorf("%s: %v", tt.date, err)
				}
				continue
			}
			if count, err := h.s.CountNow(h.Context(), h.n(), day(h, tt.date)); err != nil || count != opened {
				h.Errorf("%s: %d counted, %v", tt.date, count, err)
			}
		}
		h.expect("2026-11-21 r2 c", "2026-11-23 r2 a", "2026-11-23 r3 a", "2026-11-24 r1 a+b", "2026-11-24 r2 b")
	})
}

// What is sent by hand outside of the newsletter's days is in that day's weekly
// mails too.
func TestSendNowOnAWeekend(t *testing.T) {
	each(t, Newsletter{Order: Oldest}, library(t, "a", "b"), func(h *harness) {
		h.reader(begin, "- - SUN weekly")
		h.reader(begin, "")
		if opened, err := h.s.SendNow(h.Context(), begin.Add(time.Hour), h.n(), day(h, "2026-11-22")); opened != 2 || err != nil {
			h.Errorf("%d opened, %v", opened, err)
		}
		h.expect("2026-11-22 r1 a", "2026-11-22 r2 a")
	})
}

// A tip that its author holds back until later isn't sent by hand before, also when
// it's the tip of the date that is sent; nor does it go out by itself.
func TestEmbargoHolds(t *testing.T) {
	each(t, Newsletter{Order: Newest}, library(t, "a created: 2026-01-01", "b created: 2026-01-02; publishDate: 2026-11-24T06:00:00Z", "c created: 2026-01-03; expiryDate: 2026-11-26"), func(h *harness) {
		h.reader(begin, "")
		now := utc(h, "2026-11-23 07:00")
		if _, err := h.s.SendNow(h.Context(), now, h.n(), day(h, "2026-11-24")); !errors.Is(err, ErrTooEarly) || !strings.Contains(err.Error(), "b.md") {
			h.Errorf("the tip of tomorrow, today: %v", err)
		}
		h.expect()
		for _, at := range []string{"2026-11-23 07:00", "2026-11-24 07:00", "2026-11-25 07:00"} {
			h.tick(utc(h, at))
		}
		// c expires at the beginning of the 26th: on a date gone by it isn't sent either.
		if opened, err := h.s.SendNow(h.Context(), utc(h, "2026-11-26 07:30"), h.n(), day(h, "2026-11-22")); opened != 1 || err != nil {
			h.Errorf("%d opened, %v", opened, err)
		}
		h.expect("2026-11-23 r1 c", "2026-11-24 r1 b", "2026-11-25 r1 a", "2026-11-22 r1 b")
	})
}

// A course doesn't send a tip before its time by hand either.
func TestEmbargoHoldsInACourse(t *testing.T) {
	each(t, Newsletter{Order: CourseOrder}, library(t, "1 publishDate: 2026-11-25", "2"), func(h *harness) {
		h.reader(begin, "")
		if _, err := h.s.SendNow(h.Context(), utc(h, "2026-11-23 07:00"), h.n(), day(h, "2026-11-26")); !errors.Is(err, ErrTooEarly) {
			h.Errorf("%v", err)
		}
		for _, now := range []string{"2026-11-23 07:00", "2026-11-24 07:00", "2026-11-25 07:00", "2026-11-26 07:00"} {
			h.tick(utc(h, now))
			h.sendAll(utc(h, now))
		}
		h.expect("2026-11-25 r1 1", "2026-11-26 r1 2") // it waited for the first, and passed none over
	})
}

// Somebody at the end of a course doesn't keep the others from being sent to.
func TestSendNowCourse(t *testing.T) {
	each(t, Newsletter{Order: CourseOrder, Stop: true}, library(t, "1"), func(h *harness) {
		h.reader(begin, "")
		now := utc(h, "2026-11-23 07:00")
		h.tick(now)
		h.sendAll(now)
		h.reader(now, "UTC")
		h.reader(now, "")
		if opened, err := h.s.SendNow(h.Context(), now, h.n(), day(h, "2026-11-24")); opened != 2 || err != nil {
			h.Errorf("%d opened, %v", opened, err)
		}
		h.sendAll(now)
		if _, err := h.s.SendNow(h.Context(), now, h.n(), day(h, "2026-11-25")); !errors.Is(err, ErrNoTip) {
			h.Errorf("with everybody at the end: %v", err)
		}
	})
}

func TestOneNewslettersTroubleIsntTheOthers(t *testing.T) {
	h := newHarness(t, storetest.SQLite(t), Newsletter{Order: Oldest}, library(t, "a"))
	h.reader(begin, "")
	ill := *h.n()
	ill.ID, ill.Library = "ill", nil // a fault of the program's would look so
	h.s.Newsletters = append([]Newsletter{ill}, h.s.Newsletters...)
	if _, err := h.s.Find(""); err == nil {
		t.Error("which of two newsletters is meant isn't asked")
	}
	if n, err := h.s.Find("management"); err != nil || n.ID != "management" {
		t.Errorf("%v, %v", n, err)
	}
	h.tick(utc(h, "2026-11-23 07:00"))
	h.expect("2026-11-23 r1 a")
}

func TestTheMailerIsWoken(t *testing.T) {
	h := newHarness(t, storetest.SQLite(t), Newsletter{Order: Oldest}, library(t, "a"))
	told := 0
	h.s.Wake = func() { told++ }
	h.reader(begin, "")
	for _, now := range []string{"2026-11-23 06:59", "2026-11-23 07:00", "2026-11-23 07:01"} {
		h.tick(utc(h, now))
	}
	if told != 1 {
		t.Errorf("the mailer was woken %d times", told)
	}
	if due := h.n().NextDue(h.subscription("r1")); !due.Equal(utc(h, "2026-11-24 07:00")) {
		t.Errorf("the next is due at %s", due)
	}
	p, err := h.s.Prospect(t.Context(), h.n(), utc(h, "2026-11-23 08:00"))
	if err != nil || p.Readers != 1 || !p.Next.Equal(utc(h, "2026-11-24 07:00")) {
		t.Errorf("prospect: %s, %d, %v", p.Next, p.Readers, err)
	}
}

func (h *harness) subscription(name string) subscribers.Subscription {
	h.Helper()
	s, err := h.list.Find(h.Context(), h.db.Read(), subscribers.Address(fmt.Sprintf("%s@example.com", name)))
	if err != nil {
		h.Fatal(err)
	}
	return s.Subscriptions[0]
}
