package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// load asks for pages.
type load struct {
	connections int
	every       time.Duration // how often each of them asks; 0: as fast as the answers come
	time        time.Duration
}

// result is what came of it.
type result struct {
	rate                   float64 // answers a second
	p50, p95, p99, longest time.Duration
}

// ask has each connection ask for one page after the other. An answer other than
// 200 is an error: a fast fault is no figure.
func (l load) ask(ctx context.Context, address string, t target) (result, error) {
	var (
		mu    sync.Mutex
		all   []time.Duration
		fault error
		group sync.WaitGroup
	)
	start := time.Now()
	for i := range l.connections {
		group.Go(func() {
			took, err := l.client(ctx, address, t, i)
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
		rate: float64(len(all)) / passed.Seconds(),
		p50:  all[len(all)/2], p95: all[len(all)*95/100], p99: all[len(all)*99/100], longest: all[len(all)-1],
	}, nil
}

// client is one connection. It speaks just enough of HTTP/1.1 to take little of
// the processors that it shares with the program. Clients begin at different paths,
// and at different instants of their pace.
func (l load) client(ctx context.Context, address string, t target, number int) (took []time.Duration, err error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	in := bufio.NewReaderSize(c, 32<<10)
	next := time.Now()
	end, at := next.Add(l.time), number*len(t.paths)/l.connections
	next = next.Add(l.every * time.Duration(number) / time.Duration(l.connections))
	for ; ctx.Err() == nil; at++ {
		time.Sleep(time.Until(next))
		start := time.Now()
		if !start.Before(end) {
			return took, nil
		}
		next = next.Add(l.every)
		path := t.paths[at%len(t.paths)]
		_ = c.SetDeadline(start.Add(30 * time.Second))
		if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n"+t.asker(at)+"\r\n"); err != nil {
			return nil, err
		}
		if err := readAnswer(in); err != nil {
			return nil, fmt.Errorf("GET %s: %w", path, err)
		}
		took = append(took, time.Since(start))
	}
	return took, ctx.Err()
}

func readAnswer(in *bufio.Reader) error {
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 2000))
		return fmt.Errorf("%s %s: %s", resp.Status, resp.Header.Get("Location"), text)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
