package admintest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// toProvider goes from the form to the provider's page by keyboard.
func (d *desk) toProvider() {
	d.Helper()
	d.open("/admin", 200)
	d.pressProvider(200)
	d.await(`document.querySelector("input[name=login]") !== null`)
}

// pressProvider follows the form's link to the provider, once the form has the focus.
func (d *desk) pressProvider(status int) {
	d.Helper()
	d.await("document.activeElement.id === 'name'")
	d.tabTo(`a[href^="/admin/signin/oidc"]`)
	d.typeKeys(status, "\r")
}

// signInBy signs somebody in at the provider, who says there that we may know who they are.
func (d *desk) signInBy(name string, status int) {
	d.Helper()
	d.toProvider()
	eval[bool](d, `document.querySelector("input[name=login]").focus() ?? true`)
	d.typeKeys(0, name+"\tany password\t")
	d.await(`document.activeElement.matches("[type=submit]")`)
	d.typeKeys(200, "\r")
	d.await(`document.querySelector("[autofocus][type=submit]") !== null && document.querySelector("input[name=login]") === null`)
	eval[bool](d, `document.querySelector("[autofocus][type=submit]").focus() ?? true`)
	d.typeKeys(status, "\r")
}

// signOut presses the button of the header.
func (d *desk) signOut() {
	d.Helper()
	d.tabTo(".who button")
	d.typeKeys(200, "\r")
	if got := d.text("h1"); got != "Sign in" {
		d.Errorf("after signing out: %s", got)
	}
}

// People come by a provider that isn't ours, whose groups are their roles, wherever and
// however it tells them.
func TestSingleSignOn(t *testing.T) {
	p := newProvider(t)
	h := furnish(t, "127.0.0.1:1", 3, p.letIn)
	h.elsewhere = p.url
	for _, c := range []struct {
		inToken bool
		roles   []string
	}{{true, []string{"editor", "operator"}}, {false, []string{"viewer", "operator"}}} {
		p.stop()
		p.options.InToken = c.inToken
		p.start()
		for _, role := range c.roles {
			d := h.desk()
			d.signInBy(role, 200)
			if who := d.text(".who p"); who != "Signed in as "+role+"@example.com "+role {
				t.Errorf("in the token %t: %s is called %q", c.inToken, role, who)
			}
			if shown := strings.Contains(d.text(".top nav"), "Log"); shown != (role == "operator") {
				t.Errorf("%s is shown %s", role, d.text(".top nav"))
			}
		}
	}
	d := h.desk()
	d.signInBy("nobody", 403)
	if got := d.text("main"); !strings.Contains(got, "You are nobody@example.com, and none of your groups lets you in here.") {
		t.Errorf("somebody without a role is told %s", got)
	}
	d.look("no role")
	d.open("/admin/log", 200)
	if got := d.text("h1"); got != "Sign in" {
		t.Errorf("somebody without a role sees %s", got)
	}
}

// After signing out nothing of anybody is to be seen, neither by the button that leads
// back; the provider may have somebody signed in still, and the page says so.
func TestSingleSignOut(t *testing.T) {
	p := newProvider(t)
	h := furnish(t, "127.0.0.1:1", 3, p.letIn)
	h.elsewhere = p.url
	p.start()
	d := h.desk()
	d.signInBy("operator", 200)
	d.open("/admin/readers", 200)
	d.signOut()
	if got := d.text("[role=status]"); !strings.HasPrefix(got, "You’re signed out here. At 127.0.0.1:") {
		t.Errorf("it says %q", got)
	}
	d.look("signed out")
	d.leads(200, func() {
		if err := chromedp.Do(d.ctx, chromedp.NavigateBack()); err != nil {
			t.Fatal(err)
		}
	})
	if got := d.text("body"); strings.Contains(got, "reader1@") || d.text("h1") != "Sign in" {
		t.Errorf("the button that leads back shows %s", got)
	}
	// There they are known still, so they come in without a word.
	d.pressProvider(200)
	d.await(`document.querySelector("h1")?.innerText === "Readers"`)
}

// Who says no there isn't signed in. A provider that is away is no reason for an empty
// page, and passwords work; it comes back with other keys and signs by another algorithm.
func TestTheProviderIsAway(t *testing.T) {
	p := newProvider(t)
	h := furnish(t, "127.0.0.1:1", 3, p.letIn)
	h.elsewhere = p.url
	p.start()
	d := h.desk()
	d.toProvider()
	d.leads(422, func() {
		if err := chromedp.Do(d.ctx, chromedp.Click(chromedp.CSS(`a[href$="/abort"]`))); err != nil {
			t.Fatal(err)
		}
	})
	if got := d.text("[role=alert]"); got != "The provider didn’t sign you in." {
		t.Errorf("who says no there is told %q", got)
	}
	d.signInBy("editor", 200)
	d.signOut()

	p.stop()
	d.pressProvider(502)
	if got := d.text("[role=alert]"); !strings.HasPrefix(got, "The provider that signs you in doesn’t answer as it should.") {
		t.Errorf("while it's away it says %q", got)
	}
	d.look("provider away")
	d.await("document.activeElement.id === 'name'")
	d.typeKeys(0, "editor\t"+password)
	d.typeKeys(200, "\r")
	if got := d.text("h1"); got != "Today" {
		t.Errorf("by password: %s", got)
	}

	p.options.Algorithm = "ES256"
	p.start()
	d = h.desk()
	d.signInBy("viewer", 200)
	if who := d.text(".who p"); who != "Signed in as viewer@example.com viewer" {
		t.Errorf("with other keys: %q", who)
	}
}
