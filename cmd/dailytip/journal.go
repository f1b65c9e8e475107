package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
)

// journalHandler writes a log for systemd's journal, which has times of its own and
// reads a line's priority from its beginning (sd-daemon(3)).
type journalHandler struct {
	slog.Handler
	out *journalLine
}

// journalLine puts a priority before what is written next.
type journalLine struct {
	io.Writer
	mu       sync.Mutex
	priority int
}

func (l *journalLine) Write(p []byte) (int, error) {
	if _, err := io.WriteString(l.Writer, fmt.Sprintf("<%d>", l.priority)+string(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func newJournalHandler(w io.Writer, o *slog.HandlerOptions) slog.Handler {
	out := &journalLine{Writer: w}
	untimed := *o
	untimed.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
			return slog.Attr{}
		}
		return a
	}
	return journalHandler{slog.NewTextHandler(out, &untimed), out}
}

func (h journalHandler) Handle(ctx context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	h.out.priority = priorityOf(r.Level)
	return h.Handler.Handle(ctx, r)
}

func (h journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return journalHandler{h.Handler.WithAttrs(attrs), h.out}
}

func (h journalHandler) WithGroup(name string) slog.Handler {
	return journalHandler{h.Handler.WithGroup(name), h.out}
}

// priorityOf is a level as syslog numbers it (RFC 5424, section 6.2.1).
func priorityOf(level slog.Level) int {
	switch {
	case level >= slog.LevelError:
		return 3
	case level >= slog.LevelWarn:
		return 4
	case level >= slog.LevelInfo:
		return 6
	}
	return 7
}

// isJournal tells whether what is written goes to systemd's journal: the service
// manager names the device and the inode (systemd.exec(5), JOURNAL_STREAM).
func isJournal(w io.Writer, stream string) bool {
	f, ok := w.(*os.File)
	if !ok || stream == "" {
		return false
	}
	device, inode, ok := deviceAndInode(f)
	return ok && strings.TrimSpace(stream) == fmt.Sprintf("%d:%d", device, inode)
}
