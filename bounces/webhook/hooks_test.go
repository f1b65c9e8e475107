package webhook

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every payload of testdata is read as expected.tsv says.
func TestPayloadsAreReadAsExpected(t *testing.T) {
	text, err := os.ReadFile("testdata/expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if file, rest, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(line, "#") {
			want[file] = append(want[file], rest)
		}
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files, %d expected, %v", len(files), len(want), err)
	}
	for _, path := range files {
		file := filepath.Base(path)
		w := newWorld(t)
		status, taken := w.do(providerOf(file), w.request(providerOf(file), w.payload(file), testNow))
		if status != http.StatusOK {
			t.Errorf("%s: %d\n%s", file, status, w.log.String())
		}
		var got []string
		for _, r := range taken {
			if r.Door != providerOf(file) || len(r.Raw) == 0 || len(r.Findings) != 1 {
				t.Errorf("%s: taken %+v", file, r)
			}
			for _, f := range r.Findings {
				got = append(got, strings.Join([]string{orDash(f.Recipient), orDash(string(f.Class)), orDash(f.Reason), orDash(f.Status)}, "\t"))
			}
		}
		if got == nil {
			got = []string{"nothing\t-\t-\t-"}
		}
		if !slices.Equal(got, want[file]) {
			t.Errorf("%s:\n got %q\nwant %q", file, got, want[file])
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Whoever can't sign does nothing, whatever they say.
func TestForgedRequestsAreRefused(t *testing.T) {
	for provider, file := range providers {
		forgeries := map[string]func(w *world) *http.Request{
			"without a signature": func(w *world) *http.Request { return post(w.payload(file)) },
			"by another key": func(w *world) *http.Request {
				other := newWorld(t)
				other.amazon, other.postal, other.tags = strangerKey(), strangerKey(), w.tags
				r := other.request(provider, w.payload(file), testNow)
				switch provider { // these have no key of their own in the other world
				case "postmark":
					r.SetBasicAuth("dailytip", "another-long-password")
				case "mailgun":
					r = edited(r, `"signature":"`, `"signature":"00`)
				case "generic":
					r.Header.Set("webhook-signature", "v1,AAAA"+r.Header.Get("webhook-signature")[30:])
				}
				return r
			},
			"from yesterday":     func(w *world) *http.Request { return w.request(provider, w.payload(file), testNow.Add(-25*time.Hour)) },
			"from the day after": func(w *world) *http.Request { return w.request(provider, w.payload(file), testNow.Add(time.Hour)) },
			"changed on the way": func(w *world) *http.Request {
				return edited(w.request(provider, w.payload(file), testNow), "example.net", "example.org")
			},
			"nothing":                 func(w *world) *http.Request { return edited(w.request(provider, nil, testNow), "", "") },
			"too large":               func(w *world) *http.Request { return post(bytes.Repeat([]byte(" "), int(mostBodies[provider])+1)) },
			"what isn't JSON, signed": func(w *world) *http.Request { return w.request(provider, []byte("{"), testNow) },
		}
		for name, forge := range forgeries {
			switch {
			case provider == "postmark" && (strings.HasPrefix(name, "from") || strings.HasPrefix(name, "changed")): // unsigned: TLS and the password are all there is
				continue
			case provider == "mailgun" && strings.HasPrefix(name, "changed"): // see TestATokenCountsForOneEvent
				continue
			case provider == "ses" && strings.Contains(name, "JSON"), provider == "ses" && name == "nothing": // SNS says many things that aren't SES's
				continue
			}
			w := newWorld(t)
			status, taken := w.do(provider, forge(w))
			tooLarge := name == "too large"
			if status < 400 || status >= 500 || tooLarge != (status == http.StatusRequestEntityTooLarge) || len(taken) > 0 {
				t.Errorf("%s, %s: %d, taken %d", provider, name, status, len(taken))
			}
		}
	}
}

// edited changes a request's body, and nothing of its header.
func edited(r *http.Request, before, after string) *http.Request {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte(before), []byte(after), 1)))
	return r
}

