package site

import (
	"context"
	"database/sql"
	"html/template"
	"net/http"
	"time"

	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

// doWeekly is what the button for one mail a week sends; the other one sends
// doPause.
const doWeekly = "weekly"

// pauseOffered is the pause that the page to leave offers instead, in weeks.
const pauseOffered = 2

// How a change came about that was offered to a reader who wanted to leave.
const (
	frequencyDetail = "chose it instead of leaving"
	undoDetail      = "pressed the button to take it back"
)

// offersLess tells whether the page to leave offers to get less, and whether one mail
// a week is among the offers.
func (s *Site) offersLess(p reader) (less, weekly bool) {
	less = p.comes() && !p.leaveOnly
	n := p.newsletter
	return less, less && p.subscription.Slot.Cadence != subscribers.Weekly && (n.Days == 0 || n.Days&(n.Days-1) != 0)
}

// frequencyOffer is the part of the page to leave that offers to get less.
func (s *Site) frequencyOffer(r *http.Request, lang string, p reader, weekly bool) (template.HTML, error) {
	v := struct {
		messages
		Less, Settings, Weekly, Pause string
	}{
		messages: messages{lang},
		Less:     s.Link(r, s.leavePath(r)+"/less"),
		Settings: s.settingsPath(r, p.subscription.ID),
		Pause:    locale.Text(lang, "page.unsubscribe.pause_weeks", map[string]any{"Count": pauseOffered}),
	}
	if weekly {
		v.Weekly = locale.Text(lang, "page.unsubscribe.weekly", nil)
	}
	return s.fill("frequency", v)
}

// lowerFrequency makes the newsletter a weekly one for its reader, or pauses it.
func (s *Site) lowerFrequency(w http.ResponseWriter, r *http.Request) {
	do := r.PostFormValue("do")
	if do != doWeekly && do != doPause {
		s.leavePage(w, r)
		return
	}
	s.act(func(ctx context.Context, tx *sql.Tx, now time.Time, p reader) error {
		sub := p.subscription
		if !p.comes() {
			return nil
		}
		if do == doWeekly {
			return s.List.Set(ctx, tx, now, p.person, sub, subscribers.Preferences{
				Name: p.person.Name, Language: p.person.Language, Timezone: p.person.Timezone,
				SendAt: sub.Slot.SendAt, Cadence: subscribers.Weekly,
			})
		}
		zone := p.zone()
		until, ok := scheduler.DateOf(now, zone).Add(7*pauseOffered).At(0, 0, zone)
		if !ok { // a date that the zone skipped
			until = now.Add(7 * pauseOffered * 24 * time.Hour)
		}
		_, err := s.List.Pause(ctx, tx, now, until, sub.ID, frequencyDetail)
		return err
	}, func(r *http.Request, p reader) (web.Page, error) { return s.stayedPage(r, p, do == doWeekly) })(w, r)
}

// stayedPage says what comes now to a reader who chose to get less.
func (s *Site) stayedPage(r *http.Request, p reader, weekly bool) (web.Page, error) {
	if hasLeft(p) {
		return s.leftPage(r, p, "page.unsubscribe.already")
	}
	l := s.letter(r, p)
	l.Mark, l.Here = "done", s.leavePath(r)
	due, err := s.nextDue(r.Context(), s.DB.Read(), p)
	if err != nil {
		return web.Page{}, err
	}
	l.Heading = web.Say(l.Lang, "page.unsubscribe.less_heading")
	intro, next, _ := s.whatComes(l.Lang, s.Now(), p, due)
	if weekly {
		intro = p.say(l.Lang, "page.unsubscribe.weekly_done")
	}
	for _, text := range []template.HTML{intro, next} {
		if text != "" {
			l.Text = append(l.Text, text)
		}
	}
	l.Body, err = s.settingsLink(r, l.Lang, p)
	return l, err
}

// settingsLink leads to the reader's settings.
func (s *Site) settingsLink(r *http.Request, lang string, p reader) (template.HTML, error) {
	return s.fill("to-settings", struct {
		messages
		Settings string
	}{messages{lang}, s.settingsPath(r, p.subscription.ID)})
}

// undo gives the newsletter back to a reader who left a moment ago.
func (s *Site) undo(w http.ResponseWriter, r *http.Request) {
	s.act(func(ctx context.Context, tx *sql.Tx, now time.Time, p reader) error {
		if !p.known || !p.person.SuppressedAt.IsZero() {
			return nil
		}
		_, err := s.List.Undo(ctx, tx, now, p.subscription.ID, undoDetail)
		return err
	}, func(r *http.Request, p reader) (web.Page, error) {
		if hasLeft(p) {
			return s.leftPage(r, p, "page.unsubscribe.already")
		}
		l := s.letter(r, p)
		l.Mark, l.Here = "done", s.leavePath(r)
		l.Heading, l.Text = p.say(l.Lang, "page.confirm.done_heading"), []template.HTML{p.say(l.Lang, "page.unsubscribe.undone")}
		next, err := s.next(r, l.Lang, "page.confirm.next", p)
		if err != nil {
			return web.Page{}, err
		}
		l.Text = append(l.Text, next...)
		l.Body, err = s.settingsLink(r, l.Lang, p)
		return l, err
	})(w, r)
}

// reason keeps why a reader left.
func (s *Site) reason(w http.ResponseWriter, r *http.Request) {
	reason := r.PostFormValue("reason")
	s.act(func(ctx context.Context, tx *sql.Tx, now time.Time, p reader) error {
		_, err := s.List.GiveReason(ctx, tx, now, p.subscription.ID, reason)
		return err
	}, func(r *http.Request, p reader) (web.Page, error) {
		text := "page.unsubscribe.already"
		if hasLeft(p) && reason != "" {
			text = "page.unsubscribe.thanks"
		}
		if !hasLeft(p) {
			return s.askToLeave(r, p)
		}
		return s.leftPage(r, p, text)
	})(w, r)
}
