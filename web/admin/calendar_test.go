package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/tips"
)

// calendarDesk is the pages with a calendar of six tips.
type calendarDesk struct {
	*harness
	dir string
	n   *scheduler.Newsletter
}

// openCalendar opens the pages with two newsletters that send the same tips.
func openCalendar(t *testing.T, db *store.DB, change func(*scheduler.Newsletter)) *calendarDesk {
	t.Helper()
	d := &calendarDesk{dir: t.TempDir()}
	for i, text := range []string{
		"title: Ask <i>first</i>\nemoji: 💡", "title: Begin", "title: Check", "title: Delegate", "title: Explain", "title: Begin\ndate: 2026-12-03",
	} {
		d.file(t, string(rune('a'+i)), text, "The text.")
	}
	d.file(t, "b.es", "title: Empieza", "El texto.")
	library, err := tips.Open(d.dir, tips.Options{Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	var newsletters []scheduler.Newsletter
	for _, id := range []string{"management", "other"} {
		n := newsletter(t, id)
		n.Library, n.RepeatAfter, n.Stop = library, 180*24*time.Hour, true
		if change != nil {
			change(&n)
		}
		newsletters = append(newsletters, n)
	}
	d.harness = open(t, db, func(s *settings) {
		list, err := subscribers.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		s.options.Scheduler = scheduler.New(scheduler.Options{List: list, Editions: editions.New(db), Ledger: s.options.Ledger, Newsletters: newsletters})
	})
	d.n = &d.admin.Scheduler.Newsletters[0]
	return d
}

// file writes a tip.
func (d *calendarDesk) file(t *testing.T, id, front, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, id+".md"), []byte("---\n"+front+"\nlink: https://example.com/"+id+"\ncreated: 2026-01-01\n---\n"+text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// calendarForm is what a browser sends of a form of a date, when the button is pressed that
// posts to a path. It fails the test when there is no such button.
func calendarForm(b *browser, page answer, date, path string) url.Values {
	b.Helper()
	doc, err := html.Parse(strings.NewReader(page.body))
	if err != nil {
		b.Fatal(err)
	}
	attribute := func(n *html.Node, key string) string {
		i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
		if i < 0 {
			return ""
		}
		return n.Attr[i].Val
	}
	for row := range doc.Descendants() {
		if row.Data != "tr" || attribute(row, "id") != date {
			continue
		}
		for f := range row.Descendants() {
			if f.Data != "form" {
				continue
			}
			values, found := url.Values{}, false
			for n := range f.Descendants() {
				switch {
				case n.Data == "button" && (attribute(n, "formaction") == path || attribute(n, "formaction") == "" && attribute(f, "action") == path):
					found = true
				case n.Data == "input":
					values.Add(attribute(n, "name"), attribute(n, "value"))
				}
			}
			if found {
				return values
			}
		}
	}
	b.Fatalf("%s has no button for %s", date, path)
	return nil
}

// press presses a button of a date on the page of a newsletter, with what somebody has
// written into a field, and looks at the page that it leads to.
func (d *calendarDesk) press(b *browser, date, button string, written ...string) answer {
	b.Helper()
	path := "/admin/calendar/" + button
	values := calendarForm(b, b.want(b.get("/admin/calendar?newsletter=management"), 200), date, path)
	for i := 0; i < len(written); i += 2 {
		values.Set(written[i], written[i+1])
	}
	return d.follow(b, b.post(path, values))
}

// follow goes where an answer leads to, which is the calendar, at a date.
func (d *calendarDesk) follow(b *browser, a answer) answer {
	b.Helper()
	to, place, _ := strings.Cut(a.Header.Get("Location"), "#")
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/admin/calendar?") || !strings.HasPrefix(place, "2026-") {
		b.Fatalf("%s: %d to %q\n%s", a.Request.URL, a.StatusCode, a.Header.Get("Location"), a.body)
	}
	return b.want(b.get(to), 200, `role="status"`, `id="`+place+`"`)
}

// undo presses the button that takes the last change back.
func (d *calendarDesk) undo(b *browser, page answer) answer {
	b.Helper()
	return b.post("/admin/calendar/undo", undoForm(b, page))
}

func undoForm(b *browser, page answer) url.Values {
	b.Helper()
	_, part, there := strings.Cut(page.body, `class="undo"`)
	if !there {
		b.Fatalf("nothing can be undone on %s", page.Request.URL)
	}
	part, _, _ = strings.Cut(part, "</form>")
	values := url.Values{}
	doc, err := html.Parse(strings.NewReader("<form" + part))
	if err != nil {
		b.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data == "input" {
			field := map[string]string{}
			for _, a := range n.Attr {
				field[a.Key] = a.Val
			}
			values.Add(field["name"], field["value"])
		}
	}
	return values
}

// planned fails the test unless the week's dates have what they should.
func (d *calendarDesk) planned(want ...string) {
	d.Helper()
	monday, err := scheduler.ParseDate("2026-11-23")
	if err != nil {
		d.Fatal(err)
	}
	for i, n := range d.admin.Scheduler.Newsletters {
		lines, _, err := d.admin.Scheduler.Plan(d.Context(), now, &d.admin.Scheduler.Newsletters[i], monday, 4, false)
		if err != nil {
			d.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, strings.TrimSpace(l.Tip+" "+l.Reason))
		}
		if n.ID == "management" && !slices.Equal(got, want) {
			d.Errorf("planned: %q, want %q", got, want)
		}
		if plain := []string{"a next", "b next", "c next", "d next"}; n.ID == "other" && !n.Approve && !slices.Equal(got, plain) {
			d.Errorf("the other newsletter has %q", got)
		}
	}
}

// Each date says what goes out, why, in which languages and with which faults. Who may
// not change it is shown no form.
func TestCalendarShowsWhatGoesOut(t *testing.T) {
	d := openCalendar(t, storetest.SQLite(t), func(n *scheduler.Newsletter) {
		skip, err := scheduler.ParseSkip("2026-11-27")
		if err != nil {
			t.Fatal(err)
		}
		n.Skips = append(n.Skips, skip)
	})
	for _, role := range admins.Roles() {
		b := d.as(role)
		page := b.want(b.get("/admin/calendar"), 200, `<tr class="week"`, "23 – 29 November", "30 November – 6 December", `id="2026-12-03"`, "Ask &lt;i&gt;first&lt;/i&gt;",
			"the next one", "its own date", "skipped by the configuration", "no tip is left", ">en es <", "has the title &#34;Begin&#34; too", `href="/admin/calendar?newsletter=other"`)
		if strings.Contains(page.body, "<i>first") {
			t.Error("a title is markup")
		}
		if shown := strings.Contains(page.body, "<form method=\"post\" action=\"/admin/calendar"); shown != (role != admins.Viewer) {
			t.Errorf("%s is shown forms: %t", role, shown)
		}
	}
	// A date that is asked for is where the focus is, also after signing in.
	b := d.browser()
	to := b.get("/admin/calendar?newsletter=management&date=2026-11-25").Header.Get("Location")
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	b.to(b.signIn("editor", password, "next", u.Query().Get("next")), "/admin/calendar?date=2026-11-25&newsletter=management")
	if page := b.get("/admin/calendar?date=2026-11-25&newsletter=management"); strings.Count(page.body, "autofocus") != 1 {
		t.Error("the focus isn't on the date that was asked for")
	}
	b = d.as(admins.Viewer)
	b.want(b.get("/admin/calendar?newsletter=none"), 404, "There is no newsletter of that name.")
	d.n.Order = scheduler.CourseOrder
	b.want(b.get("/admin/calendar?newsletter=management"), 200, "each reader has a plan of their own")
}

// All that the page offers is done without a script, and can be undone.
func TestCalendarIsChangedByForms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := openCalendar(t, db, nil)
		b := d.as(admins.Editor)
		before := []string{"a next", "b next", "c next", "d next"}
		d.planned(before...)

		page := d.press(b, "2026-11-23", "pin", "tip", "delegate")
		b.want(page, 200, "The tip is pinned to that date.", "23 November would get what comes next.")
		d.planned("d pinned", "a next", "b next", "c next")
		d.follow(b, d.undo(b, page))
		d.planned(before...)

		d.press(b, "2026-11-23", "pin", "tip", "💡 Ask <i>first</i>")
		d.planned("a pinned", "b next", "c next", "d next")
		d.press(b, "2026-11-23", "unpin")
		d.planned(before...)

		page = d.press(b, "2026-11-24", "skip")
		d.planned("a next", "skipped", "b next", "c next")
		d.follow(b, d.undo(b, page))
		d.press(b, "2026-11-24", "skip")
		page = d.press(b, "2026-11-24", "unskip")
		d.planned(before...)
		b.want(page, 200, "would be skipped again.")

		page = d.press(b, "2026-11-23", "swap", "with", "2026-11-26")
		d.planned("d pinned", "b next", "c next", "a pinned")
		page = d.follow(b, d.undo(b, page))
		d.planned(before...)
		d.follow(b, d.undo(b, page)) // and again
		d.planned("d pinned", "b next", "c next", "a pinned")
		d.press(b, "2026-11-26", "swap", "beside", "2026-11-25", "with", "")
		d.planned("d pinned", "b next", "a pinned", "c pinned")

		entries, err := d.admins.Entries(t.Context(), 0, 1)
		if err != nil || len(entries) != 1 || entries[0].Name != "editor" || entries[0].Action != "calendar_swap" || entries[0].Subject != "management 2026-11-25" || entries[0].Detail != "2026-11-26" || entries[0].Outcome != admins.Done {
			t.Errorf("the log has %+v, %v", entries, err)
		}
		operator := d.as(admins.Operator)
		operator.want(operator.get("/admin/log"), 200, `<a href="/admin/calendar?date=2026-11-25&amp;newsletter=management">`)
	})
}