// Told again, signed again or not, an event has the same bytes, by which it's known.
func TestReplayedRequestsAreTheSameEvents(t *testing.T) {
	for provider, file := range providers {
		w := newWorld(t)
		_, first := w.do(provider, w.request(provider, w.payload(file), testNow))
		w.now = testNow.Add(time.Minute)
		again := testNow // Postal tells the time of the first try
		if provider == "generic" || provider == "sendgrid" {
			again = w.now
		}
		status, second := w.do(provider, w.request(provider, w.payload(file), again))
		if status != http.StatusOK || len(first) == 0 || len(second) != len(first) {
			t.Fatalf("%s: %d, first %d, second %d", provider, status, len(first), len(second))
		}
		for i := range first {
			if !bytes.Equal(first[i].Raw, second[i].Raw) || first[i].About != second[i].About {
				t.Errorf("%s: event %d differs:\n%s\n%s", provider, i, first[i].Raw, second[i].Raw)
			}
		}
	}
}

// When an event can't be written down, the provider is asked to try again, and the
// next try is taken.
func TestAProviderTriesAgainWhenTakingFails(t *testing.T) {
	for provider, file := range providers {
		w := newWorld(t)
		w.broken = errBroken
		status, _ := w.do(provider, w.request(provider, w.payload(file), testNow))
		if status != http.StatusServiceUnavailable || !strings.Contains(w.log.String(), errBroken.Error()) {
			t.Errorf("%s: %d, log %s", provider, status, w.log.String())
		}
		w.broken, w.now = nil, testNow.Add(4*time.Minute)
		if status, taken := w.do(provider, w.request(provider, w.payload(file), testNow)); status != http.StatusOK || len(taken) == 0 {
			t.Errorf("%s: the second try: %d, taken %d", provider, status, len(taken))
		}
	}
}

// Providers go on trying for hours with the first signature: what comes late isn't lost.
func TestLateTriesCount(t *testing.T) {
	for provider, late := range map[string]time.Duration{"ses": 55 * time.Minute, "mailgun": 7 * time.Hour, "sendgrid": 23 * time.Hour, "postal": 40 * time.Minute, "generic": 4 * time.Minute} {
		w := newWorld(t)
		w.now = testNow.Add(late)
		if status, taken := w.do(provider, w.request(provider, w.payload(providers[provider]), testNow)); status != http.StatusOK || len(taken) == 0 {
			t.Errorf("%s: %d, taken %d", provider, status, len(taken))
		}
		w.now = testNow.Add(late + time.Hour + 10*time.Minute)
		if status, taken := w.do(provider, w.request(provider, w.payload(providers[provider]), testNow)); status != http.StatusUnauthorized || len(taken) > 0 {
			t.Errorf("%s, too late: %d, taken %d", provider, status, len(taken))
		}
	}
}

// An event of a mail that isn't ours is answered, and told once in the log.
func TestEventsOfOtherMailsDoNothing(t *testing.T) {
	for provider, file := range providers {
		w := newWorld(t)
		payload, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			status, taken := w.do(provider, w.request(provider, bytes.TrimSpace(payload), testNow))
			if status != http.StatusOK || len(taken) > 0 {
				t.Errorf("%s: %d, taken %d", provider, status, len(taken))
			}
		}
		if n := strings.Count(w.log.String(), "isn't ours"); n != 1 {
			t.Errorf("%s: told %d times", provider, n)
		}
	}
}

// Only what is configured is there.
func TestProvidersAreThoseWithASecret(t *testing.T) {
	h, err := New(Options{MailgunSigningKey: mailgunKey, GenericSecret: genericSecret})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Providers(); !slices.Equal(got, []string{"generic", "mailgun"}) {
		t.Errorf("providers %v", got)
	}
	if got := newWorld(t).hooks.Providers(); len(got) != len(providers) {
		t.Errorf("providers %v", got)
	}
	for _, o := range []Options{
		{SESTopics: []string{"bounces"}},
		{SESTopics: []string{"arn:aws:sqs:eu-west-1:123456789012:bounces"}},
		{SESTopics: []string{"arn:aws:sns:evil.example/:123456789012:bounces"}},
		{SendGridPublicKey: "MFkw"},
		{SendGridPublicKey: "not base64!"},
		{GenericSecret: "whsec_c2hvcnQ="},
		{GenericSecret: "a secret of some other kind, long enough"},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
