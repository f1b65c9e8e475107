package api_test

import (
	"fmt"
	"strings"
	"testing"

	"dailytip/scheduler"
	"dailytip/store/storetest"
	"dailytip/web/api"
)

func TestAddingAndChangingPeople(t *testing.T) {
	both(t, func(h *harness) {
		var added api.Added
		a := h.ask("POST", "/subscribers", `{"email":"Ana@Example.com","newsletter":"management","name":"Ana","language":"es","timezone":"Europe/Madrid","days":"MON-FRI"}`).want(201)
		a.into(&added)
		if added.State != "pending" || added.Result != "created" || added.Subscriber.Email != "Ana@example.com" || added.Subscriber.Subscriptions[0].Days != "MON TUE WED THU FRI" {
			t.Errorf("added %+v", added)
		}
		if mails := storetest.Texts(t, h.db, "SELECT kind || ' ' || email FROM notices"); len(mails) != 1 || mails[0] != "confirm Ana@example.com" {
			t.Errorf("mails %q", mails)
		}
		h.ask("POST", "/subscribers", `{"email":"ana@example.com","newsletter":"management","name":"Eve"}`).want(200).says(`"result":"unchanged"`, `"name":"Ana"`)
		h.ask("POST", "/subscribers", `{"email":"ana@example.com","newsletter":"management","confirmed":true}`).want(201).says(`"result":"confirmed"`, `"state":"active"`)
		person := "/subscribers/" + added.Subscriber.ID
		place := person + "/subscriptions/management"
		h.ask("PATCH", person, `{"name":"Ana B.","timezone":""}`).want(200).says(`"name":"Ana B."`, `"timezone":""`, `"language":"es"`)
		h.ask("PATCH", place, `{"send_at":"06:30","cadence":"weekly"}`).want(200).says(`"send_at":"06:30"`, `"cadence":"weekly"`, `"days":"MON TUE`)
		h.ask("PATCH", person, `{"name":"see www.example.com","language":"xx-yy-zz"}`).want(422).says("name: ", "language: ")
		h.ask("PATCH", place, `{"send_at":"25:00"}`).want(422).says("send_at: ")
		h.ask("POST", place+"/pause", `{"until":"2026-12-24"}`).want(200).says(`"state":"paused"`, `"paused_until":"2026-12-24T00:00:00Z"`)
		h.ask("POST", place+"/resume", "").want(200).says(`"state":"active"`)
		h.ask("POST", place+"/resume", "").want(409).says("isn't paused")
		h.ask("POST", person+"/suppress", `{"why":"asked by telephone"}`).want(200).says(`"state":"suppressed"`, "asked by telephone")
		h.ask("POST", "/subscribers", `{"email":"ana@example.com","newsletter":"other"}`).want(409).says("is suppressed")
		h.ask("POST", person+"/restore", `{"why":"it was a mistake"}`).want(200).says(`"state":"active"`).hides("suppressed")
		h.ask("POST", person+"/restore", `{"why":"again"}`).want(409).says("isn't suppressed")
		h.ask("POST", person+"/change-address", `{"email":"ana@example.org"}`).want(200).says(`"done":false`, "Ana@example.com")
		h.ask("POST", person+"/change-address", `{"email":"ana@example.net","confirmed":true}`).want(200).says(`"done":true`, "ana@example.net")
		h.ask("POST", place+"/unsubscribe", "").want(200).says(`"state":"unsubscribed"`)
		h.ask("POST", "/subscribers", `{"email":"ana@example.net","newsletter":"management","confirmed":true}`).want(409).says("has left")
		h.ask("POST", "/subscribers", `{"email":"ana@example.net","newsletter":"management","returning":true,"why":"telephone","confirmed":true}`).want(201).says(`"state":"active"`)
		h.ask("POST", "/subscribers", `{"email":"bo@example.net","newsletter":"management","returning":true,"why":"telephone"}`).want(409).says("never left")
		h.ask("GET", person+"/history", "").want(200).says("by the API, token all")
		h.ask("POST", "/suppressions", `{"email":"never@example.com","why":"law"}`).want(200).says(`"already":false`)
		h.ask("POST", "/suppressions", `{"email":"never@example.com","why":"law"}`).want(200).says(`"already":true`)
		h.ask("DELETE", person, "").want(204)
		h.ask("DELETE", person, "").want(404)
		h.ask("GET", person, "").want(404)
		h.ask("POST", "/subscribers", `{"email":"ana@example.net","newsletter":"management"}`).want(409).says("has left")
		h.ask("POST", "/suppressions", `{"email":"ana@example.net","why":"law"}`).want(409).says("erased")
	})
}

