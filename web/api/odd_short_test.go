//go:build !long

package api_test

// oddRequests is how many each operation gets.
const oddRequests = 30
