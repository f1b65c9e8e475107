package admin

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/verdict"
)

const friday = "/admin/editions/management/2026-11-20"

// sends has an edition of five sent: one arrives, one is refused for good, one is to be
// tried again, one is in doubt and one waits.
func (h *harness) sends(newsletter string) {
	h.Helper()
	h.edition(newsletter, 5)
	jobs, err := h.ledger.Exchange(h.Context(), now, nil, ledger.Claiming{Owner: "node", Limit: 4})
	if err != nil || len(jobs) != 4 {
		h.Fatalf("%d claimed, %v", len(jobs), err)
	}
	_, err = h.ledger.Exchange(h.Context(), now, []ledger.Outcome{
		{Job: jobs[0], State: ledger.Sent, Reply: ledger.Reply{Code: 250, Text: "queued"}},
		{Job: jobs[1], State: ledger.Failed, Dead: true, Reply: ledger.Reply{Code: 550, Enhanced: "5.1.1", Text: "no <b>such</b> user at example.net"}},
		{Job: jobs[2], State: ledger.Retry, NextAt: now.Add(time.Hour), Reply: ledger.Reply{Code: 451, Text: "come later"}},
		{Job: jobs[3], State: ledger.InDoubt, Doubt: true},
	}, ledger.Claiming{Owner: "node"})
	if err != nil {
		h.Fatal(err)
	}
}

// counts are the mails of a newsletter's Friday by state: due, sent, waiting, failed, in
// doubt, withdrawn, and the edition's state.
func (h *harness) counts(newsletter string) string {
	h.Helper()
	all, err := h.ledger.RecentOf(h.Context(), newsletter, 1)
	if err != nil || len(all) != 1 {
		h.Fatalf("%d editions, %v", len(all), err)
	}
	c := all[0]
	return fmt.Sprintf("%d: %d %d %d %d %d %s", c.Due, c.Sent, c.Pending+c.Retry, c.Failed, c.InDoubt, c.Withdrawn, c.Edition.State)
}

// What a server said may quote an address, and a domain may be one person's: only who may
// see the readers is shown them, and only who may change something the buttons.
func TestAnEditionInEachRole(t *testing.T) {
	h := sqlite(t)
	h.sends("management")
	for _, role := range admins.Roles() {
		b := h.as(role)
		page := b.want(b.get(friday), 200, "Friday, 20 November 2026", "Management Tip of the Day", "First &lt;b&gt;tip&lt;/b&gt;",
			`aria-label="5 mails: 1 sent, 2 waiting, 1 failed, 1 in doubt"`, "550 5.1.1", "451", "to be tried again", "a dead address", "at once", `aria-current="true"`)
		for _, text := range []string{
			"no &lt;b&gt;such&lt;/b&gt; user", "come later", "<bdi>example.net</bdi>", "Pause this edition", "Send failed mails again", "They were sent", "Cancel this edition",
		} {
			if shown := strings.Contains(page.body, text); shown != (role == admins.Operator) {
				t.Errorf("%s: %q is shown: %t", role, text, shown)
			}
		}
		if live := b.want(b.get(friday+"/live"), 200, `data-live="counts"`, "550 5.1.1"); strings.Contains(live.body, "come later") != (role == admins.Operator) {
			t.Errorf("%s: the live part is %s", role, live.body)
		}
	}
}

// Whatever a bounce is judged to be is said in words, and not in those of the tables.
func TestBouncesHaveTheirWords(t *testing.T) {
	for file, column := range map[string]int{"words.txt": 1, "codes.txt": 2} {
		table, err := os.ReadFile(filepath.Join("..", "..", "verdict", file))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(table)) {
			fields := strings.Fields(line)
			if strings.HasPrefix(line, "#") || len(fields) <= column {
				continue
			}
			if reason := fields[column]; reasonOf(reason) == reason {
				t.Errorf("%s: there are no words for %s", file, reason)
			}
		}
	}
	for _, reason := range []string{verdict.Undefined, subscribers.Unsubscribing, "feedback", "vacation"} {
		if reasonOf(reason) == reason {
			t.Errorf("there are no words for %s", reason)
		}
	}
	for _, class := range append(subscribers.ToldClasses(), "delayed", "reply", "other-report", "none") {
		if text := classOf(class); strings.Contains(string(text), "<bdi>") {
			t.Errorf("there are no words for %s", class)
		}
	}
}

