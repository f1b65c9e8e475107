package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"

	"dailytip/config"
	"dailytip/credential"
)

// A person signs in to the daemon's own listener for that, and is out as soon as the
// configuration doesn't name them.
func TestPeopleComeAndGoWithTheConfiguration(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	hash, err := credential.Make("four words that differ")
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(in.dir + "/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := freeAddr(t)
	person := func(name string) string {
		return fmt.Sprintf("    - {name: %s, password_hash: '%s', role: operator}\n", name, hash)
	}
	admin := string(before) + fmt.Sprintf("admin:\n  listen: %[1]s\n  base_url: http://%[1]s\n  people:\n", own) + person("ana")
	in.write("config.yaml", admin+person("ben"))
	d := in.serve()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	wantPage(t, browser, "http://"+own+"/", "<h1>Sign in</h1>")
	resp, err := browser.PostForm("http://"+own+"/admin/signin", url.Values{"name": {"ben"}, "password": {"four words that differ"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	wantPage(t, browser, "http://"+own+"/admin", "<bdi>ben</bdi>")
	if resp, err := http.Get("http://" + in.listen + "/admin"); err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("beside the readers' pages: %v, %v", resp, err)
	}
	in.write("config.yaml", admin)
	d.hangUp()
	in.eventually(patience, "the new configuration is in force", func() bool { return strings.Count(d.log.String(), "dailytip is running") == 2 })
	wantPage(t, browser, "http://"+own+"/admin", "<h1>Sign in</h1>")
	in.write("config.yaml", string(before))
	d.hangUp()
	in.eventually(patience, "there are no such pages", func() bool { return strings.Count(d.log.String(), "dailytip is running") == 3 })
	if resp, err := http.Get("http://" + own + "/admin"); err == nil {
		t.Errorf("the listener is still there: %d", resp.StatusCode)
	}
	d.stop()
	if strings.Contains(d.log.String(), "four words") || strings.Contains(d.log.String(), "argon2id") {
		t.Error("the log holds a secret")
	}
}

// wantPage fails the test unless an address leads to a page that holds a text.
func wantPage(t *testing.T, browser *http.Client, address, text string) {
	t.Helper()
	resp, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	if err := resp.Write(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), text) {
		t.Errorf("%s: %q isn't in\n%s", address, text, b.String())
	}
}

// A proof leads to the calendar where there is one.
func TestWhereTheCalendarIs(t *testing.T) {
	people := []config.Person{{Name: "ana"}}
	for want, cfg := range map[string]config.Config{
		"": {BaseURL: "https://tips.example.com"},
		"https://tips.example.com/daily/admin/calendar": {BaseURL: "https://tips.example.com/daily/", Admin: config.Admin{People: people}},
		"https://desk.example.com/admin/calendar":       {BaseURL: "https://tips.example.com", Admin: config.Admin{People: people, BaseURL: "https://desk.example.com"}},
	} {
		if got := calendarURL(&cfg); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
