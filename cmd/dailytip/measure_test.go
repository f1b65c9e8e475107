package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
)

// The daemon serves what Prometheus reads, also after its configuration was read
// again, and nowhere else.
func TestServeMetrics(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.subscribe(5)
	first, second := freeAddr(t), freeAddr(t)
	name := filepath.Join(in.dir, "config.yaml")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, name, []byte(string(text)+"metrics: {listen: "+first+"}\n"))
	d := in.serve()
	in.run(codeDone, "send")
	page := scrape(t, first)
	for _, want := range []string{
		`dailytip_messages_total{kind="delivery",newsletter="management",relay="127.0.0.1:`, `verdict="accepted"} 5`,
		`dailytip_relay_up{relay="127.0.0.1:`, `dailytip_subscriptions{newsletter="management",state="active"} 5`,
		`dailytip_database_write_duration_seconds_count{result="ok"}`, `dailytip_scheduler_last_tick_timestamp_seconds 1.`,
		`dailytip_runway_seconds{newsletter="management"}`, `dailytip_build_info{goversion="go1.`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %s in\n%s", want, page)
		}
	}
	for _, secret := range []string{"@example", "reader0"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page names %s", secret)
		}
	}
	if answer, err := http.Get("http://" + in.listen + "/metrics"); err != nil || answer.StatusCode != http.StatusNotFound { //nolint:noctx // a test
		t.Errorf("on the readers' site: %v, %v", answer, err)
	} else {
		_ = answer.Body.Close()
	}
	in.replace(first, in.listen) // a fault: that one is taken
	d.hangUp()
	in.eventually(time.Minute, "the fault is logged", func() bool { return strings.Contains(d.log.String(), "metrics.listen") })
	scrape(t, first)
	in.replace("metrics: {listen: "+in.listen, "metrics: {listen: "+second)
	d.hangUp()
	in.eventually(time.Minute, "the new address is in force", func() bool { return strings.Contains(d.log.String(), "the new configuration is in force") })
	in.eventually(time.Minute, "it's served there", func() bool { return strings.Contains(d.log.String(), "http://"+second+"/metrics") })
	scrape(t, second)
	d.stop()
	if box.Received() != 5 {
		t.Errorf("%d mails", box.Received())
	}
}

func scrape(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get("http://" + address + "/metrics") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v: %s", answer.StatusCode, err, text)
	}
	return string(text)
}
