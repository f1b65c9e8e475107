//go:build long

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

// tlsRelay runs a relay that closes each connection after a few mails. An empty
// address is any free port. Its certificate is good until it has been asked to take
// some number of mails, and from then on one that has expired; 0: always good.
func tlsRelay(t *testing.T, addr string, ca *inbox.CA, mails int) (_ *inbox.Server, stop func()) {
	t.Helper()
	now := time.Now()
	good, err := ca.Issue(now.Add(-2*time.Hour), now.Add(24*time.Hour), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	expired, err := ca.Issue(now.Add(-2*time.Hour), now.Add(-time.Hour), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	var server *inbox.Server
	var mu sync.Mutex
	begun, on := 0, map[int]int{} // mails, and those of each connection
	o := inbox.Options{Addr: addr, Certificate: &good, Fault: func(a inbox.Ask) inbox.Fault {
		if a.Stage != inbox.MailFrom {
			return inbox.Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		if begun++; begun == mails {
			server.SetCertificate(expired)
		}
		if on[a.Conn]++; on[a.Conn] > 5 {
			return inbox.Fault{Code: 421, Enhanced: "4.7.0", Text: "enough on this connection"}
		}
		return inbox.Fault{}
	}}
	for range 100 { // a connection of somebody's may have the port for a moment
		if server, err = inbox.New(o); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(stop)
	return server, stop
}

// The relay's certificate expires in mid-run: nothing goes out in the clear,
// nobody is blamed, and with a new one it goes on.
func TestCertificateExpires(t *testing.T) {
	t.Parallel()
	people := 600
	if *long {
		people = *readers / 20
	}
	ca, err := inbox.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r := newTrial(t, setup{readers: people})
	old, stop := tlsRelay(t, "", ca, people/4)
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
	renewed, _ := tlsRelay(t, old.Addr(), ca, 0)
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
