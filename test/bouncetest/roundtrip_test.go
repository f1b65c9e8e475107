package bouncetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

// byTag leads what comes back by all three ways, as the last letter of the tag has it.
func byTag(port int) string {
	return fmt.Sprintf(`regexp:{ { /[a-j]@bounces\.example\.com$$/ lmtp:inet:127.0.0.1:%d }, { /[k-t]@bounces\.example\.com$$/ dailytip: }, { /@bounces\.example\.com$$/ virtual: } }`, port)
}

// Two editions to 200 readers through Postfix, of whom 20 don't exist and 10 have no
// room: exactly these 20 are suppressed, and the ten are counted, once an edition.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	roundTrip(t, byTag, "imap", "lmtp", "pipe")
}

func roundTrip(t *testing.T, routes func(port int) string, doors ...string) {
	r := setUp(t, routes)
	r.others()
	before := r.looks()
	daemon, err := r.in.Serve(context.WithoutCancel(t.Context())) // Stop ends it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := daemon.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the daemon said:\n%s", daemon.Log())
		}
	})
	db, err := r.in.OpenDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	today := time.Now().UTC()
	r.edition(db, today.AddDate(0, 0, -3).Format(time.DateOnly), full)
	r.edition(db, today.AddDate(0, 0, -2).Format(time.DateOnly), 2*full)
	if after := r.looks(); len(before) != 5 || !slices.Equal(before, after) {
		t.Errorf("the others' mails were\n%q\nand are now\n%q", before, after)
	}
	if got := r.doors(db); !slices.Equal(slices.Sorted(maps.Keys(got)), doors) {
		t.Errorf("messages came by %v, want some by each of %v and by no other", got, doors)
	} else {
		t.Logf("messages came by %v", got)
	}
}