// The list says what goes out just now.
func TestTheListSaysWhatGoesOut(t *testing.T) {
	h := sqlite(t)
	h.edition("management", 5)
	h.edition("other", 1)
	for i := range 2 { // of one look at it nobody knows how fast it goes
		h.passed.Store(int64(i) * int64(5*time.Second))
		at := now.Add(time.Duration(h.passed.Load()))
		jobs, err := h.ledger.Exchange(t.Context(), at, nil, ledger.Claiming{Owner: "node", Limit: 1})
		if err != nil || len(jobs) != 1 {
			t.Fatalf("%d claimed, %v", len(jobs), err)
		}
		if _, err := h.ledger.Exchange(t.Context(), at, []ledger.Outcome{{Job: jobs[0], State: ledger.Sent}}, ledger.Claiming{Owner: "node"}); err != nil {
			t.Fatal(err)
		}
	}
	b := h.as(admins.Viewer)
	page := b.want(b.get("/admin/editions"), 200, "going out", "waiting")
	b.want(b.get(friday), 200, "going out")
	h.passed.Store(int64(time.Hour))
	if later := b.want(b.get("/admin/editions"), 200); strings.Count(page.body, "going out") != 1 || strings.Contains(later.body, "going out") {
		t.Errorf("it goes out in\n%s\nand an hour later in\n%s", page.body, later.body)
	}
}

// Each button changes the edition that it's about, and no other; pressed once more, it
// says that there is nothing to do.
func TestAnEditionsButtons(t *testing.T) {
	type press struct {
		button string
		form   url.Values
		status int // 0: it leads back to the page
		counts string
	}
	for name, presses := range map[string][]press{
		"pause":          {{"pause", nil, 0, "5: 1 2 1 1 0 paused"}, {"pause", nil, 409, "5: 1 2 1 1 0 paused"}, {"resume", nil, 0, "5: 1 2 1 1 0 open"}, {"resume", nil, 409, "5: 1 2 1 1 0 open"}},
		"retry":          {{"retry", nil, 409, "5: 1 2 1 1 0 open"}}, // a dead address is suppressed
		"retry expired":  {{"retry", url.Values{"expired": {"yes"}}, 409, "5: 1 2 1 1 0 open"}},
		"resend":         {{"resend", nil, 0, "5: 1 3 1 0 0 open"}, {"resend", nil, 409, "5: 1 3 1 0 0 open"}},
		"settle, sent":   {{"settle", url.Values{"as": {"sent"}}, 0, "5: 2 2 1 0 0 open"}, {"settle", url.Values{"as": {"sent"}}, 409, "5: 2 2 1 0 0 open"}},
		"settle, failed": {{"settle", url.Values{"as": {"failed"}}, 0, "5: 1 2 2 0 0 open"}, {"retry", nil, 0, "5: 1 3 1 0 0 open"}},
		"settle, odd":    {{"settle", url.Values{"as": {"pending"}}, 422, "5: 1 2 1 1 0 open"}, {"settle", nil, 422, "5: 1 2 1 1 0 open"}},
		"cancel":         {{"cancel", nil, 422, "5: 1 2 1 1 0 open"}, {"cancel", url.Values{"sure": {"yes"}}, 0, "5: 1 0 1 1 2 cancelled"}, {"cancel", url.Values{"sure": {"yes"}}, 409, "5: 1 0 1 1 2 cancelled"}, {"resend", nil, 409, "5: 1 0 1 1 2 cancelled"}},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				h := open(t, db, nil)
				h.sends("management")
				h.edition("other", 5)
				other := h.counts("other")
				b := h.as(admins.Operator)
				for _, p := range presses {
					got := b.post(friday+"/"+p.button, p.form)
					if p.status == 0 {
						b.to(got, friday+"?done=editions_"+p.button)
						b.want(b.get(got.Header.Get("Location")), 200, `role="status"`)
					} else {
						b.want(got, p.status, `class="fault" role="alert"`, `<nav aria-label="Sections">`)
					}
					if c := h.counts("management"); c != p.counts {
						t.Errorf("after %s it's %s, want %s", p.button, c, p.counts)
					}
				}
				if c := h.counts("other"); c != other {
					t.Errorf("the other newsletter's is %s, was %s", c, other)
				}
				entries, err := h.admins.Entries(t.Context(), 0, 1)
				if err != nil || len(entries) != 1 || entries[0].Name != "operator" {
					t.Errorf("the log is %+v, %v", entries, err)
				}
				if last := presses[len(presses)-1]; last.status != 422 && (entries[0].Action != "editions_"+last.button || entries[0].Subject != "management 2026-11-20") {
					t.Errorf("the log's newest is %+v", entries[0])
				}
			})
		})
	}
}

// Nobody without the right changes anything.
func TestWhoMayNotChangeAnEdition(t *testing.T) {
	h := sqlite(t)
	h.sends("management")
	before := h.counts("management")
	for _, role := range []admins.Role{admins.Viewer, admins.Editor} {
		b := h.as(role)
		for _, button := range []string{"pause", "cancel", "retry", "resend", "settle"} {
			b.want(b.post(friday+"/"+button, url.Values{"sure": {"yes"}, "as": {"sent"}}), http.StatusForbidden)
		}
		b.want(b.post("/admin/pause", nil), http.StatusForbidden)
	}
	if c := h.counts("management"); c != before {
		t.Errorf("it's %s, was %s", c, before)
	}
	if pauses, err := h.ledger.AllPauses(t.Context()); err != nil || len(pauses) != 0 {
		t.Errorf("%+v, %v", pauses, err)
	}
}

