package admintest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Somebody in each role signs in by keyboard, sees what is theirs and nothing else, and
// signs out.
func TestEachRole(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		role     string
		sections string
		log      int64 // how the log answers
	}{
		{"viewer", "Today Calendar Tips Editions Growth", 403},
		{"editor", "Today Calendar Tips Editions Growth", 403},
		{"operator", "Today Calendar Tips Readers Editions Growth Log", 200},
	} {
		d := h.desk()
		d.signIn(c.role, password, 200)
		if got := d.text(".top nav"); got != c.sections {
			t.Errorf("%s is shown the sections %q, want %q", c.role, got, c.sections)
		}
		if who := d.text(".who p"); !strings.HasSuffix(who, c.role+" "+c.role) {
			t.Errorf("%s is called %q", c.role, who)
		}
		if got := d.text("main"); !strings.Contains(got, "Management Tip of the Day") || !strings.Contains(got, "waiting") {
			t.Errorf("%s sees %s", c.role, got)
		}
		for _, cookie := range call(d, network.GetCookies, network.GetCookiesParams{}).Cookies {
			if !cookie.HTTPOnly || cookie.Path != "/" || cookie.SameSite != network.CookieSameSiteLax {
				t.Errorf("the cookie is %+v", cookie)
			}
		}
		d.open("/admin/log", c.log)
		if c.role != "editor" { // who is shown the same as a viewer
			d.look(c.role + " log")
			d.open("/admin", 200)
			d.look(c.role + " today")
		}
		if _, err := chromedp.RunResponse(d.ctx, chromedp.Click(chromedp.CSS(".who button"))); err != nil {
			t.Fatal(err)
		}
		if got := d.text("h1"); got != "Sign in" {
			t.Errorf("after signing out: %s", got)
		}
		d.open("/admin/log", 200)
		if got := d.text("h1"); got != "Sign in" {
			t.Errorf("afterwards the log shows %s", got)
		}
	}
}

// Somebody who runs it has paused mail tried again, and finds that in the log.
func TestAButton(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.signIn("operator", password, 200)
	for end := time.Now().Add(patience); !strings.Contains(d.text("main"), "Nothing has gone out since"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nothing is paused: %s", d.text("main"))
		}
		d.open("/admin", 200)
	}
	answer, err := chromedp.RunResponse(d.ctx, chromedp.Click(chromedp.CSS(".warning button")))
	if err != nil || answer == nil || answer.Status != 200 {
		t.Fatalf("%+v, %v", answer, err)
	}
	if got := d.text("[role=status]"); !strings.HasPrefix(got, "One mail is tried now") {
		t.Errorf("it says %q", got)
	}
	d.look("today after a button")
	d.open("/admin/log", 200)
	if got := d.text("tbody tr"); !strings.Contains(got, "operator by password had paused mail tried again all done") {
		t.Errorf("the newest line is %q", got)
	}
}

func TestWhoIsntLetIn(t *testing.T) {
	h := newHouse(t)
	d := h.desk()
	d.open("/admin", 200)
	d.look("sign in")
	d.signIn("operator", "not the password at all", 422)
	if got := d.text("[role=alert]"); got != "Name and password don’t belong together." {
		t.Errorf("it says %q", got)
	}
	d.look("sign in refused")
	// The focus is on the password, which is what has to be typed again.
	d.await("document.activeElement.id === 'password'")
	d.typeKeys(0, password)
	d.typeKeys(200, "\r")
	if got := d.text("h1"); got != "Today" {
		t.Errorf("then: %s", got)
	}
}
