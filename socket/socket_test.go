package socket_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dailytip/socket"
)

// pair returns both ends of a connection; ours is quick.
func pair(t *testing.T, network, address string) (ours, peer net.Conn) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	raw, err := net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if peer, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close(); peer.Close() })
	return socket.Quick(raw), peer
}

func both(t *testing.T, f func(t *testing.T, ours, peer net.Conn)) {
	t.Helper()
	t.Run("tcp", func(t *testing.T) {
		ours, peer := pair(t, "tcp", "127.0.0.1:0")
		f(t, ours, peer)
	})
	t.Run("unix", func(t *testing.T) {
		ours, peer := pair(t, "unix", filepath.Join(t.TempDir(), "s"))
		f(t, ours, peer)
	})
}

// More than fits into the socket's buffers goes through in both directions.
func TestAllArrives(t *testing.T) {
	both(t, func(t *testing.T, ours, peer net.Conn) {
		data := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
		echoed := make(chan error, 1)
		go func() {
			_, err := io.Copy(peer, peer)
			echoed <- errors.Join(err, peer.Close())
		}()
		sent := make(chan error, 1)
		go func() {
			n, err := ours.Write(data)
			if n != len(data) {
				t.Errorf("%d bytes were written, want %d", n, len(data))
			}
			sent <- err
		}()
		got := make([]byte, len(data))
		if _, err := io.ReadFull(ours, got); err != nil {
			t.Fatal(err)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
		if !bytes.Equal(got, data) {
			t.Error("other bytes came back")
		}
		if n, err := ours.Read(nil); n != 0 || err != nil {
			t.Errorf("reading nothing: %d, %v", n, err)
		}
	})
}

func TestTheEnd(t *testing.T) {
	both(t, func(t *testing.T, ours, peer net.Conn) {
		peer.Write([]byte("bye"))
		peer.Close()
		if got, err := io.ReadAll(ours); string(got) != "bye" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if n, err := ours.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("after the end: %d, %v", n, err)
		}
		ours.Close()
		if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
}

// A deadline ends a read and a write that wait, and they look as package net's.
func TestDeadlines(t *testing.T) {
	both(t, func(t *testing.T, ours, _ net.Conn) {
		ours.SetDeadline(time.Now().Add(20 * time.Millisecond))
		_, err := ours.Read(make([]byte, 1))
		var e *net.OpError
		if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &e) || !e.Timeout() || e.Op != "read" {
			t.Errorf("read: %v", err)
		}
		data := make([]byte, 64<<20)
		n := 0
		for wait := 100 * time.Millisecond; n == 0 && wait < 10*time.Second; wait *= 2 { // a busy machine may not come to it
			ours.SetDeadline(time.Now().Add(wait))
			n, err = ours.Write(data)
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == 64<<20 {
			t.Errorf("write: %d, %v", n, err)
		}
	})
}

func TestReset(t *testing.T) {
	ours, peer := pair(t, "tcp", "127.0.0.1:0")
	peer.(*net.TCPConn).SetLinger(0)
	peer.Close()
	_, err := ours.Read(make([]byte, 1))
	if !errors.Is(err, syscall.ECONNRESET) || !strings.Contains(err.Error(), "connection reset by peer") {
		t.Errorf("%v", err)
	}
	for range 2 {
		_, err = ours.Write([]byte("x"))
	}
	if !errors.Is(err, syscall.EPIPE) {
		t.Errorf("%v", err)
	}
}

// What is no socket stays as it is.
func TestNoSocket(t *testing.T) {
	a, _ := net.Pipe()
	if socket.Quick(a) != a {
		t.Error("a pipe became something else")
	}
}
