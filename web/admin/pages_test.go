package admin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// allowed are the least role for each page and each button. A new one gets a line here.
var allowed = map[string]admins.Role{
	"GET /admin":              admins.Viewer,
	"GET /admin/live":         admins.Viewer,
	"POST /admin/pause":       admins.Operator,
	"POST /admin/resume":      admins.Operator,
	"POST /admin/resume/held": admins.Operator,
	"POST /admin/held/count":  admins.Operator,
	"POST /admin/held/forget": admins.Operator,

	"GET /admin/calendar":            admins.Viewer,
	"POST /admin/calendar/pin":       admins.Editor,
	"POST /admin/calendar/unpin":     admins.Editor,
	"POST /admin/calendar/skip":      admins.Editor,
	"POST /admin/calendar/unskip":    admins.Editor,
	"POST /admin/calendar/swap":      admins.Editor,
	"POST /admin/calendar/undo":      admins.Editor,
	"POST /admin/calendar/approve":   admins.Editor,
	"POST /admin/calendar/unapprove": admins.Editor,

	"GET /admin/editions":                             admins.Viewer,
	"GET /admin/editions/{newsletter}/{date}":         admins.Viewer,
	"GET /admin/editions/{newsletter}/{date}/live":    admins.Viewer,
	"POST /admin/editions/{newsletter}/{date}/pause":  admins.Operator,
	"POST /admin/editions/{newsletter}/{date}/resume": admins.Operator,
	"POST /admin/editions/{newsletter}/{date}/cancel": admins.Operator,
	"POST /admin/editions/{newsletter}/{date}/retry":  admins.Operator,
	"POST /admin/editions/{newsletter}/{date}/resend": admins.Operator,
	"POST /admin/editions/{newsletter}/{date}/settle": admins.Operator,

	"GET /admin/readers":                admins.Operator,
	"GET /admin/readers/{id}":           admins.Operator,
	"POST /admin/readers/{id}/set":      admins.Operator,
	"POST /admin/readers/{id}/address":  admins.Operator,
	"POST /admin/readers/{id}/suppress": admins.Operator,
	"POST /admin/readers/{id}/restore":  admins.Operator,
	"POST /admin/readers/{id}/erase":    admins.Operator,
	"POST /admin/readers/{id}/undo":     admins.Operator,
	"POST /admin/readers/{id}/when":     admins.Operator,
	"POST /admin/readers/{id}/pause":    admins.Operator,
	"POST /admin/readers/{id}/resume":   admins.Operator,
	"POST /admin/readers/{id}/leave":    admins.Operator,
	"POST /admin/readers/{id}/resend":   admins.Operator,
	"GET /admin/add":                    admins.Operator,
	"POST /admin/add/reader":            admins.Operator,
	"GET /admin/import":                 admins.Operator,
	"POST /admin/import/add":            admins.Operator,

	"GET /admin/tips":                       admins.Viewer,
	"GET /admin/tips/{newsletter}/{tip...}": admins.Viewer,
	"POST /admin/tips/test":                 admins.Editor,

	"GET /admin/growth": admins.Viewer,

	"GET /admin/log": admins.Operator,
}

// filled are addresses that a pattern stands for.
var filled = strings.NewReplacer("{newsletter}", "management", "{tip...}", "first", "{date}", "2026-11-20")

