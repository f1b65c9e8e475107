package site_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/tips"
)

// proofed is a site on which an editor answers proofs.
type proofed struct {
	*fixture
	files     fstest.MapFS
	library   *tips.Library
	scheduler *scheduler.Scheduler
	editions  *editions.Editions
	ledger    *ledger.Ledger
}

// proofDate is a day of the schedule that is still to come.
const proofDate = "2026-11-24"

// bothProofed calls f with a site on each database; page, if any, is the calendar's.
func bothProofed(t *testing.T, f func(t *testing.T, p *proofed), page ...func(newsletter, date string) string) {
	p := &proofed{}
	both(t, func(o *options) {
		p.files = fstest.MapFS{
			"ask.md":    {Data: []byte("# Ask & listen\n\nText.\n")},
			"ask.es.md": {Data: []byte("# Pregunta\n\nTexto.\n")},
		}
		var err error
		if p.library, err = tips.OpenFS(p.files, tips.Options{}); err != nil {
			t.Fatal(err)
		}
		daily, err := scheduler.ParseRule("0 7 * * *")
		if err != nil {
			t.Fatal(err)
		}
		p.editions, p.ledger = o.Editions, o.Ledger
		p.scheduler = scheduler.New(scheduler.Options{List: o.List, Editions: o.Editions, Ledger: o.Ledger, Newsletters: []scheduler.Newsletter{{
			ID: "management", Language: "en", Rule: daily, Order: scheduler.Oldest, Library: p.library, Approve: true,
			Grace: 6 * time.Hour, GiveUpAfter: 12 * time.Hour,
		}}})
		o.Proofs = p.scheduler
		if len(page) > 0 {
			o.CalendarPage = page[0]
		}
	}, func(t *testing.T, s *fixture) {
		p.fixture = s
		f(t, p)
	})
}

// links are those of a proof of a date, as its mail has them.
func (p *proofed) links(date string) (approve, skip string) {
	p.t.Helper()
	tip, _ := p.library.Tip("ask")
	digest, err := tip.TextDigest()
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := json.Marshal(tip)
	if err != nil {
		p.t.Fatal(err)
	}
	done, err := p.ledger.EnqueueProof(p.t.Context(), now, ledger.ProofOf{
		Newsletter: "management", To: "ed@example.com", TipID: tip.ID, Digest: digest, LocalDate: date, DueAt: now.Add(time.Hour), Tip: body,
	})
	if err != nil || !done {
		p.t.Fatal(done, err)
	}
	var number int64
	if err := p.db.Read().QueryRowContext(p.t.Context(), "SELECT id FROM proofs WHERE local_date = $1", date).Scan(&number); err != nil {
		p.t.Fatal(err)
	}
	tokens := p.list.Tokens()
	return "/proof/approve/" + tokens.Make(subscribers.ApproveProofLink, number), "/proof/skip/" + tokens.Make(subscribers.SkipProofLink, number)
}

// planned is what the date gets now: a tip's id, or why there's none.
func (p *proofed) planned() string {
	p.t.Helper()
	date, err := scheduler.ParseDate(proofDate)
	if err != nil {
		p.t.Fatal(err)
	}
	lines, _, err := p.scheduler.Plan(p.t.Context(), now, &p.scheduler.Newsletters[0], date, 1, false)
	if err != nil || len(lines) != 1 {
		p.t.Fatalf("%d lines, %v", len(lines), err)
	}
	if lines[0].Tip == "" {
		return lines[0].Reason
	}
	return lines[0].Tip
}

func (p *proofed) history() (lines []string) {
	p.t.Helper()
	rows, err := p.db.Read().QueryContext(p.t.Context(), "SELECT kind || ' ' || newsletter || ' ' || local_date || ' ' || detail || ' ' || who FROM actions ORDER BY id")
	lines, err = store.Collect(rows, err, store.Column[string])
	if err != nil {
		p.t.Fatal(err)
	}
	return lines
}

// Looking changes nothing, the button acts once, and the history says by whose proof.
func TestProofLinks(t *testing.T) {
	bothProofed(t, func(t *testing.T, p *proofed) {
		approve, skip := p.links(proofDate)
		for range 2 { // a scanner, then the editor
			p.get(approve).must(t, 200, "<h1>Approve this tip?</h1>", "“Ask &amp; listen” is meant for Tuesday, 24 November", "in English and Español", ">Approve</button>")
			p.get(skip).must(t, 200, "<h1>Send nothing on Tuesday, 24 November?</h1>", ">Skip this day</button>")
			p.do("HEAD", approve, "", "").must(t, 200)
		}
		if got, log := p.planned(), p.history(); got != scheduler.Unapproved || len(log) > 0 {
			t.Fatalf("looking did something: %s, %q", got, log)
		}
		p.post(approve, "").must(t, 200, "<h1>Approved</h1>", "Planned for Tuesday, 24 November: Ask &amp; listen.")
		for range 2 {
			p.post(approve, "").must(t, 200, "used already", "Nothing was changed.")
			p.get(approve).must(t, 200, "used already")
		}
		if got := p.planned(); got != "ask" {
			t.Errorf("planned: %s", got)
		}
		p.post(skip, "").must(t, 200, "<h1>The day is skipped</h1>", "plan unskip --newsletter management "+proofDate)
		p.post(skip, "").must(t, 200, "used already", "Nothing was changed.")
		if got := p.planned(); got != scheduler.Skipped {
			t.Errorf("planned: %s", got)
		}
		want := []string{"approve management " + proofDate + " ask by the proof of ed@example.com", "skip management " + proofDate + " ask by the proof of ed@example.com"}
		if got := p.history(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the history has %q, want %q", got, want)
		}
		// What was taken back by command isn't done again by an old link.
		if _, err := p.editions.Unpin(t.Context(), "management", proofDate, nil); err != nil {
			t.Fatal(err)
		}
		p.post(skip, "").must(t, 200, "used already", "Planned for")
		if got := p.planned(); got != "ask" {
			t.Errorf("an old link skips: %s", got)
		}
		if log := p.log.String(); strings.Contains(log, strings.TrimPrefix(approve, "/proof/approve/")) {
			t.Error("the log has the token")
		}
	})
}

