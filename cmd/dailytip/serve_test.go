package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/store"
)

// relayTo is the configuration of a relay on the loopback interface.
func relayTo(port int, caFile string) string {
	return fmt.Sprintf("- host: 127.0.0.1\n  port: %d\n  ca_file: %s\n", port, caFile)
}

// startInbox starts an SMTP server in this process and returns it with the
// configuration of a relay to it.
func startInbox(t *testing.T, o inbox.Options) (*inbox.Server, string) {
	t.Helper()
	o.Max = 100_000
	box, err := inbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
	})
	authority := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, authority, box.CA().PEM())
	return box, relayTo(box.Port(), authority)
}

// daily is the schedule that fires at an instant's hour and minute, in UTC.
func daily(at time.Time) string {
	return fmt.Sprintf("schedule: \"%d %d * * *\"\ntimezone: UTC", at.UTC().Minute(), at.UTC().Hour())
}

// status is the newest edition's counts.
func (in *installation) status() (s statusLine) {
	in.Helper()
	out := lines(in.run(0, "status", "--json"))
	if len(out) == 0 {
		return s
	}
	if err := json.Unmarshal([]byte(out[0]), &s); err != nil {
		in.Fatalf("%q: %v", out[0], err)
	}
	return s
}

// copies counts the messages by their recipient.
func copies(box *inbox.Server) map[string]int {
	n := map[string]int{}
	for _, m := range box.Messages() {
		n[m.To[0]]++
	}
	return n
}

// The whole line: a daemon, its schedule and a relay. The daemon is started an hour
// late, so that nobody waits for a clock; TestServeDeliversThroughPostfix does.
func TestServeDeliversOnSchedule(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	due := time.Now().Add(-time.Hour).Truncate(time.Minute)
	in := install(t, relay, daily(due))
	in.subscribe(40)
	in.wereThere(due.Add(-time.Hour))
	d := in.serve()
	in.eventually(patience, "40 mails arrive", func() bool { return box.Received() >= 40 })
	d.stop()
	if s := in.status(); s.Due != 40 || s.Sent != 40 || s.Tip != "first" || s.ResentInDoubt != 0 {
		t.Errorf("%+v", s)
	}
	if n := copies(box); len(n) != 40 || len(box.Messages()) != 40 {
		t.Errorf("%d messages for %d readers, want 40", len(box.Messages()), len(n))
	}
}

// P5, with the links that the mails carry: confirm, get the tip, leave.
func TestConfirmAndLeaveByLink(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	d := in.serve()
	in.run(0, "subscribers", "add", "ana@example.net", "--language", "es")
	in.eventually(patience, "the mail that asks to confirm arrives", func() bool { return box.Received() == 1 })
	confirm := link(t, box.Messages()[0], in, "/confirm/")
	if show := in.run(0, "subscribers", "show", "ana@example.net"); !strings.Contains(show, "haven't confirmed") {
		t.Errorf("before confirming:\n%s", show)
	}
	get(t, confirm) // a scanner's visit confirms nothing
	if show := in.run(0, "subscribers", "show", "ana@example.net"); !strings.Contains(show, "pending") {
		t.Errorf("after a GET:\n%s", show)
	}
	post(t, confirm, nil)
	in.eventually(patience, "the mail that says she did arrives", func() bool { return box.Received() == 2 })
	if welcome := string(box.Messages()[1].Data); !strings.Contains(welcome, "07:00") {
		t.Errorf("the welcome doesn't say when the first tip comes:\n%s", welcome)
	}
	in.run(0, "send")
	in.eventually(patience, "the tip arrives", func() bool { return box.Received() == 3 })
	tip := box.Messages()[2]
	if !strings.Contains(string(tip.Data), "Content-Language: es") {
		t.Errorf("the tip isn't in Spanish:\n%s", tip.Data)
	}
	in.votesAndReads(tip)
	// The next edition is queued, sending is paused, and she leaves.
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.MailFrom {
			return inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not you"}
		}
		return inbox.Fault{}
	})
	in.sendUntilPaused("--date", "2026-01-05")
	box.SetFault(nil)
	post(t, link(t, tip, in, "/u/"), url.Values{"List-Unsubscribe": {"One-Click"}})
	in.run(codeNothing, "send", "--date", "2026-01-06") // has the daemon try again at once
	in.eventually(patience, "the queued mail is withdrawn", func() bool { return in.edition("2026-01-05").Withdrawn == 1 })
	d.stop()
	if box.Received() != 3 {
		t.Errorf("%d mails arrived, want 3", box.Received())
	}
}

