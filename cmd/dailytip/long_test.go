//go:build long

package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/test/postfixtest"
)

// sevenDaily is a schedule that a test replaces by daily at another time.
const sevenDaily = `schedule: "0 7 * * *"`

// A schedule fires on time, which is the next full minute that leaves a daemon time
// to start, and Postfix delivers.
func TestServeDeliversThroughPostfix(t *testing.T) {
	t.Parallel()
	relay := postfixtest.Start(t, postfixtest.Options{})
	in := install(t, relayTo(relay.Port, relay.CAFile), sevenDaily)
	in.subscribe(40)
	in.replace(sevenDaily, strings.ReplaceAll(daily(time.Now().Add(90*time.Second)), "\n", "\n    "))
	d := in.serve()
	in.eventually(patience, "40 mails arrive", func() bool { return len(relay.Delivered()) >= 40 })
	d.stop()
	if s := in.status(); s.Due != 40 || s.Sent != 40 {
		t.Errorf("%+v", s)
	}
	if n := len(relay.Delivered()); n != 40 {
		t.Errorf("%d messages, want 40", n)
	}
}

func TestInstallationMovesBack(t *testing.T) {
	t.Parallel()
	installationMoves(t, 2)
}

// TestLongScript runs the scripts that take too long for every time.
func TestLongScript(t *testing.T) {
	scripts(t, filepath.Join("testdata", "long"))
}

func TestEachConfigurationThatLoadsComposes(t *testing.T) {
	t.Parallel()
	configurationsCompose(t, 1, 1)
}
