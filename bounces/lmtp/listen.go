package lmtp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// Listen listens on host:port, or on a Unix socket when the address is an absolute
// path. A socket that a program which was killed has left behind is replaced; one on
// which somebody listens isn't.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	if !filepath.IsAbs(address) {
		return config.Listen(ctx, "tcp", address)
	}
	if err := removeStale(ctx, address); err != nil {
		return nil, err
	}
	l, err := config.Listen(ctx, "unix", address)
	if err != nil {
		return nil, err
	}
	// The mail server runs as another user. Whoever may come in can only hand in what
	// carries a tag of ours.
	if err := os.Chmod(address, 0o666); err != nil { //nolint:gosec // see above
		return nil, errors.Join(fmt.Errorf("let the mail server use the socket: %w", err), l.Close())
	}
	return l, nil
}

func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return nil // there is nothing, or something that isn't ours to remove: listening says so
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		return errors.Join(fmt.Errorf("another program listens on %s", path), c.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return nil
	}
	return os.Remove(path)
}

// Ask tells whether a door of ours listens on an address.
func Ask(ctx context.Context, address string) (ours bool, err error) {
	network := "tcp"
	if filepath.IsAbs(address) {
		network = "unix"
	}
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return false, err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	line, err := bufio.NewReaderSize(c, mostCommand).ReadSlice('\n')
	return bytes.HasPrefix(line, []byte("220 ")) && bytes.Contains(line, []byte(greeting)), err
}
