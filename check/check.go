// Package check looks at what receivers ask of a sender, from outside: records in DNS,
// the names of the sending host, the readers' pages, the links in tips. It asks, and
// changes nothing; what is asked for of whom stands beside each check.
package check

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Finding is one line: what was looked at, and what there is to say of it.
type Finding struct {
	Check  string `json:"check"`
	Result string `json:"result"` // OK, Note, Warning, Failed
	Detail string `json:"detail"`
}

// The results.
const (
	OK      = "ok"
	Note    = "note"    // there's something to know, or it can't be told from here
	Warning = "warning" // some receivers mind, or nobody could be asked
	Failed  = "failed"  // it doesn't work
)

// Limit is how long one check may take.
const Limit = 10 * time.Second

// Together runs checks beside each other, each for so long at most, and returns what
// they found in the order in which they are given.
func Together[T any](ctx context.Context, limit time.Duration, checks ...func(context.Context) []T) []T {
	each := make([][]T, len(checks))
	var running sync.WaitGroup
	for i, look := range checks {
		running.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			each[i] = look(ctx)
		})
	}
	running.Wait()
	var all []T
	for _, found := range each {
		all = append(all, found...)
	}
	return all
}

// Resolver asks a DNS server, as host:port; "": those of the system.
func Resolver(server string) *net.Resolver {
	if server == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
}

// isNone tells whether DNS has answered that there's no such record.
func isNone(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// texts returns the TXT records at a name; that there are none is no error.
func texts(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
	records, err := r.LookupTXT(ctx, name+".") // as it stands, without the system's search list
	if isNone(err) {
		return nil, nil
	}
	return records, err
}
