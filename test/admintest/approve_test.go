package admintest

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dailytip/test/daemontest"
	"dailytip/test/mailtest"
)

// linkTo is the link of a mail that leads to a path; "": it has none.
func (h *house) linkTo(m mailtest.Mail, path string) string {
	for _, match := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(m.HTML, -1) {
		if rest, ours := strings.CutPrefix(html.UnescapeString(match[1]), h.base); ours && strings.HasPrefix(rest, path) {
			return rest
		}
	}
	return ""
}

// An editor approves by the link of the proof that has come, signed in nowhere: looking
// changes nothing, the button acts once, and once the edition is there, it's too late.
// Who signs in by the proof's other link comes to the date.
func TestApproveByTheProof(t *testing.T) {
	box := newInbox(t)
	h := furnish(t, box.Addr(), 3, func(o *daemontest.Options) {
		// One date, and no other, lies within thirty hours.
		o.Newsletter = fmt.Sprintf("schedule: \"0 %d * * *\"\ntimezone: UTC\napprove: true\nproof: {to: editor@example.com, before: 30h}\n", (time.Now().UTC().Hour()+12)%24)
	})
	proof := arrived(t, box, "editor@example.com", func(m mailtest.Mail) bool { return h.linkTo(m, "/proof/approve/") != "" })
	approve, skip, plan := h.linkTo(proof, "/proof/approve/"), h.linkTo(proof, "/proof/skip/"), h.linkTo(proof, "/admin/calendar?")
	address, err := url.Parse(plan)
	if err != nil || skip == "" || plan == "" {
		t.Fatalf("the proof leads to %q, %q, %v", skip, plan, err)
	}
	date := address.Query().Get("date")

	d, editor := h.desk(), h.desk()
	editor.open(plan, 200)
	editor.signInHere("editor", password, 200)
	waits := "[id='" + date + "'] .why"
	if got := editor.text(waits); !strings.HasPrefix(got, "not approved yet") {
		t.Errorf("the calendar has %q on %s", got, date)
	}
	for range 2 {
		d.open(approve, 200)
		if got := d.text("h1"); got != "Approve this tip?" {
			t.Fatalf("the link leads to %q", got)
		}
	}
	editor.open("/admin/calendar", 200)
	if got := editor.text(waits); !strings.HasPrefix(got, "not approved yet") {
		t.Fatalf("after a look the calendar has %q", got)
	}
	d.look("proof approve")
	d.tabTo("main form button")
	d.typeKeys(200, "\r")
	if got := d.text("h1"); got != "Approved" {
		t.Fatalf("the button says %q", got)
	}
	editor.open("/admin/calendar", 200)
	if got := editor.text(waits); got != "the next one approved" {
		t.Errorf("afterwards the calendar has %q", got)
	}
	d.open(approve, 200)
	if got := d.text("main"); !strings.Contains(got, "This link was used already") || !strings.Contains(got, "Nothing was changed.") {
		t.Errorf("the second time it says %q", got)
	}

	d.open(skip, 200)
	if _, err := h.in.Run(t.Context(), []string{"send", "--date", date, "--wait", "0s"}, 0, 1, 5); err != nil {
		t.Fatal(err)
	}
	d.tabTo("main form button")
	d.typeKeys(200, "\r")
	if got := d.text("h1"); got != "It’s too late for this" {
		t.Errorf("after the run the button says %q", got)
	}
	editor.open("/admin/calendar", 200)
	if got := editor.text(waits); got != "on its way, or sent" {
		t.Errorf("after the run the calendar has %q", got)
	}
}