// What somebody else has changed since the page was opened isn't changed by it, and
// neither is it undone; what is on its way stays.
func TestCalendarChangedMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := openCalendar(t, db, nil)
		ann, ben := d.as(admins.Editor), d.as(admins.Operator)
		old := ann.get("/admin/calendar")
		swapped := d.press(ben, "2026-11-23", "swap", "with", "2026-11-24")
		d.press(ben, "2026-11-25", "pin", "tip", "e")
		week := []string{"b pinned", "a pinned", "e pinned", "c next"}
		d.planned(week...)
		for date, button := range map[string]string{"2026-11-23": "swap", "2026-11-24": "skip", "2026-11-25": "pin"} {
			values := calendarForm(ann, old, date, "/admin/calendar/"+button)
			values.Set("tip", "Delegate")
			values.Set("with", "2026-11-26")
			ann.want(ann.post("/admin/calendar/"+button, values), http.StatusConflict, "Somebody has changed this")
		}
		d.planned(week...)

		// One of the two dates is another's by now.
		d.press(ann, "2026-11-24", "skip")
		ben.want(d.undo(ben, swapped), http.StatusConflict, "Somebody has changed this")
		d.planned("b pinned", "skipped", "e pinned", "a next")
		if page := ben.get(swapped.Request.URL.RequestURI()); strings.Contains(page.body, `class="undo"`) {
			t.Error("what can't be undone is offered")
		}
		opened := ann.get("/admin/calendar")
		values := calendarForm(ann, opened, "2026-11-26", "/admin/calendar/swap")
		values.Set("with", "2026-11-25")
		d.openEdition("2026-11-25")
		ann.want(ann.post("/admin/calendar/swap", values), http.StatusConflict, "It’s too late")
		if err := os.Remove(filepath.Join(d.dir, "e.md")); err != nil {
			t.Fatal(err)
		}
		if err := d.n.Library.Reload(); err != nil {
			t.Fatal(err)
		}
		page := ann.get("/admin/calendar")
		if strings.Contains(page.body, `href="/admin/tips/management/e"`) || !strings.Contains(page.body, `href="/admin/tips/management/a"`) {
			t.Error("a tip that has left the library has a link, or one that is there has none")
		}
		if _, row, _ := strings.Cut(page.body, `id="2026-11-25"`); !strings.Contains(row[:strings.Index(row, "</tr>")], "on its way, or sent") || strings.Contains(row[:strings.Index(row, "</tr>")], "<form") {
			t.Errorf("a date that is on its way: %s", row[:strings.Index(row, "</tr>")])
		}
	})
}

