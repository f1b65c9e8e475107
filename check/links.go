package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"

	"dailytip/publicnet"
)

// Link is the source of a tip that goes out soon.
type Link struct {
	Path string // of the tip's file
	URL  string
}

// linkHosts is how many hosts are asked at the same time; of one host, one link at a
// time.
const linkHosts = 8

// Sources asks for the sources of tips.
func (w *Web) Sources(ctx context.Context, links []Link) []Finding {
	byHost, hosts := map[string][]Link{}, []string{}
	for _, l := range links {
		host := ""
		if u, err := url.Parse(l.URL); err == nil {
			host = u.Host
		}
		if byHost[host] == nil {
			hosts = append(hosts, host)
		}
		byHost[host] = append(byHost[host], l)
	}
	var mu sync.Mutex
	dead, silent := map[string]string{}, 0
	var asking sync.WaitGroup
	turns := make(chan struct{}, linkHosts)
	for _, host := range hosts {
		asking.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			for _, l := range byHost[host] {
				why, sure := w.link(ctx, l.URL)
				mu.Lock()
				if why != "" && sure {
					dead[l.URL] = why
				} else if why != "" {
					silent++
				}
				mu.Unlock()
			}
		})
	}
	asking.Wait()
	f := Finding{"links of coming tips", OK, fmt.Sprintf("%d of %d answer", len(links)-len(dead)-silent, len(links))}
	if silent > 0 {
		f.Detail += fmt.Sprintf("; %d can't be judged by a program", silent)
	}
	if len(dead) > 0 {
		f.Result = Warning
		for _, l := range links { // in the order in which they go out
			if why, is := dead[l.URL]; is {
				f.Detail += fmt.Sprintf("; %s: %s %s", l.Path, l.URL, why)
			}
		}
	}
	return []Finding{f}
}

// link asks for one link: by HEAD, and by GET where HEAD isn't liked or gets no answer.
// why says what is wrong with it, "" when nothing is; sure says that the fault is the
// link's, and not that we aren't welcome or had no time.
func (w *Web) link(ctx context.Context, address string) (why string, sure bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "isn't a link to a page", true
	}
	answer, err := w.ask(ctx, w.Links, http.MethodHead, address)
	if err == nil && answer.StatusCode >= http.StatusBadRequest || err != nil && dislikesHead(ctx, err) {
		answer, err = w.ask(ctx, w.Links, http.MethodGet, address)
	}
	if err != nil {
		return whyDead(ctx, err)
	}
	switch code := answer.StatusCode; {
	case code < http.StatusBadRequest:
		return "", true
	case code == http.StatusNotFound || code == http.StatusGone:
		return "answers " + answer.Status, true
	case code >= http.StatusInternalServerError && code != http.StatusServiceUnavailable:
		return "answers " + answer.Status, true
	}
	return "answers " + answer.Status, false // it wants a login, or no programs
}

// dislikesHead tells whether a server that gave no answer to HEAD may give one to GET:
// some close the connection instead.
func dislikesHead(ctx context.Context, err error) bool {
	var dns *net.DNSError
	return ctx.Err() == nil && !errors.Is(err, publicnet.ErrPrivate) && !errors.As(err, &dns) && !noWayOut(err)
}

// noWayOut tells whether it's the network between that says no. Where machines reach the
// web by a proxy alone, it says so of every link.
func noWayOut(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH)
}

func whyDead(ctx context.Context, err error) (why string, sure bool) {
	var dns *net.DNSError
	switch {
	case errors.Is(err, publicnet.ErrPrivate):
		return "leads to an address that isn't a public one: readers don't get there", true
	case errors.As(err, &dns) && dns.IsNotFound:
		return "has a host that there isn't", true
	case ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &dns):
		return "had no time to answer", false
	case noWayOut(err):
		return "can't be reached from here", false
	}
	return "can't be reached: " + strings.TrimPrefix(err.Error(), "dial "), true
}
