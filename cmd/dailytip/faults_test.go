package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"dailytip/inbox"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/test/daemontest"
)

// smallDisk mounts a file system of some megabytes, which only root can.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	unmount, err := daemontest.SmallDisk(dir, size)
	if err != nil {
		storetest.Missing(t, "a small file system (it takes root)", err)
	}
	t.Cleanup(unmount)
	return dir
}

func (in *installation) moveDatabase(path string) {
	in.Helper()
	in.replace("database: tips.db", "database: "+path)
}

// replace changes a piece of the configuration.
func (in *installation) replace(old, with string) {
	in.Helper()
	name := filepath.Join(in.dir, "config.yaml")
	text, err := os.ReadFile(name)
	if err != nil {
		in.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		in.Fatalf("the configuration has no %q", old)
	}
	writeFile(in.T, name, bytes.Replace(text, []byte(old), []byte(with), 1))
}

func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, "4m")
	in := install(t, relayTo(1, ""), "")
	in.moveDatabase(filepath.Join(disk, "tips.db"))
	in.run(0, "migrate")
	if out, err := exec.Command("mount", "-o", "remount,ro", disk).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v: %s", err, out)
	}
	said := in.fails(codeFailed, "subscribers", "add", "ana@example.net")
	if !strings.Contains(said, "can't be written") && !strings.Contains(said, "can't be opened") {
		t.Errorf("it says: %s", said)
	}
	if !strings.Contains(said, disk) {
		t.Errorf("it doesn't say which file: %s", said)
	}
}

func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	in.run(0, "migrate")
	db, err := store.Open(t.Context(), filepath.Join(in.dir, "tips.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.Write(t.Context(), func(*sql.Tx) error { // holds the write lock
		said := in.fails(codeFailed, "subscribers", "add", "ana@example.net")
		if !strings.Contains(said, "another process holds the database's write lock") {
			t.Errorf("it says: %s", said)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	in.run(0, "subscribers", "add", "ana@example.net")
}

// fails runs a command that must end with a code, and returns what it said.
func (in *installation) fails(code int, args ...string) string {
	in.Helper()
	cmd := in.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	_ = cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != code {
		in.Fatalf("dailytip %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, &stderr)
	}
	return stderr.String()
}

// P4: a refused login blames nobody.
func TestRefusedLogin(t *testing.T) {
	t.Parallel()
	_, relay := startInbox(t, inbox.Options{Users: map[string]string{"tips": "secret"}, RequireAuth: true})
	in := install(t, relay+"  username: tips\n  password: wrong\n", `schedule: "0 7 * * *"`)
	in.subscribe(3)
	in.sendUntil("it says what to do", func(said string) bool {
		return strings.Contains(said, "the relay refused the login") && strings.Contains(said, "check smtp: auth, username and password")
	})
	if s := in.status(); s.Failed != 0 || s.Due != 3 {
		t.Errorf("%+v", s)
	}
}

// P6: a broken configuration never stops the daemon, and a good one needs no
// restart.
func TestReloadByHangup(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	in.subscribe(2)
	d := in.serve()
	name := filepath.Join(in.dir, "config.yaml")
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, name, append(good, "tpyo: 1\n"...))
	d.hangUp()
	in.eventually(patience, "the fault is logged with its line", func() bool {
		return strings.Contains(d.log.String(), "the old one stays in force") && strings.Contains(d.log.String(), "config.yaml:16")
	})
	writeFile(t, name, bytes.Replace(good, []byte("tips@example.com"), []byte("other@example.com"), 1))
	d.hangUp()
	in.eventually(patience, "the new one is in force", func() bool { return strings.Contains(d.log.String(), "the new configuration is in force") })
	in.run(0, "send")
	if from := box.Messages()[0].From; from != "other@example.com" {
		t.Errorf("sent as %s", from)
	}
	d.stop()
}

// An import that a full disk ends says how far it came, and goes on when it's run again.
func TestImportOnAFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, "4m")
	in := install(t, relayTo(1, ""), "")
	in.moveDatabase(filepath.Join(disk, "tips.db"))
	var csv strings.Builder
	csv.WriteString("email\n")
	for i := range 20000 {
		fmt.Fprintf(&csv, "reader%d@example.net\n", i)
	}
	in.write("readers.csv", csv.String())
	said := in.fails(codeFailed, "subscribers", "import", "readers.csv", "--confirmed")
	found := regexp.MustCompile(`; (\d+) rows were taken before that`).FindStringSubmatch(said)
	if found == nil {
		t.Fatalf("it says: %s", said)
	}
	taken, err := strconv.Atoi(found[1])
	if err != nil || taken == 0 {
		t.Fatalf("%d rows taken, %v: %s", taken, err, said)
	}
	if out, err := exec.Command("mount", "-o", "remount,size=64m", disk).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v: %s", err, out)
	}
	want := fmt.Sprintf("%d added, %d there already", 20000-taken, taken)
	if out := in.run(0, "subscribers", "import", "readers.csv", "--confirmed"); !strings.Contains(out, want) {
		t.Errorf("it says %q, want %q", out, want)
	}
}

func TestServeOnADatabaseThatCanOnlyBeRead(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	in := install(t, relayTo(1, ""), "")
	in.moveDatabase(url)
	in.run(0, "migrate")
	in.replace(url, url+"&default_transaction_read_only=on")
	said := in.fails(codeFailed, "serve")
	if !strings.Contains(said, "can only be read") || !strings.Contains(said, "let it write") || strings.Contains(said, "hasten") {
		t.Errorf("it says: %s", said)
	}
}