// openEdition writes down what a date sends.
func (d *calendarDesk) openEdition(date string) {
	d.Helper()
	e := editions.New(d.db)
	if _, err := e.WriteDown(d.Context(), now, "management", date, "pinned", []editions.Item{{Tip: "e", Body: []byte(`{"ID":"e"}`)}}); err != nil {
		d.Fatal(err)
	}
}

// A text is approved as the page knew it; an edit since then isn't.
func TestCalendarApproves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := openCalendar(t, db, func(n *scheduler.Newsletter) { n.Approve = true })
		b := d.as(admins.Editor)
		d.planned("unapproved", "unapproved", "unapproved", "unapproved")
		old := b.want(b.get("/admin/calendar"), 200, "not approved yet", "where none is left, nothing goes out.")
		d.file(t, "a", "title: Ask\nemoji: 💡", "Another text.")
		if err := d.n.Library.Reload(); err != nil {
			t.Fatal(err)
		}
		const path = "/admin/calendar/approve"
		b.want(b.post(path, calendarForm(b, old, "2026-11-23", path)), http.StatusConflict, "Somebody has changed this")
		d.press(b, "2026-11-24", "approve")
		b.want(b.get("/admin/calendar"), 200, `<bdi lang="en">Begin</bdi>” goes out instead`)
		d.planned("b next", "unapproved", "unapproved", "unapproved")
		d.press(b, "2026-11-23", "approve")
		d.planned("a next", "b next", "unapproved", "unapproved")
		b.want(b.post(path, calendarForm(b, old, "2026-11-24", path)), http.StatusConflict, "B is approved already.")
		both := b.get("/admin/calendar")
		d.press(b, "2026-11-23", "unapprove")
		d.planned("b next", "unapproved", "unapproved", "unapproved")
		// Once it's on its way, neither changes anything.
		d.openEdition("2026-11-23")
		for button, page := range map[string]answer{"unapprove": both, "approve": old} {
			path := "/admin/calendar/" + button
			b.want(b.post(path, calendarForm(b, page, "2026-11-23", path)), http.StatusConflict, "It’s too late")
		}
		given, err := editions.New(db).Approvals(t.Context(), "management")
		if err != nil || len(given) != 1 || given[0].Tip != "b" || given[0].Who != "editor (password)" {
			t.Errorf("approved are %+v, %v", given, err)
		}
	})
}

