// Package relay hands messages to one SMTP server over kept connections.
//
// It owns the wire: dialling, TLS, login (all three by go-mail), the
// conversation for each message, its deadlines, and turning what the server says
// into a [verdict.Answer]. It refuses everything else: it keeps no queue, retries
// no message, decides nothing about an answer, bounds no number of connections,
// and knows neither readers nor tips.
//
// # Promises
//
//   - One Send puts one message to one recipient on the wire at most once. The
//     one repetition: when a connection that was used before is lost, or takes no
//     more messages, and nothing was said about this one, it goes out again over
//     a fresh one. That is so before its dot only.
//   - An answer without a code at stage Dot, and only that, may be a delivery.
//   - Nothing goes on the wire that could be read as something else: a bare CR
//     or LF, a NUL, a line over 998 bytes, a control character in an address
//     are refused before (SMTP smuggling; RFC 5321 §2.3.8, §4.1.1.4).
//   - A cancelled context stops new messages; the one on the wire gets
//     [Options].Grace to finish.
//
// # One round trip a message
//
// With PIPELINING (RFC 2920) a [Session] holds a message back once the server
// waits for it, and then writes it, its dot and the next one's MAIL, RCPT and
// DATA at once:
//
//	we                              the server
//	MAIL 1, RCPT 1, DATA            250, 250, 354
//	message 1, dot, MAIL 2, RCPT 2, DATA
//	                                250 (for 1), 250, 250, 354
//	message 2, dot                  250 (for 2)
//
// The answers are read when there is a message after those, or at a Flush: by
// then they have mostly come.
//
// A group may begin with the end of a message and must end with DATA (RFC 2920
// §3.1). No more than that is ever written without reading, so neither side can
// wait for the other with both directions full. A message whose recipient is
// refused is ended by a dot alone if DATA was allowed all the same, and by a
// RSET before the next MAIL if it wasn't. A reply that isn't the one that belongs
// there, and one that nobody asked for, end the connection: which question the
// next one answers would be a guess.
//
// Without PIPELINING the same commands go in lock-step.
//
// # What go-mail leaves to us (v0.8.1)
//
// It leaks the connection when TLS or the login fails, has one deadline for
// all, sends no RSET after a refusal, keeps a connection after 421, announces
// SMTPUTF8 whenever it is offered, and can't tell at which step a dial failed.
// So it dials and says EHLO without TLS and login, both are then asked of its
// smtp.Client step by step, and the messages go through that client's buffers.
package relay
