// Package verdict says what an SMTP reply or a bounce means for us.
//
// It owns the one judgement of the program, over reply codes (RFC 5321 §4.2),
// enhanced status codes (RFC 3463, RFC 5248 and the IANA registry that RFC 5248
// opened) and the words of a reply. Everything in it is a pure function: no
// clock, no state, no network.
//
// # Two questions
//
// What a reply says of the address, [Assess] answers with an [Opinion], for
// replies while sending and for what comes back later: codes first (codes.txt),
// then words (words.txt), which may save an address and condemn one only where
// no code says anything. Both tables are data, a line each.
//
// While sending there is a question more: what to do with the message. [Judge]
// answers with a [Verdict]: by the reply code and the stage, and for a refusal for
// good, once the recipient is known, by what Assess thinks.
//
// # The stage matters
//
// The same digits mean different things at different moments of a
// conversation. Up to and including MAIL FROM the recipient hasn't been named
// yet: whatever the relay refuses there is about us (P4).
//
//	                       Connect TLS Auth   MAIL FROM    RCPT TO   DATA   dot
//	no reply               Down               Down         Down      Down   InDoubt
//	421                    Down               Down         Down      Down   Down
//	2xx                    Accepted           Accepted     Accepted  Accepted
//	4xx                    Down               Retry        Retry
//	4.7.12, 432 to a login Ours               Ours         Ours
//	5xx about a login      Ours               Ours         Ours
//	5xx, Assess says:
//	  suppress             Ours               Ours         Dead
//	  own                  Ours               Ours         Ours
//	    but one server's
//	    policy or filter   Ours               Ours         Refused
//	  unroutable           Ours               Unroutable   Unroutable
//	  soft                 Ours               Ours         Refused
//	    but a full mailbox Ours               Ours         Retry
//
// Policy, block lists and filters are Refused, not Ours: one reader's server
// dislikes this mail, the next one may take it. Whether a refusal is about us
// after all shows in what else the relay takes and refuses; package mailer looks
// at that.
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
