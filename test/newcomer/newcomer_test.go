//go:build long

package newcomer

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"dailytip/test/freeport"
	"dailytip/test/postfixtest"
)

const (
	password = "correct horse"
	state    = "/var/lib/dailytip"
)

// The newcomer's hour: an empty Debian, the package, init against a Postfix that wants a
// login, check, readers and the exports of other programs, plan, the unit's own command
// as the unit's user, today's tip in a mailbox of Dovecot's, backup, restore elsewhere,
// purge.
func TestNewcomersHour(t *testing.T) {
	m := emptyDebian(t)
	relay := postfixtest.Start(t, postfixtest.Options{Users: map[string]string{"tips": password}, IMAP: true})
	m.trust(relay.CAFile)
	m.checkUnit()

	m.root("dpkg", "-i", "/dailytip.deb")
	listen := free(t)
	m.write("/root/relay-password", password+"\n")
	zone := "Europe/Berlin" // whose day must not end meanwhile
	if at, err := time.LoadLocation(zone); err != nil || time.Now().In(at).Hour() >= 22 {
		zone = "America/New_York"
	}
	said := m.root("dailytip", "init", "/etc/dailytip", "--yes", "--from", "Daily Tip <tips@example.com>",
		"--relay", relay.Addr, "--username", "tips", "--password-file", "/root/relay-password", "--base-url", "http://"+listen,
		"--listen", listen, "--timezone", zone, "--hour", "23:59", "--days", "*", "--test-to", "operator@example.net")
	m.has(said, "tried   the relay", "operator@example.net", "sudo -u dailytip dailytip check", "sudo systemctl enable --now dailytip")
	relay.WaitDelivered(t, 1)
	m.owned("dailytip", 0o600, "/etc/dailytip/smtp-password", state+"/dailytip.db")
	m.owned("root", 0o640, "/etc/dailytip/config.yaml")
	if again, code := m.try("root", nil, "dailytip", "init", "/etc/dailytip", "--yes", "--from", "other@example.com"); code != 4 {
		t.Fatalf("init a second time: exit code %d\n%s", code, again)
	}

	m.has(m.user("dailytip", "check"), "ok       relay", "ok       library of management", "ok       files")
	m.write("/readers.csv", "email,name,timezone\nana@example.net,Ana,Europe/Madrid\nben@example.net,Ben,America/New_York\ncem@example.net,Cem,Europe/Istanbul\n")
	m.user("dailytip", "subscribers", "import", "/readers.csv", "--confirmed")
	m.takeOver()
	today, title := m.plan(zone)
	due := m.due(today)

	d := m.start()
	m.has(m.user("dailytip", "healthcheck"), "ready")
	m.has(m.user("dailytip", "send", "--date", today), fmt.Sprintf("%d sent", len(due)))
	relay.WaitDelivered(t, 1+len(due))
	if got := m.arrived(relay, title); len(due) < 20 || !maps.Equal(got, due) {
		t.Errorf("today's tip reached %d:\n%v\nwant %d:\n%v", len(got), got, len(due), due)
	}
	m.user("dailytip", "backup", state+"/running.db")
	d.stop()
	m.user("dailytip", "backup", state+"/backup.db")

	before := m.user("dailytip", "status", "--json")
	m.has(before, fmt.Sprintf(`"sent":%d`, len(due)))
	m.root("dailytip", "init", "/srv/tips", "--yes", "--no-try", "--from", "tips@example.com")
	m.root("dailytip", "--config", "/srv/tips/config.yaml", "restore", state+"/backup.db")
	if after := m.root("dailytip", "--config", "/srv/tips/config.yaml", "status", "--json"); after != before {
		t.Errorf("elsewhere status is\n%swant\n%s", after, before)
	}

	m.root("dpkg", "--purge", "dailytip")
	m.there(state+"/dailytip.db", true)
	m.there("/etc/dailytip", false)
	m.root("dpkg", "-i", "/dailytip.deb")
	m.root("sh", "-c", "echo dailytip dailytip/purge-data boolean true | debconf-set-selections")
	m.root("dpkg", "--purge", "dailytip")
	m.there(state, false)
	m.rpm()
}

