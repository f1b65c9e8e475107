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
// What Open adds in one transaction is a batch: one row that lists the readers,
// whose deliveries have numbers in a row. A delivery gets a row of its own when
// something has become of it. Mostly that is that it was sent: then its row is
// written once, and never changed. Until then it stands in its batch, in one of
// two places:
//
//   - fresh: ranges of numbers that wait since they were opened. Claiming moves
//     the range's beginning on.
//   - claims: what a node has taken, under a lease: a range that was fresh.
//
// Whatever ends a delivery's stay there writes its row in the same transaction,
// so a number of a batch is in fresh, in a claim, or has a row; when all have
// one, the batch goes (forget). A row in state pending or retry waits as
//
//   - later: next_at > 0, in an index of just these: what was refused for now or
//     given back; or it's in a claim again, and carries the claim's number.
//
// A notice is claimed by its row: state sending, with owner and lease.
//
// # What holds, and why
//
//   - P1: a delivery's key is (edition, subscriber). Openings of an edition come
//     one after the other, and leave out who is in one of its batches or has a
//     row. So opening twice, on any node, is a no-op.
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
// than sent counts only while the delivery is still in the claim that its job
// came from.
package ledger
