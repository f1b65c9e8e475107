// Package relay hands messages to one SMTP server over kept connections.
//
// It owns the wire: dialling, TLS, login (all three by go-mail), the
// conversation for each message, its deadlines, and turning what the server
// replies into a [verdict.Reply]. It refuses everything else: it keeps no queue,
// retries no message, decides nothing about a reply, bounds no number of
// connections, and knows neither readers nor tips.
//
// The way of one message, each step in a file:
//
//	Session.Send          session.go    envelope, data, reply; a fresh connection when there is none
//	  ├─ Envelope.check   envelope.go   is it fit for the wire?
//	  ├─ Relay.dial       dial.go       TCP, greeting, EHLO, TLS, login (auth.go, token.go)
//	  ├─ conn.envelope    conn.go       MAIL, RCPT, DATA
//	  ├─ conn.data        conn.go       the message and its dot (data.go)
//	  └─ conn.reply       reply.go      what the server says to each of them
//
// # Promises
//
//   - One Send puts one message to one recipient on the wire at most once. The
//     one repetition: when a connection that was used before is lost, or takes no
//     more messages, and nothing was said about this one, it goes out again over
//     a fresh one. That is so before its dot only.
//   - A reply without a code at stage Dot, and only that, may be a delivery.
//     Nothing follows a dot before its reply has come, so whatever becomes of one
//     message leaves no doubt about another.
//   - Nothing goes on the wire that could be read as something else: a bare CR
//     or LF, a NUL, a line over 998 bytes, a control character in an address
//     are refused before (SMTP smuggling; RFC 5321 §2.3.8, §4.1.1.4).
//   - No server can make us read for ever: each reply is bounded in its lines,
//     its bytes and its time, from the first byte of the greeting on.
//   - A cancelled context stops new messages; the one on the wire gets
//     [Options].Grace to finish.
//
// # One conversation
//
//	we                        the server
//	MAIL, RCPT, DATA          250, 250, 354
//	message, dot              250
//
// With PIPELINING (RFC 2920) MAIL, RCPT and DATA are one write; without it each
// waits for the reply to the one before. A message that is refused before its
// body is followed by RSET. A reply that isn't one of those that belong there,
// and one that nobody asked for, end the connection: which question the next one
// answers would be a guess.
//
// # What go-mail leaves to us (v0.8.1)
//
// It reads greeting, EHLO and login without a bound, leaks the connection when
// TLS or the login fails, has one deadline for all, sends no RSET after a
// refusal, keeps a connection after 421, announces SMTPUTF8 whenever it is
// offered, and can't tell at which step a dial failed. So it dials through a
// connection that ends after [maxReply] bytes and says EHLO without TLS and
// login, both are then asked of its smtp.Client step by step, and the messages go
// through that client's buffers.
package relay