// votesAndReads follows the links of a tip's mail that say that it was useful and
// that it can be read online.
func (in *installation) votesAndReads(tip inbox.Message) {
	in.Helper()
	text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(tip.Data))
	vote := regexp.MustCompile("http://" + regexp.QuoteMeta(in.listen) + "/vote/[0-9a-z]+/[A-Za-z0-9_-]{32}").FindString(text)
	online := regexp.MustCompile("http://" + regexp.QuoteMeta(in.listen) + "/archive/management/[0-9-]{10}[?]lang=es").FindString(text)
	if !strings.Contains(text, vote+"/yes") || !strings.Contains(text, vote+"/no") || vote == "" || online == "" {
		in.Fatalf("the links to vote and to read online are missing in:\n%s", text)
	}
	get(in.T, vote+"/no") // a scanner's visit
	get(in.T, online)
	for _, answer := range []string{"no", "yes", "yes"} {
		post(in.T, vote, url.Values{"useful": {answer}})
	}
	if s := in.status(); s.Useful != 1 || s.NotUseful != 0 {
		in.Errorf("votes %d and %d, want one that it was useful", s.Useful, s.NotUseful)
	}
	if list := in.run(0, "tips", "list"); !strings.Contains(list, "1 of 1") {
		in.Errorf("no vote in the list of tips:\n%s", list)
	}
	if show := in.run(0, "tips", "show", "first"); !strings.Contains(show, "useful to 1 of 1 who answered") {
		in.Errorf("no vote in the tip:\n%s", show)
	}
}

func (in *installation) edition(date string) (s statusLine) {
	in.Helper()
	for _, line := range lines(in.run(0, "status", "--json")) {
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			in.Fatal(err)
		}
		if s.LocalDate == date {
			return s
		}
	}
	return statusLine{}
}

// link finds the first link of a kind in a message. Tokens are plain ASCII and
// stand in a header or in the text part, which may be quoted-printable.
func link(t *testing.T, m inbox.Message, in *installation, path string) string {
	t.Helper()
	text := strings.ReplaceAll(string(m.Data), "=\r\n", "")
	found := regexp.MustCompile(regexp.QuoteMeta("http://"+in.listen+path) + "[A-Za-z0-9_-]{32}").FindString(text)
	if found == "" {
		t.Fatalf("no link to %s in:\n%s", path, m.Data)
	}
	return found
}

func get(t *testing.T, address string) {
	t.Helper()
	answer, err := http.Get(address) //nolint:noctx // a test
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %v, %v", address, answer, err)
	}
	_ = answer.Body.Close()
}

func post(t *testing.T, address string, form url.Values) {
	t.Helper()
	answer, err := http.PostForm(address, form) //nolint:noctx // a test
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %v, %v", address, answer, err)
	}
	_ = answer.Body.Close()
}

// wereThere has all readers be there since an instant.
func (in *installation) wereThere(since time.Time) {
	in.Helper()
	db, err := store.Open(in.Context(), filepath.Join(in.dir, "tips.db"))
	if err != nil {
		in.Fatal(err)
	}
	err = db.Write(in.Context(), func(tx *sql.Tx) error {
		for _, statement := range []string{"UPDATE subscriptions SET due_after = $1", "UPDATE slots SET done_until = $1"} {
			if _, err := tx.ExecContext(in.Context(), statement, store.Millis(since)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		in.Fatal(err)
	}
}
