package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// dkim measures sending with a signature by RSA-2048 for each mail, beside how
// many such signatures one core makes in the same minute and nothing else.
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
	for round := range b.rounds {
		for name, n := range map[string]int{"one": 1, "all": runtime.NumCPU()} {
			rate, err := signatures(key, n)
			if err != nil {
				return err
			}
			b.figures.add("dkim/raw-"+name, rate)
			say("%-28s round %d: %7.0f signatures/s", "dkim/raw-"+name, round+1, rate)
		}
		for name, top := range map[string]string{"off": "", "on": fmt.Sprintf("dkim:\n  - {domain: example.com, selector: bench, key_file: %s}", file)} {
			port, stop, err := startSink(ctx)
			if err != nil {
				return err
			}
			o, err := b.run(ctx, setting{mail: m, n: max(b.messages/5, 1000), engine: "sqlite", inFlight: 512, connections: b.connections, port: port, top: top})
			stop()
			if err != nil {
				return err
			}
			b.note("dkim/"+name, o, round)
		}
	}
	return nil
}

// signatures counts how many signatures so many goroutines make in a second.
func signatures(key *rsa.PrivateKey, goroutines int) (float64, error) {
	digest := sha256.Sum256([]byte("a header"))
	made, failed := make([]int, goroutines), make([]error, goroutines)
	begin := time.Now()
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
	n := 0
	for g := range goroutines {
		if failed[g] != nil {
			return 0, failed[g]
		}
		n += made[g]
	}
	return float64(n) / time.Since(begin).Seconds(), nil
}
