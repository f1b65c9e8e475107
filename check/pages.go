package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Web asks web servers, and remembers what they say the time is.
type Web struct {
	Pages     *http.Client // for our own
	Links     *http.Client // for what others wrote: it should reach public addresses only
	UserAgent string

	mu      sync.Mutex
	offsets []time.Duration // of their clocks from ours, a sample from each answer
}

// ask asks once. The body isn't read.
func (w *Web) ask(ctx context.Context, client *http.Client, method, address string) (*http.Response, error) {
	here := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		here = isHere(info.Conn.RemoteAddr()) // whose clock is ours
	}})
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", w.UserAgent)
	answer, err := client.Do(request)
	if err != nil {
		if wrapped := new(url.Error); errors.As(err, &wrapped) { // it repeats the address
			err = wrapped.Err
		}
		return nil, err
	}
	_ = answer.Body.Close()
	if !here {
		w.note(answer)
	}
	return answer, nil
}

// isHere tells whether an address is one of this machine's.
func isHere(address net.Addr) bool {
	to, ok := address.(*net.TCPAddr)
	if !ok {
		return true
	}
	ours, err := net.InterfaceAddrs()
	return to.IP.IsLoopback() || err != nil || slices.ContainsFunc(ours, func(a net.Addr) bool {
		network, ok := a.(*net.IPNet)
		return ok && network.IP.Equal(to.IP)
	})
}

// note remembers a server's time. A store on the way says how old its answer is.
func (w *Web) note(answer *http.Response) {
	theirs, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return
	}
	age, _ := strconv.Atoi(answer.Header.Get("Age"))                   // none: it's fresh
	offset := time.Until(theirs.Add(time.Duration(age) * time.Second)) //nolint:forbidigo // a clock is compared with ours
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offsets = append(w.offsets, offset)
}

// clockAhead is how far a clock may be off; more, and editions begin early or late.
const clockAhead = time.Minute

// Clock compares this machine's clock with those of the servers that were asked.
func (w *Web) Clock() []Finding {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.offsets) == 0 {
		return []Finding{{"clock", Note, "no server was reached that tells the time; compare it by hand (timedatectl)"}}
	}
	slices.Sort(w.offsets)
	off := -w.offsets[len(w.offsets)/2].Round(time.Second) // most servers are right
	switch {
	case off > clockAhead:
		return []Finding{{"clock", Warning, fmt.Sprintf("it's %s ahead of other servers': editions begin too early; set it, and have it kept (timedatectl set-ntp true)", off)}}
	case off < -clockAhead:
		return []Finding{{"clock", Warning, fmt.Sprintf("it's %s behind other servers': editions begin too late; set it, and have it kept (timedatectl set-ntp true)", -off)}}
	}
	return []Finding{{"clock", OK, "it agrees with other servers'"}}
}

// soon is how long before its end a certificate is named.
const soon = 14 * 24 * time.Hour

// Reachable asks for the readers' pages as a reader does.
func (w *Web) Reachable(ctx context.Context, base string) []Finding {
	f := Finding{"pages", OK, base + " answers"}
	answer, err := w.ask(ctx, w.Pages, http.MethodGet, base)
	var invalid *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) || errors.As(err, &unknown):
		f.Result, f.Detail = Failed, fmt.Sprintf("%s has a certificate that readers' browsers refuse: %v", base, err)
	case err != nil:
		f.Result, f.Detail = Warning, fmt.Sprintf("%s can't be reached from here: %v; does the daemon run, and the proxy in front of it?", base, err)
	case answer.StatusCode >= http.StatusBadRequest:
		f.Result, f.Detail = Warning, fmt.Sprintf("%s answers %s; does the daemon run, and does the proxy in front of it lead there?", base, answer.Status)
	case answer.TLS != nil && time.Until(answer.TLS.PeerCertificates[0].NotAfter) < soon: //nolint:forbidigo // it's about today
		f.Result, f.Detail = Warning, fmt.Sprintf("%s answers, but its certificate ends on %s; is it renewed by itself?", base, answer.TLS.PeerCertificates[0].NotAfter.Format(time.DateOnly))
	}
	return []Finding{f}
}
