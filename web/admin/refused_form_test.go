package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dailytip/admins"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// againWith fails the test unless an answer is the page of a form that was refused: the
// form says why, is in sight, has the focus, and holds what was sent.
func (b *browser) againWith(a answer, status int, why string, sent url.Values) {
	b.Helper()
	b.want(a, status, `<nav aria-label="Sections">`)
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		b.Fatal(err)
	}
	said := find(doc, func(n *html.Node) bool { return attribute(n, "id") == "refused" })
	if said == nil || said.Parent.DataAtom != atom.Form || attribute(said.Parent, "action") != a.Request.URL.Path {
		b.Fatalf("%s: the form isn't there, or says nothing:\n%s", a.Request.URL.Path, a.body)
	}
	if text := textOf(said); !strings.Contains(text, why) || attribute(said, "role") != "alert" {
		b.Errorf("%s says %q, want %q", a.Request.URL.Path, text, why)
	}
	for n := said.Parent; n != nil; n = n.Parent {
		if n.DataAtom == atom.Details && !hasAttribute(n, "open") {
			b.Errorf("%s is folded in", a.Request.URL.Path)
		}
	}
	holds, focus := url.Values{}, 0
	for n := range doc.Descendants() {
		if hasAttribute(n, "autofocus") {
			focus++
		}
	}
	for n := range said.Parent.Descendants() {
		if value, has := heldBy(n); has {
			holds.Add(attribute(n, "name"), value)
			if hasAttribute(n, "autofocus") && !strings.HasPrefix(attribute(n, "aria-describedby"), "refused") {
				b.Errorf("%s: the field with the focus doesn't lead to why it was refused", a.Request.URL.Path)
			}
		}
	}
	if focus != 1 {
		b.Errorf("%s: %d places have the focus", a.Request.URL.Path, focus)
	}
	for name, want := range sent {
		if !slices.Equal(holds[name], want) {
			b.Errorf("%s: %s holds %q, want %q", a.Request.URL.Path, name, holds[name], want)
		}
	}
}

// heldBy is what a form sends of a field, if it does.
func heldBy(n *html.Node) (value string, has bool) {
	switch {
	case n.DataAtom == atom.Select:
		for option := range n.Descendants() {
			if option.DataAtom == atom.Option && (!has || hasAttribute(option, "selected")) {
				value, has = attribute(option, "value"), true
			}
		}
		return value, has
	case n.DataAtom != atom.Input, attribute(n, "type") == "checkbox" && !hasAttribute(n, "checked"), attribute(n, "type") == "file":
		return "", false
	}
	return attribute(n, "value"), true
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for below := range n.Descendants() {
		if below.Type == html.TextNode {
			text.WriteString(below.Data)
		}
	}
	return text.String()
}

// fields are names and values in turn.
func fields(all ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(all); i += 2 {
		values.Add(all[i], all[i+1])
	}
	return values
}