// Who has a calendar on a page is led there, and told of no command; and of what is
// planned by now, when that isn't any more what the proof showed.
func TestProofLinksOfAChangedPlan(t *testing.T) {
	bothProofed(t, func(t *testing.T, p *proofed) {
		approve, skip := p.links(proofDate)
		p.files["tell.md"] = &fstest.MapFile{Data: []byte("# Tell\n\nText.\n")}
		if err := p.library.Reload(); err != nil {
			t.Fatal(err)
		}
		date, err := scheduler.ParseDate(proofDate)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.scheduler.Pin(t.Context(), now, &p.scheduler.Newsletters[0], date, "tell", nil); err != nil {
			t.Fatal(err)
		}
		for _, link := range []string{approve, skip} {
			p.get(link).must(t, 200, "“Ask &amp; listen” was meant for Tuesday, 24 November.", "By now “Tell” is meant for Tuesday, 24 November. It isn’t approved, so nothing goes out on that day as things stand.", "<button")
		}
		done := p.post(skip, "")
		done.must(t, 200, "To take that back: <a href=\"https://plan.example.com/management/"+proofDate+"\">the calendar</a>")
		if strings.Contains(done.body, "dailytip plan") {
			t.Errorf("it names a command: %s", done.body)
		}
	}, func(newsletter, date string) string { return "https://plan.example.com/" + newsletter + "/" + date })
}

// A link that is forged, of another purpose or of a newsletter that is no more isn't there.
func TestForgedProofLinks(t *testing.T) {
	bothProofed(t, func(t *testing.T, p *proofed) {
		approve, skip := p.links(proofDate)
		token := strings.TrimPrefix(approve, "/proof/approve/")
		for _, path := range []string{
			"/proof/skip/" + token, "/proof/approve/" + strings.TrimPrefix(skip, "/proof/skip/"), "/proof/other/" + token, approve[:len(approve)-1], approve + "x",
			"/proof/approve/" + strings.Repeat("A", subscribers.TokenLength),
			"/proof/approve/" + p.list.Tokens().Make(subscribers.ApproveProofLink, 4711),
			"/proof/approve/" + p.list.Tokens().Make(subscribers.ConfirmLink, 1),
		} {
			p.get(path).must(t, 404)
			p.post(path, "").must(t, 404)
		}
		p.do("PUT", approve, "", "").must(t, 405)
		p.scheduler.Newsletters[0].ID = "another"
		p.post(approve, "").must(t, 404)
		p.scheduler.Newsletters[0].ID = "management"
		p.scheduler.Newsletters[0].Approve = false
		p.post(approve, "").must(t, 404)
		p.scheduler.Newsletters[0].Approve = true
		if got, log := p.planned(), p.history(); got != scheduler.Unapproved || len(log) > 0 {
			t.Fatalf("a forged link did something: %s, %q", got, log)
		}
	})
}

// After an edit of the tip, and after the run, the page says so and changes nothing.
func TestProofLinksThatCameTooLate(t *testing.T) {
	bothProofed(t, func(t *testing.T, p *proofed) {
		approve, skip := p.links(proofDate)
		p.files["ask.es.md"] = &fstest.MapFile{Data: []byte("# Pregunta\n\nOtro texto.\n")}
		if err := p.library.Reload(); err != nil {
			t.Fatal(err)
		}
		for _, link := range []string{approve, skip} {
			p.get(link).must(t, 200, "<h1>The tip was changed</h1>", "dailytip plan", proofDate)
			p.post(link, "").must(t, 200, "<h1>The tip was changed</h1>")
		}
		approve, skip = p.links("2026-11-25")
		p.write(func(tx *sql.Tx) error {
			_, err := p.editions.ContentFor(t.Context(), tx, now, editions.Choosing{
				Newsletter: "management", LocalDate: "2026-11-25", Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "ask", Body: []byte(`{}`)}},
			})
			return err
		})
		for _, link := range []string{approve, skip} {
			p.get(link).must(t, 200, "too late")
			p.post(link, "").must(t, 200, "too late")
		}
		// Without an edition a link works through the grace, and no longer.
		approve, skip = p.links("2026-11-26")
		due := time.Date(2026, 11, 26, 7, 0, 0, 0, time.UTC)
		p.wait(due.Add(6*time.Hour + time.Minute).Sub(now))
		for _, link := range []string{approve, skip} {
			p.post(link, "").must(t, 200, "too late")
		}
		if log := p.history(); len(log) > 0 {
			t.Fatalf("an old link did something: %q", log)
		}
		p.wait(-2 * time.Minute)
		p.post(approve, "").must(t, 200, "<h1>Approved</h1>")
	})
}
