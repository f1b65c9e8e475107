package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/store"
	"dailytip/subscribers"
)

// status says what came back, of which newsletter, why and from where, in 7 and in 30
// days, to people and to programs.
func TestStatusOfBounces(t *testing.T) {
	onEachDatabase(t, inbox.Options{}, `schedule: "0 7 * * *"`, func(in *installation, _ *inbox.Server) {
		in.subscribe(4)
		in.run(codeDone, "send", "--wait", "3m")
		a := in.app()
		now := time.Now()
		bounced := func(reader int, ago int, class subscribers.BounceClass, reason string) {
			in.Helper()
			s, err := a.list.Find(in.Context(), a.db.Read(), subscribers.Address(fmt.Sprintf("reader%d@example.net", reader)))
			if err == nil {
				err = a.db.Write(in.Context(), func(tx *sql.Tx) error {
					_, err := a.list.Bounced(in.Context(), tx, now.AddDate(0, 0, -ago), subscribers.Bounce{
						Subscriber: s.ID, Newsletter: "management", Edition: 1, Door: "lmtp", Class: class, Reason: reason,
					}, time.Time{})
					return err
				})
			}
			if err != nil {
				in.Fatal(err)
			}
		}
		err := a.db.Write(in.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(in.Context(), "INSERT INTO rests (subscriber, until) SELECT MIN(id), $1 FROM subscribers", store.Millis(now.AddDate(0, 0, 1)))
			return err
		})
		if err != nil {
			in.Fatal(err)
		}
		if said := in.run(codeDone, "status"); !strings.Contains(said, "\n1 address rests for a while") || strings.Contains(said, "came back") {
			in.Errorf("status when nothing has come back lately:\n%s", said)
		}
		bounced(0, 1, subscribers.HardBounce, "userunknown")
		bounced(1, 10, subscribers.HardBounce, "userunknown")
		bounced(2, 20, subscribers.OursBounce, "authfailure")
		bounced(3, 40, subscribers.HardBounce, "userunknown")
		bounced(3, 1, "reply", "vacation")
		said := in.run(codeDone, "status")
		for _, want := range []string{
			"came back in 30 days (in 7):", "  management: 2 (1) hard, 1 (0) ours\n", "  reasons: 2 (1) userunknown, 1 (0) authfailure\n", "  domains: 3 (1) example.net\n", "  providers: 3 (1) unknown\n",
		} {
			if !strings.Contains(said, want) {
				in.Errorf("status doesn't say %q:\n%s", want, said)
			}
		}
		var line struct{ Bounces *bounceLines }
		if err := json.Unmarshal([]byte(in.run(codeDone, "status", "--json")), &line); err != nil {
			in.Fatal(err)
		}
		want := &bounceLines{
			bounceCounts{map[string]int64{"hard": 1, "soft": 0, "ours": 0, "complaint": 0}, map[string]int64{"userunknown": 1}, map[string]int64{"example.net": 1}, map[string]int64{"": 1}},
			bounceCounts{map[string]int64{"hard": 2, "soft": 0, "ours": 1, "complaint": 0}, map[string]int64{"userunknown": 2, "authfailure": 1}, map[string]int64{"example.net": 3}, map[string]int64{"": 3}},
		}
		if !reflect.DeepEqual(line.Bounces, want) {
			in.Errorf("%+v, want %+v", line.Bounces, want)
		}
	})
}

// What nobody knows the name of is unknown; what there's no room for are others.
func TestMost(t *testing.T) {
	t.Parallel()
	if got, want := most(map[string]int64{"": 3, "gmail": 2, "gmx": 1, "yahoo": 1, "never": 0}, map[string]int64{"": 1, "yahoo": 1}, 2),
		"3 (1) unknown, 2 (0) gmail, 2 (1) others"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
