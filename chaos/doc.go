// Package chaos ends things at random while the real program sends: the
// program, PostgreSQL, the relay's connections. Then it counts, at an SMTP
// server of its own, who got the mail and how often.
//
// It holds nothing but tests. "make test" runs a short form of them, "make
// chaos" the long one:
//
//	go test -count=1 -timeout 2h -v ./chaos -args -readers 400000 -kills 20 -long
package chaos
