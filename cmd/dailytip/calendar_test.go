package main

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	gomail "github.com/emersion/go-message/mail"

	"dailytip/inbox"
)

// What an operator and an editor see ahead: the plan in their calendar program,
// and the edition in their mailbox.
func TestSeenAhead(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	// Half a day away: one edition is near enough for its proof, and none is due.
	in := install(t, relay, time.Now().UTC().Add(12*time.Hour).Format("schedule: \"4 15 * * *\"")+
		"\ntimezone: UTC\nproof: {to: editor@example.com, before: 18h}")
	in.subscribe(1)
	d := in.serve()
	in.eventually(patience, "the proof arrives", func() bool { return box.Received() >= 1 })

	link := strings.TrimSpace(in.run(0, "plan", "--link"))
	answer, err := http.Get(link) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	served, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatalf("GET %s: %s, %v", link, answer.Status, err)
	}
	// Nothing was sent yet, so nothing that is over is shown.
	today := time.Now().UTC().Format("20060102")
	for line := range strings.SplitSeq(string(served), "\r\n") {
		if date, ok := strings.CutPrefix(line, "DTSTART;VALUE=DATE:"); ok && date < today {
			t.Errorf("the calendar has an event on %s", date)
		}
	}
	for _, want := range []string{"SUMMARY:💡 Say it back first\r\n", "SUMMARY:Name one owner\r\n", `DESCRIPTION:Why: next\nLanguages: en\, es\n`} {
		if !strings.Contains(string(served), want) {
			t.Errorf("%q is missing in\n%s", want, served)
		}
	}
	// The same events as the command's, which ends earlier.
	uids := func(file string) (ids []string) {
		for line := range strings.SplitSeq(file, "\r\n") {
			if strings.HasPrefix(line, "UID:") {
				ids = append(ids, line)
			}
		}
		return ids
	}
	printed := uids(in.run(0, "plan", "--format", "ics", "--days", "10"))
	if all := uids(string(served)); len(printed) < 9 || len(all) < 119 || !strings.Contains(strings.Join(all, "\n"), strings.Join(printed[1:], "\n")) {
		t.Errorf("the command has %d events, the daemon %d: %q", len(printed), len(all), printed)
	}

	in.run(0, "keys", "rotate", "--calendars")
	in.eventually(time.Minute, "the link ends", func() bool {
		answer, err := http.Get(link) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusNotFound
	})
	d.stop()
	for _, m := range box.Messages() {
		parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
		if err != nil || !strings.HasPrefix(subject, "[Proof ") || m.To[0] != "editor@example.com" {
			t.Errorf("to %s: %q, %v", m.To, subject, err)
		}
	}
	if n := len(box.Messages()); n != 1 {
		t.Errorf("%d mails, want one for both languages", n)
	}
}

// A tip that waits for its approval goes out when the editor has pressed the button
// that its proof leads to, and not before.
func TestApprovedByTheProof(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	due := time.Now().UTC().Add(12 * time.Hour)
	in := install(t, relay, due.Format("schedule: \"4 15 * * *\"")+
		"\ntimezone: UTC\napprove: true\nproof: {to: editor@example.com, before: 18h}")
	in.subscribe(2)
	d := in.serve()
	// Reminders of the days to come go to the editor as well.
	var link string
	in.eventually(patience, "the proof arrives", func() bool {
		for _, m := range box.Messages() {
			if found := regexp.MustCompile(`http://[-a-z0-9.:]+/proof/approve/[-\w]{32}`).FindString(bodyText(t, m.Data)); found != "" {
				link = found
			}
		}
		return link != ""
	})
	date := due.Format(time.DateOnly)
	in.run(codeNothing, "send", "--date", date)
	ask := func(method, want string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		page, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(page), want) {
			t.Errorf("%s: %s, %v, want %q in\n%s", method, answer.Status, err, want, page)
		}
	}
	ask(http.MethodGet, "Approve this tip?")
	in.run(codeNothing, "send", "--date", date)
	ask(http.MethodPost, "<h1>Approved</h1>")
	ask(http.MethodPost, "This link was used already")
	in.run(codeDone, "send", "--date", date)
	readers := 0
	for _, m := range box.Messages() {
		if strings.HasPrefix(m.To[0], "reader") {
			readers++
		}
	}
	if readers != 2 {
		t.Errorf("%d readers got it, want 2", readers)
	}
	in.eventually(patience, "the log says who approved", func() bool {
		return strings.Contains(d.log.String(), "by the proof of editor@example.com")
	})
	d.stop()
}

// bodyText is the text part of a mail, or a mail's only part, decoded.
func bodyText(t *testing.T, data []byte) string {
	t.Helper()
	r, err := gomail.CreateReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	part, err := r.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(part.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
