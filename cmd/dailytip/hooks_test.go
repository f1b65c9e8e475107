package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/inbox"
)

// A mail goes out, and a provider tells what became of it: who is dead, who complains
// and who wants out get no more, and nobody else is touched.
func TestServeTakesProvidersWebhooks(t *testing.T) {
	t.Parallel()
	const secret, password = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "a-long-password-of-mine"
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.replace("newsletters:", "bounces:\n  webhooks:\n    generic_secret: "+secret+"\n    postmark_password: "+password+"\nnewsletters:")
	d := in.serve()
	in.subscribe(4)
	in.run(0, "send", "--wait", "1m")
	tags := map[string]string{} // by address
	for _, m := range box.Messages() {
		id := regexp.MustCompile(`(?m)^Message-ID: <([^@>]+)@`).FindSubmatch(m.Data)
		tag := regexp.MustCompile(`(?m)^X-PM-Metadata-Mail: (\S+)\r$`).FindSubmatch(m.Data)
		if id == nil || tag == nil || string(id[1]) != string(tag[1]) {
			t.Fatalf("the Message-ID isn't told to Postmark:\n%s", m.Data)
		}
		tags[m.To[0]] = string(tag[1])
	}
	to := []string{"reader0@example.net", "reader1@example.net", "reader2@example.net", "reader3@example.net"}
	if len(tags) != len(to) {
		t.Fatalf("mails to %v", tags)
	}
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	send := func(provider, signedBody, body string) int {
		at := time.Now()
		signature, err := signer.Sign("msg_1", at, []byte(signedBody))
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+in.listen+"/hooks/bounces/"+provider, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("dailytip", password)
		for name, value := range map[string]string{"webhook-id": "msg_1", "webhook-timestamp": fmt.Sprint(at.Unix()), "webhook-signature": signature} {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	event := func(kind, address string) string {
		return fmt.Sprintf(`{"type":%q,"data":{"message_id":"<%s@example.com>","recipient":%q,"reply":"550 5.1.1 no such user"}}`, kind, tags[address], address)
	}
	record := fmt.Sprintf(`{"RecordType":"SpamComplaint","ID":1,"Type":"SpamComplaint","Email":%q,"Metadata":{"Mail":%q},"Content":%q}`, to[1], tags[to[1]], strings.Repeat("x", 500_000))
	for _, c := range []struct {
		name, provider, signed, body string
		want                         int
	}{
		{"a forged event", "generic", event("bounce", to[0]), event("bounce", to[3]), http.StatusUnauthorized},
		{"a forged tag", "generic", strings.Replace(event("bounce", to[3]), "@", "x@", 1), strings.Replace(event("bounce", to[3]), "@", "x@", 1), http.StatusOK},
		{"a bounce", "generic", event("bounce", to[0]), event("bounce", to[0]), http.StatusOK},
		{"the same again", "generic", event("bounce", to[0]), event("bounce", to[0]), http.StatusOK},
		{"a complaint", "postmark", "", record, http.StatusOK},
		{"a wish to leave", "generic", event("unsubscribe", to[2]), event("unsubscribe", to[2]), http.StatusOK},
		{"a provider that isn't configured", "mailgun", "", "{}", http.StatusNotFound},
	} {
		if got := send(c.provider, c.signed, c.body); got != c.want {
			t.Errorf("%s: %d, want %d\n%s", c.name, got, c.want, d.log)
		}
	}
	for i, want := range []string{"suppressed", "suppressed", "unsubscribed", "active"} {
		if show := in.run(0, "subscribers", "show", to[i]); !strings.Contains(show, want) {
			t.Errorf("%s isn't %s:\n%s", to[i], want, show)
		}
	}
	in.run(0, "send", "--date", "2026-01-05", "--wait", "1m")
	if n := copies(box); n[to[0]] != 1 || n[to[1]] != 1 || n[to[2]] != 1 || n[to[3]] != 2 {
		t.Errorf("mails: %v", n)
	}
	d.stop()
}

func TestCheckHooks(t *testing.T) {
	for base, want := range map[string]string{"https://tips.example.com": "ok", "http://tips.example.com": "warning"} {
		found := checkHooks(base, []string{"postmark", "ses"})
		if len(found) != 2 || found[0].Result != want || !strings.Contains(found[1].Detail, base+"/hooks/bounces/ses") {
			t.Errorf("%s: %+v", base, found)
		}
	}
	if found := checkHooks("https://tips.example.com", nil); len(found) > 0 {
		t.Errorf("nobody posts, and %+v", found)
	}
}
