package site_test

import (
	"encoding/json"
	"strings"
	"testing"

	"dailytip/locale"
)

func TestErase(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		ana, settings := s.reader("ana@example.com", "")
		link := s.openAccount(settings)
		s.post(link, form("do", "join", "newsletter", "conseil"))
		a := s.post(link, form("do", "erase"))
		a.must(t, 200, "Erase everything?", "ana@example.com", `id="forget"`, `href="`+link+`"`)
		check(t, a.body)
		s.find("ana@example.com") // still there
		a = s.post(link, form("do", "forget"))
		a.must(t, 200, "You’re erased")
		a.mustNot(t, "ana@example.com")
		check(t, a.body)
		if dump := s.dump(); strings.Contains(dump, "ana@example.com") || !strings.Contains(dump, "erased ") {
			t.Errorf("left behind:\n%s", dump)
		}
		for _, a := range []answer{s.get(link), s.post(link, form("do", "name", "name", "Ana")), s.get(link + "/data"), s.post(link, form("do", "forget")), s.post(link, form("do", "erase"))} {
			a.must(t, 410, "This link is used up")
		}
		for _, a := range []answer{s.get(settings), s.post(settings, form("do", "account"))} {
			a.must(t, 200, "We don’t have your address any more.")
		}
		s.post(s.leaveLink(ana), "").must(t, 200, "You’re unsubscribed")
	})
}

func TestData(t *testing.T) {
	p := openPast(t, twoLetters)
	p.send("2026-11-20", plainTip(1))
	settings := p.preferencesLink(p.reader)
	p.post(settings, form("timezone", "Asia/Tokyo", "language", "en"))
	p.post(settings, form("do", "again"))
	link := p.openAccount(settings)
	p.post(link, form("do", "name", "name", "Ana"))
	a := p.get(link + "/data")
	a.must(t, 200)
	if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="dailytip.json"` {
		t.Error(got)
	}
	var data struct {
		Email, Name, Timezone string
		Subscriptions         []struct{ Newsletter, State string }
		Events                []struct{ Kind string }
		Deliveries            []struct{ Date, Tip, State string }
		Notices               []struct{ Kind string }
	}
	if err := json.Unmarshal([]byte(a.body), &data); err != nil {
		t.Fatal(err)
	}
	if data.Email != "reader@example.com" || data.Name != "Ana" || data.Timezone != "Asia/Tokyo" || len(data.Subscriptions) != 1 ||
		data.Subscriptions[0].State != "active" || len(data.Events) < 3 || len(data.Deliveries) != 1 || data.Deliveries[0].Tip != "tip-1" ||
		len(data.Notices) != 2 || data.Notices[1].Kind != "resend" {
		t.Errorf("%+v", data)
	}
	p.get(settings+"/data").must(t, 404)
	p.get(p.leaveLink(p.reader)+"/data").must(t, 404)
	p.get("/preferences/"+strings.TrimPrefix(p.leaveLink(p.reader), "/u/")+"/data").must(t, 404)
}

// Every page of settings in every language, in each state, and after each button.
func TestSettingsInSomeLanguages(t *testing.T) { settingsIn(t, someLanguages) }

// someLanguages are written in Latin and Chinese letters, and from right to left.
var someLanguages = []string{"de", "zh-CN", "ar"}

func settingsIn(t *testing.T, languages []string) {
	t.Helper()
	s := open(t, twoLetters)
	for _, lang := range languages {
		a, link := s.reader(strings.ToLower(lang)+"@example.com", lang)
		for _, body := range []string{
			form("timezone", "Europe/Kyiv"), form("timezone", "\x00"), form("do", "pause", "weeks", "4"), form("do", "pause"), form("do", "resume"),
			form("do", "again"), form("do", "account"), form("do", "account"), form("do", "account"), form("do", "account"),
		} {
			page := s.post(link, body)
			page.must(t, page.StatusCode, `<html lang="`+lang+`" dir="`+locale.Dir(lang)+`"`)
			check(t, page.body)
		}
		opening := s.accountLink()
		check(t, s.get(opening).body)
		account := s.post(opening, "").Header.Get("Location")
		used := s.post(opening, "", "Accept-Language", lang)
		used.must(t, 410, `<html lang="`+lang+`"`)
		check(t, used.body)
		check(t, s.get(account).body)
		for _, body := range []string{
			form("do", "name", "name", "Ana"), form("do", "name", "name", "\x00"), form("do", "join", "newsletter", "conseil"),
			form("do", "leave", "newsletter", "conseil"), form("do", "erase"),
		} {
			page := s.post(account, body)
			page.must(t, page.StatusCode, `<html lang="`+lang+`" dir="`+locale.Dir(lang)+`"`)
			check(t, page.body)
		}
		for _, step := range []string{"", "/less", "/reason", "/undo"} {
			page := s.post(s.leaveLink(a)+step, form("do", "weekly", "reason", "moved"))
			page.must(t, 200, `<html lang="`+lang+`"`)
			check(t, page.body)
		}
		page := s.post(account, form("do", "forget"), "Accept-Language", lang)
		page.must(t, 200, `<html lang="`+lang+`"`)
		check(t, page.body)
	}
}
