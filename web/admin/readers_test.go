package admin

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/admins"
	"dailytip/ledger"
	"dailytip/membership/importer"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// reader adds somebody who gets a newsletter, and returns their number.
func (h *harness) reader(r subscribers.Request) int64 {
	h.Helper()
	r.Consent, r.Detail = subscribers.Vouched, "test"
	var added subscribers.Added
	h.write(func(tx *sql.Tx) (err error) {
		added, err = h.list.Add(h.Context(), tx, now.Add(-time.Hour), r)
		return err
	})
	return added.Subscriber
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// find reads somebody by their number.
func (h *harness) find(id int64) *subscribers.Subscriber {
	h.Helper()
	s, err := h.list.Get(h.Context(), h.db.Read(), id)
	if err != nil {
		h.Fatal(err)
	}
	return s
}

// answerAll has a relay reply to all that waits.
func (h *harness) answerAll(state ledger.State, reply ledger.Reply) {
	h.Helper()
	jobs, err := h.ledger.Exchange(h.Context(), now, nil, ledger.Claiming{Owner: "test", Limit: 100})
	if err != nil {
		h.Fatal(err)
	}
	var outcomes []ledger.Outcome
	for _, j := range jobs {
		outcomes = append(outcomes, ledger.Outcome{Job: j, State: state, Reply: reply, Dead: state == ledger.Failed})
	}
	if _, err := h.ledger.Exchange(h.Context(), now, outcomes, ledger.Claiming{Owner: "test"}); err != nil {
		h.Fatal(err)
	}
}

func pageOf(id int64) string { return "/admin/readers/" + strconv.FormatInt(id, 10) }

// found are the addresses on a page of the list.
func found(a answer) (all []string) {
	for _, m := range regexp.MustCompile(`<bdi class="address" dir="ltr">([^<]*)</bdi></a>`).FindAllStringSubmatch(a.body, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestTheListIsSearched(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		for _, r := range []subscribers.Request{
			{Address: "ana@example.com", Newsletter: "management", Preferences: subscribers.Preferences{Name: "Ana <b>", Language: "zh-CN", Timezone: "Asia/Shanghai"}},
			{Address: "Anton@example.org", Newsletter: "other", Preferences: subscribers.Preferences{Language: "zh"}},
			{Address: "bo@xn--mnchen-3ya.de", Newsletter: "management"},
			{Address: "bo@notexample.com", Newsletter: "management", Preferences: subscribers.Preferences{Language: "es"}},
		} {
			h.reader(r)
		}
		h.write(func(tx *sql.Tx) error { // on the list, with no newsletter
			_, err := h.list.SuppressAddress(t.Context(), tx, now, "never@example.com", "asked by telephone")
			return err
		})
		b := h.as(admins.Operator)
		for query, want := range map[string]string{
			"":                                  "ana@example.com Anton@example.org bo@xn--mnchen-3ya.de bo@notexample.com never@example.com",
			"q=an":                              "ana@example.com Anton@example.org",
			"q=+ANTON@":                         "Anton@example.org",
			"q=@example.com":                    "ana@example.com never@example.com",
			"q=*@EXAMPLE.org":                   "Anton@example.org",
			"q=@m%C3%BCnchen.de":                "bo@xn--mnchen-3ya.de",
			"q=bo@m%C3%BCnchen.de":              "bo@xn--mnchen-3ya.de",
			"q=%25":                             "",
			"q=a%00%FF":                         "",
			"newsletter=other":                  "Anton@example.org",
			"newsletter=nope":                   "",
			"state=active&q=a":                  "ana@example.com Anton@example.org",
			"state=paused":                      "",
			"language=zh":                       "ana@example.com Anton@example.org",
			"language=zh-CN":                    "ana@example.com",
			"language=z":                        "",
			"timezone=Asia/Shanghai":            "ana@example.com",
			"q=@example.com&newsletter=other":   "",
			"language=es&newsletter=management": "bo@notexample.com",
			"after=nope":                        "",
			"after=7":                           "ana@example.com Anton@example.org bo@xn--mnchen-3ya.de bo@notexample.com never@example.com",
			"q=a&after=7":                       "",
		} {
			page := b.want(b.get("/admin/readers?"+query), http.StatusOK)
			if got := strings.Join(found(page), " "); got != want {
				t.Errorf("%s finds %s, want %s", query, got, want)
			}
			if strings.Contains(page.body, "<b>") {
				t.Errorf("%s: a name is HTML", query)
			}
		}
		b.want(b.get("/admin/readers?q=@nothing"), 200, "Nobody on the list is like that.")
		b.want(b.get("/admin/readers?language=x1y2z3w4v5u6"), 200, `role="alert"`, "is unknown")
		b.want(b.get("/admin/readers?timezone=Mars/Olympus&q=%22%3E%3Cscript%3E"), 200, `role="alert"`, "&#34;&gt;&lt;script&gt;")
	})
}

// Of many readers each page holds some, in every search, and nobody twice. What no index
// knows is looked for among so many, and the page says so.
func TestTheListIsReadPageByPage(t *testing.T) {
	h := sqlite(t)
	h.write(func(tx *sql.Tx) error {
		for i := range subscribers.Scanned + 60 {
			r := subscribers.Request{Address: subscribers.Address(fmt.Sprintf("r%05d@example.net", i)), Newsletter: "management", Consent: subscribers.Vouched, Detail: "test"}
			if i > subscribers.Scanned {
				r.Preferences.Language = "es"
			}
			if _, err := h.list.Add(t.Context(), tx, now, r); err != nil {
				return err
			}
		}
		return nil
	})
	b := h.as(admins.Operator)
	for query, want := range map[string]int{"": subscribers.Scanned + 60, "q=r": subscribers.Scanned + 60, "q=@example.net": subscribers.Scanned + 60, "state=active": subscribers.Scanned + 60, "q=r&state=active": subscribers.Scanned + 60, "language=es": 59, "q=@example.net&state=paused": 0} {
		seen := map[string]bool{}
		for next := "/admin/readers?" + query; next != ""; {
			page := b.want(b.get(next), 200)
			for _, address := range found(page) {
				if seen[address] {
					t.Fatalf("%s: %s comes twice", query, address)
				}
				seen[address] = true
			}
			next = ""
			if m := regexp.MustCompile(`<a class="button quiet" href="([^"]*after=[^"]*)"`).FindStringSubmatch(page.body); m != nil {
				next = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		if len(seen) != want {
			t.Errorf("%s: %d on all pages, want %d", query, len(seen), want)
		}
	}
	b.want(b.get("/admin/readers?language=es"), 200, "Of 600 readers who were looked at, 0 are like that.", "Look at the next 600")
}

// Did they get Friday's, and what did the far end say?
func TestAPersonsPageSaysWhatTheyGot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		ana := h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management", Preferences: subscribers.Preferences{Name: "Ana", Timezone: "Asia/Shanghai"}})
		h.edition("management", 0)
		b := h.as(admins.Operator)
		b.want(b.get(pageOf(ana)), 200, `<bdi class="address" dir="ltr">ana@<wbr>example.com</bdi></h1>`, "Fri 2026-11-20", "First &lt;b&gt;tip&lt;/b&gt;", "waits", "At the newsletter’s own times.", "Next due", "Asia/Shanghai")
		h.answerAll(ledger.Sent, ledger.Reply{Code: 250, Enhanced: "2.0.0", Text: "queued as <i>77</i>"})
		b.want(b.get(pageOf(ana)), 200, `<span class="sent">sent</span>`, "our relay:", "250 2.0.0 queued as &lt;i&gt;77&lt;/i&gt;")

		edition := h.editionOf("management")
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Bounced(t.Context(), tx, now.Add(time.Hour), subscribers.Bounce{
				Subscriber: ana, Subscription: h.find(ana).Subscriptions[0].ID, Newsletter: "management", Edition: edition,
				Door: "lmtp", Class: subscribers.HardBounce, Status: "5.1.1", Reason: "unknown", Reply: "550 5.1.1 no such user <s>",
			}, time.Time{})
			return err
		})
		page := b.want(b.get(pageOf(ana)), 200, "Gets nothing: suppressed", "came back at", "550 5.1.1 no such user &lt;s&gt;", "What came back", "Management Tip of the Day</bdi> 2026-11-20", "Gets nothing: suppressed")
		if strings.Contains(page.body, "<s>") || strings.Contains(page.body, "/suppress") {
			t.Errorf("the page is %s", page.body)
		}

		// Of whom no mail was made, though the edition went out while they were there.
		late := h.reader(subscribers.Request{Address: "late@example.com", Newsletter: "management"})
		b.want(b.get(pageOf(late)), 200, "none was made for them")
	})
}

