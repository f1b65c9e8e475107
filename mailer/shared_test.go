package mailer

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/mailer/relay"
	"dailytip/test/freeport"
)

// sharedCases are the rules of the shared folder's server and what is right for
// each, with so many readers.
var sharedCases = map[string]func(h *harness, n int){
	"one432": func(h *harness, n int) {
		h.wantAllSent(n)
		if n > 2 {
			h.wantLog("a relay asks for less")
		}
	},
	"ses454":   (*harness).wantAllSent,
	"perconn5": (*harness).wantAllSent,
	"gmailfrom": func(h *harness, n int) {
		h.waitLog("log in: check smtp: auth, username and password")
		h.waitFor(ledger.Pending, n)
		if strings.Contains(h.log.String(), "check from:") {
			h.Error("the log blames the sender's address")
		}
	},
	"saD9":        (*harness).wantAllWaiting,
	"relaydenied": (*harness).wantAllWaiting,
	"quotatail": func(h *harness, n int) {
		if n <= 7 {
			h.wantAllSent(n)
			return
		}
		h.waitLog("sending is paused")
		h.waitFor(ledger.Sent, 7)
		h.waitFor(ledger.Pending, n-7)
		h.wantActive()
	},
	"rate": func(h *harness, n int) { // Ana's mailbox gets too much
		h.waitFor(ledger.Sent, n-1)
		h.waitFor(ledger.Failed, 1)
		h.wantActive()
		h.wantCalm()
	},
	"dead12": (*harness).wantAllWaiting,
}

func (h *harness) wantAllSent(n int) {
	h.waitFor(ledger.Sent, n)
	h.wantActive()
	h.wantCalm()
	if strings.Contains(h.log.String(), "login") {
		h.Error("the log speaks of a login")
	}
}

func (h *harness) wantAllWaiting(n int) {
	h.waitLog("sending is paused")
	h.waitFor(ledger.Pending, n)
	h.wantActive()
}

// The cases of the shared folder, when it's there, against the server that comes
// with them.
func TestSharedCases(t *testing.T) {
	dir, err := filepath.Abs("../../shared/cases/smtp")
	if err != nil {
		t.Fatal(err)
	}
	server := filepath.Join(dir, "odd_smtp.py")
	if _, err := os.Stat(server); err != nil {
		t.Skip("SKIPPED: the shared cases aren't here; TestTooMuchForTheRelay, TestLoginWanted, TestNothingIsTaken, TestQuotaEndsInTheMiddle and TestJudgedOneByOne have the same kinds")
	}
	for name, right := range sharedCases {
		for _, n := range sizes {
			t.Run(fmt.Sprintf("%s, %d readers", name, n), func(t *testing.T) {
				h := setUp(t)
				r := h.odd(server, filepath.Join(dir, name+".json"))
				h.open(n)
				if name == "rate" {
					h.write(func(tx *sql.Tx) error {
						_, err := tx.ExecContext(t.Context(), "UPDATE subscribers SET email = 'ana@example.org' WHERE email = $1", reader(1))
						return err
					})
				}
				h.run(seldom, func(s *setting) { s.Relays = []Relay{r} })
				right(h, n)
			})
		}
	}
}

// odd starts the shared folder's server with its rules.
func (h *harness) odd(server, rules string) Relay {
	h.Helper()
	port, err := freeport.Find()
	if err != nil {
		h.Fatal(err)
	}
	cmd := exec.Command("python3", server, fmt.Sprint(port), filepath.Join(h.TempDir(), "log"), rules)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	h.wait("the server listens", func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	r, err := relay.New(relay.Options{Host: "127.0.0.1", Port: port, TLS: "none", Timeout: 20 * time.Second, DotTimeout: 20 * time.Second})
	if err != nil {
		h.Fatal(err)
	}
	return Relay{Relay: r, Name: address, Connections: 4}
}
