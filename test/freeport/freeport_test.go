package freeport

import "testing"

// Tests of many packages run at once, and a server that one of them starts may
// take seconds to listen on its port.
func TestNoPortIsGivenTwice(t *testing.T) {
	given := map[int]bool{}
	for range 60 {
		// Find never draws from this range, in which two of 60 would almost surely be equal.
		port, err := find(highest, highest+200)
		if err != nil {
			t.Fatal(err)
		}
		if given[port] {
			t.Errorf("port %d was given to two tests", port)
		}
		given[port] = true
	}
}
