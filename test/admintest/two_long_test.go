//go:build long

package admintest

import (
	"strings"
	"testing"

	"dailytip/test/daemontest"
	"dailytip/test/pgserver"
)

// Two daemons on one database are the same pages: who is signed in at one is at the other,
// what is changed at one is seen at the other, and signing out ends it at both.
func TestTwoDaemons(t *testing.T) {
	server, err := pgserver.Start(pgserver.Options{})
	if err != nil {
		missing(t, "PostgreSQL")
	}
	t.Cleanup(func() { _ = server.Close() })
	people := "" // with the same hashes of their passwords
	shares := func(o *daemontest.Options) {
		o.Database = server.URL("postgres")
		o.Newsletter = "schedule: \"0 7 * * *\"\ntimezone: UTC"
		if people == "" {
			people = o.Top
		}
		o.Top = people
	}
	first := furnish(t, "127.0.0.1:1", 3, shares)
	second := furnish(t, "127.0.0.1:1", 0, shares)
	first.elsewhere, second.elsewhere = second.base, first.base // a cookie is of a host, whatever its port
	one := first.desk()
	two := &desk{house: second, ctx: one.ctx, axe: one.axe}

	one.signIn("operator", password, 200)
	two.open("/admin", 200)
	if got := two.text(".who"); !strings.Contains(got, "operator") {
		t.Fatalf("at the other daemon it says %q", got)
	}

	// A date is skipped at one.
	two.open("/admin/calendar", 200)
	date := two.rows()[3]
	eval[bool](two, `document.querySelector("`+row(date, ".change summary")+`").click(), true`)
	two.click(row(date, "form.buttons button"))
	two.told("The date is skipped")
	one.open("/admin/calendar", 200)
	if got := one.text(row(date, ".why")); got != "skipped" {
		t.Errorf("at the first the date is %q", got)
	}
	eval[bool](one, `document.querySelector("`+row(date, ".change summary")+`").click(), true`)
	one.click(row(date, `button[formaction$="/unskip"]`))
	one.await(`document.readyState === "complete" && document.querySelector("[role=status]") !== null`)
	two.open("/admin/calendar", 200)
	if got := two.text(row(date, ".why")); got == "skipped" || got == "" {
		t.Errorf("at the second the date is %q", got)
	}

	// A reader is given a name at one, and paused at the other.
	two.open("/admin/readers?q=reader1@", 200)
	reader := eval[string](two, `new URL(document.querySelector("tbody a").href).pathname`)
	two.open(reader, 200)
	eval[bool](two, `document.querySelectorAll("details").forEach(x => x.open = true), document.querySelector("#name").focus(), true`)
	two.typeKeys(0, "Ana Example")
	two.typeKeys(200, "\r")
	one.open(reader, 200)
	if got := one.text("#who"); got != "Ana Example" {
		t.Errorf("at the first they are called %q", got)
	}
	eval[bool](one, `document.querySelectorAll("details").forEach(x => x.open = true), document.querySelector("form[action$='/pause'] button").focus(), true`)
	one.typeKeys(200, "\r")
	two.open("/admin/readers?q=reader1@", 200)
	if got := two.text("tbody"); !strings.Contains(got, "Ana Example") || !strings.Contains(got, "paused") {
		t.Errorf("at the second they are %q", got)
	}

	// Both say who did it, and whoever signs out is signed out of both.
	one.open("/admin/log", 200)
	if got := one.text("tbody"); strings.Count(got, "operator") < 5 || !strings.Contains(got, date) {
		t.Errorf("the log has %s", got)
	}
	one.click(".who button")
	one.await(`document.querySelector("#password") !== null`)
	two.open("/admin/readers", 200)
	if got := two.text("main"); !strings.Contains(got, "Password") || strings.Contains(got, "reader1@") {
		t.Errorf("who is signed out is shown %s", got)
	}
}
