package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// dkim measures sending with a signature by RSA-2048 for each mail, between two
// looks at how many such signatures one core makes that does nothing else.
func (b *bench) dkim(ctx context.Context) error {
	b.describe("dkim")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	file := filepath.Join(b.dir, "dkim.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return err
	}
	m, err := b.mailOf(ctx, 8)
	if err != nil {
		return err
	}
	b.figures.add("dkim/cores", float64(runtime.NumCPU()))
	signed := fmt.Sprintf("dkim:\n  - {domain: example.com, selector: bench, key_file: %s}", file)
	for round := range b.rounds {
		before, err := signatures(key, 1)
		if err != nil {
			return err
		}
		if err := b.signing(ctx, "dkim/on", signed, m, round); err != nil {
			return err
		}
		after, err := signatures(key, 1)
		if err != nil {
			return err
		}
		all, err := signatures(key, runtime.NumCPU())
		if err != nil {
			return err
		}
		b.raw("dkim/raw-one", outcome{rate: (before.rate + after.rate) / 2, cpu: (before.cpu + after.cpu) / 2}, round)
		b.raw("dkim/raw-all", all, round)
		if err := b.signing(ctx, "dkim/off", "", m, round); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) signing(ctx context.Context, name, top string, m *message, round int) error {
	port, stop, err := startSink(ctx)
	if err != nil {
		return err
	}
	defer stop()
	o, err := b.run(ctx, setting{mail: m, n: max(b.messages/5, 1000), engine: "sqlite", inFlight: 512, connections: b.connections, port: port, top: top})
	if err != nil {
		return err
	}
	b.note(name, o, round)
	return nil
}

func (b *bench) raw(name string, o outcome, round int) {
	b.figures.add(name, o.rate)
	b.figures.add(name+"/cpu", o.cpu)
	say("%-28s round %d: %7.0f signatures/s, %4.0f µs of processor time each", name, round+1, o.rate, o.cpu)
}

// signatures counts what so many goroutines sign in two seconds. The key and the
// operation are those that the program uses.
func signatures(key *rsa.PrivateKey, goroutines int) (o outcome, err error) {
	digest := sha256.Sum256([]byte("a header"))
	made, failed := make([]int, goroutines), make([]error, goroutines)
	begin := time.Now()
	used, err := processorTime()
	if err != nil {
		return o, err
	}
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for time.Since(begin) < 2*time.Second && failed[g] == nil {
				_, failed[g] = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
				made[g]++
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	end, err := processorTime()
	if err = errors.Join(append(failed, err)...); err != nil {
		return o, err
	}
	n := 0
	for _, m := range made {
		n += m
	}
	o.rate = float64(n) / took.Seconds()
	o.cpu = float64((end - used).Microseconds()) / float64(n)
	return o, nil
}

// processorTime is what this process has used up.
func processorTime() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
