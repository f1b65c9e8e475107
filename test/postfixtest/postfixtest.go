// Package postfixtest starts a real Postfix for tests: the Debian package's
// programs with a configuration, a queue and a mailbox of their own in a
// temporary folder, on free ports of the loopback interface. With users it
// also starts a Dovecot for the logins.
//
// It owns nothing but those processes and that folder, and removes both when
// the test ends. The machine's own Postfix, if there is one, is left alone.
//
// It needs root, as Postfix does, and the packages postfix and dovecot-core.
// Where they are missing a test is skipped with the reason; with CI=true it
// fails.
package postfixtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/test/freeport"
)

// Options of a Postfix. The zero value takes mail for everybody, offers
// STARTTLS, and wants no login.
type Options struct {
	// Users are names and passwords. With any, AUTH is offered (also in the
	// clear) and mail without a login is refused.
	Users map[string]string
	// Mechanisms are the SASL mechanisms to offer, in Dovecot's words; empty:
	// plain login cram-md5 scram-sha-256 xoauth2.
	Mechanisms []string
	// NoTLS offers no STARTTLS.
	NoTLS bool
	// Refuse maps recipients to the reply to their RCPT TO, such as
	// "550 5.1.1 no such user".
	Refuse map[string]string
	// Config is more of main.cf: name → value.
	Config map[string]string
	// Services are more lines of master.cf.
	Services []string
	// IMAP has Dovecot serve the mailbox to each of Users.
	IMAP bool
}

// Server is a running Postfix.
type Server struct {
	// Addr is 127.0.0.1:port with STARTTLS, ImplicitAddr with TLS from the
	// first byte.
	Addr, ImplicitAddr string
	Port, ImplicitPort int
	// IMAPPort is on localhost, with TLS from the first byte; 0: there is none.
	IMAPPort int
	// CAFile is the PEM file of the authority that signed the certificate,
	// which is good for localhost and 127.0.0.1.
	CAFile string

	dir   string
	key   []byte // signs tokens
	begin time.Time
	kept  int
}

// Start runs a Postfix until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	Need(t, os.Geteuid() == 0, "Postfix can only be started by root")
	for _, program := range []string{master, "/usr/sbin/postconf"} {
		_, err := os.Stat(program)
		Need(t, err == nil, "Postfix isn't installed (%s is missing): apt-get install postfix", program)
	}
	if len(o.Users) > 0 {
		_, err := exec.LookPath("/usr/sbin/dovecot")
		Need(t, err == nil, "Dovecot isn't installed: apt-get install dovecot-core")
	}
	if o.IMAP {
		_, err := os.Stat("/usr/lib/dovecot/imap")
		Need(t, err == nil, "Dovecot's IMAP isn't installed: apt-get install dovecot-imapd")
	}

	// Not t.TempDir: Postfix's users must be able to walk into it, and the
	// paths of sockets are short.
	dir, err := os.MkdirTemp("", "pf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{dir: dir, begin: time.Now()}
	if err := s.setUp(o); err != nil {
		t.Fatalf("set up Postfix: %v", err)
	}
	if len(o.Users) > 0 {
		if err := s.setUpDovecot(o); err != nil {
			t.Fatalf("set up Dovecot: %v", err)
		}
		s.run(t, "dovecot", exec.Command("/usr/sbin/dovecot", "-F", "-c", s.path("dovecot.conf")))
		s.wait(t, "Dovecot's socket", func() bool {
			_, err := os.Stat(s.path("q/private/auth"))
			return err == nil
		})
	}
	s.run(t, "postfix", exec.Command(master, "-c", s.path("etc"), "-d"))
	s.wait(t, "Postfix's greeting", func() bool { return greets(s.Addr) })
	return s
}

const master = "/usr/lib/postfix/sbin/master"

// Need skips the test, loudly; where CI=true it fails.
func Need(t testing.TB, ok bool, format string, args ...any) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED, NOT TESTED: "+format, args...)
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