// Nobody types anything twice: each form that is refused is shown again, on its page, with
// what was typed and why it came to nothing.
func TestARefusedFormIsShownAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		ana := h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management", Preferences: subscribers.Preferences{Name: "Ana"}})
		h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "other"})
		barred := h.reader(subscribers.Request{Address: "bo@example.com", Newsletter: "management"})
		h.edition("management", 1)
		b := h.as(admins.Operator)
		b.change(barred, "suppress", "readers_suppress", "why", "x")
		evil := `"><script>alert(1)</script>` + "\x00\xff\u202e"
		shownEvil := `"><script>alert(1)</script>` + "\uFFFD\uFFFD\u202e"
		h.outbox.state, h.outbox.reply = ledger.Failed, "550 no"
		for _, c := range []struct {
			path   string
			form   url.Values
			status int
			why    string
		}{
			{"/admin/add/reader", fields("email", "ana", "name", evil, "language", "es", "timezone", "Mars/Olympus", "newsletter", "other", "confirmed", "1"), 422, "has no @"},
			{"/admin/add/reader", fields("email", "cleo@example.com", "newsletter", "management", "returning", "1", "why", ""), 422, "The reason is missing"},
			{pageOf(ana) + "/set", fields("name", "Ana Lovelace", "language", "es", "timezone", "Mars/Olympus"), 422, "Mars/Olympus"},
			{pageOf(ana) + "/address", fields("email", "ana at example.org", "confirmed", "1"), 422, "which an address can't"},
			{pageOf(ana) + "/address", fields("email", "bo@example.com"), 409, "on the list already"},
			{pageOf(ana) + "/suppress", fields("why", strings.Repeat("w", longestWhy+1)), 422, "The reason is missing"},
			{pageOf(barred) + "/restore", fields("why", "  "), 422, "The reason is missing"},
			{pageOf(ana) + "/erase", fields("email", "bo@example.com"), 422, "nobody was erased"},
			{pageOf(ana) + "/when", fields("newsletter", "other", "send_at", "25:00", "days", "MON someday", "cadence", "weekly"), 422, "no time of day"},
			{pageOf(ana) + "/pause", fields("newsletter", "other", "until", "2026-11-20"), 422, "Choose a later one."},
			{"/admin/export", fields("newsletter", "nope"), 422, "nope"},
			{testCopies, fields("newsletter", "management", "id", "first", "show", "desktop", "scheme", "dark", "language", "en", "to", "nobody"), 422, "The test can’t be sent"},
			{testCopies, fields("newsletter", "management", "id", "first", "show", "phone", "scheme", "light", "language", "en", "to", "ana@example.com"), 409, "550 no"},
			{"/admin/calendar/pin", fields("newsletter", "other", "date", "2026-12-01", "chosen", "", "shown", "", "tip", "No such tip"), 422, "No such tip"},
			{"/admin/calendar/pin", fields("newsletter", "management", "date", "2026-12-01", "chosen", "skip", "shown", "", "tip", "Second"), 409, "Somebody"},
			{"/admin/calendar/swap", fields("newsletter", "management", "date", "2026-11-24", "chosen", "", "shown", "second", "with", "2028-12-01"), 422, "isn’t in the calendar"},
			{friday + "/cancel", fields(), 422, "Nothing was"},
		} {
			got := b.post(c.path, c.form)
			if c.form.Get("name") == evil {
				c.form.Set("name", shownEvil)
			}
			sent := url.Values{}
			for name, values := range c.form {
				if name != "chosen" && name != "shown" && (c.path != "/admin/export" || name != "newsletter") {
					sent[name] = values
				}
			}
			b.againWith(got, c.status, c.why, sent)
			if c.form.Has("returning") && !strings.Contains(got.body, `<details open="">`) {
				t.Errorf("%s: what was ticked is folded in", c.path)
			}
			if strings.Contains(got.body, "<script>alert") {
				t.Errorf("%s: what was typed is a part of the page", c.path)
			}
		}
		refused := b.upload("x.csv", "", "newsletter", "other", "state", "bounced", "confirmed", "1")
		b.againWith(refused, 422, "can’t be understood", url.Values{"newsletter": {"other"}, "confirmed": {"1"}})
		b.againWith(b.post("/admin/import/file", url.Values{}), 422, "There was no file", nil)
		if s := h.find(ana); s.Name != "Ana" || s.Email != "ana@example.com" || !s.SuppressedAt.IsZero() {
			t.Errorf("they are %+v", s)
		}
	})
}

// A button that somebody only presses says on top of its page why it came to nothing: what
// it was about may be gone from there.
func TestARefusedButtonSaysWhyOnItsPage(t *testing.T) {
	h := sqlite(t)
	ana := h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management"})
	h.edition("management", 1)
	b := h.as(admins.Operator)
	b.to(b.post("/admin/pause", nil), "/admin?done=pause")
	for _, c := range []struct {
		path, heading, why string
		form               url.Values
		status             int
	}{
		{"/admin/pause", "Today", "paused already", nil, 409},
		{"/admin/resume", "Today", "isn’t paused any more", nil, 409},
		{"/admin/resume/held", "Today", "isn’t paused any more", fields("pause", "1 all"), 409},
		{"/admin/calendar/skip", "Calendar", "Somebody", fields("newsletter", "other", "date", "2026-12-01", "chosen", "skip"), 409},
		{"/admin/calendar/undo", "Calendar", "Choose a date", fields("newsletter", "other"), 422},
		{pageOf(ana) + "/resume", `<bdi class="address" dir="ltr">ana@<wbr>example.com`, "isn’t paused any more", fields("newsletter", "management"), 409},
		{pageOf(ana) + "/undo", `<bdi class="address" dir="ltr">ana@<wbr>example.com`, "no such mail", fields("bounce", "7"), 404},
		{friday + "/resume", `<time datetime="2026-11-20">Friday, 20 November 2026`, "The edition isn’t paused.", nil, 409},
		{"/admin/import/add", "Import", "isn’t here any more", fields("file", "x"), 409},
	} {
		got := b.want(b.post(c.path+"?done=pause", c.form), c.status, `<div class="told"><p class="fault" role="alert">`, "<h1>"+c.heading, c.why)
		if strings.Contains(got.body, `role="status"`) {
			t.Errorf("%s says that something was done", c.path)
		}
	}
	for _, path := range []string{"/admin/readers/7/set", "/admin/editions/management/2026-01-01/pause", "/admin/calendar/skip"} {
		form := fields("newsletter", "nope")
		b.want(b.post(path, form), http.StatusNotFound, "That didn’t work")
	}
	// A page that keeps itself fresh does so after a refusal, too.
	if got := b.post("/admin/pause", nil); !strings.Contains(got.body, `data-live-from="/admin/live"`) || !strings.Contains(got.Header.Get("Content-Security-Policy"), "connect-src 'self'") {
		t.Errorf("the page stands still: %s", got.body)
	}
	viewer := h.as(admins.Viewer)
	viewer.want(viewer.post(pageOf(ana)+"/erase", fields("email", "x")), http.StatusForbidden, "Your role")
}

