package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load asks for pages as fast as they come.
type load struct {
	connections int
	time        time.Duration
}

// result is what came of it.
type result struct {
	rate              float64 // answers a second
	p50, p99, longest time.Duration
}

// ask has each connection ask for one page after the other. An answer other than
// 200 is an error: a fast fault is no figure.
func (l load) ask(ctx context.Context, address string, paths []string) (result, error) {
	var (
		mu    sync.Mutex
		all   []time.Duration
		fault error
		group sync.WaitGroup
	)
	start := time.Now()
	for i := range l.connections {
		group.Go(func() {
			took, err := l.client(ctx, address, paths, i*len(paths)/l.connections)
			mu.Lock()
			defer mu.Unlock()
			all, fault = append(all, took...), errors.Join(fault, err)
		})
	}
	group.Wait()
	if fault != nil || len(all) == 0 {
		return result{}, fault
	}
	passed := time.Since(start)
	slices.Sort(all)
	return result{
		rate: float64(len(all)) / passed.Seconds(), p50: all[len(all)/2], p99: all[len(all)*99/100], longest: all[len(all)-1],
	}, nil
}

// client is one connection. It speaks just enough of HTTP/1.1 to take little of
// the processors that it shares with the program.
func (l load) client(ctx context.Context, address string, paths []string, at int) (took []time.Duration, err error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	in := bufio.NewReaderSize(c, 32<<10)
	for end := time.Now().Add(l.time); time.Now().Before(end) && ctx.Err() == nil; at++ {
		start := time.Now()
		_ = c.SetDeadline(start.Add(30 * time.Second))
		if _, err := io.WriteString(c, "GET "+paths[at%len(paths)]+" HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
			return nil, err
		}
		if err := readAnswer(in); err != nil {
			return nil, fmt.Errorf("GET %s: %w", paths[at%len(paths)], err)
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}

func readAnswer(in *bufio.Reader) error {
	status, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	header, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil {
		return err
	}
	length, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		return fmt.Errorf("an answer without a length: %w", err)
	}
	if _, err := in.Discard(length); err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		return errors.New(strings.TrimSpace(status))
	}
	return nil
}
