//go:build long

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"dailytip/inbox"
	"dailytip/test/logtext"
)

// endpoint is a program that is told, and answers with a status.
type endpoint struct {
	*httptest.Server
	status atomic.Int64
	got    logtext.Log // a line for each event that it took: TYPE BODY
}

func newEndpoint(t *testing.T) *endpoint {
	e := &endpoint{}
	e.status.Store(http.StatusOK)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		status := int(e.status.Load())
		if status == http.StatusOK {
			var event struct{ Type string }
			if err := json.Unmarshal(body, &event); err != nil {
				t.Errorf("%s: %v", body, err)
			}
			_, _ = e.got.Write([]byte(event.Type + " " + string(body) + "\n"))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "thanks \x1b[31m")
	}))
	t.Cleanup(e.Close)
	return e
}

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// What commands and the daemon do is told, whoever did it; an operator sees what was
// answered, and has it posted again.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	_, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	e := newEndpoint(t)
	if out := in.run(0, "webhooks", "list"); !strings.Contains(out, "no endpoint is configured") {
		t.Errorf("webhooks list: %s", out)
	}
	in.replace("newsletters:", "webhooks:\n  - {name: crm, url: '"+e.URL+"/hidden?key=hidden', secret: "+webhookSecret+", addresses: true, allow_private: true}\nnewsletters:")
	in.subscribe(2)
	in.run(0, "subscribers", "erase", "reader1@example.net")
	if out := in.run(0, "webhooks", "list", "--json"); !strings.Contains(out, `"state":"ok","waiting":3,`) || strings.Contains(out, "hidden") {
		t.Errorf("webhooks list: %s", out)
	}
	if out := in.run(0, "webhooks", "test", "crm"); !regexp.MustCompile(`^200 in \d+ ms: thanks \\u001b\[31m\n$`).MatchString(out) {
		t.Errorf("webhooks test: %q", out)
	}
	e.status.Store(http.StatusServiceUnavailable)
	in.run(1, "webhooks", "test", "crm")
	d := in.serve()
	in.eventually(patience, "it's seen that the endpoint fails", func() bool { return strings.Contains(in.run(0, "webhooks", "list"), "failing") })
	if out := in.run(0, "check"); !strings.Contains(out, "webhook crm") || !strings.Contains(out, "it has taken no event since") {
		t.Errorf("check: %s", out)
	}
	in.run(0, "send", "--wait", "1m")
	e.status.Store(http.StatusOK)
	in.run(0, "webhooks", "enable", "crm")
	in.eventually(patience, "the edition's end is told", func() bool { return strings.Contains(e.got.String(), "edition.finished ") })
	got := regexp.MustCompile(`(?m)^\S+`).FindAllString(e.got.String(), -1)
	if want := "test subscriber.subscribed subscriber.subscribed subscriber.erased edition.opened edition.finished"; strings.Join(got, " ") != want {
		t.Errorf("told %v, want %s\n%s", got, want, e.got.String())
	}
	if strings.Contains(e.got.String(), "reader1@") {
		t.Errorf("it's told of who was erased before:\n%s", e.got.String())
	}
	if strings.Contains(d.log.String(), "hidden") {
		t.Errorf("the log shows a secret address:\n%s", d.log.String())
	}
	out := in.run(0, "webhooks", "show", "crm")
	first := regexp.MustCompile(`(evt_\d+) .* subscriber\.subscribed +taken +[2-9] +200 in`).FindStringSubmatch(out)
	if first == nil {
		t.Fatalf("webhooks show: %s", out)
	}
	if out := in.run(0, "webhooks", "show", "crm", first[1]); !strings.Contains(out, "503 in ") || !strings.Contains(out, `"email":"reader0@example.net"`) {
		t.Errorf("webhooks show: %s", out)
	}
	in.run(0, "webhooks", "replay", "crm", first[1])
	in.eventually(patience, "it's told again", func() bool { return strings.Count(e.got.String(), first[1]) == 2 })
	d.stop()
	in.run(0, "subscribers", "erase", "reader0@example.net")
	in.run(0, "webhooks", "enable", "crm", "--skip")
	if out := in.run(0, "webhooks", "show", "crm"); !regexp.MustCompile(`subscriber\.erased +given up +0`).MatchString(out) {
		t.Errorf("webhooks show: %s", out)
	}
	if out := in.run(0, "webhooks", "replay", "crm", "--since", "1h"); !strings.Contains(out, "5 events are posted again") {
		t.Errorf("webhooks replay: %s", out)
	}
	if out := in.run(0, "webhooks", "enable", "crm", "--skip"); !strings.Contains(out, first[1]+" (subscriber.subscribed) is given up") || !strings.Contains(out, "4 events wait") {
		t.Errorf("webhooks enable --skip: %s", out)
	}
	for _, args := range [][]string{{"show", "nobody"}, {"show", "crm", "first"}, {"replay", "crm"}, {"replay", "crm", first[1], "--since", "1h"}} {
		in.run(2, append([]string{"webhooks"}, args...)...)
	}
	in.replace("addresses: true,", "addresses: true, events: [subscriber.confirmed],")
	if out := in.run(0, "check"); !strings.Contains(out, "Add subscriber.erased to its events") {
		t.Errorf("check: %s", out)
	}
	in.run(1, "webhooks", "show", "crm", "evt_1")
	in.run(4, "webhooks", "enable", "crm")
}

// A type that there isn't is a fault of the configuration, with its line.
func TestWebhookEventsAreChecked(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	in.replace("newsletters:", "webhooks:\n  - {url: 'https://crm.example.com', secret: "+webhookSecret+", events: [subscriber.joined]}\nnewsletters:")
	cmd := in.command("webhooks", "list")
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != codeConfig || !regexp.MustCompile(`config.yaml:\d+: webhooks\[0\].events\[0\]: "subscriber.joined" is no event; write one of subscriber.subscribed`).Match(out) {
		t.Errorf("%s", out)
	}
}
