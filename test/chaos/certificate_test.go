package chaos

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/test/daemontest"
)

// tlsRelay runs a relay with a certificate that ends at an instant, and closes
// each connection after a few mails, for each of which it takes its time. An
// empty address is any free port.
func tlsRelay(t *testing.T, addr string, ca *inbox.CA, end time.Time, slow time.Duration) (box *inbox.Server, stop func()) {
	t.Helper()
	certificate, err := ca.Issue(time.Now().Add(-time.Hour), end, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	mails := map[int]int{}
	o := inbox.Options{Addr: addr, Certificate: &certificate, Fault: func(a inbox.Ask) inbox.Fault {
		switch a.Stage {
		case inbox.MailFrom:
			mu.Lock()
			defer mu.Unlock()
			if mails[a.Conn]++; mails[a.Conn] > 5 {
				return inbox.Fault{Code: 421, Enhanced: "4.7.0", Text: "enough on this connection"}
			}
		case inbox.Dot:
			return inbox.Fault{Delay: slow}
		}
		return inbox.Fault{}
	}}
	for range 100 { // a connection of somebody's may have the port for a moment
		if box, err = inbox.New(o); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(stop)
	return box, stop
}

// The relay's certificate expires in mid-run: nothing goes out in the clear,
// nobody is blamed, and with a new one it goes on.
func TestCertificateExpires(t *testing.T) {
	t.Parallel()
	people, last := 2000, 5*time.Second
	if *long {
		people, last = *readers/20, 15*time.Second
	}
	ca, err := inbox.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	r := newTrial(t, setup{readers: people})
	last += 3 * time.Since(begin)                                        // on a slow machine the start takes longer
	slow := 2 * last * time.Duration(r.inFlight) / time.Duration(people) // all of it would take twice that
	old, stop := tlsRelay(t, "", ca, time.Now().Add(last), slow)
	r.nodes[0].install(fmt.Sprintf("- {host: 127.0.0.1, port: %d, ca_file: ca.pem}", old.Port()))
	if err := os.WriteFile(r.nodes[0].Path("ca.pem"), ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.says("sending is paused: TLS with the relay failed")
	r.says("check smtp: tls and ca_file, and the relay's certificate")
	r.rest()
	r.shows()
	c, err := daemontest.Count(t.Context(), r.db)
	if err != nil {
		t.Fatal(err)
	}
	if waiting := c.States["pending"] + c.States["retry"]; c.Bad != 0 || c.States["sent"] == 0 || c.States["sent"]+waiting != people || waiting == 0 {
		t.Errorf("with the expired certificate: %+v; want some sent, and all others to wait", c)
	}
	stop()
	renewed, _ := tlsRelay(t, old.Addr(), ca, time.Now().Add(time.Hour), 0)
	r.done()
	r.shows()
	r.stopAll()
	r.agrees()
	if c, err = daemontest.Count(t.Context(), r.db); err != nil || c.States["sent"] != people || c.Doubts != 0 || c.Bad != 0 {
		t.Errorf("with the new certificate: %+v, %v; want all sent, and nobody blamed", c, err)
	}
	n := map[string]int{}
	for _, box := range []*inbox.Server{old, renewed} {
		for id, count := range box.Counts() {
			n[id] += count
		}
	}
	if all := old.Received() + renewed.Received(); len(n) != people || all != people || renewed.Received() == 0 {
		t.Errorf("%d mails, %d different; want %d", all, len(n), people)
	}
	t.Logf("%d mails before, %d after", old.Received(), renewed.Received())
}
