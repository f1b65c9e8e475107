package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
)

// take hands a message to the pipe, which must end with a code, and returns what it
// said.
func (in *installation) take(code int, message string, env []string, args ...string) string {
	in.Helper()
	cmd := in.command(append([]string{"bounces", "take"}, args...)...)
	cmd.Stdin, cmd.Env = strings.NewReader(message), append(os.Environ(), env...)
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code {
		in.Fatalf("bounces take %v: exit code %d, want %d: %s", args, got, code, out)
	}
	return string(out)
}

const unknownUser = `From: MAILER-DAEMON@mx.example.net
To: %s
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; %s
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--b
Content-Type: text/rfc822-headers

Message-ID: %s
--b--
`

// What comes back is taken from the pipe and at the listener beside a daemon, however
// the mail server tells whom it was for.
func TestBouncesAreTaken(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, "")
	door := freeAddr(t)
	in.replace("smtp:\n", "bounces: {domain: bounces.example.com, listen: '"+door+"'}\nsmtp:\n")
	in.subscribe(8)
	if got := in.run(0, "check"); !strings.Contains(got, "bounces.listen           "+door+" can be listened on") {
		t.Errorf("check says:\n%s", got)
	}
	in.serve()
	in.run(0, "send", "--date", time.Now().AddDate(0, 0, -3).Format(time.DateOnly), "--wait", "1m")
	paths, ids := map[string]string{}, map[string]string{}
	for _, m := range box.Messages() {
		paths[m.To[0]], ids[m.To[0]] = m.From, "<"+strings.Trim(m.MessageID, "<>")+">"
	}
	reader := func(n int) string { return fmt.Sprintf("reader%d@example.net", n) }
	bounce := func(n int, to, id string) string { return fmt.Sprintf(unknownUser, to, reader(n), id) }

	in.take(0, bounce(0, "tips@example.com", ""), nil, "--recipient", paths[reader(0)])
	in.take(0, bounce(1, "tips@example.com", ""), []string{"ORIGINAL_RECIPIENT=" + paths[reader(1)], "RECIPIENT=tips@example.com"}, "--recipient", "somebody@example.com")
	in.take(0, bounce(2, paths[reader(2)], ""), nil)
	in.take(0, bounce(3, "tips@example.com", ids[reader(3)]), []string{"RECIPIENT=tips@example.com"})
	if err := smtp.SendMail(door, nil, "", []string{paths[reader(4)]}, []byte(bounce(4, paths[reader(4)], ""))); err != nil {
		t.Error(err)
	}
	for n := range 8 {
		got := in.run(0, "subscribers", "show", reader(n), "--json")
		if want := n < 5; strings.Contains(got, `"suppressed"`) != want {
			t.Errorf("reader %d should be suppressed: %v, and is %s", n, want, got)
		}
	}
	if got := in.run(0, "check"); !strings.Contains(got, "a daemon takes bounces at "+door) {
		t.Errorf("check says:\n%s", got)
	}
}

// Whatever keeps a message from being taken, the mail server must try again: only
// what isn't ours is passed over.
func TestTheMailServerTriesAgain(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	in.replace("smtp:\n", "bounces: {domain: bounces.example.com}\nsmtp:\n")
	in.run(0, "migrate")
	mail := fmt.Sprintf(unknownUser, "bounces+1.1.abcdefghabcdefgh@bounces.example.com", "ana@example.net", "")
	if said := in.take(0, mail, nil); said != "" {
		t.Errorf("a message that isn't ours: it says %q, which a mail server takes for a complaint", said)
	}
	in.take(0, strings.Repeat("x", 3<<20), nil, "--recipient", "ana@example.net") // longer than what is read
	for _, args := range [][]string{{"--recipent", "a@example.com"}, {"a@example.com"}, {"--recipient"}} {
		in.take(codeTryAgain, mail, nil, args...)
	}
	in.take(codeTryAgain, "", nil)
	in.take(codeTryAgain, mail, nil, "--config", "nowhere.yaml")
	if err := os.RemoveAll(filepath.Join(in.dir, "library")); err != nil { // a fault of the configuration
		t.Fatal(err)
	}
	in.take(codeTryAgain, mail, nil)
}

// check finds an address that somebody else uses, and a mailbox that can't be opened.
func TestCheckTriesTheDoors(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("220 mail.example.com ESMTP another server\r\n"))
			c.Close()
		}
	}()
	in.replace("smtp:\n", fmt.Sprintf("bounces:\n  domain: bounces.example.com\n  listen: %s\n  imap: {host: localhost, port: 1, username: a, password: b}\nsmtp:\n", l.Addr()))
	cmd := in.command("check")
	out, _ := cmd.CombinedOutput()
	for _, want := range []string{"failed   bounces.listen", "failed   bounces.imap", "connect to localhost:1"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("check doesn't say %q:\n%s", want, out)
		}
	}
}

// That a way in failed stays noted over a restart, so that it's told when it works
// again, unless it's in use no more.
func TestFailingDoorsOverARestart(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	address := freeAddr(t)
	in.replace("smtp:\n", "bounces: {domain: bounces.example.com, listen: '"+address+"'}\nsmtp:\n")
	a := in.app()
	for _, door := range []string{"the listener " + address, "the listener of long ago"} {
		if err := a.intake.Fails(t.Context(), time.Now(), door, errors.New("too many open files")); err != nil {
			t.Fatal(err)
		}
	}
	d, err := a.doors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.listener.Close() })
	if failing, err := a.intake.FailingDoors(t.Context()); err != nil || len(failing) != 1 || failing[0].Name != "the listener "+address {
		t.Errorf("%+v, %v", failing, err)
	}
}