// Who is led to a page by another site's link isn't told that something was done, nor
// given a button that does more.
func TestOnlyOurPagesSayThatSomethingWasDone(t *testing.T) {
	d := openCalendar(t, storetest.SQLite(t), nil)
	b := d.as(admins.Operator)
	undo := url.Values{"newsletter": {"management"}, doneField: {"calendar_skip"}, "undo": {"2026-12-01", "", "pin e"}}
	for _, path := range []string{"/admin?done=pause", "/admin/calendar?" + undo.Encode()} {
		for from, told := range map[string]bool{"": true, "same-origin": true, "none": false, "same-site": false, "cross-site": false} {
			headers := []string{"Sec-Fetch-Site", from}
			if from == "" {
				headers = nil
			}
			page := b.want(b.get(path, headers...), 200)
			if said := strings.Contains(page.body, `role="status"`) || strings.Contains(page.body, "/admin/calendar/undo"); said != told {
				t.Errorf("%s from %q: told: %t", path, from, said)
			}
		}
	}
}

// Nor by way of signing in.
func TestSigningInSaysNothingElse(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Operator)
	b.to(b.get("/admin/signin?"+url.Values{nextField: {"/admin/log?before=7&done=pause"}}.Encode()), "/admin/log?before=7")
	stranger := h.browser()
	stranger.to(stranger.signIn("operator", password, nextField, "/admin?done=pause"), "/admin")
}

// What a form says of itself is in the log only when it's so.
func TestNobodyWritesIntoTheLogWhatTheyLike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := openCalendar(t, db, nil)
		b := d.as(admins.Editor)
		for _, shown := range []string{"a\nana erased reader 17", "ana@example.com", strings.Repeat("x", 900)} {
			for _, button := range []string{"skip", "unskip", "unpin", "pin", "swap", "approve", "unapprove"} {
				b.want(b.post("/admin/calendar/"+button, fields("newsletter", "management", "date", "2026-12-01", "shown", shown, "tip", "a", "with", "2026-12-02")), 409)
			}
		}
		operator := d.as(admins.Operator)
		last := strconv.FormatInt(now.UnixMilli(), 10)
		for _, domain := range []string{"a\nana erased reader 17", "ana@example.com", strings.Repeat("x", mostDomain)} {
			for _, button := range []string{"count", "forget"} {
				operator.want(operator.post("/admin/held/"+button, fields(domainField, domain, lastField, last)), 409, "Nothing of that domain")
			}
		}
		entries, err := d.admins.Entries(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Action != admins.SignIn {
				t.Errorf("the log has %+v", e)
			}
		}
	})
}

// A file that is too large is said to be so, and what was chosen after it isn't lost.
func TestAFileThatIsTooLarge(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Operator)
	large := "email\n" + strings.Repeat(strings.Repeat("x", 1023)+"\n", largestImport>>10)
	b.againWith(b.upload("x.csv", large, "newsletter", "other", "state", "paused", "confirmed", "1"), 413, "larger than 64 MB", fields("newsletter", "other", "state", "paused", "confirmed", "1"))
	b.to(b.upload("x.csv", large[:largestImport]), "/admin/import/progress")
	b.progress("What it would do")
	if log := h.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("it's logged as a fault of ours: %s", log)
	}
}

// Of a file that can't be read the page says so, and what can be done there; it's no fault
// of ours.
func TestAFileThatIsNoList(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Operator)
	b.to(b.upload("x.csv", "nothing here\n"), "/admin/import/progress")
	page := b.progress("That didn’t work")
	b.want(page, 200, "rename the one that holds the addresses", "Another file")
	if log := h.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("it's logged as a fault of ours: %s", log)
	}
}

// A disk isn't filled by files that wait for each other, nor the memory by a form of
// countless parts.
func TestUploadsAreBounded(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Operator)
	for range mostUploads {
		if !h.admin.importing.mayUpload() {
			t.Fatal("none is taken")
		}
	}
	b.againWith(b.upload("x.csv", "email\nana@example.com\n"), 409, "Another file is being imported", nil)
	h.admin.importing.uploaded()
	var many []string
	for i := range mostParts {
		many = append(many, "field"+strconv.Itoa(i), "x")
	}
	b.againWith(b.upload("x.csv", "email\nana@example.com\n", many...), 422, "There was no file", nil)
	b.to(b.upload("x.csv", "email\nana@example.com\n", many[:2*(mostParts-1)]...), "/admin/import/progress")
}
