package site_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"dailytip/subscribers"
	"dailytip/web/site"
)

func TestCalendar(t *testing.T) {
	const file = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
	var fault error
	s := open(t, func(o *options) {
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "course", Title: "A course"})
		o.Calendar = func(_ context.Context, at time.Time, newsletter string) ([]byte, error) {
			if newsletter == "course" {
				return nil, site.ErrNoCalendar
			}
			if newsletter != "management" || !at.Equal(now) {
				t.Errorf("asked for %s at %s", newsletter, at)
			}
			return []byte(file), fault
		}
	})
	tokens := s.list.Tokens()
	token := tokens.Make(subscribers.CalendarLink("management"), 0)

	a := s.get("/calendar/" + token + ".ics")
	a.must(t, 200)
	if got := a.Header.Get("Content-Type"); a.body != file || got != "text/calendar; charset=utf-8" {
		t.Errorf("%s: %q", got, a.body)
	}
	if got := a.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		t.Errorf("Cache-Control: %s", got)
	}
	if strings.Contains(s.log.String(), token) {
		t.Error("the token is in the log")
	}

	reader := s.add("ana@example.com", "")
	for name, path := range map[string]string{
		"no ending":               "/calendar/" + token,
		"forged":                  "/calendar/" + strings.Repeat("A", len(token)) + ".ics",
		"cut off":                 "/calendar/" + token[1:] + ".ics",
		"a reader's":              "/calendar/" + tokens.Make(subscribers.UnsubscribeLink, reader.Subscription) + ".ics",
		"of no newsletter":        "/calendar/" + tokens.Make(subscribers.CalendarLink("other"), 0) + ".ics",
		"of one without calendar": "/calendar/" + tokens.Make(subscribers.CalendarLink("course"), 0) + ".ics",
		"as a reader's link":      "/u/" + token,
	} {
		t.Run(name, func(t *testing.T) { s.get(path).must(t, 404) })
	}

	fault = errors.New("the database is away")
	s.get("/calendar/"+token+".ics").must(t, 503)
	open(t, nil).get("/calendar/"+token+".ics").must(t, 404)
}