func (h *harness) editionOf(newsletter string) (id int64) {
	h.Helper()
	if err := h.db.Read().QueryRowContext(h.Context(), "SELECT id FROM editions WHERE newsletter = $1", newsletter).Scan(&id); err != nil {
		h.Fatal(err)
	}
	return id
}

// change is what one button does.
func (b *browser) change(id int64, name, done string, form ...string) {
	b.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	back := pageOf(id)
	if name == "erase" {
		back = "/admin/readers"
	}
	b.to(b.post(pageOf(id)+"/"+name, values), back+"?done="+done)
	if page := b.get(back + "?done=" + done); !strings.Contains(page.body, `role="status"`) {
		b.Errorf("nothing is said of %s", done)
	}
}

// refused is a button that does nothing.
func (b *browser) refused(id int64, name string, status int, text string, form ...string) {
	b.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	b.want(b.post(pageOf(id)+"/"+name, values), status, text)
}

func TestTheButtonsOfAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		woken := 0
		h := open(t, db, func(s *settings) { s.options.Enqueued = func() { woken++ } })
		ana := h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management", Preferences: subscribers.Preferences{Name: "Ana"}})
		h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "other"})
		bo := h.reader(subscribers.Request{Address: "bo@example.com", Newsletter: "management"})
		before := *h.find(bo)
		b := h.as(admins.Operator)
		place := func(newsletter string) subscribers.Subscription {
			for _, sub := range h.find(ana).Subscriptions {
				if sub.Newsletter == newsletter {
					return sub
				}
			}
			t.Fatalf("there's no place in %s", newsletter)
			return subscribers.Subscription{}
		}

		b.change(ana, "set", "readers_set", "name", " Ana  <i> ", "language", "es", "timezone", "Europe/Madrid")
		if s := h.find(ana); s.Name != "Ana <i>" || s.Language != "es" || s.Timezone != "Europe/Madrid" || place("other").Slot.Timezone != "Europe/Madrid" {
			t.Errorf("they are %+v", s)
		}
		b.refused(ana, "set", 422, "Mars/Olympus", "timezone", "Mars/Olympus")

		b.change(ana, "when", "readers_when", "newsletter", "other", "send_at", "06:30", "days", "mon wed", "cadence", "weekly")
		if slot := place("other").Slot; slot.SendAt != "06:30" || slot.Days.String() != "MON WED" || slot.Cadence != subscribers.Weekly || place("management").Slot.SendAt != "" {
			t.Errorf("they get it at %+v", slot)
		}
		b.want(b.get(pageOf(ana)), 200, `<p class="small mute">once a week · 06:30 · MON WED</p>`)
		b.refused(ana, "when", 422, "no time of day", "newsletter", "other", "send_at", "25:00")
		b.refused(ana, "when", 404, "no place", "newsletter", "nope", "send_at", "06:00")

		b.refused(ana, "resume", 409, "It isn’t paused any more.", "newsletter", "management")
		b.refused(ana, "pause", 422, "Choose a later one.", "newsletter", "management", "until", "2026-11-20")
		b.refused(ana, "pause", 422, "date", "newsletter", "management", "until", "soon")
		b.change(ana, "pause", "readers_pause", "newsletter", "management", "until", "2026-12-24")
		if p := place("management"); p.State != subscribers.Paused || p.PausedUntil.IsZero() || place("other").State != subscribers.Active {
			t.Errorf("it's %+v", p)
		}
		b.change(ana, "resume", "readers_resume", "newsletter", "management")
		if p := place("management"); p.State != subscribers.Active {
			t.Errorf("it's %+v", p)
		}

		b.refused(ana, "resend", 409, "No edition has gone out yet", "newsletter", "management")
		h.edition("management", 0)
		h.answerAll(ledger.Sent, ledger.Reply{Code: 250})
		for range 3 {
			b.change(ana, "resend", "readers_resend", "newsletter", "management")
		}
		b.refused(ana, "resend", 409, "which is the most", "newsletter", "management")
		if notices, err := h.ledger.NoticesTo(t.Context(), ana, 10); err != nil || len(notices) != 3 || notices[0].Kind != ledger.Resend || woken != 3 {
			t.Errorf("%+v, %v, woken %d times", notices, err, woken)
		}

		b.refused(ana, "suppress", 422, "The reason is missing", "why", "  ")
		b.refused(ana, "restore", 409, "They aren’t suppressed any more.", "why", "x")
		b.change(ana, "suppress", "readers_suppress", "why", "asked by telephone")
		if s := h.find(ana); s.SuppressedReason != "asked by telephone" || s.StateOf(s.Subscriptions[0]) != subscribers.Suppressed {
			t.Errorf("they are %+v", s)
		}
		b.refused(ana, "resend", 409, "They don’t get this newsletter", "newsletter", "management")
		b.change(ana, "restore", "readers_restore", "why", "asked again")
		if s := h.find(ana); !s.SuppressedAt.IsZero() || place("management").State != subscribers.Active {
			t.Errorf("they are %+v", s)
		}

		b.change(ana, "leave", "readers_leave", "newsletter", "other")
		b.refused(ana, "leave", 409, "They have left already.", "newsletter", "other")
		if place("other").State != subscribers.Unsubscribed || place("management").State != subscribers.Active {
			t.Errorf("they are %+v", h.find(ana))
		}

		b.refused(ana, "address", 422, "has no @", "email", "ana")
		b.refused(ana, "address", 409, "on the list already", "email", "bo@example.com")
		b.change(ana, "address", "readers_asked", "email", "ana@example.org")
		b.change(ana, "address", "readers_address", "email", "ana@example.org", "confirmed", "1")
		if s, err := h.list.Find(t.Context(), db.Read(), "ana@example.org"); err != nil || s.ID != ana {
			t.Errorf("%+v, %v", s, err)
		}

		b.refused(ana, "erase", 422, "nobody was erased", "email", "bo@example.com")
		b.refused(ana, "erase", 422, "nobody was erased")
		b.change(ana, "erase", "readers_erase", "email", " ANA@example.org ")
		b.want(b.get(pageOf(ana)), 404, "Nobody has this number.")
		b.refused(ana, "erase", 404, "Nobody has this number.", "email", "ana@example.org")

		if after := *h.find(bo); after.Email != before.Email || after.Subscriptions[0].State != subscribers.Active || after.Subscriptions[0].Slot != before.Subscriptions[0].Slot {
			t.Errorf("somebody else was changed: %+v", after)
		}
		h.wantNoAddressInTheLog(strconv.FormatInt(ana, 10), 13)
	})
}