// Each page and each button, in each role and without a session.
func TestRolesAndRoutes(t *testing.T) {
	h := sqlite(t)
	h.edition("management", 1)
	routes := map[string]admins.Permission{}
	for _, p := range h.admin.pages() {
		routes["GET "+root+p.path] = p.needs
		if p.live != nil {
			routes["GET "+root+p.path+livePath] = p.needs
		}
	}
	for _, x := range h.admin.actions() {
		routes["POST "+root+x.path] = x.needs
	}
	order := admins.Roles()
	ana := strconv.FormatInt(h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management"}), 10)
	for route := range routes {
		least, known := allowed[route]
		if !known {
			t.Errorf("%s: say in this test which role it's for", route)
		}
		method, path, _ := strings.Cut(filled.Replace(route), " ")
		path = strings.ReplaceAll(path, "{id}", ana)
		for _, role := range order {
			b := h.as(role)
			got := b.do(method, path, nil)
			switch may := slices.Index(order, role) >= slices.Index(order, least); {
			case !may:
				b.want(got, http.StatusForbidden, "Your role doesn’t allow this.")
			case method == http.MethodGet:
				b.want(got, http.StatusOK)
			case got.StatusCode == http.StatusForbidden || got.StatusCode >= 500:
				t.Errorf("%s as %s: %d", route, role, got.StatusCode)
			}
		}
		b := h.browser()
		if got := b.do(method, path, nil); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/admin/signin") {
			t.Errorf("%s without a session: %d to %s", route, got.StatusCode, got.Header.Get("Location"))
		}
		other := map[string]string{http.MethodGet: http.MethodDelete, http.MethodPost: http.MethodGet}[method]
		if got := h.as(admins.Operator).do(other, path, nil); got.StatusCode != http.StatusMethodNotAllowed || got.Header.Get("Allow") == "" {
			t.Errorf("%s by %s: %d", route, other, got.StatusCode)
		}
	}
	if len(allowed) != len(routes) {
		t.Errorf("the test has %d routes, there are %d", len(allowed), len(routes))
	}
}

// What somebody mustn't do isn't shown to them.
func TestWhatARoleMayNotIsNotShown(t *testing.T) {
	h := sqlite(t)
	h.pause("550 5.7.1 we don't take mail for ana@example.net")
	for _, role := range admins.Roles() {
		b := h.as(role)
		page := b.want(b.get("/admin"), 200, "Nothing has gone out since", "the relay refuses us")
		for _, text := range []string{`href="/admin/log"`, `href="/admin/readers"`, `action="/admin/resume"`, `action="/admin/pause"`, "ana@example.net"} {
			if shown := strings.Contains(page.body, text); shown != (role == admins.Operator) {
				t.Errorf("%s: %q is shown: %t", role, text, shown)
			}
		}
	}
}

func (h *harness) pause(reply string) {
	h.Helper()
	err := h.ledger.Pause(h.Context(), now, ledger.PauseInfo{
		Newsletter: ledger.Relay, Since: now, Reason: "the relay refuses us", Reply: ledger.Reply{Code: 550, Text: reply}, ProbeAt: now.Add(time.Hour),
	})
	if err != nil {
		h.Fatal(err)
	}
}

// A button changes something, says so, and is in the log with who and when.
func TestAButtonIsLogged(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Operator)
	b.want(b.post("/admin/resume", nil), http.StatusConflict, "isn’t paused any more")
	h.pause("no")
	b.to(b.post("/admin/resume", b.shownPauses()), "/admin?done=resume")
	b.want(b.get("/admin?done=resume"), 200, `role="status"`, "One mail is tried now")
	pauses, err := h.ledger.AllPauses(t.Context())
	if err != nil || len(pauses) != 1 || pauses[0].ProbeAt.After(now) {
		t.Errorf("it's tried at %+v, %v", pauses, err)
	}
	b.want(b.get("/admin/log"), 200, "had paused mail tried again", "<bdi>operator</bdi>", "signed in")
	entries, err := h.admins.Entries(t.Context(), 0, 10)
	if err != nil || len(entries) != 2 || entries[0].Action != "resume" || entries[0].Subject != "all" || entries[0].Name != "operator" || !entries[0].At.Equal(now) || entries[0].Outcome != admins.Done {
		t.Errorf("the log is %+v, %v", entries, err)
	}
	for _, other := range []string{"?done=", "?done=x", "?done=%3Cb%3E", "?done=resume&done=x", "?done=../fault.role"} {
		if page := b.get("/admin" + other); strings.Contains(page.body, `role="status"`) != (other == "?done=resume&done=x") {
			t.Errorf("%s: %s", other, page.body)
		}
	}
}

// shownPauses are the pauses that the page's buttons carry.
func (b *browser) shownPauses() url.Values {
	b.Helper()
	form := url.Values{}
	for _, found := range regexp.MustCompile(`name="pause" value="([^"]*)"`).FindAllStringSubmatch(b.get("/admin").body, -1) {
		form.Add("pause", html.UnescapeString(found[1]))
	}
	return form
}

