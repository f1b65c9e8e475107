package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"dailytip/credential"
	"dailytip/inbox"
	"dailytip/test/daemontest"
	"dailytip/test/freeport"
)

const (
	operator = "operator"
	password = "four words that differ"
	shownTip = "thank-the-bearer-of-bad-news"
	// readers is how many there are, and held how many of them wait while the rest has
	// today's tip.
	readers, held = 1200, 430
)

// zones and languages are the readers', in turn.
var (
	zones     = []string{"Europe/Madrid", "America/New_York", "Asia/Shanghai", "Europe/Berlin", "America/Mexico_City", "Asia/Tokyo", "Europe/London", "Africa/Cairo"}
	languages = []string{"es", "en", "zh-CN", "de", "es", "ja", "en", "ar"}
)

// house is a daemon that is sending today's tip of the starter library.
type house struct {
	base   string
	in     *daemontest.Installation
	daemon *daemontest.Daemon
	dir    string
	end    func()
}

// open makes one in a folder of its own.
func open(ctx context.Context, library string) (h *house, err error) {
	h = &house{end: func() {}}
	if h.dir, err = os.MkdirTemp("", "dailytip"); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	if err := h.furnish(ctx, library); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *house) close() {
	if h.daemon != nil {
		_ = h.daemon.Kill()
	}
	h.end()
	_ = os.RemoveAll(h.dir)
}

func (h *house) furnish(ctx context.Context, library string) error {
	gate, relay, err := h.relay(ctx)
	if err != nil {
		return err
	}
	if err := h.install(ctx, library, relay); err != nil {
		return err
	}
	if err := h.plan(ctx); err != nil {
		return err
	}
	if h.daemon, err = h.in.Serve(ctx); err != nil {
		return err
	}
	if err := h.in.Open(ctx); err != nil {
		return err
	}
	return h.sentUntil(ctx, gate)
}

// relay takes the mails of most readers, and has the rest wait.
func (h *house) relay(ctx context.Context) (gate *inbox.Gate, address string, err error) {
	box, err := inbox.New(inbox.Options{UTF8: true})
	if err != nil {
		return nil, "", err
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		_ = box.Run(ctx)
		close(done)
	}()
	gate = inbox.NewGate(inbox.MailFrom)
	gate.Let(readers - held)
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && strings.HasPrefix(a.To, "reader-0007@") {
			return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user here"}
		}
		return gate.Fault(a)
	})
	h.end = func() {
		gate.Open()
		stop()
		<-done
	}
	return gate, box.Addr(), nil
}

// sentUntil waits until no more mails are let through.
func (h *house) sentUntil(ctx context.Context, gate *inbox.Gate) error {
	for gate.Waiting() == 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-h.daemon.Ended():
			return errors.New("the daemon has ended: " + h.daemon.Log())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

func (h *house) install(ctx context.Context, library, relay string) error {
	program, err := daemontest.Build(ctx)
	if err != nil {
		return err
	}
	port, err := freeport.Find()
	if err != nil {
		return err
	}
	hash, err := credential.Make(password)
	if err != nil {
		return err
	}
	host, relayPort, err := net.SplitHostPort(relay)
	if err != nil {
		return err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	h.base = "http://" + address
	h.in, err = daemontest.Install(daemontest.Options{
		Program: program, Dir: h.dir, Listen: address,
		Relays:     fmt.Sprintf("- {host: %s, port: %s, tls: none}", host, relayPort),
		Newsletter: "schedule: \"0 7 * * *\"\ntimezone: subscriber",
		Top:        fmt.Sprintf("admin:\n  people: [{name: %s, password_hash: '%s', role: operator}]", operator, hash),
	})
	if err != nil {
		return err
	}
	// The starter library takes the place of the only tip.
	if err := os.RemoveAll(h.in.Path("library")); err != nil {
		return err
	}
	if err := os.CopyFS(h.in.Path("library"), os.DirFS(library)); err != nil {
		return err
	}
	var list strings.Builder
	list.WriteString("email,language,timezone\n")
	for i := range readers {
		fmt.Fprintf(&list, "reader-%04d@example.com,%s,%s\n", i, languages[i%len(languages)], zones[i%len(zones)])
	}
	if err := os.WriteFile(h.in.Path("readers.csv"), []byte(list.String()), 0o600); err != nil {
		return err
	}
	_, err = h.in.Run(ctx, []string{"subscribers", "import", "readers.csv", "--confirmed"})
	return err
}

// plan makes the coming dates as various as an editor's are.
func (h *house) plan(ctx context.Context) error {
	at := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	for _, args := range [][]string{{"pin", at(2), "thank-the-bearer-of-bad-news"}, {"pin", at(5), "explain-it-three-times"}, {"skip", at(7)}} {
		if _, err := h.in.Run(ctx, append([]string{"plan"}, args...)); err != nil {
			return err
		}
	}
	return nil
}
