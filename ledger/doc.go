// Package ledger owns the truth about who got what: editions, their contents,
// a delivery for each reader, and notices. It's the only queue. It refuses to
// choose tips (scheduler) and to speak SMTP (mailer).
//
// A delivery's states, and who moves it:
//
//	                 Open
//	                  │
//	                  ▼       Exchange claims       relay said 250
//	          ┌─▶ pending ──────────────▶ (claimed) ────────────▶ sent
//	          │       │                   │ │ │ │
//	          │       │ not active  ◀─────┘ │ │ │  refused for good
//	          │       ▼  any more           │ │ └───────────────▶ failed
//	          │   withdrawn                 │ │
//	          │                             │ │ no answer after the dot,
//	          └───── nothing was said ──────┘ │ or the process died
//	                 about this mail          ├─▶ retry    (in_doubt: resend)
//	                                          └─▶ in_doubt (in_doubt: hold)
//
//	retry (4xx, or in doubt) is claimed like pending, once next_at has come
//	pending and retry become expired at expires_at
//
// By command: failed, expired and in_doubt become pending again (SendAgain), or
// in_doubt what somebody found out (SettleInDoubt). An edition is open, paused
// or cancelled; only an open one's deliveries are claimed, and cancelling
// withdraws what waits. What was done by command stands in actions.
//
// # Where a delivery waits
//
// Deliveries are numbered in the order in which they are opened, so what Open
// adds in one transaction is a range of numbers, and mostly it's sent in that
// order. So a delivery in state pending or retry is in one of three places, and
// none of them costs anything once it has left:
//
//   - fresh: ranges of deliveries that wait since they were opened. Claiming
//     moves the range's beginning on; no row is written.
//   - later: deliveries with next_at > 0, in an index of just these: what was
//     refused for now or given back.
//   - claims: what a node has taken, under a lease: a range that was fresh, or
//     the rows that were later and now carry the claim's number. The first
//     outcome takes a row out of the range for good; where it was given back, it
//     comes again as a later one. So a row is in one claim at most.
//
// Hence a mail that is sent at once costs one change of its row. A notice is
// claimed by its row: state sending, with owner and lease.
//
// # What holds, and why
//
//   - P1: a delivery's key is (edition, subscriber). Opening twice, on any node,
//     is a no-op.
//   - P2: a delivery and its place are written in one transaction before anything
//     is sent, and it only goes from place to place, or to its end, in
//     transactions that do both halves.
//   - P3: claiming is committed before the relay hears of the mail, so whatever
//     was on the wire when a process died is in a claim, and comes into doubt
//     when the lease is over, or at the next start where one process sends alone.
//     The mailer has no more than in_flight on their way at once. What it has
//     claimed ahead is put back instead: a claim's begun says how far it got.
//   - P5: whether the reader is still active is looked at when claiming.
//   - P7: nothing is claimed at or after expires_at.
//
// On PostgreSQL several nodes claim at once: whoever takes from a range, or takes
// later rows, locks them and the others skip what is locked. An outcome other
// than sent counts only while the row is still in the claim that its job came
// from.
package ledger
