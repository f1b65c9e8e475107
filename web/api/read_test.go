package api_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/store/storetest"
	"dailytip/web/api"
)

func TestListingGoesThroughEverybodyOnce(t *testing.T) {
	both(t, func(h *harness) {
		for i := range 7 {
			h.reader(fmt.Sprintf("Ana.%d@example.com", i), "management")
			if i%2 == 0 {
				h.reader(fmt.Sprintf("ana.%d@example.com", i), "other")
			}
		}
		h.reader("ana-x@example.com", "other")
		h.reader("bo@example.com", "other")
		for query, want := range map[string]int{
			"": 9, "newsletter=management": 7, "newsletter=other": 6, "state=active": 9, "state=paused": 0, "prefix=ANA.": 7, "prefix=ana-": 1,
			"prefix=ana.&newsletter=other": 4, "newsletter=other&state=active": 6, "email=bo@example.com": 1, "email=bo@example.com&newsletter=management": 0,
		} {
			var seen []string
			cursor := ""
			for range 20 {
				var page api.Page[api.Person]
				h.ask("GET", "/subscribers?limit=2&"+query+"&cursor="+cursor, "").want(200).into(&page)
				for _, p := range page.Items {
					if slices.Contains(seen, p.ID) {
						t.Errorf("%s: %s comes twice", query, p.Email)
					}
					seen = append(seen, p.ID)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if len(seen) != want || cursor != "" {
				t.Errorf("%q lists %d, want %d", query, len(seen), want)
			}
		}
		h.ask("GET", "/subscribers?cursor=%25%25", "").want(422)
		h.ask("GET", "/subscribers?cursor=YWJj", "").want(422)
		h.ask("GET", "/subscribers?newsletter=none", "").want(404).says("write one of management, other")
		h.ask("GET", "/subscribers?limit=100000", "").want(422)
		h.ask("GET", "/subscribers?unknown=1", "").want(422)
		h.ask("GET", "/subscribers?prefix=%00", "").want(400)
		h.ask("GET", "/subscribers?prefix=%ff", "").want(400)
	})
}

// Whoever is listed by a state is shown in it, so that a program may go by either.
func TestTheStateThatIsAskedForIsShown(t *testing.T) {
	both(t, func(h *harness) {
		left := h.reader("left@example.com", "management")
		h.reader("left@example.com", "other")
		h.ask("POST", "/subscribers/"+left+"/subscriptions/other/unsubscribe", "").want(200)
		h.ask("POST", "/subscribers/"+left+"/suppress", `{"why":"asked by telephone"}`).want(200)
		for query, want := range map[string]int{
			"state=unsubscribed": 1, "state=suppressed": 1, "state=active": 0, "state=unsubscribed&newsletter=management": 0,
			"state=unsubscribed&prefix=left": 1, "state=suppressed&email=left@example.com": 1,
		} {
			var page api.Page[api.Person]
			h.ask("GET", "/subscribers?"+query, "").want(200).into(&page)
			asked, _ := url.ParseQuery(query)
			for _, p := range page.Items {
				if !slices.ContainsFunc(p.Subscriptions, func(s api.Place) bool { return s.State == asked.Get("state") }) {
					t.Errorf("%s lists %+v", query, p)
				}
			}
			if len(page.Items) != want {
				t.Errorf("%s lists %d, want %d", query, len(page.Items), want)
			}
		}
		mine := h.makeToken("all", "management")
		for _, path := range []string{"", "/history"} {
			h.ask("GET", "/subscribers/"+left+path, "").want(200).says("asked by telephone")
			h.askWith(mine, "GET", "/subscribers/"+left+path, "").want(200).says("suppressed").hides("telephone", "other")
		}
	})
}

func TestWhyDidThisReaderGetNothing(t *testing.T) {
	both(t, func(h *harness) {
		ana := h.reader("ana@example.com", "management")
		h.edition("management")
		h.refuse(550, "5.1.1", "no such user")
		h.ask("GET", "/subscribers/"+ana, "").want(200).says("ana@example.com", `"state":"suppressed"`)
		h.ask("GET", "/subscribers/"+ana+"/history", "").want(200).says("gets nothing: suppressed", `"code":550`, "no such user", "added with consent", "2026-11-20")
		h.ask("GET", "/editions", "").want(200).says(`"failed":1`, "no such user")
		h.ask("GET", "/editions/management/2026-11-20", "").want(200).says(`"tip":"first"`, `"actions":[]`)
		for _, query := range []string{"", "?state=failed", "?state=failed,sent"} {
			h.ask("GET", "/editions/management/2026-11-20/deliveries"+query, "").want(200).says("ana@example.com", `"enhanced":"5.1.1"`)
		}
		h.ask("GET", "/editions/management/2026-11-20/deliveries?state=sent", "").want(200).hides("ana@example.com")
		h.ask("GET", "/editions/management/2026-11-20/deliveries?state=lost", "").want(422)
		h.ask("GET", "/editions/management/2026-11-21", "").want(404)
		h.ask("GET", "/editions/management/yesterday", "").want(422)
		var bounces struct{ Items []api.Bounce }
		h.ask("GET", "/bounces", "").want(200).into(&bounces)
		if len(bounces.Items) != 1 || bounces.Items[0].Email != "ana@example.com" {
			t.Fatalf("bounces %+v", bounces)
		}
		h.ask("GET", "/bounces/"+bounces.Items[0].ID, "").want(200).says("no such user")
		for _, id := range []string{"0", "-1", "7", "x", "9223372036854775808", "+7", "07"} {
			h.ask("GET", "/bounces/"+url.PathEscape(id), "").want(404)
			h.ask("GET", "/subscribers/"+url.PathEscape(id), "").want(404)
		}
	})
}

func TestThePlanAndTheLibrary(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	h.ask("GET", "/plan?newsletter=management&days=3", "").want(200).says(`"date":"2026-11-23"`, `"tip":"first"`, `"reason":"next"`)
	h.ask("GET", "/plan?days=3", "").want(422).says("no newsletter is named")
	h.ask("GET", "/plan?newsletter=management&from=3026-01-01", "").want(422)
	h.ask("GET", "/plan?newsletter=management&from=tomorrow", "").want(422)
	h.ask("GET", "/tips?newsletter=management", "").want(200).says(`"id":"first"`, `"why_not":"draft"`)
	h.ask("GET", "/tips/lint?newsletter=management", "").want(200).says("missing-link")
	h.ask("GET", "/tips/preview?newsletter=management&tip=first", "").want(200).says(`"subject":"First"`, "The first tip.", "<body")
	h.ask("GET", "/tips/preview?newsletter=management&tip=none", "").want(409).says("no tip")
	h.reader("ana@example.com", "management")
	h.ask("GET", "/status", "").want(200).says(`"newsletter":"management"`, `"active":1`, `"next_run":"2026-11-23T07:00:00Z"`)
}

func TestOnlyTokensThatMay(t *testing.T) {
	both(t, func(h *harness) {
		id := h.reader("ana@example.com", "management")
		h.askWith("", "GET", "/status", "").want(401).says("shows no token")
		a := h.askWith("dt_no", "GET", "/status", "").want(401)
		if got := a.header.Get("WWW-Authenticate"); got != `Bearer realm="dailytip", error="invalid_token"` {
			t.Errorf("the challenge is %s", got)
		}
		plan := h.makeToken("plan", "")
		h.askWith(plan, "GET", "/plan?newsletter=other", "").want(200)
		h.askWith(plan, "GET", "/subscribers/"+id, "").want(403).says("read or subscribers or all").hides("ana@")
		h.askWith(h.makeToken("read", ""), "GET", "/subscribers/"+id, "").want(200)
		if log := h.log.String(); log == "" || strings.Contains(log, "dt_") {
			t.Errorf("the log holds a token: %s", log)
		}
		h.passed.Add(int64(24 * time.Hour))
		statuses := map[int]int{}
		for range 200 {
			statuses[h.askWith("dt_no", "GET", "/status", "").status]++
			h.passed.Add(-int64(time.Second))
		}
		if statuses[401] != 120 || statuses[429] != 80 {
			t.Errorf("who tries tokens is answered %v", statuses)
		}
		h.ask("GET", "/status", "").want(200) // whoever has one comes from the same network, perhaps
	})
}

// A program that goes away is no fault of ours.
func TestAProgramThatWentAway(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/v1/status", nil)
	r.Header.Set("Authorization", "Bearer "+h.token)
	h.server.Handler().ServeHTTP(httptest.NewRecorder(), r)
	if log := h.log.String(); !strings.Contains(log, "status=503") || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log is %s", log)
	}
}

// A database that can't be written for the moment keeps nobody from reading.
func TestAUseThatCannotBeNoted(t *testing.T) {
	both(t, func(h *harness) {
		h.write(func(tx *sql.Tx) error { // from now on, of one token only
			_, err := tx.ExecContext(t.Context(), "CREATE UNIQUE INDEX one_used ON tokens ((used_at * 0)) WHERE used_at > 0")
			return err
		})
		h.ask("GET", "/status", "").want(200)
		h.askWith(h.makeToken("read", ""), "GET", "/status", "").want(200)
		if log := h.log.String(); !strings.Contains(log, "level=WARN msg=\"the use of a token can't be noted\"") || strings.Contains(log, "level=ERROR") {
			t.Errorf("the log is %s", log)
		}
	})
}

// A long import holds the right to write, and keeps nobody from reading either.
func TestAUseIsNotWaitedForLong(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	h.write(func(*sql.Tx) error {
		h.ask("GET", "/status", "").want(200)
		return nil
	})
	h.ask("GET", "/status", "").want(200)
}

func TestATokenOfOneNewsletterSeesNoOther(t *testing.T) {
	both(t, func(h *harness) {
		ana, bo := h.reader("ana@example.com", "management"), h.reader("bo@example.com", "other")
		h.reader("ana@example.com", "other")
		h.edition("management")
		h.edition("other")
		h.refuse(550, "5.1.1", "no such user")
		mine := h.makeToken("all", "other")
		ask := func(path string) answer { return h.askWith(mine, "GET", path, "") }
		ask("/subscribers/" + bo).want(200)
		ask("/subscribers/" + ana).want(200).hides("management")
		ask("/subscribers/" + ana + "/history").want(200).hides("management")
		ask("/subscribers").want(200).says("bo@example.com", "ana@example.com").hides("management")
		ask("/subscribers?newsletter=management").want(404).hides("write one of management")
		only := h.reader("only@example.com", "management")
		ask("/subscribers/" + only).want(404)
		ask("/subscribers/" + only + "/history").want(404)
		ask("/subscribers?email=only@example.com").want(200).hides("only@example.com")
		ask("/subscribers?prefix=only").want(200).hides("only@example.com")
		ask("/editions").want(200).says("other").hides("management")
		ask("/editions/management/2026-11-20").want(404)
		ask("/editions/management/2026-11-20/deliveries").want(404)
		ask("/plan?newsletter=management").want(404)
		ask("/plan").want(200).says(`"newsletter":"other"`)
		ask("/tips?newsletter=management").want(404)
		ask("/status").want(200).hides("management")
		ask("/bounces").want(200).says("bo@example.com").hides("management")
		var all struct{ Items []api.Bounce }
		h.ask("GET", "/bounces?newsletter=management", "").want(200).into(&all)
		for _, b := range all.Items {
			ask("/bounces/" + b.ID).want(404)
		}
	})
}

// A page of a prefix ends with whoever was looked at last, who may get other newsletters
// only: where it goes on says nothing of their address.
func TestACursorHoldsNobodysAddress(t *testing.T) {
	both(t, func(h *harness) {
		for i := range 1000 { // as many as one page looks at
			h.reader(fmt.Sprintf("secret.%04d@example.com", i), "management")
		}
		h.reader("secret.zoe@example.com", "other")
		mine := h.makeToken("read", "other")
		var page api.Page[api.Person]
		h.askWith(mine, "GET", "/subscribers?prefix=secret", "").want(200).into(&page)
		at, err := base64.RawURLEncoding.DecodeString(page.Next)
		if err != nil || page.Next == "" || strings.Contains(string(at), "secret") {
			t.Errorf("the page ends at %q, %v", at, err)
		}
		h.askWith(mine, "GET", "/subscribers?prefix=secret&cursor="+page.Next, "").want(200).says("secret.zoe@example.com").hides("secret.0")
		gone := base64.RawURLEncoding.EncodeToString([]byte("1"))
		h.askWith(mine, "GET", "/subscribers?prefix=secret&cursor="+gone, "").want(422)
		address := base64.RawURLEncoding.EncodeToString([]byte("secret.0999@example.com"))
		h.askWith(mine, "GET", "/subscribers?prefix=secret&cursor="+address, "").want(422)
	})
}

func TestPathsWithNothing(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	h.ask("GET", "/nothing", "").want(404)
	h.ask("GET", "/", "").want(404)
	if a := h.ask("PUT", "/status", "").want(405); a.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("allowed are %s", a.header.Get("Allow"))
	}
	h.ask("POST", "/subscribers", `{}`, "Sec-Fetch-Site", "cross-site").want(403)
	resp, err := http.Get(h.url + "/openapi.yaml")
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("the document: %v, %v", resp, err)
	}
}

func TestTooManyRequests(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	var last answer
	for range 101 {
		last = h.ask("GET", "/status", "")
		h.passed.Add(-int64(time.Second))
	}
	last.want(429)
	if last.header.Get("Retry-After") != "1" || last.header.Get("RateLimit") != `"token";r=0;t=10` || last.header.Get("RateLimit-Policy") != `"token";q=100;w=10` {
		t.Errorf("the headers are %v", last.header)
	}
	h.askWith(h.makeToken("read", ""), "GET", "/status", "").want(200)
	h.passed.Add(int64(time.Second))
	h.ask("GET", "/status", "").want(200)
}
