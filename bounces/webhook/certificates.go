package webhook

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	mostCertificates = 16
	// Anybody can name a certificate that isn't there. So only a few are fetched at a
	// time, which costs the provider a second try at worst.
	certificatePause = 20 * time.Second
	certificateBurst = 5
)

// certificates fetches Amazon's and keeps them.
type certificates struct {
	fetch   fetcher
	fetches *rate.Limiter

	mu   sync.Mutex
	kept map[string]*x509.Certificate // by address
}

func newCertificates(f fetcher) *certificates {
	return &certificates{fetch: f, fetches: rate.NewLimiter(rate.Every(certificatePause), certificateBurst), kept: map[string]*x509.Certificate{}}
}

// get returns the certificate at an address, which the caller has checked: whoever
// answers there by TLS is Amazon.
func (c *certificates) get(ctx context.Context, now time.Time, address string) (*x509.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.kept[address]; known != nil {
		return known, nil
	}
	if !c.fetches.AllowN(now, 1) {
		return nil, errors.New("get a certificate of Amazon's: too many were asked for in a short time")
	}
	data, err := c.fetch.get(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("get a certificate of Amazon's: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("get a certificate of Amazon's: %s holds none", address)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("get a certificate of Amazon's: %w", err)
	}
	if len(c.kept) >= mostCertificates {
		clear(c.kept)
	}
	c.kept[address] = certificate
	return certificate, nil
}
