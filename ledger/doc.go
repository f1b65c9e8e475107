// Package ledger owns the truth about who got what: editions, their contents,
// a delivery for each reader, and notices. It's the only queue. It refuses to
// choose tips (scheduler) and to speak SMTP (mailer).
//
// A delivery's states, and who moves it:
//
//	                 Open
//	                  │
//	                  ▼       Exchange claims       relay said 250
//	          ┌─▶ pending ──────────────▶ sending ──────────────▶ sent
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
// What holds, and why:
//
//   - P1: a delivery's key is (edition, subscriber). Opening twice, on any node,
//     is a no-op.
//   - P2: a delivery is written before anything is sent, and only leaves the
//     queue in a transaction of its own outcome.
//   - P3: claiming is committed before the relay hears of the mail, so whatever
//     was on the wire when a process died is in state sending. The mailer
//     claims no more than in_flight at once.
//   - P5: whether the reader is still active is looked at when claiming.
//   - P7: nothing is claimed at or after expires_at.
package ledger
