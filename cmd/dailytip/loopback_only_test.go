package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"dailytip/test/logtext"
)

// ask sends a request with any Host header.
func ask(t *testing.T, address, host, path string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("Host %s: %v", host, err)
	}
	return answer
}

// What has no login answers to the machine's own names alone, and with the headers
// that the site has.
func answersForOneOnly(t *testing.T, address string, paths ...string) {
	t.Helper()
	_, port, _ := net.SplitHostPort(address)
	for _, path := range paths {
		for host, own := range map[string]bool{
			address: true, "127.0.0.1:" + port: true, "localhost:" + port: true, "[::1]:" + port: true,
			"rebound.example:" + port: false, "localhost.rebound.example:" + port: false, "127.0.0.1.rebound.example:" + port: false,
			"127.0.0.1": false, "localhost": false, "localhost:1": false, "10.0.0.1:" + port: false, "0.0.0.0:" + port: false, "[::1]": false,
		} {
			answer := ask(t, address, host, path)
			if got := answer.StatusCode; own != (got == http.StatusOK) || !own && got != http.StatusMisdirectedRequest {
				t.Errorf("%s of %s: %d", path, host, got)
			}
			for header, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'",
			} {
				if got := answer.Header.Get(header); !strings.Contains(got, want) && got != "same-origin" { // as the site's front page has
					t.Errorf("%s of %s: %s is %q", path, host, header, got)
				}
			}
		}
	}
}

func TestPreviewAnswersForOneOnly(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	address := freeAddr(t)
	cmd := in.command("preview", "--serve", "--tip", "first", "--listen", address)
	log := &logtext.Log{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	in.eventually(time.Minute, "the page is there", func() bool { return strings.Contains(log.String(), "Preview at") })
	answersForOneOnly(t, address, "/", "/mail", "/page.js", "/style.css")
}

func TestDemoAnswersForOneOnly(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	address := freeAddr(t)
	cmd := in.command("demo", "--listen", address)
	log := &logtext.Log{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	in.eventually(time.Minute, "the inbox is there", func() bool { return strings.Contains(log.String(), "/inbox/") })
	answersForOneOnly(t, address, "/inbox/", "/inbox/m/1", "/inbox/m/1/html", "/inbox/m/1/raw", "/inbox/inbox.js", "/")
}
