//go:build long

package newcomer

import (
	"bytes"
	"errors"
	"io/fs"
	"mime"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"dailytip/test/postfixtest"
)

const unitFile = "/usr/lib/systemd/system/dailytip.service"

// machine is an empty Debian in a folder, entered by chroot.
type machine struct {
	*testing.T
	folder string
	weekly map[string]bool // who gets one mail a week
}

// emptyDebian installs Debian's smallest system, and puts the packages beside it.
func emptyDebian(t *testing.T) *machine {
	t.Helper()
	postfixtest.Need(t, runtime.GOOS == "linux" && os.Geteuid() == 0, "only root can enter another system (chroot)")
	for _, program := range []string{"debootstrap", "chroot", "dpkg-deb", "rpm", "systemd-analyze"} {
		_, err := exec.LookPath(program)
		postfixtest.Need(t, err == nil, "%s isn't installed: apt-get install debootstrap rpm systemd", program)
	}
	m := &machine{t, t.TempDir(), map[string]bool{}}
	for dir := m.folder; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the machine's users walk through it
			t.Fatal(err)
		}
	}
	m.run(exec.Command("debootstrap", "--variant=minbase", "bookworm", m.folder, "http://deb.debian.org/debian"))
	dist := filepath.Join(t.TempDir(), "dist")
	build := exec.Command("scripts/dist", dist)
	build.Dir = "../.."
	build.Env = append(os.Environ(), "ARCHS="+runtime.GOARCH, "VERSION=v1.0.0")
	m.run(build)
	for _, kind := range []string{"deb", "rpm"} {
		packages, err := filepath.Glob(filepath.Join(dist, "*."+kind))
		if err != nil || len(packages) != 1 {
			t.Fatalf("the packages are %v: %v", packages, err)
		}
		data, err := os.ReadFile(packages[0])
		if err != nil {
			t.Fatal(err)
		}
		m.write("/dailytip."+kind, string(data))
	}
	return m
}

// checkUnit has systemd read the unit, and judge how much it may do: 2.0 at most.
func (m *machine) checkUnit() {
	m.Helper()
	m.run(exec.Command("dpkg-deb", "-x", m.path("/dailytip.deb"), m.path("/unpacked")))
	// Verified as a unit of this machine, which has what a unit depends on.
	text := strings.ReplaceAll(m.read("/unpacked"+unitFile), "/usr/bin/dailytip", m.path("/unpacked/usr/bin/dailytip"))
	m.write("/unpacked/dailytip.service", text)
	unit := m.path("/unpacked/dailytip.service")
	if said := m.run(exec.Command("systemd-analyze", "verify", "--man=no", unit)); strings.Contains(said, "dailytip") {
		m.Errorf("systemd says of the unit: %s", said)
	}
	m.run(exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", unit))
	m.root("rm", "-r", "/unpacked")
}

// trust makes an authority one that the whole machine trusts.
func (m *machine) trust(file string) {
	m.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		m.Fatal(err)
	}
	m.root("mkdir", "-p", "/etc/ssl/certs")
	m.write("/etc/ssl/certs/ca-certificates.crt", string(data))
}

func (m *machine) path(name string) string { return filepath.Join(m.folder, name) }

// command is one that runs on the machine, as a user, with nothing of our environment.
func (m *machine) command(as string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command("chroot", append([]string{"--userspec=" + as + ":" + as, m.folder, "/usr/bin/env", "-C", "/"}, args...)...)
	cmd.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"}, env...)
	return cmd
}

func (m *machine) try(as string, env []string, args ...string) (said string, code int) {
	m.Helper()
	cmd := m.command(as, env, args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	if failed := cmd.Run(); failed != nil && !errors.As(failed, new(*exec.ExitError)) {
		m.Fatal(failed)
	}
	if code = cmd.ProcessState.ExitCode(); code != 0 {
		return out.String() + err.String(), code
	}
	m.Logf("%s: %s\n%s%s", as, strings.Join(args, " "), &out, &err)
	return out.String(), 0
}

func (m *machine) root(args ...string) string { m.Helper(); return m.must("root", args...) }
func (m *machine) user(args ...string) string { m.Helper(); return m.must("dailytip", args...) }

func (m *machine) must(as string, args ...string) string {
	m.Helper()
	said, code := m.try(as, nil, args...)
	if code != 0 {
		m.Fatalf("%s: %s: exit code %d\n%s", as, strings.Join(args, " "), code, said)
	}
	return said
}

// run runs a command of ours that must succeed.
func (m *machine) run(cmd *exec.Cmd) string {
	m.Helper()
	said, err := cmd.CombinedOutput()
	if err != nil {
		m.Fatalf("%s: %v\n%s", cmd, err, said)
	}
	return string(said)
}

func (m *machine) write(name, text string) {
	m.Helper()
	if err := os.WriteFile(m.path(name), []byte(text), 0o644); err != nil { //nolint:gosec // the machine's users read it
		m.Fatal(err)
	}
}

func (m *machine) read(name string) string {
	m.Helper()
	data, err := os.ReadFile(m.path(name))
	if err != nil {
		m.Fatal(err)
	}
	return string(data)
}

func (m *machine) has(text string, parts ...string) {
	m.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			m.Fatalf("%q isn't in\n%s", part, text)
		}
	}
}

func (m *machine) there(name string, want bool) {
	m.Helper()
	_, err := os.Lstat(m.path(name))
	if got := !errors.Is(err, fs.ErrNotExist); got != want {
		m.Errorf("%s is there: %t, want %t", name, got, want)
	}
}

// owned checks files' owner and mode. A user's number is the machine's own.
func (m *machine) owned(by string, mode fs.FileMode, names ...string) {
	m.Helper()
	number := strings.TrimSpace(m.root("id", "-u", by))
	for _, name := range names {
		info, err := os.Stat(m.path(name))
		if err != nil {
			m.Fatal(err)
		}
		owner := strconv.Itoa(int(info.Sys().(*syscall.Stat_t).Uid))
		if owner != number || info.Mode().Perm() != mode {
			m.Errorf("%s belongs to %s with mode %04o, want %s (%s) and %04o", name, owner, info.Mode().Perm(), number, by, mode)
		}
	}
}

func decoded(t *testing.T, header string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