func TestBodiesThatCanBeReadInTwoWays(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	for body, status := range map[string]int{
		`{"email":"a@example.com","email":"b@example.com","newsletter":"other"}`: 400,
		`{"email":"a@example.com","newsletter":"other"}{}`:                       400,
		`{"email":"a@example.com","newsletter":"other"} x`:                       400,
		`{"email":"a\u0000@example.com","newsletter":"other"}`:                   400,
		`{"email":"a@example.com","newsletter":"other","why":"` + "\xff" + `"}`:  400,
		`["email"]`: 422,
		`null`:      422,
		`{"Email":"a@example.com","newsletter":"other"}`:                                              400,
		`{"email":"a@example.com","newsletter":"other","id":"7"}`:                                     422,
		`{"email":"a@example.com","newsletter":"other","state":"active"}`:                             422,
		`{"email":"a@example.com","newsletter":"other","suppressed_at":null}`:                         422,
		`{"email":["a@example.com"],"newsletter":"other"}`:                                            422,
		`{"email":"a@example.com","newsletter":"other","name":"` + strings.Repeat("x", 70_000) + `"}`: 413,
		strings.Repeat("[", 50_000):                                                                   400,
	} {
		h.ask("POST", "/subscribers", body).want(status)
	}
	h.ask("POST", "/subscribers", `email=a@example.com`, "Content-Type", "application/x-www-form-urlencoded").want(415)
	if got := storetest.Texts(t, h.db, "SELECT email FROM subscribers"); len(got) > 0 {
		t.Errorf("added %q", got)
	}
}

func TestChangingOnlyWhatWasSeen(t *testing.T) {
	both(t, func(h *harness) {
		id := h.reader("ana@example.com", "management")
		seen := h.ask("GET", "/subscribers/"+id, "").want(200).header.Get("ETag")
		changed := h.ask("PATCH", "/subscribers/"+id, `{"name":"Ana"}`, "If-Match", seen).want(200).header.Get("ETag")
		for _, try := range [][3]string{
			{"PATCH", "", `{"name":"Eve"}`},
			{"PATCH", "/subscriptions/management", `{"send_at":"06:30"}`},
			{"POST", "/subscriptions/management/unsubscribe", ""},
			{"POST", "/suppress", `{"why":"x"}`},
			{"POST", "/change-address", `{"email":"eve@example.com","confirmed":true}`},
			{"DELETE", "", ""},
		} {
			h.ask(try[0], "/subscribers/"+id+try[1], try[2], "If-Match", seen).want(412)
		}
		if changed == seen || h.ask("GET", "/subscribers/"+id, "").want(200).header.Get("ETag") != changed {
			t.Errorf("the tags are %s, %s", seen, changed)
		}
		h.ask("PATCH", "/subscribers/"+id, `{"name":"Eve"}`, "If-Match", `"other", `+changed).want(200)
		h.ask("PATCH", "/subscribers/"+id, `{"name":"Eve"}`, "If-Match", "*").want(200)

		monday := "/plan/management/2026-11-23"
		planned := h.ask("GET", monday, "").want(200).says(`"tip":"first"`).header.Get("ETag")
		h.ask("PUT", monday+"/pin", `{"tip":"second"}`, "If-Match", planned).want(200).says(`"tip":"second"`, `"reason":"pinned"`)
		h.ask("PUT", monday+"/skip", "", "If-Match", planned).want(412)
	})
}

// Of several editors who have seen the same, one changes it.
func TestEditorsWhoChangeADateAtOnce(t *testing.T) {
	both(t, func(h *harness) {
		for day := 23; day <= 27; day++ {
			date := fmt.Sprintf("/plan/management/2026-11-%d", day)
			seen := h.ask("GET", date, "").want(200).header.Get("ETag")
			answers := make(chan int)
			for _, change := range [][2]string{{"/pin", `{"tip":"second"}`}, {"/skip", ""}, {"/pin", `{"tip":"first"}`}, {"/skip", ""}} {
				go func() { answers <- h.ask("PUT", date+change[0], change[1], "If-Match", seen).status }()
			}
			statuses := map[int]int{}
			for range 4 {
				statuses[<-answers]++
			}
			if statuses[200] != 1 || statuses[412] != 3 {
				t.Errorf("%s: they are answered %v", date, statuses)
			}
		}
	})
}

