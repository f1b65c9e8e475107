package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"dailytip/store/storetest"
	"dailytip/web"
)

// run starts the pages as the daemon does and returns their address and what
// Run returned.
func run(ctx context.Context, t *testing.T, change func(*web.Options)) (address string, done <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := web.Options{DB: storetest.SQLite(t), BaseURL: "http://tips.example.com"}
	change(&o)
	ended := make(chan error, 1)
	server := web.New(o)
	server.Hurry(2 * time.Second)
	go func() { ended <- server.Run(ctx, l) }()
	return l.Addr().String(), ended
}

func TestStopLetsAnswersFinish(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	asked, release := make(chan struct{}), make(chan struct{})
	address, done := run(ctx, t, func(o *web.Options) {
		o.Ready = func(ctx context.Context) error {
			close(asked)
			<-release
			return ctx.Err() // the stop mustn't have ended it
		}
	})
	got := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + address + "/readyz")
		if err != nil {
			got <- err.Error()
			return
		}
		_ = resp.Body.Close()
		got <- resp.Status
	}()
	<-asked
	stop()
	select {
	case err := <-done:
		t.Fatalf("Run returned (%v) while a request was being answered", err)
	case <-time.After(200 * time.Millisecond):
	}
	if c, err := net.Dial("tcp", address); err == nil {
		_ = c.Close()
		t.Error("it still takes connections")
	}
	close(release)
	if status := <-got; status != "200 OK" {
		t.Errorf("the request ended with %s", status)
	}
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestRunSaysWhyItCannotServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	err = web.New(web.Options{DB: storetest.SQLite(t)}).Run(t.Context(), l)
	if err == nil || !strings.HasPrefix(err.Error(), "serve pages: ") {
		t.Errorf("Run: %v", err)
	}
}

// A client that never ends its header is shown the door (slowloris), and so is
// one whose header never ends.
func TestSlowAndLongHeaders(t *testing.T) {
	t.Parallel()
	address, _ := run(t.Context(), t, func(*web.Options) {})
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	_, _ = fmt.Fprint(slow, "GET /u/x HTTP/1.1\r\nHost: x\r\nX: ")
	began := time.Now()
	_ = slow.SetReadDeadline(began.Add(2 * time.Minute))
	if n, err := slow.Read(make([]byte, 1)); err == nil && n > 0 || time.Since(began) > time.Minute {
		t.Errorf("the slow client was kept for %s", time.Since(began))
	}

	long, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer long.Close()
	_, _ = fmt.Fprintf(long, "GET /u/x HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("a", 64<<10))
	status, _ := bufio.NewReader(long).ReadString('\n')
	if !strings.Contains(status, " 431 ") {
		t.Errorf("a header of 64 KB: %q", status)
	}
}

// A client that hands its body over a byte at a time is shown the door.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	address, _ := run(t.Context(), t, func(*web.Options) {})
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = fmt.Fprint(c, "POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n")
	began := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.SetReadDeadline(began.Add(2 * time.Minute))
		_, _ = io.Copy(io.Discard, bufio.NewReader(c))
	}()
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-done:
			tick.Stop()
			if took := time.Since(began); took > time.Minute || took < time.Second {
				t.Errorf("it was kept for %s", took)
			}
			return
		case <-tick.C:
			_, _ = c.Write([]byte("a"))
		}
	}
}
