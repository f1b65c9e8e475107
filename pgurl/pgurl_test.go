package pgurl

import (
	"net/url"
	"strings"
	"testing"
)

// Whatever the form, right or broken, the password isn't shown.
func TestRedact(t *testing.T) {
	for name, want := range map[string]string{
		"postgres://db/tips": "postgres://db/tips",
		"postgres://tips@db:5432/tips?sslmode=verify-full":      "postgres://tips@db:5432/tips?sslmode=verify-full",
		"postgres://tips:hunter2@db/tips":                       "postgres://tips:xxxxx@db/tips",
		"postgresql://tips:hunter2@db:5432,db2:5432/tips":       "postgresql://tips:xxxxx@db:5432,db2:5432/tips",
		"postgres://tips:h%75nter2@db/tips":                     "postgres://tips:xxxxx@db/tips",
		"postgres://tips:hunter2@[::1]:5432/tips":               "postgres://tips:xxxxx@[::1]:5432/tips",
		"postgres://[::1]:5432,h2/tips":                         "postgres://[::1]:5432,h2/tips",
		"postgres:///tips?host=/run/postgresql&user=tips":       "postgres:///tips?host=/run/postgresql&user=tips",
		"postgres:///tips?host=db&password=hunter2":             "postgres:///tips?host=db&password=xxxxx",
		"postgres://db/tips?pass%77ord=hunter2&sslmode=disable": "postgres://db/tips?pass%77ord=xxxxx&sslmode=disable",
		"postgres://db/tips?sslpassword=hunter2":                "postgres://db/tips?sslpassword=xxxxx",
		"postgres://db/tips?PASSWORD=hunter2":                   "postgres://db/tips?PASSWORD=xxxxx",
		// Broken ones.
		"postgres://tips:hun/ter2@db/tips":  "postgres://tips:xxxxx@db/tips",
		"postgres://tips:hun@ter2@db/tips":  "postgres://tips:xxxxx@db/tips",
		"postgres://tips:hun?ter2@db/tips":  "postgres://tips:xxxxx@db/tips",
		"postgres://tips:hunter2%zz@db":     "postgres://tips:xxxxx@db",
		"postgres://tips:hun ter2@db:x y/t": "postgres://tips:xxxxx@db:x y/t",
		"postgres://tips:hunter2":           "postgres://tips:xxxxx",
		"postgres://tips:hunter2/db":        "postgres://tips:xxxxx/db",
		"postgres://tips:hun#ter2@db/tips":  "postgres://xxxxx",
		"mysql://tips:hunter2@db/tips":      "mysql://tips:xxxxx@db/tips",
		// The other form.
		"host=db password=hunter2 dbname=tips":       "host=db password=xxxxx dbname=tips",
		`host=db password='hun\'ter2 x' dbname=tips`: "host=db password=xxxxx dbname=tips",
		`host=db password = hunter2`:                 "host=db password = xxxxx",
		`host=db password=hun\ ter2 dbname=tips`:     "host=db password=xxxxx dbname=tips",
		"dailytip.db":                                "dailytip.db",
		"/var/lib/dailytip/a b@c:d.db":               "/var/lib/dailytip/a b@c:d.db",
	} {
		if got := Redact(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestScrub(t *testing.T) {
	name := strings.Join([]string{"postgres://tips:hunt%65r2", "db:x/tips"}, "@")
	_, err := url.Parse(name)
	if err == nil || !strings.Contains(err.Error(), "hunt%65r2") {
		t.Fatalf("a broken URL's error doesn't quote it any more: %v", err)
	}
	for _, text := range []string{err.Error(), "login with hunter2 failed", `invalid port ":hunt%65r2"`} {
		if got := Scrub(text, name); strings.Contains(got, "hunt") {
			t.Errorf("%s", got)
		}
	}
}

// FuzzRedact: a password that was put into a URL as it should be doesn't show.
func FuzzRedact(f *testing.F) {
	for _, seed := range []string{"hunter2", "a@b", "a/b?c#d", "%", "a b", "ü", "postgres://x"} {
		f.Add("tips", seed)
	}
	f.Fuzz(func(t *testing.T, user, password string) {
		secret := "marker-" + password
		u := url.URL{Scheme: "postgres", User: url.UserPassword(user, secret), Host: "db:5432", Path: "/tips"}
		for _, name := range []string{
			u.String(), "postgres://" + url.PathEscape(user) + ":" + secret + "@db/tips",
			"postgres://db/tips?password=" + url.QueryEscape(secret),
		} {
			if got := Redact(name); strings.Contains(got, "marker-") {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}