func TestEditionsThatThereArent(t *testing.T) {
	h := sqlite(t)
	h.edition("management", 1)
	b := h.as(admins.Operator)
	for _, path := range []string{"management/2026-11-19", "other/2026-11-20", "nobody/2026-11-20", "management/2026-11-20x", "management/x", "management/%00", "%00/2026-11-20", "%ff/2026-11-20", "management/2026-11-2"} {
		b.want(b.get("/admin/editions/"+path), 404)
		b.want(b.post("/admin/editions/"+path+"/pause", nil), 404)
	}
	for _, odd := range []string{"?after=x", "?after=%00", "?after=%ff+%00", "?after=2026-11-20+zzz", "?after=9999"} {
		b.want(b.get("/admin/editions"+odd), 200)
	}
}

func TestEditionsAreReadPageByPage(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Viewer)
	b.want(b.get("/admin/editions"), 200, "No edition has gone out yet.")
	h.edition("management", 1)
	slots, err := h.list.Slots(t.Context(), "management")
	if err != nil {
		t.Fatal(err)
	}
	for day := range editionLines {
		_, err := h.ledger.Open(t.Context(), now, ledger.Opening{
			Newsletter: "management", LocalDate: fmt.Sprintf("2026-10-%02d", day+1), Slot: slots[0].ID, DueAt: now, ExpiresAt: now.Add(12 * time.Hour),
			Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "second", Body: []byte(`{"ID":"second"}`)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	first := b.want(b.get("/admin/editions"), 200, "Friday, 20 November 2026", `href="/admin/editions/management/2026-11-20"`, "2 October 2026", "Second")
	older := regexp.MustCompile(`href="(/admin/editions\?after=[^"]+)"`).FindStringSubmatch(first.body)
	if older == nil || strings.Contains(first.body, "2026-10-01") {
		t.Fatal("there is no second page")
	}
	second := b.want(b.get(html.UnescapeString(older[1])), 200, "Thursday, 1 October 2026")
	if strings.Contains(second.body, "after=") || strings.Contains(second.body, "2026-10-02") {
		t.Errorf("the last page is %s", second.body)
	}
}

// The parts of a bar fill it, and what is there at all is seen.
func TestBar(t *testing.T) {
	for _, s := range []ledger.Summary{
		{},
		{Due: 1, Sent: 1},
		{Due: 3, Pending: 3},
		{Due: 1_000_000, Sent: 999_998, Failed: 1, InDoubt: 1},
		{Due: 7, Sent: 2, Retry: 1, Failed: 1, InDoubt: 1, Expired: 1, Withdrawn: 1},
	} {
		p, end := progress(s), int64(0)
		for _, part := range p.Parts {
			if part.X != end || part.Width < barLeast {
				t.Errorf("%+v: %+v", s, p.Parts)
			}
			end = part.X + part.Width
		}
		if end != barWidth && s.Due > 0 {
			t.Errorf("%+v: the bar ends at %d", s, end)
		}
	}
}

// When sending began is the first time, also after somebody had it begin again.
func TestSendingBeganTheFirstTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		h.edition("management", 1)
		b := h.as(admins.Viewer)
		edition, err := h.admin.Editions.Edition(t.Context(), db.Read(), "management", "2026-11-20")
		if err != nil {
			t.Fatal(err)
		}
		for i, state := range []ledger.State{ledger.Failed, ledger.Sent} {
			at := now.Add(time.Duration(i) * time.Hour)
			h.passed.Store(int64(at.Sub(now) + time.Minute))
			if i > 0 {
				again, _, err := h.ledger.Requeue(t.Context(), at, edition, ledger.Requeuing{Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Failed}, ExpiresAt: at.Add(time.Hour), Who: "operator"})
				if err != nil || again != 1 {
					t.Fatalf("%d again, %v", again, err)
				}
			}
			h.journal(at)
			jobs, err := h.ledger.Exchange(t.Context(), at, nil, ledger.Claiming{Owner: "node", Limit: 1})
			if err != nil || len(jobs) != 1 {
				t.Fatalf("%d claimed, %v", len(jobs), err)
			}
			if _, err := h.ledger.Exchange(t.Context(), at.Add(time.Minute), []ledger.Outcome{{Job: jobs[0], State: state}}, ledger.Claiming{Owner: "node"}); err != nil {
				t.Fatal(err)
			}
			h.journal(at.Add(time.Minute))
			b.want(b.get(friday), 200, `<dt>Sending began</dt><dd><time datetime="2026-11-22T08:00:00Z">`, fmt.Sprintf(`<dt>Nothing left since</dt><dd><time datetime="2026-11-22T%02d:01:00Z">`, 8+i))
		}
	})
}

// journal looks what began and what ended, as the daemon does.
func (h *harness) journal(at time.Time) {
	h.Helper()
	if _, err := h.ledger.Journal(h.Context(), at); err != nil {
		h.Fatal(err)
	}
}
