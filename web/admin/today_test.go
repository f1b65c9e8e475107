package admin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/admins"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// All sending is paused by one button, and goes on by another.
func TestPauseAndGoOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		h.edition("management", 2)
		claims := func() int {
			jobs, err := h.ledger.Exchange(t.Context(), now, nil, ledger.Claiming{Owner: "node", Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			return len(jobs)
		}
		b := h.as(admins.Operator)
		b.want(b.get("/admin"), 200, "Nothing holds mail back.", "Pause all sending")
		b.to(b.post("/admin/pause", nil), "/admin?done=pause")
		page := b.want(b.get("/admin?done=pause"), 200, "All sending is paused.", "somebody paused it: operator (password)", "Resume all sending", "It stays so until")
		if n := claims(); n != 0 || strings.Contains(page.body, "Pause all sending") {
			t.Errorf("%d are claimed; the page is %s", n, page.body)
		}
		b.want(b.post("/admin/pause", nil), http.StatusConflict, "All sending is paused already.")
		viewer := h.as(admins.Viewer)
		if page := viewer.want(viewer.get("/admin"), 200, "somebody paused it: operator (password)"); strings.Contains(page.body, "Resume all sending") {
			t.Errorf("a viewer is shown the button: %s", page.body)
		}
		b.to(b.post("/admin/resume/held", b.shownPauses()), "/admin?done=resume_held")
		b.want(b.get("/admin?done=resume_held"), 200, "All that waits goes out.", "Nothing holds mail back.")
		if n := claims(); n != 1 {
			t.Errorf("%d are claimed afterwards", n)
		}
		b.want(b.get("/admin/log"), 200, "paused all sending", "All sending is paused already.")
	})
}

// A page that refreshes itself keeps nobody signed in; somebody who does something does.
func TestWhatIsLiveIsNoActivity(t *testing.T) {
	h := sqlite(t)
	h.edition("management", 1)
	for _, c := range []struct {
		path string
		last int // how it's answered after twelve hours
	}{
		{"/admin/live", http.StatusSeeOther}, {friday + "/live", http.StatusSeeOther}, {"/admin", http.StatusOK}, {friday, http.StatusOK},
	} {
		h.passed.Store(0)
		b := h.as(admins.Viewer)
		for range 3 {
			h.passed.Add(int64(3 * time.Hour))
			b.want(b.get(c.path), 200)
		}
		h.passed.Store(int64(admins.Idle))
		b.want(b.get(c.path), c.last)
	}
}

// Only a page that has something live may ask for more, and it's of the same site.
func TestWhatAPageMayFetch(t *testing.T) {
	h := sqlite(t)
	h.edition("management", 1)
	b := h.as(admins.Operator)
	for path, live := range map[string]string{"/admin": "/admin/live", friday: friday + "/live", "/admin/log": "", "/admin/editions": ""} {
		page := b.want(b.get(path), 200)
		from := regexp.MustCompile(`data-live-from="([^"]*)"`).FindStringSubmatch(page.body)
		if live == "" {
			if from != nil || strings.Contains(page.body, "<script") || strings.Contains(page.Header.Get("Content-Security-Policy"), "connect-src") {
				t.Errorf("%s is live", path)
			}
			continue
		}
		if from == nil || from[1] != live || !strings.HasSuffix(page.Header.Get("Content-Security-Policy"), "; connect-src 'self'") {
			t.Errorf("%s: %v, %s", path, from, page.Header.Get("Content-Security-Policy"))
			continue
		}
		part := b.want(b.get(live), 200)
		for _, key := range regexp.MustCompile(`data-live="([^"]*)"`).FindAllStringSubmatch(part.body, -1) {
			if strings.Count(page.body, key[0]) != 1 {
				t.Errorf("%s has no place for %s", path, key[1])
			}
		}
		script := regexp.MustCompile(`<script src="([^"]+)" defer>`).FindStringSubmatch(page.body)
		if script == nil {
			t.Fatalf("%s has no script", path)
		}
		if got := b.want(b.get(script[1]), 200, "data-live"); !strings.HasPrefix(got.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("the script is %s", got.Header.Get("Content-Type"))
		}
	}
}

// What needs somebody is shown with what helps; what names a reader's domain, or a way
// in, to operators alone.
func TestWhatNeedsAttention(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, func(s *settings) {
			s.options.Scheduler.Newsletters[0] = newsletter(t, "management", "broken.md", "---\ntitle: [\n---\nA tip.\n")
		})
		b := h.as(admins.Operator)
		b.want(b.get("/admin"), 200, "Needs attention", "<bdi>broken.md</bdi>, line ", `href="/admin/tips/management/broken"`, "1 file can’t be used.", "or not at all.")
		if err := h.intake.Fails(t.Context(), now, "imap bounces@example.com", errors.New("the <password> is refused")); err != nil {
			t.Fatal(err)
		}
		h.heldBack("moved.example")
		h.sends("other")
		all := []string{"imap bounces@example.com", "the &lt;password&gt; is refused", "7 readers", "<bdi>moved.example</bdi>"}
		b.want(b.get("/admin"), 200, append(all, "nobody knows whether 1 mail arrived", `href="/admin/editions/other/2026-11-20"`)...)
		// The next edition doesn't hide them.
		h.opens("other", "2026-11-21")
		b.want(b.get("/admin"), 200, "Saturday, 21 November 2026", "nobody knows whether 1 mail arrived", `href="/admin/editions/other/2026-11-20"`)
		viewer := h.as(admins.Viewer)
		page := viewer.want(viewer.get("/admin"), 200, "Needs attention", "<bdi>broken.md</bdi>")
		for _, text := range all {
			if strings.Contains(page.body, text) {
				t.Errorf("a viewer is shown %q", text)
			}
		}
	})
}