// Nobody releases what they haven't seen: what is paused since the page was shown, or for
// another reason by now. What is held has a button of its own.
func TestOnlyWhatWasShownIsResumed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		b := h.as(admins.Operator)
		pause := func(scope string, since time.Time, held bool) {
			t.Helper()
			p := ledger.PauseInfo{Newsletter: scope, Since: since, Reason: "no", ProbeAt: now.Add(time.Hour)}
			if held {
				p.ProbeAt = time.Time{}
			}
			if err := h.ledger.Pause(t.Context(), since, p); err != nil {
				t.Fatal(err)
			}
		}
		paused := func() (all string) {
			t.Helper()
			pauses, err := h.ledger.AllPauses(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range pauses {
				all += fmt.Sprintf("%s %t, ", p.Newsletter, p.ProbeAt.After(now))
			}
			return all
		}
		pause("management", now.Add(-time.Hour), false)
		before := b.shownPauses()
		pause("management", now.Add(-time.Minute), false) // another one by now
		pause("other", now.Add(-time.Minute), true)
		for _, path := range []string{"/admin/resume", "/admin/resume/held"} {
			b.want(b.post(path, before), http.StatusConflict, "for another reason meanwhile")
		}
		if got := paused(); got != "management true, other false, " {
			t.Fatalf("paused: %s", got)
		}
		shown := b.shownPauses()
		b.want(b.get("/admin"), 200, "Try again now", "send all that waits")
		pause(ledger.NoticesOf("management"), now, false)
		b.to(b.post("/admin/resume", shown), "/admin?done=resume")
		if got := paused(); got != "management false, management/notices true, other false, " {
			t.Errorf("after a try of what was shown: %s", got)
		}
		b.to(b.post("/admin/resume/held", shown), "/admin?done=resume_held")
		if got := paused(); got != "management false, management/notices true, " {
			t.Errorf("after what was held goes on: %s", got)
		}
		b.want(b.get("/admin/log"), 200, "had paused mail tried again <bdi>management</bdi>", "resumed what was paused: <bdi>other</bdi>")
		if who := storetest.Texts(t, db, "SELECT who FROM actions WHERE newsletter = 'other'"); !slices.Equal(who, []string{"operator (password)"}) {
			t.Errorf("the newsletter was resumed by %q", who)
		}
	})
}

// A change that was made is shown as made, whatever becomes of the log's last word.
func TestAChangeIsDoneThoughTheLogCannotSaySo(t *testing.T) {
	h := sqlite(t)
	v := &visit{Session: admins.Session{Who: admins.Who{Way: admins.ByPassword, ID: "ana", Name: "ana", Role: admins.Operator}}, now: now}
	err := h.admin.carryOut(t.Context(), v, change{name: "resume", do: func(ctx context.Context) error {
		return h.db.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "ALTER TABLE admin_log RENAME TO lost")
			return err
		})
	}})
	if err != nil || !strings.Contains(h.log.String(), "can't be told what came of a change") {
		t.Errorf("%v", err)
	}
}