// What no page of ours sends is refused, and changes nothing.
func TestCalendarRefusesOddForms(t *testing.T) {
	d := openCalendar(t, storetest.SQLite(t), nil)
	b := d.as(admins.Editor)
	page := b.get("/admin/calendar")
	long := strings.Repeat("x", 2000)
	for _, c := range []struct {
		button, field, value, says string
		status                     int
	}{
		{"pin", "tip", "", "Write the title of a tip.", 422},
		{"pin", "tip", "<b>none</b>", "&lt;b&gt;none&lt;/b&gt;", 422},
		{"pin", "tip", "begin", "Several tips have that title. Write one of their names instead: b, f.", 422},
		{"pin", "tip", "f", "", 303},
		{"pin", "tip", "ELEG", "", 303},
		{"pin", "tip", "in", "Several tips have “in” in their titles.", 422},
		{"pin", "newsletter", "none", "There is no newsletter", 404},
		{"pin", "date", "tomorrow", "Choose a date", 422},
		{"pin", "date", "2026-11-21", "isn’t in the calendar", 422},
		{"pin", "date", "9999-12-31", "isn’t in the calendar", 422},
		{"pin", "chosen", "pin", "can’t be understood", 422},
		{"pin", "chosen", "pin " + long, "can’t be understood", 422},
		{"skip", "shown", long, "Somebody has changed this", 409},
		{"swap", "with", "", "Choose a date", 422},
		{"swap", "with", "2027-06-01", "isn’t in the calendar", 422},
		{"swap", "with", "2026-11-28", "its schedule passes over it. Nothing was changed.", 409},
		{"swap", "with", "2026-12-03", "by its own date", 409},
	} {
		values := calendarForm(b, page, "2026-11-24", "/admin/calendar/"+c.button)
		if c.field != "tip" {
			values.Set("tip", "Delegate")
		}
		values.Set(c.field, c.value)
		b.want(b.post("/admin/calendar/"+c.button, values), c.status, c.says)
		if c.status == 303 {
			d.press(b, "2026-11-24", "unpin")
		}
	}
	for _, undo := range [][]string{nil, {"2026-11-24"}, {"2026-11-24", "", "pin"}, {"2026-11-24", "x y", ""}, {"x", "", "skip"}, slices.Repeat([]string{"2026-11-24", "", "skip"}, 3)} {
		b.want(b.post("/admin/calendar/undo", url.Values{"newsletter": {"management"}, "undo": undo}), 422)
		address := "/admin/calendar?" + url.Values{"done": {"calendar_pin"}, "undo": undo}.Encode()
		if page := b.want(b.get(address), 200); strings.Contains(page.body, `class="undo"`) {
			t.Errorf("%q can be undone", undo)
		}
	}
	b.want(b.post("/admin/calendar/undo", url.Values{"undo": {"2026-11-24", "", "pin nowhere"}}), http.StatusConflict, "no tip")
	d.planned("a next", "b next", "c next", "d next")
}

func TestTheCalendarHasItsWords(t *testing.T) {
	for _, reason := range []string{
		scheduler.Sent, scheduler.Pinned, scheduler.Next, scheduler.Repeat, scheduler.Skipped, scheduler.Empty, scheduler.Unapproved, "own_date", "configured",
	} {
		id := "admin.why." + reason
		if locale.Text("en", id, nil) == id {
			t.Errorf("there are no words for %s", id)
		}
	}
}

func FuzzUndone(f *testing.F) {
	f.Add("2026-12-01", "", "pin a")
	f.Add("2026-12-01", "skip", "")
	f.Add("x", "pin", "pin ")
	f.Fuzz(func(t *testing.T, date, from, to string) {
		dates, err := undone([]string{date, from, to})
		if err != nil {
			return
		}
		if again := fmt.Sprint(chosenText(dates[0].From), "|", chosenText(dates[0].To)); again != from+"|"+to {
			t.Errorf("%q and %q are read as %q", from, to, again)
		}
	})
}