// heldBack has all readers of a domain refused at once.
func (h *harness) heldBack(domain string) {
	h.Helper()
	err := h.db.Write(h.Context(), func(tx *sql.Tx) error {
		for i := range 7 {
			added, err := h.list.Add(h.Context(), tx, now.Add(-time.Hour), subscribers.Request{
				Address: subscribers.Address(fmt.Sprintf("r%d@%s", i, domain)), Newsletter: "management", Consent: subscribers.Vouched, Detail: "test",
			})
			if err != nil {
				return err
			}
			_, err = h.list.Bounced(h.Context(), tx, now, subscribers.Bounce{
				Subscriber: added.Subscriber, Subscription: added.Subscription, Newsletter: "management", Edition: 1, Door: subscribers.WhileSending,
				Class: subscribers.HardBounce, Reason: "unknown", Reply: "550 5.1.1 no",
			}, time.Time{})
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

// Who runs it says whether the readers of a domain are gone, or still there; of what came
// since the page was opened nothing is said.
func TestWhatIsHeldBackIsSettled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		h.heldBack("moved.example")
		h.heldBack("gone.example")
		b := h.as(admins.Operator)
		b.want(b.get("/admin"), 200, "They are gone: let it count", "They are still there: forget it", "<bdi>gone.example</bdi>", "<bdi>moved.example</bdi>")
		last := strconv.FormatInt(now.UnixMilli(), 10)
		early := strconv.FormatInt(now.UnixMilli()-1, 10)
		for _, form := range []url.Values{{}, {"domain": {"gone.example"}}, {"domain": {"gone.example"}, "last": {"yesterday"}}, {"domain": {"gone\x00.example"}, "last": {last}}, {"domain": {strings.Repeat("a", 256)}, "last": {last}}} {
			b.want(b.post("/admin/held/count", form), http.StatusUnprocessableEntity)
		}
		b.want(b.post("/admin/held/count", url.Values{"domain": {"gone.example"}, "last": {early}}), http.StatusConflict, "Nothing of that domain is held back any more.")
		suppressed := func(domain string) (n int64) {
			t.Helper()
			if err := db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM subscribers WHERE email LIKE $1 AND suppressed_at > 0", "%@"+domain).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := suppressed("gone.example"); n != 0 {
			t.Fatalf("%d are suppressed before anybody said so", n)
		}
		b.to(b.post("/admin/held/count", url.Values{"domain": {"gone.example"}, "last": {last}}), "/admin?done=held_count")
		b.to(b.post("/admin/held/forget", url.Values{"domain": {"moved.example"}, "last": {last}}), "/admin?done=held_forget")
		if gone, moved := suppressed("gone.example"), suppressed("moved.example"); gone != 7 || moved != 0 {
			t.Errorf("%d of the one and %d of the other are suppressed", gone, moved)
		}
		if page := b.want(b.get("/admin?done=held_count"), 200, "The refusals count now."); strings.Contains(page.body, "gone.example") || strings.Contains(page.body, "moved.example") {
			t.Errorf("the page still names them: %s", page.body)
		}
		b.want(b.post("/admin/held/forget", url.Values{"domain": {"moved.example"}, "last": {last}}), http.StatusConflict, "Nothing of that domain")
		b.want(b.get("/admin/log"), 200, "let the refusals of a domain count:", "forgot the refusals of a domain:", "gone.example")
	})
}

// When the time of a request ends between two readers, nobody is told that all is done.
func TestWhatIsHeldBackIsCutOff(t *testing.T) {
	h := open(t, storetest.SQLite(t), nil)
	h.heldBack("gone.example")
	ctx, cancel := context.WithCancel(t.Context())
	settle := h.admin.settleHeld("held_count", func(ctx context.Context, _ *visit, _ int64) error {
		defer cancel()
		return ctx.Err()
	})
	r := httptest.NewRequest("POST", "/admin/held/count", nil).WithContext(t.Context())
	r.PostForm = url.Values{domainField: {"gone.example"}, lastField: {strconv.FormatInt(now.UnixMilli(), 10)}}
	c, err := settle(&visit{Request: r, now: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.do(ctx); !errors.As(err, new(refusal)) {
		t.Errorf("of seven only the first was settled, and it says %v", err)
	}
}

func TestWhatWaitsForApproval(t *testing.T) {
	h := open(t, storetest.SQLite(t), func(s *settings) { s.options.Scheduler.Newsletters[0].Approve = true })
	b := h.as(admins.Viewer)
	b.want(b.get("/admin"), 200, "tips of the coming days wait for an approval.", "First &lt;b&gt;tip&lt;/b&gt;</bdi>, on ", "Until it’s approved, nothing goes out.", ", once it’s approved", ", if each is approved in time")
}

// A newsletter that goes out on one clock is due by that one.
func TestNextRunIsOnTheNewslettersClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, storetest.SQLite(t), func(s *settings) { s.options.Scheduler.Newsletters[0].Zone = berlin })
	h.readers("management", 1)
	b := h.as(admins.Viewer)
	b.want(b.get("/admin"), 200, `07:00 <bdi class="zone" dir="ltr">(Europe/Berlin)`)
}