// wantNoAddressInTheLog looks for so many changes of somebody, none of which says who it
// is.
func (h *harness) wantNoAddressInTheLog(subject string, done int) {
	h.Helper()
	entries, err := h.admins.Entries(h.Context(), 0, 100)
	if err != nil {
		h.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if text := e.Subject + e.Detail + e.Outcome; strings.Contains(text, "@") {
			h.Errorf("the log has %q", text)
		}
		if e.Subject == subject && e.Outcome == admins.Done {
			n++
		}
	}
	if n != done {
		h.Errorf("the log has %d changes, want %d: %+v", n, done, entries)
	}
}

// A bounce is undone on the page of whom it's about, and on nobody else's.
func TestUndoingABounce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		ana := h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management"})
		h.edition("management", 0)
		h.answerAll(ledger.Failed, ledger.Reply{Code: 550, Enhanced: "5.1.1", Text: "no such user"})
		bo := h.reader(subscribers.Request{Address: "bo@example.com", Newsletter: "management"})
		bounces, err := h.list.BouncesOf(t.Context(), db.Read(), ana, 10)
		if err != nil || len(bounces) != 1 || h.find(ana).SuppressedAt.IsZero() {
			t.Fatalf("%+v, %v", bounces, err)
		}
		number := strconv.FormatInt(bounces[0].ID, 10)
		b := h.as(admins.Operator)
		b.want(b.get(pageOf(ana)), 200, `name="bounce" value="`+number+`"`)
		b.refused(bo, "undo", 404, "no such mail", "bounce", number)
		b.refused(ana, "undo", 404, "no such mail", "bounce", "7")
		b.refused(ana, "undo", 404, "no such mail")
		if h.find(ana).SuppressedAt.IsZero() {
			t.Error("it was undone")
		}
		// Of two that keep them suppressed, each has to be undone, and the page says so.
		err = db.Write(t.Context(), func(tx *sql.Tx) error {
			again := bounces[0].Bounce
			again.ID, again.Edition = 0, again.Edition+1
			_, err := h.list.Bounced(t.Context(), tx, now.Add(time.Minute), again, time.Time{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		later, err := h.list.BouncesOf(t.Context(), db.Read(), ana, 1)
		if err != nil || len(later) != 1 || later[0].ID == bounces[0].ID {
			t.Fatalf("%+v, %v", later, err)
		}
		b.change(ana, "undo", "readers_undo_stays", "bounce", strconv.FormatInt(later[0].ID, 10))
		if h.find(ana).SuppressedAt.IsZero() {
			t.Error("the first one counts no more")
		}
		b.change(ana, "undo", "readers_undo", "bounce", number)
		if s := h.find(ana); !s.SuppressedAt.IsZero() || s.Subscriptions[0].State != subscribers.Active {
			t.Errorf("they are %+v", s)
		}
		if page := b.get(pageOf(ana)); strings.Contains(page.body, `name="bounce"`) || !strings.Contains(page.body, "undone") {
			t.Error("it can be undone twice")
		}
	})
}

func TestAddingAReader(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		b := h.as(admins.Operator)
		b.want(b.get("/admin/add"), 200, "Management Tip of the Day")
		add := func(form ...string) answer {
			values := url.Values{"newsletter": {"management"}}
			for i := 0; i < len(form); i += 2 {
				values.Set(form[i], form[i+1])
			}
			return b.post("/admin/add/reader", values)
		}
		state := func(address subscribers.Address) subscribers.State {
			s, err := h.list.Find(t.Context(), db.Read(), address)
			if err != nil {
				t.Fatal(err)
			}
			return s.Subscriptions[0].State
		}
		b.to(add("email", "ana@example.com", "name", "Ana"), "/admin/readers?done=add_asked&q=ana%40example.com")
		b.to(add("email", "bo@example.com", "confirmed", "1"), "/admin/readers?done=add_reader&q=bo%40example.com")
		b.to(add("email", "bo@example.com", "confirmed", "1"), "/admin/readers?done=add_unchanged&q=bo%40example.com")
		if state("ana@example.com") != subscribers.Pending || state("bo@example.com") != subscribers.Active {
			t.Errorf("they are %s and %s", state("ana@example.com"), state("bo@example.com"))
		}
		bo, err := h.list.Find(t.Context(), db.Read(), "bo@example.com")
		if err != nil {
			t.Fatal(err)
		}
		b.want(add("email", "bo"), 422, "has no @")
		b.want(add("email", "cleo@example.com", "newsletter", "nope"), 422, "nope")
		b.want(add("email", "cleo@example.com", "timezone", "Mars/Olympus"), 422, "Mars/Olympus")
		b.want(add("email", "bo@example.com", "returning", "1"), 422, "The reason is missing")
		b.want(add("email", "bo@example.com", "returning", "1", "why", "asked"), 409, "They never left")
		b.change(bo.ID, "leave", "readers_leave", "newsletter", "management")
		b.want(add("email", "bo@example.com", "confirmed", "1"), 409, "They left this newsletter")
		b.to(add("email", "bo@example.com", "confirmed", "1", "returning", "1", "why", "asked"), "/admin/readers?done=add_reader&q=bo%40example.com")
		b.change(bo.ID, "suppress", "readers_suppress", "why", "x")
		b.want(add("email", "bo@example.com", "confirmed", "1"), 409, "They are suppressed.")
		h.wantNoAddressInTheLog(strconv.FormatInt(bo.ID, 10), 2)
	})
}

