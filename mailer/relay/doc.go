// Package relay hands messages to one SMTP server over kept connections.
//
// It owns the wire: dialling, TLS, login (all three by go-mail), the pool of
// connections, the conversation for each message, its deadlines, and turning
// what the server says into a [verdict.Answer]. It refuses everything else: it
// keeps no queue, retries no message, decides nothing about an answer, and
// knows neither readers nor tips.
//
// # Promises
//
//   - One Send puts one message to one recipient on the wire at most once. The
//     one repetition: a kept connection that turns out to be dead at MAIL FROM
//     is replaced by a fresh one, because nothing was said about the message.
//   - An answer without a code at stage Dot, and only that, may be a delivery.
//   - Nothing goes on the wire that could be read as something else: a bare CR
//     or LF, a NUL, a line over 998 bytes, a control character in an address
//     are refused before (SMTP smuggling; RFC 5321 §2.3.8, §4.1.1.4).
//   - A cancelled context stops new messages; the one on the wire gets
//     [Options].Grace to finish.
//
// # What go-mail leaves to us (v0.8.1)
//
// It leaks the connection when TLS or the login fails, has one deadline for
// all, sends no RSET after a refusal, keeps a connection after 421, announces
// SMTPUTF8 whenever it is offered, and can't tell at which step a dial failed.
// So it dials and says EHLO without TLS and login, and its smtp.Client is then
// driven step by step from here.
//
// The lock-step conversation is all in conn.go: a transport that writes MAIL,
// RCPT and DATA at once (RFC 2920) replaces that file and nothing else.
package relay
