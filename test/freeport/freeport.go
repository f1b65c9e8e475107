// Package freeport finds ports for servers that can't be told to choose their
// own, or have to come back on the same one.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Systems give outgoing connections ports from 32768 (Linux, ip(7)
// ip_local_port_range) or higher: one from below is still free when the server
// that it's for gets to it.
const lowest, highest = 15_000, 32_000

// Find returns a TCP port of 127.0.0.1 that nobody listens on, and that no other
// test on the machine is given until this process ends.
func Find() (int, error) { return find(lowest, highest) }

// held keeps the UDP sockets open that stand for the ports given out: a port
// can be bound once, also by processes that know nothing of each other, and the
// system gives it back even if the process is killed.
var held struct {
	sync.Mutex
	sockets []net.PacketConn
}

func find(lowest, highest int) (port int, err error) {
	for range 100 {
		port = lowest + rand.IntN(highest-lowest)
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		var socket net.PacketConn
		if socket, err = net.ListenPacket("udp", address); err != nil {
			continue
		}
		var l net.Listener
		if l, err = net.Listen("tcp", address); err != nil {
			_ = socket.Close()
			continue
		}
		held.Lock()
		held.sockets = append(held.sockets, socket)
		held.Unlock()
		return port, l.Close()
	}
	return 0, fmt.Errorf("find a free port: %w", err)
}
