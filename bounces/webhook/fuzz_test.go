package webhook

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dailytip/bounces"
)

// What a stranger posts is refused, takes nothing and fetches nothing.
func FuzzUnsigned(f *testing.F) {
	w := newWorld(f)
	f.Add([]byte(`{"signature":{"timestamp":1,"token":"x","signature":"00"},"event-data":{}}`), "00")
	f.Add([]byte(`{"Type":"Notification","TopicArn":"`+testTopic+`","SignatureVersion":"2","Signature":"AA==","SigningCertURL":"https://x"}`), "AA==")
	f.Add([]byte(`[{"event":"bounce"}]`), "v1,AA==")
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		for provider := range providers {
			r := post(body)
			for _, name := range []string{
				"X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp", "X-Postal-Signature-256",
				"webhook-signature", "webhook-id", "webhook-timestamp", "Authorization",
			} {
				r.Header.Set(name, signature)
			}
			if status, taken := w.do(provider, r); status < 400 || status >= 500 && provider != "postal" || len(taken) > 0 {
				t.Errorf("%s: %d, taken %d", provider, status, len(taken))
			}
		}
	})
}

// What a provider signs is read or refused, whatever it is; what is found has a
// class, and an address that is one or none.
func FuzzSigned(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		payload, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(providerOf(filepath.Base(file)), payload)
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, provider string, payload []byte) {
		if _, known := providers[provider]; !known {
			t.Skip("no provider")
		}
		r := w.request(provider, payload, testNow)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		events, err := w.hooks.readers[provider](t.Context(), testNow, r, body)
		if err != nil && len(events) > 0 {
			t.Error("refused and read")
		}
		for _, e := range events {
			if len(e.raw) == 0 || len(e.findings) == 0 {
				t.Errorf("event %+v", e)
			}
			for _, x := range e.findings {
				local, domain, ok := strings.Cut(x.Recipient, "@")
				if x.Recipient != "" && (!ok || local == "" || domain == "" || len(x.Recipient) > 320) || !slices.Contains(bounces.Classes, x.Class) {
					t.Errorf("finding %+v", x)
				}
			}
		}
	})
}
