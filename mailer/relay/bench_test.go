package relay

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"dailytip/verdict"
)

// BenchmarkSink compares with the C reference: each round sends 20,000 messages
// of 8 KB over 8 connections with smtp-source -d, and as many from memory with
// sessions, to the same smtp-sink (Debian's package postfix has both).
//
//	go test ./mailer/relay -run '^$' -bench Sink -benchtime 5x
func BenchmarkSink(b *testing.B) {
	const messages, sessions = 20_000, 8
	sink, source := tool(b, "smtp-sink"), tool(b, "smtp-source")
	for _, mode := range []struct {
		name  string
		flags []string
	}{{"pipelined", nil}, {"lock-step", []string{"-p"}}} {
		b.Run(mode.name, func(b *testing.B) {
			port := startSink(b, sink, mode.flags)
			r, err := New(Options{Host: "127.0.0.1", Port: port, TLS: "none"})
			if err != nil {
				b.Fatal(err)
			}
			var theirs, ours, theirCPU, cpu time.Duration
			for b.Loop() {
				began := time.Now()
				cmd := exec.Command(source, "-d", "-s", strconv.Itoa(sessions), "-l", "8192", "-m", strconv.Itoa(messages),
					"-f", "tips@example.com", "-t", "reader@example.org", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("smtp-source: %v: %s", err, out)
				}
				theirs += time.Since(began)
				theirCPU += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()

				began, used := time.Now(), cpuTime(b)
				var wg sync.WaitGroup
				for range sessions {
					wg.Go(func() { pour(b, r, messages/sessions) })
				}
				wg.Wait()
				ours += time.Since(began)
				cpu += cpuTime(b) - used
			}
			total := float64(b.N * messages)
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
			b.ReportMetric(total/ours.Seconds(), "messages/s")
			b.ReportMetric(float64(cpu.Microseconds())/total, "cpu-µs/message")
			b.ReportMetric(float64(theirCPU.Microseconds())/total, "their-cpu-µs/message")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// pour sends n messages of 8 KB from memory.
func pour(b *testing.B, r *Relay, n int) {
	line := []byte("Feedback is a gift: say thank you first, and reply on the next day only.\r\n")
	e := Envelope{
		From: "b-0000000000-0123456789abcdef@bounces.example.com", To: "reader@example.org",
		Data: append([]byte("Subject: Tip\r\n\r\n"), bytes.Repeat(line, 8192/len(line))...),
	}
	s := r.Session()
	defer s.Close()
	for range n {
		if a := s.Send(context.Background(), e); verdict.Judge(a) != verdict.Accepted {
			b.Errorf("%v", a)
		}
	}
}

func startSink(b *testing.B, sink string, flags []string) (port int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	args := append([]string{}, flags...)
	if os.Getuid() == 0 { // it refuses to run as root
		args = append(args, "-u", "nobody")
	}
	cmd := exec.Command(sink, append(args, fmt.Sprintf("127.0.0.1:%d", port), "100")...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 100 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			c.Close()
			return port
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatal("smtp-sink doesn't listen")
	return 0
}

// tool finds a program that Debian keeps from users' paths.
func tool(b *testing.B, name string) string {
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin") {
		if path := filepath.Join(dir, name); exec.Command(path, "-?").Err == nil {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	b.Skipf("%s isn't installed (Debian: postfix)", name)
	return ""
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
