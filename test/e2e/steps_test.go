package e2e

import (
	"bytes"
	"cmp"
	"errors"
	"html"
	"io"
	"maps"
	"net/http"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/locale"
	"dailytip/test/mailtest"
)

// soon is the next full minute that mostly leaves time for a form.
func soon() time.Time { return time.Now().Add(time.Minute + 10*time.Second).Truncate(time.Minute) }

// next is when a zone's clock shows HH:MM next.
func next(zone *time.Location, clock string) time.Time {
	at, _ := time.Parse("15:04", clock)
	now := time.Now().In(zone)
	y, m, d := now.Date()
	for ; ; d++ {
		if due := time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, zone); due.After(now) {
			return due
		}
	}
}

// at is a message's value: an instant as a page shows it.
func (j *journey) at(due time.Time) map[string]any {
	due = due.In(j.zone)
	when := locale.DateTime(j.lang, due.Format(time.DateOnly), due.Format("15:04"))
	return map[string]any{"When": when + " (" + strings.ReplaceAll(j.zone.String(), "_", " ") + ")"}
}

// says wants one of our messages on the page, once, in the reader's language. The
// address in it may be masked.
func (j *journey) says(id string, values map[string]any) {
	j.Helper()
	if !j.shows(id, values) {
		j.Fatalf("the page doesn't say %q, or says it twice:\n%s", j.message(id, values), j.text("main"))
	}
}

// shows tells whether one of our messages is on the page, once.
func (j *journey) shows(id string, values map[string]any) bool {
	j.Helper()
	want := j.message(id, values)
	local, domain, _ := strings.Cut(j.address, "@")
	masked := strings.ReplaceAll(want, j.address, local[:1]+"…"+local[len(local)-1:]+"@"+domain)
	return want != "" && strings.Count(strings.ReplaceAll(j.text("main"), masked, want), want) == 1
}

// message is one of ours, with single blanks.
func (j *journey) message(id string, values map[string]any) string {
	all := map[string]any{"Newsletter": cmp.Or(j.title, title), "Email": j.address}
	maps.Copy(all, values)
	return strings.Join(strings.Fields(locale.Text(j.lang, id, all)), " ")
}

// wantLanguage wants a page in one of our languages, in its direction.
func (g *guest) wantLanguage(lang string) {
	g.Helper()
	want := [2]string{lang, locale.Dir(lang)}
	if got := eval[[2]string](g, "[document.documentElement.lang, document.documentElement.dir]"); got != want {
		g.Errorf("the page is in %v, want %v", got, want)
	}
}

// wantMail wants a mail with one of our subjects, in the reader's language.
func (j *journey) wantMail(m mailtest.Mail, subject string) {
	j.Helper()
	want := locale.Text(j.lang, subject, map[string]any{"Newsletter": title})
	if m.Subject != want || m.Language != j.lang {
		j.Errorf("a mail in %s with the subject %q, want %s %q", m.Language, m.Subject, j.lang, want)
	}
}

// wantTip wants a mail with a tip of the library, in the reader's language.
func (j *journey) wantTip(m mailtest.Mail) {
	j.Helper()
	all, err := titles()
	if err != nil {
		j.Fatal(err)
	}
	for _, title := range all[j.lang] {
		if strings.HasSuffix(m.Subject, title) {
			if m.Language != j.lang || !strings.Contains(m.HTML, `lang="`+j.lang+`" dir="`+locale.Dir(j.lang)+`"`) {
				j.Errorf("%q is said to be in %s", m.Subject, m.Language)
			}
			return
		}
	}
	j.Errorf("%q isn't a tip in %s", m.Subject, j.lang)
}

// titles are those of the starter library, by language.
var titles = sync.OnceValues(func() (map[string][]string, error) {
	all := map[string][]string{}
	starter, err := mailtest.Starter()
	for _, tip := range starter {
		all["en"] = append(all["en"], tip.Title)
		for _, translation := range tip.Translations {
			all[translation.Language] = append(all[translation.Language], translation.Title)
		}
	}
	return all, err
})

// mailAt waits for the mail that the clock brings at an instant.
func (j *journey) mailAt(due time.Time) mailtest.Mail {
	j.Helper()
	m := j.site.mailWithin(j.address, time.Until(due)+patience)
	sent, err := mail.ParseDate(header(j.T, m, "Date"))
	if err != nil || sent.Before(due) || sent.After(due.Add(patience)) {
		j.Errorf("the mail of %s is from %s %v", due, sent, err)
	}
	return m
}

func header(t *testing.T, m mailtest.Mail, name string) string {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header.Get(name)
}

var hrefs = regexp.MustCompile(`href="([^"]+)"`)

// link is the mail's link to a page of the site.
func (j *journey) link(m mailtest.Mail, path string) string {
	j.Helper()
	for _, match := range hrefs.FindAllStringSubmatch(m.HTML, -1) {
		if address := html.UnescapeString(match[1]); strings.HasPrefix(address, j.site.base+path) {
			return address
		}
	}
	j.Fatalf("%q has no link to %s:\n%s", m.Subject, path, m.Text)
	return ""
}

// token is the secret at the end of a link.
func token(link string) string { return link[strings.LastIndex(link, "/")+1:] }

var listAddress = regexp.MustCompile(`<(http[^>]+)>`)

// oneClick leaves as a mail program does (RFC 8058 §3.1).
func (j *journey) oneClick(m mailtest.Mail) {
	j.Helper()
	address := listAddress.FindStringSubmatch(header(j.T, m, "List-Unsubscribe"))
	if address == nil || header(j.T, m, "List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		j.Fatalf("%q can't be unsubscribed from by one click", m.Subject)
	}
	client := http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("a redirect") },
	}
	answer, err := client.Post(address[1], "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		j.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK || len(answer.Cookies()) > 0 {
		j.Errorf("one click: %s, %d cookies", answer.Status, len(answer.Cookies()))
	}
}