func TestExport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management"})
		h.reader(subscribers.Request{Address: "bo@example.com", Newsletter: "other"})
		b := h.as(admins.Operator)
		all := b.want(b.post("/admin/export", nil), 200, "ana@example.com", "bo@example.com")
		if all.Header.Get("Content-Disposition") != `attachment; filename="readers-2026-11-22.csv"` || all.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the headers are %v", all.Header)
		}
		if one := b.want(b.post("/admin/export", url.Values{"newsletter": {"other"}}), 200, "bo@example.com"); strings.Contains(one.body, "ana@") {
			t.Errorf("it holds %s", one.body)
		}
		b.want(b.post("/admin/export", url.Values{"newsletter": {"nope"}}), 422, "nope")
		b.want(b.get("/admin/export"), 405)
		editor := h.as(admins.Editor)
		editor.want(editor.post("/admin/export", nil), 403)
		h.browser().to(h.browser().post("/admin/export", nil), "/admin/signin")
		b.want(b.get("/admin/log"), 200, "exported readers")
	})
}

// upload sends a file by the form.
func (b *browser) upload(name, content string, more ...string) answer {
	b.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	for i := 0; i < len(more); i += 2 {
		err = errors.Join(err, form.WriteField(more[i], more[i+1]))
	}
	if err = errors.Join(err, form.Close()); err != nil {
		b.Fatal(err)
	}
	return b.send(http.MethodPost, "/admin/import/file", &body, "Content-Type", form.FormDataContentType())
}

