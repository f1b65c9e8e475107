// Package chaos ends things at random while the real program sends: the
// program, PostgreSQL, the relay's connections. Then it counts, at an SMTP
// server of its own, who got the mail and how often, and compares what the
// ledger counts with its rows.
//
// It holds nothing but tests. "make test" runs a short form of them, "make
// chaos" the long one:
//
//	go test -tags long -count=1 -timeout 6h -v ./test/chaos -args -readers 400000 -kills 20 -long
//
// With -race-daemon the program that is killed has the race detector:
//
//	go test -tags long -count=1 -timeout 1h -v ./test/chaos -run 'Killed|Faults' -args -readers 20000 -long -race-daemon
package chaos
