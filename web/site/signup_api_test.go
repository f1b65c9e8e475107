package site_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"dailytip/subscribers"
)

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s *fixture) api(body string, header ...string) answer {
	s.t.Helper()
	return s.do("POST", "/api/subscribe", "application/json", body, header...)
}

func TestAPI(t *testing.T) {
	both(t, nil, func(t *testing.T, s *fixture) {
		a := s.api(`{"email": "ana@example.com", "name": "Ana", "language": "de", "timezone": "Europe/Berlin", "newsletter": "management"}`)
		a.must(t, 202, `"message"`, "ana@example.com")
		if a.Header.Get("Content-Type") != "application/json; charset=utf-8" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", a.Header)
		}
		if p := s.find("ana@example.com"); p.Name != "Ana" || p.Language != "de" || p.Timezone != "Europe/Berlin" {
			t.Errorf("%+v", p)
		}
		// The least that does; and what a later version may add isn't held against it.
		s.api(`{"email": "ben@example.com", "campaign": 7}`).must(t, 202)
		if got := s.notices(); !slices.Equal(got, []string{"confirm ana@example.com de", "confirm ben@example.com "}) {
			t.Errorf("mails %q", got)
		}
		if got := s.events(subscribers.Added{Subscriber: s.find("ben@example.com").ID}); got[0] != "signed up: signed up over /api/subscribe" {
			t.Errorf("events %q", got)
		}
	})
}

func TestAPIRefuses(t *testing.T) {
	s := open(t, func(o *options) { o.Origins = []string{"https://www.example.com"} })
	good := `{"email": "ana@example.com"}`
	for _, body := range []string{"", "{", "[]", `"ana@example.com"`, `{"email": 1}`, "email=ana@example.com"} {
		s.api(body).must(t, 400, `"field": ""`)
	}
	for _, kind := range []string{"", "text/plain", formType, "application/jsonp", "multipart/form-data; boundary=x"} {
		s.do("POST", "/api/subscribe", kind, good).must(t, 415)
	}
	evil := []string{"Origin", "https://evil.example.org", "Sec-Fetch-Site", "cross-site"}
	s.api(good, evil...).must(t, 403)
	s.do("POST", "/api/subscribe", "text/plain", good, evil...).must(t, 403)
	s.get("/api/subscribe").must(t, 404)
	s.nobody()

	var answer struct {
		Errors []struct{ Field, Message string } `json:"errors"`
	}
	a := s.api(`{"email": "x", "name": "a\u0007b", "timezone": "Mars"}`, "Accept-Language", "de")
	a.must(t, 422)
	if err := json.Unmarshal([]byte(a.body), &answer); err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, e := range answer.Errors {
		fields = append(fields, e.Field)
	}
	if !slices.Equal(fields, []string{"email", "name", "timezone"}) || !strings.Contains(answer.Errors[0].Message, "keine E-Mail-Adresse") {
		t.Errorf("%+v", answer)
	}
}

// What an abbreviation stands for is proposed to a program, as it is in a
// configuration and in an import. A form takes it: there the browser wrote it.
func TestAPIRefusesAbbreviatedZones(t *testing.T) {
	s := open(t, nil)
	for given, instead := range map[string]string{"EST": "America/New_York", "cet": "Europe/Berlin", " PST8PDT ": "America/Los_Angeles", "JST": "Asia/Tokyo"} {
		a := s.api(`{"email": "ana@example.com", "timezone": "` + given + `"}`)
		a.must(t, 422, `"field": "timezone"`, `"instead": "`+instead+`"`)
	}
	s.nobody()
	s.api(`{"email": "ana@example.com", "timezone": "America/New_York"}`).must(t, 202)
}

func TestAPIFromAScript(t *testing.T) {
	const own = "https://www.example.com"
	s := open(t, func(o *options) { o.Origins = []string{own} })
	ask := func(origin string) answer {
		return s.do("OPTIONS", "/api/subscribe", "", "", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
	}
	a := ask(own)
	a.must(t, 204)
	if a.Header.Get("Access-Control-Allow-Origin") != own || a.Header.Get("Access-Control-Allow-Headers") != "Content-Type" || a.Header.Get("Access-Control-Allow-Methods") != "POST" {
		t.Errorf("%v", a.Header)
	}
	for _, other := range []string{"https://evil.example.org", own + ".evil.example.org", "null", "http://www.example.com"} {
		a := ask(other)
		if a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is let in: %v", other, a.Header)
		}
	}
	a = s.api(`{"email": "ana@example.com"}`, "Origin", own, "Sec-Fetch-Site", "cross-site")
	a.must(t, 202)
	if a.Header.Get("Access-Control-Allow-Origin") != own || !slices.Contains(a.Header.Values("Vary"), "Origin") || a.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%v", a.Header)
	}
}
