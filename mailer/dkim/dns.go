package dkim

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
)

// ErrUnreachable is in errors of [CheckDNS] that say nothing about the record:
// DNS didn't answer.
var ErrUnreachable = errors.New("DNS can't be reached")

// CheckDNS compares what is published at the key's name with the key. A nil
// resolver is the system's. The error says what receivers run into and what to
// publish; it is ErrUnreachable when there was no answer.
func CheckDNS(ctx context.Context, resolver *net.Resolver, k *Key) error {
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	// The dot keeps the machine's search domains out.
	records, err := resolver.LookupTXT(ctx, k.Name()+".")
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound || err == nil && len(records) == 0:
		return fmt.Errorf("there is no TXT record at %s; publish %s", k.Name(), k.Record())
	case err != nil:
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	case len(records) > 1:
		// RFC 6376 §3.6.2.2: then the results are undefined.
		return fmt.Errorf("%d TXT records stand at %s and receivers may take any; leave only %s", len(records), k.Name(), k.Record())
	}
	kind, public, err := parseRecord(records[0])
	if err != nil {
		return fmt.Errorf("the TXT record at %s can't be used: %w; publish %s", k.Name(), err, k.Record())
	}
	if kind != k.Kind() {
		return fmt.Errorf("the TXT record at %s is for a key of type %s, ours is of type %s; publish %s", k.Name(), short(kind), k.Kind(), k.Record())
	}
	if !k.matches(public) {
		return fmt.Errorf("the TXT record at %s holds another key than ours, so receivers see a forgery; publish %s", k.Name(), k.Record())
	}
	return nil
}

// matches compares with a published key. RSA keys stand in DNS in two forms: the
// usual one, and PKCS#1, which RFC 6376 names.
func (k *Key) matches(public []byte) bool {
	if bytes.Equal(public, publicBytes(k.private.Public())) {
		return true
	}
	p, err := x509.ParsePKCS1PublicKey(public)
	return err == nil && p.Equal(k.private.Public())
}
