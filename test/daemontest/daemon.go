package daemontest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dailytip/test/logtext"
)

// Daemon is "dailytip serve" in a process of its own.
type Daemon struct {
	cmd  *exec.Cmd
	log  *logtext.Log
	done chan struct{} // closed when the process has ended
	err  error         // how; after done
}

// Start starts a daemon and doesn't wait for it. It ends with this process.
func (in *Installation) Start(ctx context.Context) (*Daemon, error) {
	d := &Daemon{cmd: in.command(ctx, "serve"), log: &logtext.Log{}, done: make(chan struct{})}
	d.cmd.Stdout, d.cmd.Stderr = d.log, d.log
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the daemon: %w", err)
	}
	go func() {
		d.err = d.cmd.Wait()
		close(d.done)
	}()
	return d, nil
}

// Serve starts a daemon and waits until it runs.
func (in *Installation) Serve(ctx context.Context) (*Daemon, error) {
	d, err := in.Start(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.Says(ctx, "dailytip is running"); err != nil {
		return nil, errors.Join(err, d.Kill())
	}
	return d, nil
}

// Says waits until the log holds a text, five minutes at most.
func (d *Daemon) Says(ctx context.Context, text string) error {
	late := time.NewTimer(5 * time.Minute)
	defer late.Stop()
	for !strings.Contains(d.Log(), text) {
		select {
		case <-d.done:
			return fmt.Errorf("the daemon ended (%w) before it said %q:\n%s", d.err, text, d.Log())
		case <-late.C:
			return fmt.Errorf("after five minutes the daemon hasn't said %q:\n%s", text, d.Log())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

// Log is what the daemon has said so far.
func (d *Daemon) Log() string { return d.log.String() }

// Kill ends the daemon as a power cut would. It may have ended by itself.
func (d *Daemon) Kill() error {
	if err := d.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill the daemon: %w", err)
	}
	<-d.done
	return nil
}

// Stop ends the daemon by SIGTERM, as an operator does; the error says how it
// ended if not well, or that it took longer than five minutes.
func (d *Daemon) Stop() error {
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the daemon: %w\n%s", err, d.Log())
	}
	select {
	case <-d.done:
	case <-time.After(5 * time.Minute):
		return fmt.Errorf("five minutes after SIGTERM the daemon still runs:\n%s", d.Log())
	}
	if d.err != nil {
		return fmt.Errorf("the daemon ended with %w:\n%s", d.err, d.Log())
	}
	return nil
}

// Ended is closed when the process has ended, however.
func (d *Daemon) Ended() <-chan struct{} { return d.done }

// CPU is the processor time that the daemon took, once it has ended.
func (d *Daemon) CPU() time.Duration {
	return d.cmd.ProcessState.UserTime() + d.cmd.ProcessState.SystemTime()
}

// Reload has the daemon read its configuration again, by SIGHUP, and waits until
// the new one is in force: for the first time in its life.
func (d *Daemon) Reload(ctx context.Context) error {
	if err := d.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		return fmt.Errorf("reload the configuration: %w", err)
	}
	return d.Says(ctx, "the new configuration is in force")
}

// PeakMemory is the most memory that the process has held so far, in bytes:
// VmHWM of /proc/PID/status (Linux).
func (d *Daemon) PeakMemory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read peak memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if kB, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kB), " kB"), 10, 64)
			return n << 10, err
		}
	}
	return 0, errors.New("read peak memory: no VmHWM in /proc/PID/status")
}
