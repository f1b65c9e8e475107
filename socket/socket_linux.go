package socket

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// Quick returns a connection that does the same as c and costs less. One
// goroutine at a time may read from it, and one write to it. What c isn't a
// socket for, such as TLS, it leaves as it is.
func Quick(c net.Conn) net.Conn {
	s, ok := c.(syscall.Conn)
	if !ok {
		return c
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return c
	}
	q := &quick{Conn: c, raw: raw}
	q.in = transfer{call: syscall.SYS_READ}
	q.out = transfer{call: syscall.SYS_WRITE}
	q.tryRead, q.tryWrite = q.in.try, q.out.try
	return q
}

// quick has its functions made once: they would be allocated for each call.
type quick struct {
	net.Conn
	raw               syscall.RawConn
	in, out           transfer
	tryRead, tryWrite func(fd uintptr) bool
}

// transfer is one system call, tried again when the poller says so.
type transfer struct {
	call uintptr
	data []byte
	n    int
	err  syscall.Errno
}

// try makes the call. It reports false when the socket isn't ready.
func (t *transfer) try(fd uintptr) bool {
	for {
		n, _, err := syscall.RawSyscall(t.call, fd, uintptr(unsafe.Pointer(&t.data[0])), uintptr(len(t.data))) //nolint:gosec // as syscall.Read does
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return false
		case err != 0:
			n = 0
		}
		t.n, t.err = int(n), err
		return true
	}
}

func (t *transfer) do(data []byte, wait func(func(fd uintptr) bool) error, try func(fd uintptr) bool) (int, error) {
	t.data, t.n, t.err = data, 0, 0
	err := wait(try)
	t.data = nil
	if err == nil && t.err != 0 {
		return 0, t.err
	}
	return t.n, err
}

// Read reads what has come, at least one byte, as [net.Conn] demands.
func (q *quick) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, err := q.in.do(b, q.raw.Read, q.tryRead)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, q.about("read", err)
}

// Write writes all of b, or says how much of it.
func (q *quick) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var part int
		part, err = q.out.do(b[n:], q.raw.Write, q.tryWrite)
		n += part
	}
	return n, q.about("write", err)
}

// about words an error as package net does.
func (q *quick) about(op string, err error) error {
	if err == nil {
		return nil
	}
	e := &net.OpError{Op: op, Net: q.LocalAddr().Network(), Source: q.LocalAddr(), Addr: q.RemoteAddr(), Err: err}
	var known *net.OpError
	var number syscall.Errno
	switch {
	case errors.As(err, &known):
		e.Err = known.Err
	case errors.As(err, &number):
		e.Err = os.NewSyscallError(op, number)
	}
	return e
}
