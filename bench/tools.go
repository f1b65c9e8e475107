package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dailytip/test/freeport"
)

const (
	smtpSink   = "/usr/sbin/smtp-sink"
	smtpSource = "/usr/sbin/smtp-source"
)

// tools looks for the programs of Debian's package postfix.
func tools() error {
	for _, name := range []string{smtpSink, smtpSource} {
		if _, err := os.Stat(name); err != nil {
			return fmt.Errorf("%s is missing: on Debian or Ubuntu, apt-get install postfix (nothing of it needs to run)", name)
		}
	}
	return nil
}

// machine describes where this runs.
func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores of %s, %s", runtime.NumCPU(), model, runtime.Version())
}

// load is the number of processes that wanted to run during the last minute:
// above our own two or three the machine wasn't quiet.
func load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	n, _ := strconv.ParseFloat(first, 64)
	return n
}

// startSink starts smtp-sink on a free port, with more flags such as -p (no
// PIPELINING), and waits until it answers.
func startSink(ctx context.Context, flags ...string) (port int, stop func(), err error) {
	if port, err = freeport.Find(); err != nil {
		return 0, nil, err
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	args := append([]string{"-m", "1000"}, flags...)
	if os.Getuid() == 0 {
		args = append(args, "-u", "nobody") // it refuses to run as root
	}
	cmd := exec.CommandContext(ctx, smtpSink, append(args, addr, "1000")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	for range 200 {
		if greets(addr) {
			return port, stop, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	return 0, nil, fmt.Errorf("smtp-sink doesn't answer on %s: %s", addr, &out)
}

func greets(addr string) bool {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	c.SetDeadline(time.Now().Add(time.Second))
	line, err := bufio.NewReader(c).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "220")
}
