package tips

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"dailytip/test/logtext"
)

// watchLog is the log of a library that is watched.
type watchLog struct{ logtext.Log }

func (l *watchLog) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// await waits until the log holds some text.
func (l *watchLog) await(t *testing.T, text string) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for end := time.After(10 * time.Second); !strings.Contains(l.String(), text); {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("the log doesn't say %q:\n%s", text, l)
		}
	}
}
