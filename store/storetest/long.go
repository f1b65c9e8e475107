//go:build long

package storetest

// long says that the tests that take too long for every time run.
const long = true
