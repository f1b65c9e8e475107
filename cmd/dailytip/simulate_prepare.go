package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"dailytip/config"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// prepare fills the simulation's database: with what is written down in the
// real one and is planned there up to the first date, and with the readers.
func (s *simulation) prepare(ctx context.Context, database config.Database, file string, now time.Time) (err error) {
	if _, err := s.db.Migrate(ctx); err != nil {
		return err
	}
	if s.list, err = subscribers.Open(ctx, s.db); err != nil {
		return err
	}
	s.editions, s.ledger = editions.New(s.db), ledger.New(s.db, s.list)
	if file != "" {
		if err := s.readFile(ctx, file); err != nil {
			return err
		}
	}
	source, err := store.OpenToRead(ctx, database.Reveal())
	switch {
	case errors.Is(err, fs.ErrNotExist) && file == "":
		return exitf(codeNothing, "there is no database %s yet, and so no reader; name some with --subscribers FILE.csv", database)
	case errors.Is(err, fs.ErrNotExist): // nothing was ever sent
	case err != nil:
		return err
	default:
		err := s.copyFrom(ctx, source, file == "")
		if err := errors.Join(err, source.Close()); err != nil {
			return err
		}
	}
	if len(s.readers) == 0 {
		return exitf(codeNothing, "there is no active reader; name some with --subscribers FILE.csv")
	}
	for i := range s.newsletters {
		if err := s.playUpTo(ctx, &s.newsletters[i], now); err != nil {
			return err
		}
	}
	return s.subscribe(ctx)
}

// readFile reads the readers. A file with faults is refused: what half of a list
// gets shows nothing.
func (s *simulation) readFile(ctx context.Context, name string) error {
	in, _, err := s.openTwice(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	file, err := listfile.Open(in, listfile.Options{Name: name, Newsletters: s.ids()})
	if err != nil {
		return exitf(codeUsage, "%s: %w", name, err)
	}
	for _, note := range file.Notes {
		s.say("%s: %s", name, note)
	}
	refused := 0
	for row := range file.Rows() {
		if row.Err != nil {
			refused++
			s.say("%s:%d: %v", name, row.Line, row.Err)
			continue
		}
		switch past := row.Request.Imported; {
		case past.State == "" || past.State == subscribers.Active:
			s.add(time.Time{}, row.Request)
		case past.State == subscribers.Paused && !past.PausedUntil.IsZero():
			s.add(past.PausedUntil, row.Request)
		}
	}
	if refused > 0 {
		return exitf(codeUsage, "%s: %s broken; mend that first", name, count(refused, "row is", "rows are"))
	}
	return nil
}

func (s *simulation) add(pausedUntil time.Time, r subscribers.Request) {
	r.Consent, r.Imported = subscribers.Vouched, subscribers.Imported{}
	s.readers = append(s.readers, reader{Request: r, newsletter: s.find(r.Newsletter), pausedUntil: pausedUntil})
}

// copyFrom copies what decides the plan, and if wanted the readers who are active,
// or will be when their pause ends.
func (s *simulation) copyFrom(ctx context.Context, source *store.DB, readers bool) error {
	list, err := subscribers.Open(ctx, source)
	if err != nil {
		return err
	}
	truth := editions.New(source)
	for _, n := range s.newsletters {
		history, err := truth.History(ctx, n.ID)
		if err != nil {
			return err
		}
		for _, sent := range history {
			if err := s.writeDown(ctx, &n, sent.LocalDate, sent.Reason, sent.Tip); err != nil {
				return err
			}
		}
		pins, err := truth.Pins(ctx, n.ID)
		if err != nil {
			return err
		}
		for _, pin := range pins {
			err := s.editions.Pin(ctx, time.UnixMilli(0), n.ID, pin.LocalDate, pin.Tip, nil)
			if err != nil && !errors.Is(err, editions.ErrOpened) { // the edition stands, whatever the pin says
				return err
			}
		}
	}
	if !readers {
		return nil
	}
	return list.Each(ctx, subscribers.Filter{}, func(p subscribers.Subscriber, sub subscribers.Subscription) error {
		comesBack := sub.State == subscribers.Paused && !sub.PausedUntil.IsZero()
		if s.find(sub.Newsletter) == nil || sub.State != subscribers.Active && !comesBack {
			return nil
		}
		s.add(sub.PausedUntil, subscribers.Request{
			Address: p.Email, Newsletter: sub.Newsletter, CourseTip: sub.CourseTip,
			Preferences: subscribers.Preferences{
				Name: p.Name, Language: p.Language, Timezone: p.Timezone,
				SendAt: sub.Slot.SendAt, Days: sub.Slot.Days, Cadence: sub.Slot.Cadence,
			},
		})
		return nil
	})
}

func (s *simulation) writeDown(ctx context.Context, n *scheduler.Newsletter, date, reason, tip string) error {
	t, _ := n.Library.Tip(tip)
	t.ID = tip // when it has left the library since
	body, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("copy tip %s: %w", tip, err)
	}
	_, err = s.editions.WriteDown(ctx, time.UnixMilli(0), n.ID, date, reason, []editions.Item{{Tip: tip, Body: body}})
	return err
}

// playUpTo writes down what plan shows from now to the day before the first date, so
// that the first date gets the tip that plan shows for it. The simulation's clock
// begins while some zones are still at earlier dates: these are skipped, for plan says
// nothing of them.
func (s *simulation) playUpTo(ctx context.Context, n *scheduler.Newsletter, now time.Time) error {
	if n.Order == scheduler.CourseOrder {
		return nil
	}
	calendar, err := s.scheduler().Calendar(ctx, n, now)
	if err != nil {
		return err
	}
	if begin := n.Upcoming(now); s.first.After(begin) {
		for _, choice := range calendar.Plan(begin, s.first.Sub(begin)) {
			if choice.Tip.ID == "" || choice.Reason == scheduler.Sent {
				continue
			}
			if err := s.writeDown(ctx, n, choice.Date.String(), choice.Reason, choice.Tip.ID); err != nil {
				return err
			}
		}
	}
	for date := s.first.Add(-3); s.first.After(date); date = date.Add(1) {
		err := s.editions.Pin(ctx, now, n.ID, date.String(), "", nil)
		if err != nil && !errors.Is(err, editions.ErrOpened) {
			return err
		}
	}
	return nil
}

func (s *simulation) scheduler() *scheduler.Scheduler {
	return scheduler.New(scheduler.Options{List: s.list, Editions: s.editions, Ledger: s.ledger, Newsletters: s.newsletters})
}

// subscribe adds the readers, each as of the moment before the first date begins
// in their zone: what was due before isn't for them.
func (s *simulation) subscribe(ctx context.Context) error {
	var added []reader
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		for _, r := range s.readers {
			// The zone is all that Begin looks at, and a person has one in all newsletters.
			sub := subscribers.Subscription{Slot: subscribers.Slot{Timezone: r.Preferences.Timezone}}
			at := r.newsletter.Begin(s.first, sub).Add(-time.Millisecond)
			got, err := s.list.Add(ctx, tx, at, r.Request)
			if err != nil {
				return err
			}
			if got.Result != subscribers.Created { // the file names them twice
				continue
			}
			if sub, err = s.list.Subscription(ctx, tx, got.Subscription); err != nil {
				return err
			}
			r.slot = sub.Slot
			if r.pausedUntil.After(at) {
				if _, err := s.list.Pause(ctx, tx, at, r.pausedUntil, sub.ID, ""); err != nil {
					return err
				}
			}
			added = append(added, r)
		}
		return nil
	})
	s.readers = added
	return err
}
