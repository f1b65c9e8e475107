//go:build long

package newcomer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"dailytip/test/postfixtest"
)

// takeOver imports the exports of other programs, each tried before. Its people are
// of a domain of their own, or they would be one list's.
func (m *machine) takeOver() {
	m.Helper()
	files, err := filepath.Glob("../../subscribers/listfile/testdata/*")
	if err != nil || len(files) < 16 {
		m.Fatalf("%d exports, %v", len(files), err)
	}
	m.root("mkdir", "/exports")
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasSuffix(name, ".read") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			m.Fatal(err)
		}
		domain := strings.NewReplacer("_", "-", ".", "-").Replace(name) + ".example"
		name = "/exports/" + name
		m.write(name, string(bytes.ReplaceAll(data, []byte("example.org"), []byte(domain))))
		before := m.user("dailytip", "subscribers", "export")
		tried := m.imported(name, "--dry-run")
		if after := m.user("dailytip", "subscribers", "export"); after != before {
			m.Errorf("%s: the dry run changed the list", name)
		}
		if done := m.imported(name); done != tried {
			m.Errorf("%s: the dry run said\n%s\nand what became of it is\n%s", name, tried, done)
		}
		if again := m.imported(name); !strings.Contains(again, `"added":0`) {
			m.Errorf("%s: a second time it's %s", name, again)
		}
	}
}

// imported is what import says of a file, with what it costs: its exit code. Some of
// the files have a broken row.
func (m *machine) imported(file string, flags ...string) string {
	m.Helper()
	said, code := m.try("dailytip", nil, append([]string{"dailytip", "subscribers", "import", file, "--confirmed", "--json"}, flags...)...)
	if code != 0 && code != 5 {
		m.Fatalf("%s: exit code %d\n%s", file, code, said)
	}
	said, _, _ = strings.Cut(said[strings.Index(said, "{"):], "\n") // what is wrong with rows stands behind it
	var report map[string]any
	if err := json.Unmarshal([]byte(said), &report); err != nil {
		m.Fatalf("%s: %v in %s", file, err, said)
	}
	delete(report, "dry_run")
	delete(report, "kinds")
	report["code"] = code
	short, err := json.Marshal(report)
	if err != nil {
		m.Fatal(err)
	}
	return string(short)
}

// due is everybody who gets a mail on a date: those who get one each week get it on
// Sundays.
func (m *machine) due(date string) map[string]bool {
	m.Helper()
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		m.Fatal(err)
	}
	all := map[string]bool{}
	for line := range strings.Lines(m.user("dailytip", "subscribers", "list", "--state", "active", "--json")) {
		var reader struct{ Email, Cadence string }
		if err := json.Unmarshal([]byte(line), &reader); err != nil {
			m.Fatalf("%v in %s", err, line)
		}
		if reader.Cadence == "weekly" {
			m.weekly[reader.Email] = true
		}
		if reader.Cadence != "weekly" || day.Weekday() == time.Sunday {
			all[reader.Email] = true
		}
	}
	return all
}

// arrived reads the mailbox, which holds everybody's mail, by IMAP: whom each mail of
// the edition is to. A title begins with its emoji in every language.
func (m *machine) arrived(relay *postfixtest.Server, title string) map[string]bool {
	m.Helper()
	inbox, _ := relay.Inbox(m, "tips", password)
	defer func() { _ = inbox.Close() }()
	mails, err := inbox.Fetch(imap.SeqSet{{Start: 1}}, &imap.FetchOptions{Envelope: true}).Collect()
	if err != nil {
		m.Fatal(err)
	}
	all, emoji := map[string]bool{}, strings.Fields(title)[0]
	for _, mail := range mails {
		to := mail.Envelope.To[0].Addr()
		switch {
		case to == "operator@example.net":
		case all[to]:
			m.Errorf("%s has today's tip twice", to)
		case !m.weekly[to] && !strings.HasPrefix(decoded(m.T, mail.Envelope.Subject), emoji+" "):
			m.Errorf("plan says that today's tip is %q, and %q arrived", title, mail.Envelope.Subject)
		}
		if to != "operator@example.net" {
			all[to] = true
		}
	}
	return all
}
