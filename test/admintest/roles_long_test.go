//go:build long

package admintest

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
)

// found is what a page leads to.
type found struct{ Links, Buttons []string }

// leadsTo are the pages and the buttons of ours that a page has.
func (d *desk) leadsTo() found {
	d.Helper()
	return eval[found](d, `({
		Links: [...document.querySelectorAll("a[href]")].map(a => new URL(a.href)).filter(u => u.origin === location.origin).map(u => u.pathname),
		Buttons: [...document.querySelectorAll("form[method=post]")].flatMap(f => [f.action, ...[...f.querySelectorAll("[formaction]")].map(b => b.formAction)]).map(a => new URL(a).pathname),
	})`)
}

// Whoever may not do something isn't shown how: whatever page a role comes to, all that it
// leads to is theirs. Where they aren't shown the way they are refused, by address and by
// a form that they make themselves.
func TestWhatARoleMayNot(t *testing.T) {
	box := newInbox(t)
	box.SetFault(func(a inbox.Ask) inbox.Fault { // so that an edition has all its buttons
		if a.Stage == inbox.RcptTo && strings.HasPrefix(a.To, "reader1@") {
			return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user here"}
		}
		return inbox.Fault{}
	})
	h := furnish(t, box.Addr(), 12, nil)
	operator := h.desk()
	operator.signIn("operator", password, 200)
	operator.comes("/admin/readers?q=reader1@", "tbody", "suppressed")
	reader := eval[string](operator, `new URL(document.querySelector("tbody a").href).pathname`)
	operator.open("/admin/editions", 200)
	edition := eval[string](operator, `new URL(document.querySelector("tbody a").href).pathname`)
	for _, c := range []struct {
		role string
		may  *regexp.Regexp // its buttons
	}{
		{"viewer", regexp.MustCompile(`^/admin/signout$`)},
		{"editor", regexp.MustCompile(`^/admin/(signout|calendar/[a-z]+|tips/test)$`)},
	} {
		d := h.desk()
		d.signIn(c.role, password, 200)
		seen := []string{"/admin"}
		for i := 0; i < len(seen); i++ {
			d.open(seen[i], 200)
			if got := d.text("main"); strings.Contains(got, "reader1@") {
				t.Errorf("%s is shown a reader's address on %s", c.role, seen[i])
			}
			leads := d.leadsTo()
			for _, button := range leads.Buttons {
				if !c.may.MatchString(button) {
					t.Errorf("%s is shown the button %s on %s", c.role, button, seen[i])
				}
			}
			for _, link := range leads.Links {
				if !slices.Contains(seen, link) && (link == "/admin" || strings.HasPrefix(link, "/admin/")) {
					seen = append(seen, link)
				}
			}
		}
		if len(seen) < 6 || !slices.Contains(seen, edition) {
			t.Errorf("%s comes to %q only", c.role, seen)
		}
		for _, path := range []string{"/admin/readers", reader, "/admin/add", "/admin/import", "/admin/log"} {
			d.open(path, 403)
			if got := d.text("main"); !strings.Contains(got, "Your role doesn’t allow this.") {
				t.Errorf("%s, %s: %s", c.role, path, got)
			}
		}
		for _, path := range []string{reader + "/erase", edition + "/retry", "/admin/pause", "/admin/add/reader", "/admin/export"} {
			d.open("/admin", 200)
			d.post(path, 403)
		}
	}
	operator.open(edition, 200)
	if got := operator.leadsTo().Buttons; !slices.Contains(got, edition+"/retry") || !slices.Contains(got, edition+"/pause") {
		t.Errorf("an operator is shown the buttons %q", got)
	}
	operator.comes("/admin/readers?q=reader1@", "tbody", "suppressed")
}

// post sends a form that no page has.
func (d *desk) post(path string, status int64) {
	d.Helper()
	d.leads(status, func() {
		eval[bool](d, `(() => { const f = document.createElement("form"); f.method = "post"; f.action = `+quoted(path)+`; document.body.append(f); f.submit(); return true })()`)
	})
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

// comes opens a page time and again until it says something.
func (d *desk) comes(path, within, want string) {
	d.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		d.open(path, 200)
		if strings.Contains(d.text(within), want) {
			return
		}
		if time.Now().After(end) {
			d.Fatalf("%s never says %q:\n%s", path, want, d.text("main"))
		}
	}
}