func TestChangingThePlan(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	christmas, err := scheduler.ParseSkip("2026-12-25")
	if err != nil {
		t.Fatal(err)
	}
	h.plan.Newsletters[0].Skips = []scheduler.Skip{christmas}
	h.ask("DELETE", "/plan/management/2026-12-25/skip", "").want(409).says("skip: in the configuration")
	h.ask("PUT", "/plan/management/2026-12-25/skip", "").want(200)
	h.ask("DELETE", "/plan/management/2026-12-25/skip", "").want(200).says(`"reason":"skipped"`) // it was taken back, and the other one stays
	if pins := storetest.Texts(t, h.db, "SELECT action FROM pins"); len(pins) > 0 {
		t.Errorf("left are %q", pins)
	}
	monday := "/plan/management/2026-11-23"
	h.ask("PUT", monday+"/pin", `{"tip":"none"}`).want(409).says("there is no tip")
	h.ask("PUT", monday+"/pin", `{"tip":"draft"}`).want(409).says("is a draft")
	h.ask("PUT", "/plan/management/2026-11-22/pin", `{"tip":"first"}`).want(409).says("its schedule passes over it")
	h.ask("PUT", monday+"/pin", `{"tip":"second"}`).want(200).says(`"reason":"pinned"`)
	h.ask("DELETE", monday+"/skip", "").want(409).says("isn't skipped")
	h.ask("DELETE", monday+"/pin", "").want(200).says(`"reason":"next"`)
	h.ask("DELETE", monday+"/pin", "").want(409).says("has no pin")
	h.ask("PUT", monday+"/skip", "").want(200).says(`"reason":"skipped"`)
	h.ask("DELETE", monday+"/skip", "").want(200).says(`"reason":"next"`)
	h.reader("ana@example.com", "management")
	h.edition("management")
	h.ask("PUT", "/plan/management/2026-11-20/skip", "").want(409).says("has been opened")
	h.ask("PUT", "/plan/management/2326-11-23/skip", "").want(422)
	h.ask("PUT", "/plan/management/soon/skip", "").want(422)
	h.ask("PUT", "/plan/none/2026-11-23/skip", "").want(404)
}

func TestSendingTestCopies(t *testing.T) {
	h := open(t, storetest.SQLite(t))
	h.ask("POST", "/test-copies", `{"newsletter":"other","to":["ed@example.com"]}`).want(200).says(`"reply":"250 ok"`)
	h.ask("POST", "/test-copies", `{"newsletter":"other","to":[]}`).want(422)
	h.ask("POST", "/test-copies", `{"newsletter":"other","to":["a@b.example","b@b.example","c@b.example","d@b.example","e@b.example","f@b.example"]}`).want(422)
	h.ask("POST", "/test-copies", `{"newsletter":"other","to":["ed@example.com, eve@example.com"]}`).want(422)
	if fmt.Sprint(h.copies) != "[ed@example.com]" {
		t.Errorf("copies went to %v", h.copies)
	}
}

func TestUndoingABounce(t *testing.T) {
	both(t, func(h *harness) {
		ana := h.reader("ana@example.com", "management")
		h.edition("management")
		h.refuse(550, "5.1.1", "no such user")
		var all struct{ Items []api.Bounce }
		h.ask("GET", "/bounces", "").want(200).into(&all)
		h.ask("POST", "/bounces/"+all.Items[0].ID+"/undo", "").want(200).says(`"decision":"undone"`)
		h.ask("GET", "/subscribers/"+ana, "").want(200).says(`"state":"active"`)
		h.ask("POST", "/bounces/7/undo", "").want(404)
	})
}

func TestARepeatedPostIsNotCarriedOutTwice(t *testing.T) {
	both(t, func(h *harness) {
		body := `{"newsletter":"other","to":["ed@example.com"]}`
		first := h.ask("POST", "/test-copies", body, "Idempotency-Key", "k1").want(200)
		again := h.ask("POST", "/test-copies", body, "Idempotency-Key", "k1").want(200)
		if len(h.copies) != 1 || string(first.body) != string(again.body) || again.header.Get("Content-Type") != "application/json" || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%d copies, answers %s and %s", len(h.copies), first.body, again.body)
		}
		h.ask("POST", "/test-copies", `{"newsletter":"other","to":["eve@example.com"]}`, "Idempotency-Key", "k1").want(422).says("another request")
		h.ask("POST", "/subscribers", body, "Idempotency-Key", "k1").want(422).says("another request")
		h.ask("POST", "/test-copies", body, "Idempotency-Key", "k2").want(200)
		h.ask("POST", "/test-copies", body, "Idempotency-Key", strings.Repeat("k", 256)).want(400)
		h.ask("POST", "/subscribers", `{"email":"ana@example.com","newsletter":"other"}`, "Idempotency-Key", "k3").want(201)
		again = h.ask("POST", "/subscribers", `{"email":"ana@example.com","newsletter":"other"}`, "Idempotency-Key", "k3").want(201)
		if again.header.Get("ETag") == "" || len(h.copies) != 2 {
			t.Errorf("%d copies, %v", len(h.copies), again.header)
		}
		h.askWith(h.makeToken("read", ""), "POST", "/test-copies", body, "Idempotency-Key", "k1").want(403)
		h.ask("POST", "/subscribers", strings.Repeat("x", 70_000), "Idempotency-Key", "k4").want(413)
	})
}