// run starts a program in a process group of its own and ends it, and only
// it, when the test ends.
func (s *Server) run(t testing.TB, name string, cmd *exec.Cmd) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait() // killed: no other end is expected
			close(ended)
		}()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Errorf("%s doesn't end", name)
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children, if any is left
		if t.Failed() {
			t.Logf("%s said:\n%s%s", name, out.Bytes(), s.log(name))
		}
	})
}

func (s *Server) log(name string) []byte {
	data, err := os.ReadFile(s.path(name + ".log"))
	if err != nil {
		return []byte(err.Error())
	}
	return data
}

func (s *Server) wait(t testing.TB, what string, ready func() bool) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for !ready() {
		select {
		case <-late:
			t.Fatalf("waited two minutes for %s; the logs:\n%s\n%s", what, s.log("postfix"), s.log("dovecot"))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func greets(addr string) bool {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	defer c.Close()
	defer time.AfterFunc(5*time.Second, func() { c.Close() }).Stop()
	b := make([]byte, 3)
	_, err = c.Read(b)
	return err == nil && string(b) == "220"
}

// Delivered gives the messages that reached the mailbox, in no order. Postfix
// has put Return-Path, X-Original-To and Delivered-To before each.
func (s *Server) Delivered() []string {
	files, _ := filepath.Glob(s.path("mail/all/new/*")) // the pattern is well-formed
	var all []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err == nil {
			all = append(all, string(data))
		}
	}
	return all
}

// WaitDelivered waits up to two minutes for n messages and gives them. More
// than n are the caller's to notice.
func (s *Server) WaitDelivered(t testing.TB, n int) []string {
	t.Helper()
	s.wait(t, fmt.Sprintf("%d delivered messages (there are %d)", n, len(s.Delivered())), func() bool {
		files, _ := filepath.Glob(s.path("mail/all/new/*"))
		return len(files) >= n
	})
	return s.Delivered()
}

// Header gives the first value of a header field of a delivered message, "" if
// there is none. Folded lines are joined.
func Header(message, name string) string {
	head, _, _ := strings.Cut(strings.ReplaceAll(message, "\r\n", "\n"), "\n\n")
	head = strings.NewReplacer("\n ", " ", "\n\t", " ").Replace(head)
	for line := range strings.SplitSeq(head, "\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// writeAll writes files of the server's folder.
func (s *Server) writeAll(files map[string]string) error {
	var errs []error
	for name, text := range files {
		errs = append(errs, os.WriteFile(s.path(name), []byte(text), 0o644)) //nolint:gosec // Postfix's users read them
	}
	return errors.Join(errs...)
}

// certificate makes the server's certificate and the file that clients trust.
func (s *Server) certificate() error {
	ca, err := inbox.NewCA(s.begin)
	if err != nil {
		return err
	}
	chain, err := ca.ChainPEM(s.begin.Add(-time.Hour), s.begin.Add(24*time.Hour), "localhost", "127.0.0.1")
	if err != nil {
		return err
	}
	s.CAFile = s.path("ca.pem")
	return s.writeAll(map[string]string{"ca.pem": string(ca.PEM()), "chain.pem": string(chain)})
}

func (s *Server) ports(imap bool) (err error) {
	for addr, port := range map[*string]*int{&s.Addr: &s.Port, &s.ImplicitAddr: &s.ImplicitPort} {
		if *port, err = freeport.Find(); err != nil {
			return err
		}
		*addr = "127.0.0.1:" + strconv.Itoa(*port)
	}
	if imap {
		s.IMAPPort, err = freeport.Find()
	}
	return err
}

// Keep puts a message into the mailbox by hand, with flags of maildir's: "S" for seen,
// "" for a new one.
func (s *Server) Keep(message, flags string) error {
	s.kept++
	folder, name := "new", fmt.Sprintf("%d.M%dP1.test", s.begin.Unix(), s.kept)
	if flags != "" {
		folder, name = "cur", name+":2,"+flags
	}
	for _, f := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(s.path("mail/all/"+f), 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(s.path("mail/all/"+folder+"/"+name), []byte(message), 0o600); err != nil {
		return err
	}
	nobody, _, err := ids("nobody", "postdrop")
	if err != nil {
		return err
	}
	return filepath.WalkDir(s.path("mail"), func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, nobody, -1))
	})
}
