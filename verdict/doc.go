// Package verdict says what an SMTP reply or a bounce means for us.
//
// It owns the one table of the program that maps reply codes (RFC 5321 §4.2)
// and enhanced status codes (RFC 3463, RFC 5248 and the IANA registry that
// RFC 5248 opened) to a decision. Everything in it is a pure function: no
// clock, no state, no network.
//
// # Two questions
//
// While sending, the question is what to do with the message: [Judge] answers
// with a [Verdict], from the digits; the words are asked only before it calls an
// address dead. When a reply should count against
// an address, the question is what to think of the address: [Bounce] and
// [Blame] answer with a [Class].
//
// For what comes back later [Assess] replies the second question, from the
// digits first (codes.txt) and then from the words (words.txt), which may save
// an address and condemn one only where no code says anything.
//
//	class       status codes                                       RFC
//	Suppress    5.1.1 5.1.2 5.1.3 5.1.6 5.1.10                     3463 §3.2–3.3, 7505
//	            5.7.13 5.7.17 5.7.18                               5248, 7293
//	Soft        every 4.x.x; 5.0.x 5.1.0 5.2.0–5.2.2 5.2.4         3463 §3.1–3.5
//	            5.3.x 5.4.x; anything unknown or malformed
//	Own         5.1.7 5.1.8 5.2.3 5.2.252 5.3.4 5.4.5              3463 §3.6–3.8, 7372, 7489
//	            5.5.x 5.6.x 5.7.x
//	Unroutable  5.6.7 5.6.9                                        6531 §3.5
//	Ignore      2.x.x                                              3464 §2.3.3
//
// # The stage matters
//
// The same digits mean different things at different moments of a
// conversation. Up to and including MAIL FROM the recipient hasn't been named
// yet: whatever the relay refuses there is about us (P4).
//
//	                       Connect TLS Auth   MAIL FROM    RCPT TO   DATA   dot
//	no reply              Down               Down         Down      Down   InDoubt
//	421                    Down               Down         Down      Down   Down
//	2xx                    Accepted           Accepted     Accepted  Accepted
//	4xx                    Down               Retry        Retry
//	4.7.12, 432 to a login Ours               Ours         Ours
//	5xx Suppress           Ours               Ours         Dead
//	  but its words say otherwise             Ours         Refused, or Retry: full
//	5xx Own, 5.7.x         Ours               Ours         Refused
//	  but 5.7.8 5.7.9 5.7.10 5.7.11 5.7.12,
//	  5.7.20–5.7.30 5.7.515 5.7.60,
//	  5.7.139 5.7.7xx                         Ours         Ours
//	5xx Own, the others    Ours               Ours         Ours
//	5xx Unroutable         Ours               Unroutable   Unroutable
//	552 or 5.2.2           Ours               Ours         Retry
//	5xx Soft               Ours               Ours         Refused
//	bare 550 551 553 554   Ours               Ours         Refused
//	500–504 523–525 530 534 535 538 555
//	                       Ours               Ours         Ours
//	bare 556               Ours               Ours         Dead
//
// A refusal by 5.7.1 at RCPT TO or later is Refused, not Ours: one reader's
// server dislikes this mail, the next one may take it. Whether it is about us
// after all shows in how many follow each other; see [PauseAfter].
//
// 421 is never about the message: the relay closes the connection (RFC 5321
// §3.8). As the reply to the dot it is still a refusal, since only a 2yz
// reply moves the responsibility (RFC 5321 §4.2.5).
//
// When the reply code and the enhanced code disagree about permanence, the
// reply code decides whether to try again: a client must be able to work from
// its first digit alone (RFC 5321 §4.2.1).
//
// A reply without any digits is a network failure, whatever a library calls
// it. Before the dot nothing was said about the message; after the dot it may
// have been delivered (RFC 1047).
package verdict