// What is about a person as a whole is no matter of one newsletter.
func TestATokenOfOneNewsletterChangesNoOther(t *testing.T) {
	both(t, func(h *harness) {
		both, only := h.reader("ana@example.com", "management"), h.reader("bo@example.com", "management")
		h.reader("ana@example.com", "other")
		mine := h.makeToken("all", "other")
		ask := func(method, path, body string) answer { return h.askWith(mine, method, path, body) }
		for _, id := range []string{both, only} {
			person := "/subscribers/" + id
			ask("PATCH", person, `{"name":"Eve"}`).want(403)
			ask("DELETE", person, "").want(403)
			ask("POST", person+"/suppress", `{"why":"x"}`).want(403)
			ask("POST", person+"/restore", `{"why":"x"}`).want(403)
			ask("POST", person+"/change-address", `{"email":"eve@example.com","confirmed":true}`).want(403)
			for _, change := range []string{"unsubscribe", "resume"} {
				ask("POST", person+"/subscriptions/management/"+change, "").want(404).hides("management is", "bo@")
			}
			ask("POST", person+"/subscriptions/management/pause", `{}`).want(404)
			ask("PATCH", person+"/subscriptions/management", `{"send_at":"06:00"}`).want(404)
		}
		ask("POST", "/suppressions", `{"email":"ana@example.com","why":"x"}`).want(403)
		ask("POST", "/subscribers", `{"email":"eve@example.com","newsletter":"management"}`).want(404).hides("write one of management")
		h.ask("POST", "/subscribers", `{"email":"eve@example.com","newsletter":"none"}`).want(404).says("write one of management, other")
		ask("POST", "/subscribers", `{"email":"bo@example.com","confirmed":true}`).want(201).says(`"newsletter":"other"`).hides("management")
		ask("PUT", "/plan/management/2026-11-23/skip", "").want(404)
		ask("POST", "/test-copies", `{"newsletter":"management","to":["eve@example.com"]}`).want(404)
		ask("POST", "/subscribers/"+both+"/subscriptions/other/unsubscribe", "").want(200).says(`"state":"unsubscribed"`).hides("management")
		if got := storetest.Texts(t, h.db, "SELECT state FROM subscriptions WHERE newsletter = 'management' ORDER BY id"); fmt.Sprint(got) != "[active active]" {
			t.Errorf("in the other newsletter they are %v", got)
		}
	})
}

func TestImportingAFile(t *testing.T) {
	both(t, func(h *harness) {
		list := "email,name,state\nana@example.com,Ana,active\nbo@example.com,Bo,unsubscribed\nno address,X,\ncy@example.com,Cy,suppressed\n"
		csv := func(token, query string) answer {
			return h.askWith(token, "POST", "/imports?"+query, list, "Content-Type", "text/csv")
		}
		csv(h.token, "").want(200).says(`"refused":4`, "no newsletter is named")
		csv(h.token, "newsletter=other&dry_run=true").want(200).says(`"dry_run":true`, `"added":3`, `"refused":1`, "refused: address")
		if got := storetest.Texts(t, h.db, "SELECT email FROM subscribers"); len(got) > 0 {
			t.Errorf("a dry run added %q", got)
		}
		mine := h.makeToken("subscribers", "other")
		csv(mine, "newsletter=management").want(404)
		csv(mine, "").want(200).says(`"added":2`, `"refused":2`, "would end all of their newsletters", `"line":4`)
		csv(h.token, "newsletter=other&confirmed=true").want(200).says(`"added":1`, `"confirmed":1`, `"suppressed":1`)
		csv(h.token, "newsletter=other&state=lost").want(422)
		h.ask("POST", "/imports?newsletter=other", "name\nAna\n", "Content-Type", "text/csv").want(422)
		h.ask("POST", "/imports?newsletter=other", "", "Content-Type", "text/csv").want(400)
		h.ask("POST", "/imports?newsletter=other", strings.Repeat("x", 1<<20+1), "Content-Type", "text/csv").want(413)
	})
}
