// Package freeport finds ports for servers that can't be told to choose their
// own, or have to come back on the same one.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Systems give outgoing connections ports from 32768 (Linux, ip(7)
// ip_local_port_range) or higher: one from below is still free when the server
// that it's for gets to it.
const lowest, highest = 15_000, 32_000

// Find returns a TCP port of 127.0.0.1 that nobody listens on.
func Find() (port int, err error) {
	for range 100 {
		port = lowest + rand.IntN(highest-lowest)
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("find a free port: %w", err)
}