// progress waits until the file is as far as that.
func (b *browser) progress(heading string) answer {
	b.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		page := b.want(b.get("/admin/import/progress"), 200)
		if strings.Contains(page.body, "<h1>"+heading+"</h1>") {
			if page.Header.Get("Refresh") != "" {
				b.Error("a page that is done is asked for again")
			}
			return page
		}
		if time.Now().After(end) {
			b.Fatalf("it never says %s: %s", heading, page.body)
		}
	}
}

// A file is looked at first, and changes nothing until somebody says so.
func TestImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		b := h.as(admins.Operator)
		b.to(b.get("/admin/import/progress"), "/admin/import")
		b.want(b.post("/admin/import/file", url.Values{"file": {"x"}}), 422, "There was no file")
		b.want(b.post("/admin/import/add", url.Values{"file": {""}}), 409, "isn’t here any more")
		b.to(b.upload("<b>.csv", "email,name\nana@example.com,Ana\nnobody,Bo\n", "newsletter", "management", "confirmed", "1"), "/admin/import/progress")
		page := b.progress("What it would do")
		b.want(page, 200, "&lt;b&gt;.csv", "added, active", "refused: ", "ana@example.com")
		if _, err := h.list.Find(t.Context(), db.Read(), "ana@example.com"); !errors.Is(err, subscribers.ErrUnknown) {
			t.Errorf("looking has added somebody: %v", err)
		}
		id := regexp.MustCompile(`name="file" value="([^"]+)"`).FindStringSubmatch(page.body)
		if id == nil {
			t.Fatalf("there is no button: %s", page.body)
		}
		b.want(b.post("/admin/import/add", url.Values{"file": {"other"}}), 409)
		h.admin.importing.mu.Lock()
		expiry := h.admin.importing.expiry
		h.admin.importing.mu.Unlock()
		b.to(b.post("/admin/import/add", url.Values{"file": {id[1]}}), "/admin/import/progress?done=import_add")
		b.want(b.progress("Imported"), 200, "<dt>added</dt><dd>1</dd>", "<dt>refused</dt><dd>1</dd>", "nobody")
		if expiry.Stop() {
			t.Error("what is said of it is dropped an hour after it was looked at")
		}
		if s, err := h.list.Find(t.Context(), db.Read(), "ana@example.com"); err != nil || s.Name != "Ana" || s.Subscriptions[0].State != subscribers.Active {
			t.Errorf("%+v, %v", s, err)
		}
		b.want(b.post("/admin/import/add", url.Values{"file": {id[1]}}), 409)
		b.to(b.upload("empty.csv", "\x00\x01\x02"), "/admin/import/progress")
		if page := b.progress("That didn’t work"); strings.Contains(page.body, `name="file"`) {
			t.Errorf("what can't be read could be imported: %s", page.body)
		}
		editor := h.as(admins.Editor)
		editor.want(editor.upload("x.csv", "email\na@example.com\n"), 403)
		editor.want(editor.get("/admin/import/progress"), 403)
		b.want(b.get("/admin/log"), 200, "began to import a file of readers")
	})
}

