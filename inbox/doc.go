// Package inbox is a small real SMTP server that keeps what it gets in memory,
// for the demo and for tests.
//
// It owns the conversation (RFC 5321, by go-smtp), STARTTLS (RFC 3207),
// implicit TLS (RFC 8314), AUTH (RFC 4954) with a certificate authority made
// at start, a bounded list of messages, a page that shows them, and faults on
// request: a wrong answer, a slow answer or a dropped connection at any stage.
//
// It refuses to be a mail server: nothing is written to disk, nothing is
// relayed, any recipient is taken, and the oldest messages go when there are
// too many.
//
// go-smtp speaks the protocol; [wire], a net.Conn below it, does what go-smtp
// has no hook for: a refused greeting, a refused DATA, TLS whose plaintext can
// still be seen, and a connection that is cut at a chosen moment.
package inbox
