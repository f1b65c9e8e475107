package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"dailytip/inbox"
	"dailytip/test/daemontest"
)

// TestMain puts the program on the path: what the tests run as dailytip is what
// ships. With the race detector it would take six times as long; test/chaos has
// it go out of its way under the detector.
func TestMain(m *testing.M) {
	program, err := daemontest.Build(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = os.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	os.Exit(m.Run())
}

// TestScript runs the scripts of testdata/script. They find the project's config.yaml
// in their folder example, and beside testscript's own commands they know:
//
//	smtp            start an SMTP server; sets $SMTP_PORT and writes ca.pem
//	received N      wait until the server holds N messages, and no more
//	refuse STAGE CODE [ENHANCED [TO]]   have the server refuse at mail, rcpt or dot; "refuse none" ends it
//	code N dailytip …   run, and expect this exit code
//	until TEXT dailytip …   run again and again until it prints the text
//	hugetip FILE    write a tip within the limits of a file, whose mail is beyond those of a mail
//	picture FILE    write a small picture
func TestScript(t *testing.T) {
	scripts(t, filepath.Join("testdata", "script"))
}

func scripts(t *testing.T, dir string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("TZ", "UTC")
			e.Setenv("TODAY", time.Now().UTC().Format(time.DateOnly))
			return copyExample(e.WorkDir)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"smtp":     scriptSMTP,
			"received": scriptReceived,
			"refuse":   scriptRefuse,
			"code":     scriptCode,
			"until":    scriptUntil,
			"hugetip":  scriptHugeTip,
			"picture":  scriptPicture,
			"number":   scriptNumber,
		},
	})
}

// scriptNumber puts the first id that the last command printed into $NUMBER.
func scriptNumber(ts *testscript.TestScript, _ bool, _ []string) {
	id := regexp.MustCompile(`"id":(\d+)`).FindStringSubmatch(ts.ReadFile("stdout"))
	if id == nil {
		ts.Fatalf("no id was printed")
	}
	ts.Setenv("NUMBER", id[1])
}

// copyExample puts the project's config.yaml into the script's folder example.
func copyExample(dir string) error {
	data, err := os.ReadFile("../../config.yaml")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "example"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "example", "config.yaml"), data, 0o600)
}

// servers are the scripts' SMTP servers, by the script's folder.
var servers sync.Map

func scriptSMTP(ts *testscript.TestScript, _ bool, _ []string) {
	box, err := inbox.New(inbox.Options{})
	ts.Check(err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Run(ctx) }()
	ts.Defer(func() {
		stop()
		<-done
	})
	_, port, err := net.SplitHostPort(box.Addr())
	ts.Check(err)
	ts.Setenv("SMTP_PORT", port)
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), box.CA().PEM(), 0o600))
	servers.Store(ts.Getenv("WORK"), box)
	ts.Defer(func() { servers.Delete(ts.Getenv("WORK")) })
}

func serverOf(ts *testscript.TestScript) *inbox.Server {
	box, ok := servers.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("no SMTP server: begin the script with smtp")
	}
	return box.(*inbox.Server)
}

func scriptReceived(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	box := serverOf(ts)
	for end := time.Now().Add(patience); len(box.Messages()) < want && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	if got := len(box.Messages()); got != want {
		ts.Fatalf("%d messages arrived, want %d", got, want)
	}
	for _, m := range box.Messages() {
		name := ts.MkAbs(m.To[0] + ".eml")
		ts.Check(os.WriteFile(name, m.Data, 0o600))
	}
}

func scriptRefuse(ts *testscript.TestScript, _ bool, args []string) {
	box := serverOf(ts)
	if args[0] == "none" {
		box.SetFault(nil)
		return
	}
	stage, ok := map[string]inbox.Stage{"mail": inbox.MailFrom, "rcpt": inbox.RcptTo, "dot": inbox.Dot}[args[0]]
	if !ok {
		ts.Fatalf("refuse: no stage %q", args[0])
	}
	fault := inbox.Fault{Text: "refused by the test"}
	var err error
	fault.Code, err = strconv.Atoi(args[1])
	ts.Check(err)
	if len(args) > 2 {
		fault.Enhanced = args[2]
	}
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == stage && (len(args) < 4 || a.To == args[3]) {
			return fault
		}
		return inbox.Fault{}
	})
}

func scriptCode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s", fmt.Sprintf("exit code %d, want %d", got, want))
	}
}

func scriptUntil(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if ts.Check(ts.Exec(args[1], args[2:]...)); strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("it never said %q", args[0])
		}
	}
}

func scriptHugeTip(ts *testscript.TestScript, _ bool, args []string) {
	text := "---\ntitle: Huge\nlink: https://example.com/huge\n---\n\n" + strings.Repeat("- item\n", 4000)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

func scriptPicture(ts *testscript.TestScript, _ bool, args []string) {
	var b bytes.Buffer
	ts.Check(png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 20))))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}
