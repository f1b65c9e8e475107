package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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
	in.eventually(patience, "the fault is logged", func() bool { return strings.Contains(d.log.String(), "metrics.listen") })
	scrape(t, first)
	in.replace("metrics: {listen: "+in.listen, "metrics: {listen: "+second)
	d.hangUp()
	in.eventually(patience, "the new address is in force", func() bool { return strings.Contains(d.log.String(), "the new configuration is in force") })
	in.eventually(patience, "it's served there", func() bool { return strings.Contains(d.log.String(), "http://"+second+"/metrics") })
	scrape(t, second)
	d.stop()
	if box.Received() != 5 {
		t.Errorf("%d mails", box.Received())
	}
}

// Counters go on through a reload, and gauges tell of the relays there are.
func TestMetricsGoOnThroughReloads(t *testing.T) {
	t.Parallel()
	before, relay := startInbox(t, inbox.Options{})
	after, other := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.subscribe(5)
	address := freeAddr(t)
	in.replace("newsletters:", "metrics: {listen: "+address+"}\nnewsletters:")
	d := in.serve()
	reload := func(times int) {
		d.hangUp()
		in.eventually(patience, "the new configuration is in force", func() bool {
			return strings.Count(d.log.String(), "dailytip is running") == times
		})
	}
	in.run(codeDone, "send", "--date", "2026-01-05")
	accepted := func(box *inbox.Server) string {
		return fmt.Sprintf(`dailytip_messages_total{kind="delivery",newsletter="management",relay="127.0.0.1:%d",verdict="accepted"}`, box.Port())
	}
	up := func(box *inbox.Server) string {
		return fmt.Sprintf(`dailytip_relay_up{relay="127.0.0.1:%d"}`, box.Port())
	}
	const writes, ticks = `dailytip_database_write_duration_seconds_count{result="ok"}`, "dailytip_scheduler_last_tick_timestamp_seconds"
	first := samples(t, address)
	if first[accepted(before)] != 5 || first[up(before)] != 1 || first[writes] == 0 {
		t.Errorf("%v", first)
	}
	// Without metrics for a while, and then through another relay.
	in.replace("metrics: {listen: "+address+"}\n", "")
	reload(2)
	in.replace("newsletters:", "metrics: {listen: "+address+"}\nnewsletters:")
	in.replace(strings.TrimSpace(indent(relay, "  ")), strings.TrimSpace(indent(other, "  ")))
	reload(3)
	in.run(codeDone, "send", "--date", "2026-01-06")
	second := samples(t, address)
	if second[accepted(before)] != 5 || second[accepted(after)] != 5 {
		t.Errorf("%v and %v mails are counted, want 5 each", second[accepted(before)], second[accepted(after)])
	}
	for _, name := range []string{writes, ticks} {
		if second[name] <= first[name] {
			t.Errorf("%s went from %v to %v", name, first[name], second[name])
		}
	}
	for name := range second {
		if strings.HasPrefix(name, "dailytip_relay_") && !strings.Contains(name, fmt.Sprintf(":%d\"", after.Port())) {
			t.Errorf("there is %s, whose relay is gone", name)
		}
	}
	if second[up(after)] != 1 {
		t.Errorf("%s is missing", up(after))
	}
	d.stop()
}

// samples reads a page of metrics: values by name and labels.
func samples(t *testing.T, address string) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for _, line := range lines(scrape(t, address)) {
		at := strings.LastIndex(line, " ")
		if strings.HasPrefix(line, "#") || at < 0 {
			continue
		}
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all[line[:at]] = value
	}
	return all
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
