package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dailytip/check"
	"dailytip/config"
	"dailytip/inbox"
	"dailytip/test/dnsserver"
)

// check tells what receivers ask of the sender, as a DNS server of ours answers.
func TestCheckAsksDNS(t *testing.T) {
	t.Parallel()
	dns, err := dnsserver.Start(
		`_dmarc.example.com. TXT "v=DMARC1; p=none; pct=20"`,
		`bounces.example.com. TXT "v=spf1 include:relay.example -all"`, `relay.example. TXT "v=spf1 ip4:203.0.113.0/24 -all"`,
		`bounces.example.com. MX 10 mx.example.com.`, `example.com. MX 0 .`,
	)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dns.Close() }()
	_, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, "")
	in.replace("database: tips.db", "database: tips.db\nbounces: {domain: bounces.example.com}\npostal_address: Example, 1 Road, Town")
	in.subscribe(aTest + 1)
	said := in.run(codeDone, "check", "--dns", dns.Addr())
	for _, want := range []string{
		"warning  DMARC of example.com     the record at _dmarc.example.com counts (p=none); the organization is example.com. But it has pct=",
		"ok       SPF alignment of example.com SPF of bounces.example.com counts for example.com",
		"ok       SPF of bounces.example.com v=spf1 include:relay.example -all",
		"ok       MX of bounces.example.com",
		"warning  MX of example.com        its MX record says that it takes no mail",
		"warning  DKIM                     nothing signs here: the relay has to",
		"note     sending host", "ok       postal_address", "note     feedback", "note     clock",
		"ok       disk", "links of coming tips",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it doesn't say %q", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}

	dns2, err := dnsserver.Start(`bounces.example.com. TXT "v=spf1 -all"`, `bounces.example.com. TXT "v=spf1 mx -all"`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dns2.Close() }()
	if said := in.fails(codeFailed, "check", "--dns", dns2.Addr()); !strings.Contains(said, "1 check failed") {
		t.Error(said)
	}
	in.replace("port: ", "port: 1 # ")
	offline := in.run(codeDone, "check", "--offline")
	for _, not := range []string{"DMARC", "relay 127", "links", "clock", "feedback"} {
		if strings.Contains(offline, not) {
			t.Errorf("offline, it says %s", offline)
		}
	}
}

// A relay that hangs leaves the others, and the ways in, their time.
func TestChecksDontWaitForEachOther(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	port := silent.Addr().(*net.TCPAddr).Port
	_, relay := startInbox(t, inbox.Options{})
	in := install(t, fmt.Sprintf("- host: 127.0.0.1\n  port: %d\n  tls: none\n", port)+relay, "")
	in.replace("database: tips.db", fmt.Sprintf("database: tips.db\nbounces: {domain: bounces.example.com, listen: %q, imap: {host: 127.0.0.1, port: %d, username: u, password: p, tls: none}}", freeAddr(t), port))
	cfg, err := config.Load(filepath.Join(in.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	a := &app{config: cfg, log: slog.New(slog.DiscardHandler)}
	relays, doors := relayChecks(a), doorChecks(a)
	if len(relays) != 2 || len(doors) != 2 {
		t.Fatalf("%d relays and %d ways in are tried", len(relays), len(doors))
	}
	ctx, stop := context.WithCancel(t.Context())
	var answering sync.WaitGroup
	for _, look := range []func(context.Context) []finding{relays[1], doors[0]} {
		answering.Go(func() {
			if f := look(ctx)[0]; f.Result != "ok" {
				t.Errorf("%+v", f)
			}
		})
	}
	all := check.Together(ctx, check.Limit, relays[0], doors[1], func(context.Context) []finding {
		answering.Wait()
		stop()
		return nil
	})
	for _, f := range all {
		if f.Result != "failed" {
			t.Errorf("%+v", f)
		}
	}
}
