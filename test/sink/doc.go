// Package sink is a fast SMTP server for measurements and for tests with many
// mails: it throws the mails away and counts every Message-ID and recipient.
//
// It owns the counting and knows which process of the program sent what: each
// process is given a [Door] of its own, and a door that is told of a kill
// begins a new life. It does faults on request in package inbox's words.
//
// It refuses what package inbox is for: TLS, logins, SMTPUTF8, keeping mails,
// and checking that a client keeps to the protocol beyond the order of its
// commands (RFC 5321 §4.1.4).
package sink
