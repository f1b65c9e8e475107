package main

import (
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/inbox"
	"dailytip/ledger"
)

// sendLongAgo writes an edition down as the daemon did that long ago.
func (in *installation) sendLongAgo(ago time.Duration) (date string) {
	in.Helper()
	then := time.Now().Add(-ago)
	date = then.UTC().Format(time.DateOnly)
	a := in.app()
	slots, err := a.list.Slots(in.Context(), "management")
	if err != nil || len(slots) == 0 {
		in.Fatal(slots, err)
	}
	n, err := a.ledger.Open(in.Context(), then, ledger.Opening{
		Newsletter: "management", LocalDate: date, Slot: slots[0].ID, DueAt: then, ExpiresAt: then.Add(time.Hour), Everyone: true,
		Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "first", Body: []byte(`{"ID":"first","Title":"Say it back first"}`)}},
	})
	if err != nil || n == 0 {
		in.Fatal(n, err)
	}
	jobs, err := a.ledger.Exchange(in.Context(), then, nil, ledger.Claiming{Owner: "then", Limit: 10})
	if err != nil {
		in.Fatal(err)
	}
	var outcomes []ledger.Outcome
	for _, j := range jobs {
		outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Sent})
	}
	outcomes[0].State, outcomes[0].Reply = ledger.Failed, ledger.Reply{Code: 554, Enhanced: "5.7.1", Text: "not now"}
	if _, err := a.ledger.Exchange(in.Context(), then, outcomes, ledger.Claiming{Owner: "then"}); err != nil {
		in.Fatal(err)
	}
	return date
}

// The daemon forgets the deliveries of a year ago, not those of a month ago; every
// command says so, and none sends any of it again.
func TestDaemonForgetsOldDeliveries(t *testing.T) {
	onEachDatabase(t, inbox.Options{}, `schedule: "0 7 * * *"`, func(in *installation, box *inbox.Server) {
		in.replace("database: ", "keep_deliveries: 400d\ndatabase: ")
		in.subscribe(3)
		in.run(codeDone, "status") // brings the schema up to date
		old, recent := in.sendLongAgo(402*24*time.Hour), in.sendLongAgo(40*24*time.Hour)
		before := in.edition(old)
		d := in.serve()
		in.eventually(patience, "the old deliveries are gone", func() bool { return strings.Contains(d.log.String(), "were forgotten") })
		d.stop()

		after := in.edition(old)
		if after.PrunedAt == "" || after.Sent != before.Sent || after.Failed != before.Failed || after.Due != before.Due || before.Failed != 1 {
			in.Errorf("%+v, before %+v", after, before)
		}
		if kept := in.edition(recent); kept.PrunedAt != "" || kept.Sent != 2 {
			in.Errorf("%+v", kept)
		}
		for _, args := range [][]string{
			{"send", "--date", old},
			{"send", "--date", old, "--dry-run"},
			{"edition", "retry-failed", "--date", old},
			{"edition", "resend-in-doubt", "--date", old},
			{"edition", "settle-in-doubt", "--as", "sent", "--date", old},
			{"edition", "deliveries", "--date", old},
		} {
			if said := in.fails(codeNothing, args...); !strings.Contains(said, "kept no longer") {
				in.Errorf("dailytip %s says %s", strings.Join(args, " "), said)
			}
		}
		for _, args := range [][]string{{"status"}, {"edition", "--date", old}, {"subscribers", "show", "reader0@example.net"}} {
			if said := in.run(codeDone, args...); !strings.Contains(said, "kept no longer") {
				in.Errorf("dailytip %s says %s", strings.Join(args, " "), said)
			}
		}
		if n := box.Received(); n != 0 {
			in.Errorf("%d mails went out", n)
		}
	})
}
