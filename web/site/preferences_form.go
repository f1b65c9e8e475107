package site

import (
	"cmp"
	"context"
	"database/sql"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/subscribers"
)

// settingsForm is what a reader wrote into the form of their settings.
type settingsForm struct {
	Name, Language, Timezone, SendAt string // Name: of the account's page
	Days                             subscribers.Days
	Cadence                          subscribers.Cadence
	Weekday                          time.Weekday
}

// current are a reader's settings as the form shows them. What the reader hasn't
// chosen is filled in with the newsletter's own.
func (s *Site) current(p reader, lang string) settingsForm {
	n, slot := p.newsletter, p.subscription.Slot
	f := settingsForm{
		Language: cmp.Or(p.person.Language, lang), Timezone: cmp.Or(p.person.Timezone, n.DefaultZone, "UTC"),
		SendAt: cmp.Or(slot.SendAt, n.SendAt), Days: slot.Days, Cadence: cmp.Or(slot.Cadence, subscribers.Daily),
	}
	f.Weekday = lastDay(cmp.Or(slot.Days, n.Days))
	if f.Cadence == subscribers.Weekly || f.Days == 0 {
		f.Days = n.Days
	}
	return f
}

// lastDay is the day of a weekly mail: the last of the days, in a week that ends
// on Sunday.
func lastDay(days subscribers.Days) time.Weekday {
	for _, day := range slices.Backward(week[:]) {
		if days.Has(day) {
			return day
		}
	}
	return time.Sunday
}

// bit is the set of one weekday.
func bit(day time.Weekday) subscribers.Days { return 1 << ((int(day) + 6) % 7) }

// save takes the form of the settings. A field that it doesn't send stays as it was.
func (s *Site) save(r *http.Request, tx *sql.Tx, now time.Time, p reader) (outcome, error) {
	if !p.comes() {
		return outcome{}, nil
	}
	f, prefs, faults := s.readSettings(r, p)
	if len(faults) > 0 {
		return outcome{form: &f, faults: faults}, nil
	}
	if err := s.List.Set(r.Context(), tx, now, p.person, p.subscription, prefs); err != nil {
		return outcome{}, err
	}
	return outcome{message: "page.settings.saved"}, nil
}

// readSettings reads and checks what the form sends. A value that is the newsletter's
// own counts as not chosen, so that it changes when the newsletter's does.
func (s *Site) readSettings(r *http.Request, p reader) (f settingsForm, prefs subscribers.Preferences, faults []fault) {
	n := p.newsletter
	lang := s.Language(r, p.person.Language, p.head.Language)
	f = s.current(p, lang)
	prefs = p.person.PreferencesIn(p.subscription)
	read := func(field string, into *string, most int, parse func(string) error, message string) {
		if !r.PostForm.Has(field) {
			return
		}
		*into = r.PostForm.Get(field)
		if err := parse(strings.TrimSpace(*into)); err != nil || len(*into) > most {
			faults = append(faults, fault{field, message})
		}
	}
	read("language", &f.Language, 35, func(v string) (err error) {
		if v == p.person.Language || p.person.Language == "" && v == lang {
			return nil
		}
		prefs.Language, err = subscribers.ParseLanguage(v)
		return err
	}, "page.fault.language")
	read("timezone", &f.Timezone, 64, func(v string) (err error) {
		if v = todaysZone(v); p.person.Timezone == "" && v == cmp.Or(n.DefaultZone, "UTC") {
			return nil
		}
		prefs.Timezone, err = subscribers.ParseZone(v)
		return err
	}, "page.fault.zone")
	read("send_at", &f.SendAt, 8, func(v string) (err error) {
		prefs.SendAt, err = subscribers.ParseSendAt(v)
		if prefs.SendAt == n.SendAt {
			prefs.SendAt = ""
		}
		return err
	}, "page.fault.time")
	if !readDays(r, n, &f, &prefs) {
		faults = append(faults, fault{"days", "page.fault.days"})
	}
	return f, prefs, faults
}

// readDays reads how often mails come, and on which days. It returns false when no
// day is left.
func readDays(r *http.Request, n Newsletter, f *settingsForm, prefs *subscribers.Preferences) bool {
	was := cmp.Or(prefs.Cadence, subscribers.Daily)
	if r.PostForm.Has("cadence") {
		cadence, err := subscribers.ParseCadence(r.PostForm.Get("cadence"))
		if err != nil {
			return false
		}
		f.Cadence, prefs.Cadence = cadence, cadence
	}
	if f.Cadence == subscribers.Weekly {
		if !r.PostForm.Has("weekday") {
			return true
		}
		day, err := subscribers.ParseDays(r.PostForm.Get("weekday"))
		if err != nil || day == 0 || day&(day-1) != 0 {
			return false
		}
		f.Weekday = lastDay(day)
		if prefs.Days = day; f.Weekday == lastDay(n.Days) {
			prefs.Days = 0
		}
		return true
	}
	if !r.PostForm.Has("days") {
		if was == subscribers.Weekly {
			prefs.Days = 0 // the weekday of a weekly mail isn't meant for daily ones
		}
		return true
	}
	days, err := subscribers.ParseDays(strings.Join(r.PostForm["days"], " "))
	all := n.Days
	if all == 0 {
		all = 1<<7 - 1
	}
	f.Days = days & all
	if prefs.Days = f.Days; prefs.Days == all {
		prefs.Days = 0
	}
	return err == nil && f.Days != 0
}

// pauseEnd is when a pause of some weeks, or until a date, is over: at the
// beginning of a day on the reader's own clock.
func (s *Site) pauseEnd(r *http.Request, now time.Time, p reader) (time.Time, bool) {
	zone := p.zone()
	today := scheduler.DateOf(now, zone)
	var end scheduler.Date
	if weeks, err := strconv.Atoi(r.PostFormValue("weeks")); err == nil {
		if !slices.Contains(pauseWeeks, weeks) {
			return time.Time{}, false
		}
		end = today.Add(7 * weeks)
	} else if end, err = scheduler.ParseDate(r.PostFormValue("until")); err != nil {
		return time.Time{}, false
	}
	if days := end.Sub(today); days < 1 || days > 366 {
		return time.Time{}, false
	}
	at, ok := end.At(0, 0, zone)
	return at, ok
}

// pauseWeeks are the pauses that one click makes.
var pauseWeeks = []int{1, 2, 4}

// zone is the one on whose clock the reader's mails are due.
func (p reader) zone() *time.Location {
	for _, name := range []string{p.newsletter.Zone, p.person.Timezone, p.newsletter.DefaultZone} {
		if name == "" {
			continue
		}
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.UTC
}

// nextDue is when the next mail comes to a reader, on their clock. A date whose mail
// they have already doesn't count, although after a change of their time it may be
// due once more. The zero time means that none comes, or that nobody can tell.
func (s *Site) nextDue(ctx context.Context, q store.Queryer, p reader) (time.Time, error) {
	if s.NextDue == nil {
		return time.Time{}, nil
	}
	sub := p.subscription
	if sub.State == subscribers.Paused && !sub.PausedUntil.IsZero() {
		sub.State, sub.DueAfter = subscribers.Active, sub.PausedUntil.Add(-time.Millisecond)
	}
	for range 3 {
		due := s.NextDue(sub)
		if due.IsZero() {
			return due, nil
		}
		has, err := s.Ledger.HasDelivery(ctx, q, sub.Newsletter, due.Format(time.DateOnly), p.person.ID)
		if err != nil || !has {
			return due, err
		}
		sub.DueAfter = due
	}
	return time.Time{}, nil
}
