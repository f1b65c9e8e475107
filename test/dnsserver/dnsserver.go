// Package dnsserver is a DNS server in the process, for tests: it answers what it's told
// to, and that nothing else is there.
package dnsserver

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// Server answers on a port of this machine.
type Server struct {
	addr    string
	servers []*dns.Server

	mu      sync.Mutex
	records map[string][]dns.RR // by name, in lower case
	broken  map[string]bool     // names of which the server fails
	asked   map[string]int
}

// Start starts a server with records in the form of a zone file, such as
// "example.com. TXT \"v=spf1 -all\"".
func Start(records ...string) (*Server, error) {
	s := &Server{records: map[string][]dns.RR{}, broken: map[string]bool{}, asked: map[string]int{}}
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", text, err)
		}
		name := strings.ToLower(rr.Header().Name)
		s.records[name] = append(s.records[name], rr)
	}
	packets, streams, err := listen()
	if err != nil {
		return nil, err
	}
	s.addr = packets.LocalAddr().String()
	s.servers = []*dns.Server{{PacketConn: packets, Handler: s}, {Listener: streams, Handler: s}}
	for _, server := range s.servers {
		ready := make(chan struct{})
		server.NotifyStartedFunc = func() { close(ready) }
		go func() { _ = server.ActivateAndServe() }() // ends with Close
		<-ready
	}
	return s, nil
}

// listen finds a port that is free for both: the system chooses one for datagrams, and
// somebody's connection may have the same one.
func listen() (packets net.PacketConn, streams net.Listener, err error) {
	for range 100 {
		if packets, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			return nil, nil, err
		}
		if streams, err = net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			return packets, streams, nil
		}
		err = errors.Join(err, packets.Close())
	}
	return nil, nil, err
}

// Addr is its host:port.
func (s *Server) Addr() string { return s.addr }

// Close stops it.
func (s *Server) Close() error {
	var faults []error
	for _, server := range s.servers {
		faults = append(faults, server.Shutdown())
	}
	return errors.Join(faults...)
}

// Break has the server fail (SERVFAIL) when it's asked for a name.
func (s *Server) Break(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken[strings.ToLower(name)] = true
}

// Asked tells how often it was asked for the TXT records of a name.
func (s *Server) Asked(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[strings.ToLower(name)]
}

// ServeDNS answers one question.
func (s *Server) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	answer := new(dns.Msg)
	answer.SetReply(question)
	answer.Authoritative = true // else an answer without records is taken for a referral to nowhere
	q := question.Question[0]
	name := strings.ToLower(q.Name)
	s.mu.Lock()
	if q.Qtype == dns.TypeTXT {
		s.asked[name]++
	}
	there := s.records[name]
	for _, rr := range there {
		if rr.Header().Rrtype == q.Qtype {
			answer.Answer = append(answer.Answer, rr)
		}
	}
	switch {
	case s.broken[name]:
		answer.Answer, answer.Rcode = nil, dns.RcodeServerFailure
	case len(there) == 0:
		answer.Rcode = dns.RcodeNameError
	}
	s.mu.Unlock()
	_ = w.WriteMsg(answer) // who asked may be gone
}
