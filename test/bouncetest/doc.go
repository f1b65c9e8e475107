// Package bouncetest sends editions through a real Postfix to readers of whom some
// don't exist and some have no room left, and looks whether what comes back, by each
// of the ways in, does what it should: to them, and to nobody else.
//
// It holds nothing but tests.
package bouncetest
