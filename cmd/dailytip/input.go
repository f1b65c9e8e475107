package main

import (
	"context"
	"errors"
	"io"
	"os"
)

// errInterrupted ends a command whose input hasn't come yet when a signal does.
var errInterrupted = errors.New("interrupted while waiting for input")

// openInput opens a file to read, or standard input for "-". To open a named pipe
// waits for who writes into it; a signal ends that.
func (c *command) openInput(ctx context.Context, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.in), nil
	}
	file, err := await(ctx, func() (*os.File, error) { return os.Open(name) })
	switch {
	case errors.Is(err, errInterrupted):
		return nil, err
	case err != nil:
		return nil, exitf(codeUsage, "%w", err)
	}
	return file, nil
}

// awaited reads what may take forever to come, until its context ends.
type awaited struct {
	ctx context.Context //nolint:containedctx // Read has no parameter for it
	io.Reader
}

func (r awaited) Read(p []byte) (int, error) {
	data, err := await(r.ctx, func() ([]byte, error) {
		own := make([]byte, len(p)) // p is the caller's again once we return
		n, err := r.Reader.Read(own)
		return own[:n], err
	})
	return copy(p, data), err
}

// await returns what f does, or errInterrupted when the context ends first; f is
// left alone then, for nothing ends a read that waits but the end of the program.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, errInterrupted
	}
}