// rpm installs the other package, whose scripts find the same programs here as in
// Fedora; its dependencies have names of their own there. What is taken away leaves
// configuration and readers.
func (m *machine) rpm() {
	m.Helper()
	rpm := func(args ...string) string {
		return m.run(exec.Command("rpm", append([]string{"--force-debian", "--root", m.folder, "--nodeps"}, args...)...))
	}
	m.has(rpm("-i", m.path("/dailytip.rpm")), "dailytip init /etc/dailytip")
	m.root("dailytip", "init", "/etc/dailytip", "--yes", "--no-try", "--from", "tips@example.com")
	m.user("dailytip", "subscribers", "add", "ana@example.net", "--confirmed")
	m.owned("dailytip", 0o750, state, state+"/tips")
	m.has(m.root("stat", "-c", "%U:%G %a", "/etc/dailytip"), "root:dailytip 750")
	rpm("-U", "--force", m.path("/dailytip.rpm"))
	m.has(m.user("dailytip", "subscribers", "list"), "ana@example.net")
	rpm("-e", "dailytip")
	m.there("/usr/bin/dailytip", false)
	m.there("/etc/dailytip/config.yaml", true)
	m.there(state+"/dailytip.db", true)
}

// plan is today's date in the newsletter's zone, and the title of its tip.
func (m *machine) plan(name string) (date, title string) {
	m.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		m.Fatal(err)
	}
	date = time.Now().In(zone).Format(time.DateOnly)
	var day struct {
		Date, Title string
	}
	line := m.user("dailytip", "plan", "--days", "1", "--from", date, "--json")
	if err := json.Unmarshal([]byte(line), &day); err != nil || day.Date != date || day.Title == "" {
		m.Fatalf("plan of %s: %v in %s", date, err, line)
	}
	return date, day.Title
}

var execStart = regexp.MustCompile(`(?m)^ExecStart=(.+)$`)

// daemon is the unit's command, run as systemd would: as its user, with the credential
// that the unit loads, and with a socket to say how it is.
type daemon struct {
	m     *machine
	cmd   *exec.Cmd
	heard *net.UnixConn
}

func (m *machine) start() *daemon {
	m.Helper()
	unit := m.read(unitFile)
	command := strings.Fields(execStart.FindStringSubmatch(unit)[1])
	m.root("install", "-d", "-o", "dailytip", "-m", "0700", "/run/credentials/dailytip.service")
	m.root("install", "-o", "dailytip", "-m", "0400", "/etc/dailytip/smtp-password", "/run/credentials/dailytip.service/smtp-password")
	m.root("chown", "root:root", "/etc/dailytip/smtp-password") // as careful operators have it
	socket := "/run/notify"
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.path(socket), Net: "unixgram"})
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { _ = heard.Close() })
	if err := os.Chmod(m.path(socket), 0o777); err != nil { //nolint:gosec // the daemon's user writes into it
		m.Fatal(err)
	}
	d := &daemon{m, m.command("dailytip", []string{"NOTIFY_SOCKET=" + socket, "CREDENTIALS_DIRECTORY=/run/credentials/dailytip.service"}, command...), heard}
	log, err := os.Create(filepath.Join(m.TempDir(), "log"))
	if err != nil {
		m.Fatal(err)
	}
	d.cmd.Stdout, d.cmd.Stderr = log, log
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.cmd.Start(); err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() {
		_ = d.cmd.Process.Kill() // it may have ended
		if text, err := os.ReadFile(log.Name()); err == nil && m.Failed() {
			m.Logf("the daemon's log:\n%s", text)
		}
		_ = log.Close()
	})
	d.says("READY=1")
	return d
}

func (d *daemon) says(what string) {
	d.m.Helper()
	if err := d.heard.SetReadDeadline(time.Now().Add(3 * time.Minute)); err != nil {
		d.m.Fatal(err)
	}
	for buffer := make([]byte, 4096); ; {
		n, err := d.heard.Read(buffer)
		if err != nil {
			d.m.Fatalf("the daemon didn't say %s: %v", what, err)
		}
		if strings.HasPrefix(string(buffer[:n]), what) {
			return
		}
	}
}

func (d *daemon) stop() {
	d.m.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.m.Fatal(err)
	}
	d.says("STOPPING=1")
	if err := d.cmd.Wait(); err != nil {
		d.m.Fatalf("the daemon ended with %v", err)
	}
	d.m.root("chown", "dailytip:dailytip", "/etc/dailytip/smtp-password")
}

func free(t *testing.T) string {
	t.Helper()
	port, err := freeport.Find()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}