// While a file is under way the page says how far it is, also while it's read through for
// the first time.
func TestAnImportSaysHowFarItIs(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Operator)
	at := make(chan [2]int)
	next := make(chan struct{})
	file := keptFile(t, "email\n"+strings.Repeat("ana@example.com\n", 1200))
	err := h.admin.importing.begin(t.Context(), file, "operator", importer.Options{
		Membership: h.membership, Now: func() time.Time { return now }, List: listfile.Options{Name: "list.csv", Newsletters: []string{"management"}},
		Refuse: func() func(subscribers.Request) error {
			row := 0
			return func(subscribers.Request) error {
				if row++; row == 501 || row == 1200+1001 {
					at <- [2]int{row}
					<-next
				}
				return nil
			}
		}(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"It’s read through first: 500 rows so far.", "Row 1,000 of 1,200."} {
		<-at
		b.want(b.get("/admin/import/progress"), 200, want)
		next <- struct{}{}
	}
	b.progress("What it would do")
}

// What breaks in the importer ends the import, and not the daemon.
func TestAnImporterThatBreaks(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Operator)
	for _, phase := range []string{trying, adding} {
		tries := 0
		err := h.admin.importing.begin(t.Context(), keptFile(t, "email\nana@example.com\n"), "operator", importer.Options{
			Membership: h.membership, Now: func() time.Time { return now }, List: listfile.Options{Name: "list.csv", Newsletters: []string{"management"}},
			Refuse: func(subscribers.Request) error {
				if tries++; phase == trying || tries > 2 { // each run reads the row twice
					panic("a fault while " + phase)
				}
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if phase == adding {
			id := regexp.MustCompile(`name="file" value="([^"]+)"`).FindStringSubmatch(b.progress("What it would do").body)
			b.to(b.post("/admin/import/add", url.Values{"file": {id[1]}}), "/admin/import/progress?done=import_add")
		}
		page := b.progress("That didn’t work")
		b.want(page, 200, "The fault is ours")
		if strings.Contains(page.body, `name="file"`) || strings.Contains(page.body, "a fault while") {
			t.Errorf("%s: %s", phase, page.body)
		}
		if log := h.log.String(); !strings.Contains(log, "a fault while "+phase) || !strings.Contains(log, "import_run.go") {
			t.Errorf("the log doesn't say where %s broke", phase)
		}
	}
	b.to(b.upload("list.csv", "email\nana@example.com\n", "newsletter", "management"), "/admin/import/progress")
	b.progress("What it would do")
}

// keptFile is a file as the form keeps it.
func keptFile(t *testing.T, text string) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "list.csv"))
	if err == nil {
		_, err = file.WriteString(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}