// What comes to nothing is in the log, too, and so is what nobody knows the end of.
func TestTheLogSaysWhatCameOfIt(t *testing.T) {
	h := sqlite(t)
	v := &visit{Session: admins.Session{Who: admins.Who{Way: admins.ByOIDC, Name: "cleo@example.com", Role: admins.Operator}}, now: now}
	for _, fault := range []error{errors.New("secret of ours"), refuse(http.StatusConflict, "admin.today.nothing_paused")} {
		err := h.admin.carryOut(t.Context(), v, change{name: "resume", do: func(context.Context) error { return fault }})
		if !errors.Is(err, fault) {
			t.Errorf("%v, want %v", err, fault)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	if err := h.admin.carryOut(gone, v, change{name: "resume", subject: "<i>", do: func(context.Context) error { cancel(); return nil }}); err != nil {
		t.Errorf("when the browser has gone meanwhile: %v", err)
	}
	if _, err := h.admins.Note(t.Context(), admins.Entry{At: now, Who: v.Who, Action: "resume"}); err != nil {
		t.Fatal(err)
	}
	b := h.as(admins.Operator)
	page := b.want(b.get("/admin/log"), 200, "came to nothing, for a fault of ours", "isn’t paused any more", "the daemon ended meanwhile", "single sign-on", "&lt;i&gt;")
	if strings.Contains(page.body, "secret of ours") {
		t.Error("the page holds an error of ours")
	}
}

func TestTheLogIsReadPageByPage(t *testing.T) {
	h := sqlite(t)
	for i := range logLines + 5 {
		_, err := h.admins.Note(t.Context(), admins.Entry{At: now.Add(time.Duration(i) * time.Second), Who: admins.Who{Way: admins.ByPassword, Name: fmt.Sprintf("person%03d", i)}, Action: "resume"})
		if err != nil {
			t.Fatal(err)
		}
	}
	h.passed.Add(int64(time.Hour))
	b := h.as(admins.Operator)
	first := b.want(b.get("/admin/log"), 200, "person104", "person006")
	older := regexp.MustCompile(`href="(/admin/log\?before=\d+)"`).FindStringSubmatch(first.body)
	if older == nil || strings.Contains(first.body, "person005") {
		t.Fatal("there is no second page")
	}
	second := b.want(b.get(older[1]), 200, "person005", "person000")
	if strings.Contains(second.body, "person006") || strings.Contains(second.body, "before=") {
		t.Errorf("the last page is %s", second.body)
	}
	for _, odd := range []string{"x", "-1", "99999999999999999999", "0"} {
		b.want(b.get("/admin/log?before="+odd), 200)
	}
}

func TestTodaySaysHowEachNewsletterStands(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Viewer)
	b.want(b.get("/admin"), 200, "Management Tip of the Day", "No edition has gone out yet.", "First &lt;b&gt;tip&lt;/b&gt;", "Monday, 23 November 2026", "2, enough until")
	h.edition("management", 3)
	b.want(b.get("/admin"), 200, "Friday, 20 November 2026", "<dt>waiting</dt><dd>3</dd>", "<dt>sent</dt><dd>0</dd>", "<dt>in doubt</dt><dd>0</dd>", "<dd>3</dd>")
}

// edition opens Friday's edition of a newsletter for so many readers.
func (h *harness) edition(newsletter string, readers int) {
	h.Helper()
	h.readers(newsletter, readers)
	h.opens(newsletter, "2026-11-20")
}

// opens opens a date's edition for all readers of a newsletter.
func (h *harness) opens(newsletter, date string) {
	h.Helper()
	slots, err := h.list.Slots(h.Context(), newsletter)
	if err != nil {
		h.Fatal(err)
	}
	for _, slot := range slots {
		_, err := h.ledger.Open(h.Context(), now, ledger.Opening{
			Newsletter: newsletter, LocalDate: date, Slot: slot.ID, DueAt: now, ExpiresAt: now.Add(12 * time.Hour),
			Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "first", Body: []byte(`{"ID":"first"}`)}},
		})
		if err != nil {
			h.Fatal(err)
		}
	}
}

