package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"dailytip/inbox"
	"dailytip/test/logtext"
)

// The monitor is called when an edition is out, by the daemon that sent it.
func TestPingAfterAnEdition(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	monitor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/secret-id" {
			t.Errorf("the monitor is asked for %s %s", r.Method, r.URL)
		}
		calls.Add(1)
	}))
	defer monitor.Close()
	_, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, "")
	in.replace("database: tips.db", "database: tips.db\nping_url: "+monitor.URL+"/secret-id")
	in.subscribe(2)
	d := in.serve()
	in.run(0, "send")
	in.eventually(patience, "the monitor is called", func() bool { return calls.Load() > 0 })
	d.stop()
	if n := calls.Load(); n != 1 {
		t.Errorf("the monitor was called %d times", n)
	}
}

// A monitor that doesn't answer is called again, then it's logged, without the address.
func TestPingIsTriedAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	monitor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer monitor.Close()
	said := &logtext.Log{}
	p := newPinger(monitor.URL+"/secret-id", slog.New(slog.NewTextHandler(said, nil)))
	p.pause = 0
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.run(ctx) }()
	p.editionOut()
	in := &installation{T: t}
	in.eventually(patience, "the failure is logged", func() bool { return strings.Contains(said.String(), "502 Bad Gateway") })
	if n := calls.Load(); n != pingTries {
		t.Errorf("%d calls, want %d", n, pingTries)
	}
	monitor.Close()
	p.editionOut()
	in.eventually(patience, "that nobody listens is logged", func() bool { return strings.Count(said.String(), "wasn't told") == 2 })
	stop()
	if err := <-done; err != nil || bytes.Contains([]byte(said.String()), []byte("secret-id")) {
		t.Errorf("%v; the log is %s", err, said)
	}
}
