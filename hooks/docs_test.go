package hooks_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/hooks"
	"dailytip/store/storetest"
)

// samples are one event of each type, as docs/webhooks.md shows it to an endpoint that is
// told addresses.
func samples(t *testing.T) (all []hooks.Event) {
	db := storetest.SQLite(t)
	outbox := hooks.NewOutbox([]hooks.Endpoint{{Name: "crm", Secret: secret, Addresses: true}})
	person := func(newsletter, state string) hooks.Person {
		p := hooks.Person{ID: 5230948120394, Email: "ana@example.com", Name: "Ana", Language: "pt", Timezone: "Europe/Lisbon", Newsletter: newsletter}
		p.Places = []hooks.Place{{Newsletter: "management", State: state}}
		if state == "paused" {
			p.Places[0].PausedUntil = now.Add(14 * 24 * time.Hour)
		}
		if newsletter == "" {
			p.Places = append(p.Places, hooks.Place{Newsletter: "health", State: state})
		}
		return p
	}
	edition := hooks.Edition{ID: 6230948120395, Newsletter: "management", LocalDate: "2026-11-23"}
	with := func(f func(e *hooks.Edition)) hooks.Edition {
		e := edition
		f(&e)
		return e
	}
	ctx := t.Context()
	write(t, db, func(tx *sql.Tx) error {
		for _, err := range []error{
			outbox.Person(ctx, tx, now, hooks.Subscribed, person("management", "pending")),
			outbox.Person(ctx, tx, now, hooks.Confirmed, person("management", "active")),
			outbox.Person(ctx, tx, now, hooks.Changed, person("", "active")),
			outbox.Person(ctx, tx, now, hooks.Paused, person("management", "paused")),
			outbox.Person(ctx, tx, now, hooks.Unsubscribed, person("management", "unsubscribed")),
			outbox.Person(ctx, tx, now, hooks.Suppressed, person("", "suppressed")),
			outbox.Person(ctx, tx, now, hooks.Erased, person("", "active")),
			outbox.Edition(ctx, tx, now, hooks.EditionOpened, with(func(e *hooks.Edition) {
				e.Tips = []hooks.Tip{{ID: "feedback/own-it", Title: "Own the mistake, then move on"}}
			})),
			outbox.Edition(ctx, tx, now, hooks.EditionFinished, with(func(e *hooks.Edition) { e.Counts = &hooks.Counts{Due: 1200, Sent: 1196, Failed: 3, Expired: 1} })),
			outbox.Edition(ctx, tx, now, hooks.EditionPaused, hooks.Edition{Newsletter: "management", Reason: "the relay refuses the sender", Reply: "550 5.7.1 sender tips@example.com isn't allowed"}),
			outbox.Edition(ctx, tx, now, hooks.EditionFailed, hooks.Edition{Newsletter: "management", LocalDate: "2026-11-23", Reason: "it was noticed 9h0m0s late; grace is 6h0m0s"}),
			outbox.Vote(ctx, tx, now, hooks.Vote{Edition: edition.ID, Newsletter: "management", LocalDate: "2026-11-23", Tip: "feedback/own-it", IsUseful: true, Useful: 41, Useless: 3}),
			outbox.Alert(ctx, tx, now, hooks.Alert{Newsletter: "management", Subject: "[dailytip] management: sending is paused", Text: "Sending is paused since 2026-11-23 07:00 UTC: …"}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	return events(t, db, "crm")
}

// The page has each type of event, and shows each as it's posted.
func TestDocsShowEachEvent(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := samples(t)
	if len(all) != len(hooks.Types) {
		t.Fatalf("%d samples of %d types", len(all), len(hooks.Types))
	}
	for i, e := range all {
		if e.Type != hooks.Types[i] {
			t.Fatalf("the sample of %s is a %s", hooks.Types[i], e.Type)
		}
		e.ID, e.At = 7230948120396, now
		body, err := e.Body()
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Indent(&want, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		_, section, found := strings.Cut(string(page), "\n### "+string(e.Type)+"\n")
		if !found {
			t.Errorf("docs/webhooks.md has no section ### %s", e.Type)
		}
		section, _, _ = strings.Cut(section, "\n#")
		if !strings.Contains(section, "```json\n"+want.String()+"\n```\n") {
			t.Errorf("docs/webhooks.md doesn't show %s as it is:\n%s", e.Type, want.String())
		}
	}
}
