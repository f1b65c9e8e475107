//go:build long

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
)

// A backup is taken while an edition goes out, the machine is lost, and what was
// backed up goes on elsewhere: nobody is lost, and who had the mail by then
// doesn't get it again.
func TestBackupInMidEdition(t *testing.T) {
	t.Parallel()
	const readers = 400
	box, relay := startInbox(t, inbox.Options{})
	gate := inbox.NewGate(inbox.Dot) // so that it isn't over too early
	t.Cleanup(gate.Open)
	box.SetFault(gate.Fault)
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.subscribe(readers)
	d := in.serve()
	in.run(codeFailed, "send", "--wait", "1ms")
	in.eventually(patience, "some are sent", func() bool {
		if box.Received() <= 60 {
			gate.Let(gate.Waiting())
		}
		return in.status().Sent > 40
	})

	elsewhere := &installation{T: t, dir: t.TempDir(), listen: freeAddr(t)}
	copied := filepath.Join(elsewhere.dir, "copy.db")
	in.run(codeDone, "backup", copied)
	if said := in.fails(codeFailed, "backup", copied); !strings.Contains(said, "replaces nothing") {
		t.Errorf("a second backup says: %s", said)
	}
	had := sentIn(t, copied)
	in.eventually(patience, "it goes on", func() bool {
		gate.Let(min(gate.Waiting(), 10))
		return box.Received() > len(had)+20
	})
	if err := d.cmd.Process.Kill(); err != nil { // the machine is gone
		t.Fatal(err)
	}
	_ = d.cmd.Wait()
	arrived := box.Received()
	if len(had) < 30 || arrived >= readers {
		t.Fatalf("%d were sent at the time of the backup, %d at the end of the machine: not in the middle of %d", len(had), arrived, readers)
	}

	text, err := os.ReadFile(filepath.Join(in.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.write("config.yaml", strings.NewReplacer("listen: "+in.listen, "listen: "+elsewhere.listen,
		"tips: library", "tips: "+filepath.Join(in.dir, "library"), "database: tips.db", "database: copy.db").Replace(string(text)))
	box.SetFault(nil)
	gate.Open()
	d = elsewhere.serve()
	elsewhere.eventually(patience, "all are sent", func() bool { return elsewhere.status().Sent == readers })
	d.stop()
	got := copies(box)
	if len(got) != readers {
		t.Errorf("%d of %d readers got the mail", len(got), readers)
	}
	for to, n := range got {
		if had[to] && n != 1 || n > 2 {
			t.Errorf("%s got %d copies; sent before the backup: %v", to, n, had[to])
		}
	}
	if ids := box.Counts(); len(ids) != readers { // who gets it twice gets the same mail
		t.Errorf("%d Message-IDs for %d readers", len(ids), readers)
	}
}

// sentIn are the readers who had the mail according to a database.
func sentIn(t *testing.T, name string) map[string]bool {
	t.Helper()
	db, err := store.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	l := ledger.New(db, list)
	editions, err := l.Recent(t.Context(), 1)
	if err != nil || len(editions) != 1 {
		t.Fatalf("%d editions, %v", len(editions), err)
	}
	sent := map[string]bool{}
	err = l.EachDelivery(t.Context(), editions[0].Edition.ID, []ledger.State{ledger.Sent}, func(d ledger.Delivery) error {
		sent[string(d.Email)] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sent
}