// readers adds so many active readers.
func (h *harness) readers(newsletter string, n int) {
	h.Helper()
	err := h.db.Write(h.Context(), func(tx *sql.Tx) error {
		for i := range n {
			_, err := h.list.Add(h.Context(), tx, now.Add(-time.Hour), subscribers.Request{
				Address: subscribers.Address(fmt.Sprintf("reader%d@example.net", i)), Newsletter: newsletter, Consent: subscribers.Vouched, Detail: "test",
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
}

// Each page is well formed: what opens closes, no id stands twice, and each field has a
// label.
func TestPagesAreWellFormed(t *testing.T) {
	h := sqlite(t)
	h.grows()
	h.votes("first", 6, 2)
	h.votes("second", 1, 4)
	h.pause("no")
	ana := h.reader(subscribers.Request{Address: "ana@example.com", Newsletter: "management"})
	b := h.as(admins.Operator)
	b.change(ana, "suppress", "readers_suppress", "why", "test")
	b.want(b.get("/admin/growth"), 200, "<picture>", `id="worst"`, `class="share"`)
	b.want(b.get(friday), 200, "<picture>")
	for _, page := range []answer{b.get("/admin?done=resume"), b.get("/admin/log"), b.get("/admin/calendar"), b.get("/admin/editions"), b.get("/admin/editions/management/2026-11-20"), b.get("/admin/tips"), b.get("/admin/tips/management/first"), b.get("/admin/tips/management/first?show=text"), b.get("/admin/readers"), b.get("/admin/readers?language=x"), b.get(pageOf(ana)), b.get("/admin/add"), b.get("/admin/import"), b.get("/admin/resume"), b.get("/admin/growth"), b.post("/admin/add/reader", fields("email", "ana")), h.browser().get("/admin/signin"), h.browser().signIn("x", "y")} {
		ids, labels, shown := map[string]int{}, map[string]bool{}, []string{}
		doc, err := html.Parse(strings.NewReader(page.body))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			attributes := map[string]string{}
			for _, a := range n.Attr {
				attributes[a.Key] = a.Val
			}
			if id := attributes["id"]; id != "" {
				ids[id]++
			}
			if n.Data == "label" {
				labels[attributes["for"]] = true
			}
			if n.Data == "input" && attributes["type"] != "hidden" || n.Data == "select" {
				shown = append(shown, attributes["id"])
			}
			if attributes["style"] != "" || n.Data == "style" || strings.HasPrefix(attributes["href"], "http") && attributes["rel"] != "external noreferrer" {
				t.Errorf("%s: %s isn't allowed by the policy", page.Request.URL, n.Data)
			}
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: %s stands there %d times", page.Request.URL, id, n)
			}
		}
		for _, id := range shown {
			if !labels[id] {
				t.Errorf("%s: the field %s has no label", page.Request.URL, id)
			}
		}
		if found := regexp.MustCompile(`admin\.[a-z_]+(\.[a-z_]+)*|ZgotmplZ|<no value>`).FindString(page.body); found != "" {
			t.Errorf("%s: a message is missing, or a template is wrong: %s", page.Request.URL, found)
		}
	}
}

// An address that leads nowhere is answered by a page of these, for who may see them.
func TestNothingIsThere(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Viewer)
	for _, path := range []string{"/admin/nope", "/admin/calendar/nope", "/admin/editions/management/1999-01-01"} {
		b.want(b.get(path), 404, "<h1>There’s nothing here</h1>", `<nav aria-label="Sections">`)
	}
	stranger := h.browser()
	stranger.to(stranger.get("/admin/nope"), "/admin/signin?next=%2Fadmin%2Fnope")
}

// On a listener of their own the pages are all there is.
func TestAlone(t *testing.T) {
	h := open(t, storetest.SQLite(t), func(s *settings) { s.options.Alone = true })
	b := h.browser()
	b.to(b.get("/"), "/admin")
	page := b.want(b.get("/archive"), 404, "There is no page at this address.")
	if strings.Contains(page.body, `href="/archive"`) {
		t.Error("the page leads to the readers' pages")
	}
	b.want(b.get("/healthz"), 200)
}

func TestEveryRoleAndActionHasItsWords(t *testing.T) {
	h := sqlite(t)
	ids := []string{"admin.way.oidc", "admin.way.password", "admin.log.sign_in", "admin.log.sign_out"}
	for _, role := range admins.Roles() {
		ids = append(ids, "admin.role."+string(role))
	}
	for _, x := range h.admin.actions() {
		path := regexp.MustCompile(`/\{[^}]*\}`).ReplaceAllString(x.path, "") // what it's done to isn't in its name
		name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "_")
		ids = append(ids, "admin.log."+name, "admin.done."+name)
	}
	for _, id := range ids {
		if locale.Text("en", id, nil) == id {
			t.Errorf("there are no words for %s", id)
		}
	}
}

func FuzzOurs(f *testing.F) {
	for _, s := range []string{"/admin", "/admin/log?before=1", "//x/admin", "/admin/\\x", "/admin/..", "https://x/admin", "/admin/signin"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u := ours(text)
		if u == nil {
			return
		}
		if u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/admin") || strings.HasPrefix(u.String(), "//") {
			t.Errorf("%q leads to %s", text, u)
		}
	})
}
