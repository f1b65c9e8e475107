package config

import (
	"fmt"
	"strings"
	"testing"
)

const whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestEndpoints(t *testing.T) {
	t.Setenv("HOOK", "https://hooks.example.com/catch/1234/abcd")
	path := write(t, map[string]string{
		"config.yaml": minimal + `webhooks:
  - url: ${HOOK}
    secret_file: hook.secret
    events: [subscriber.confirmed]
    newsletters: [management]
    addresses: true
  - name: n8n
    url: http://10.0.0.7:5678/webhook/tips
    secret: ` + whsec + `
    allow_private: true
  - url: http://[fd00::7]/
    secret: ` + whsec + `
    allow_private: true
  - url: https://Bücher.example/
    secret: ` + whsec + "\n",
		"hook.secret": whsec + "\n",
	})
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(cfg.Webhooks))
	for i, w := range cfg.Webhooks {
		names[i] = w.Name
		if w.Secret.Reveal() != whsec {
			t.Errorf("%s: secret %q", w.Name, w.Secret.Reveal())
		}
	}
	if got := strings.Join(names, " "); got != "hooks.example.com n8n fd00--7 xn--bcher-kva.example" {
		t.Errorf("names %s", got)
	}
	if shown := fmt.Sprintf("%+v", cfg.Webhooks); strings.Contains(shown, "abcd") || strings.Contains(shown, "MfKQ") {
		t.Errorf("it shows secrets: %s", shown)
	}
	if files := cfg.SecretFiles(); len(files) != 1 {
		t.Errorf("files with secrets: %v", files)
	}
}

func TestEndpointFaults(t *testing.T) {
	const url, key = "url: https://crm.example.com/in", "secret: " + whsec
	for entry, want := range map[string]string{
		"{" + key + "}": "webhooks[0].url: is required",
		"{" + url + "}": "webhooks[0].secret: is required",
		"{url: 'crm.example.com/in?k=hidden', " + key + "}":          "webhooks[0].url: isn't an address to post to",
		"{url: 'ftp://crm.example.com/hidden', " + key + "}":         "webhooks[0].url: isn't an address to post to",
		"{url: 'https:///hidden', " + key + "}":                      "webhooks[0].url: isn't an address to post to",
		"{url: 'http://crm.example.com/hidden', " + key + "}":        "doesn't begin with https://",
		"{url: 'https://a:hidden@crm.example.com', " + key + "}":     "has a user name in it",
		"{url: 'https://localhost/hidden', " + key + "}":             "is this machine; write allow_private: true",
		"{url: 'https://127.0.0.1/hidden', " + key + "}":             "is this machine",
		"{url: 'https://[::1]/hidden', " + key + "}":                 "is this machine",
		"{" + url + ", secret: hidden}":                              "webhooks[0].secret: isn't whsec_",
		"{" + url + ", secret_file: none.txt}":                       "webhooks[0].secret_file: ",
		"{" + url + ", " + key + ", secret_file: x}":                 "stands beside secret_file",
		"{" + url + ", " + key + ", newsletters: [nobody]}":          `there is no newsletter "nobody"`,
		"{" + url + ", " + key + ", name: My CRM}":                   "isn't 1 to 64 of a-z",
		"{" + url + ", " + key + ", name: -x}":                       "isn't 1 to 64 of a-z",
		"{" + url + ", " + key + ", header: x}":                      "header",
		"{" + url + ", " + key + "}\n  - {" + url + ", " + key + "}": "webhooks[1]: is called crm.example.com, as webhooks[0] is",
	} {
		faults := faultsOf(t, minimal+"webhooks:\n  - "+entry+"\n")
		if len(faults) != 1 || !strings.Contains(faults[0], want) || strings.Contains(faults[0], "hidden") {
			t.Errorf("%s: %q, want %q", entry, faults, want)
		}
	}
}
