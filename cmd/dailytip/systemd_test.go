//go:build linux

package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"dailytip/test/logtext"
)

// serviceManager hears what the daemon says of itself.
type serviceManager struct {
	*testing.T
	socket string
	heard  *net.UnixConn
}

func newServiceManager(t *testing.T) *serviceManager {
	t.Helper()
	dir, err := os.MkdirTemp("", "notify") // t.TempDir may be too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	m := &serviceManager{T: t, socket: filepath.Join(dir, "socket")}
	m.heard, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.heard.Close() })
	return m
}

// until waits for a message that begins so, and returns it. What is in between is
// only ever the watchdog's.
func (m *serviceManager) until(state string) string {
	m.Helper()
	if err := m.heard.SetReadDeadline(time.Now().Add(patience)); err != nil {
		m.Fatal(err)
	}
	buffer := make([]byte, 4096)
	for {
		n, err := m.heard.Read(buffer)
		if err != nil {
			m.Fatalf("systemd never heard %s: %v", state, err)
		}
		said := string(buffer[:n])
		if strings.HasPrefix(said, state) {
			return said
		}
		if said != "WATCHDOG=1" {
			m.Fatalf("systemd heard %q before %s", said, state)
		}
	}
}

// The daemon tells systemd when it's ready, reads its configuration again and stops, and
// feeds the watchdog from the scheduler's ticks.
func TestSystemdIsTold(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	manager := newServiceManager(t)
	d := &daemon{in: in, cmd: in.command("serve"), log: &logtext.Log{}}
	d.cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+manager.socket)
	d.cmd.Stderr = d.log
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait()
		if t.Failed() {
			t.Logf("the daemon's log:\n%s", d.log)
		}
	})
	manager.until("READY=1\nSTATUS=sending")
	d.hangUp()
	if said := manager.until("RELOADING=1"); !regexp.MustCompile(`\nMONOTONIC_USEC=[0-9]+\n?$`).MatchString(said) {
		t.Errorf("a reload without the time that systemd 253 wants: %q", said)
	}
	manager.until("READY=1\nSTATUS=sending")

	good, err := os.ReadFile(filepath.Join(in.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	in.write("config.yaml", "nonsense: true\n")
	d.hangUp()
	manager.until("RELOADING=1")
	if said := manager.until("READY=1"); !strings.Contains(said, "has faults; the old one stays") {
		t.Errorf("after a configuration with faults systemd heard %q", said)
	}
	in.write("config.yaml", string(good))
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	manager.until("STOPPING=1")
}

// A scheduler that ticks feeds the watchdog; nothing else does.
func TestWatchdogHangsOnTheScheduler(t *testing.T) {
	manager := newServiceManager(t)
	t.Setenv("NOTIFY_SOCKET", manager.socket)
	in := install(t, relayTo(1, ""), "")
	a := in.app()
	tick := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	a.scheduler.Alive(tick)
	manager.until("WATCHDOG=1")
	if got := time.UnixMilli(a.ticked.Load()); !got.Equal(tick) {
		t.Errorf("the last tick is noted as %s", got)
	}
}

// What goes to the journal has priorities and leaves the time to it.
func TestLogForTheJournal(t *testing.T) {
	journal, err := os.Create(filepath.Join(t.TempDir(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = journal.Close() }()
	info, err := journal.Stat()
	if err != nil {
		t.Fatal(err)
	}
	s := info.Sys().(*syscall.Stat_t)
	c := &command{stdio: stdio{strings.NewReader(""), io.Discard, journal}, logFormat: "text"}
	t.Setenv("JOURNAL_STREAM", fmt.Sprintf("%d:%d", s.Dev, s.Ino))
	log := c.logger(slog.LevelDebug).With("newsletter", "management").WithGroup("relay")
	log.Debug("looked")
	log.Info("sent", "time", 3)
	log.Warn("paused", "reply", "451 later\n<0>no")
	log.Error("failed")
	t.Setenv("JOURNAL_STREAM", fmt.Sprintf("%d:%d", s.Dev, s.Ino+1)) // somebody else's
	c.logger(slog.LevelInfo).Info("elsewhere")
	got, err := os.ReadFile(journal.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := `<7>msg=looked newsletter=management
<6>msg=sent newsletter=management relay.time=3
<4>msg=paused newsletter=management relay.reply="451 later\n<0>no"
<3>msg=failed newsletter=management
time=`
	if !strings.HasPrefix(string(got), want) {
		t.Errorf("the journal gets\n%s", got)
	}
}
