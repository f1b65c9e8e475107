// Package ledger owns the truth about who gets what: a delivery for each reader of
// an edition, and notices. It's the only queue of mails. It refuses to choose tips
// (scheduler), to keep what all readers share (editions) and to speak SMTP
// (mailer).
//
// A delivery is one row from opening to its end, and a row says all that there is
// to say about it: any SQL client reads the truth. Its states, and what moves it;
// [Ledger.Exchange] claims, and records what came of earlier claims:
//
//	         Open
//	          │
//	          ▼       Exchange: claim       Exchange: 250
//	┌────▶ pending ────────────────▶ sending ─────────────▶ sent
//	│         │  ▲                    │ │ │
//	│         │  └─── nothing was ────┘ │ │ Exchange: refused for good
//	│         │       said about it     │ └───────────────▶ failed
//	│         │    (Exchange, Disown)   │
//	│         │                         ├─ Exchange: 4xx ─▶ retry
//	│         │                         └─ no reply after
//	│         │                            the dot (Exchange),
//	│         │                            or the node is
//	│         │                            gone (Recover) ─▶ retry     (in_doubt: resend)
//	│         │                                         └──▶ in_doubt  (in_doubt: hold)
//	│         │
//	│         ├─ Exchange: the reader isn't active any more ─┐
//	│         ├─ CancelEdition, FinishCancelled ─────────────┴▶ withdrawn
//	│         └─ Expire: expires_at has come ────────────────▶ expired
//	│
//	└─ by command: failed, expired, in_doubt (Requeue)
//
// retry is claimed like pending, once next_at has come, and is withdrawn and
// expires like it. What is in_doubt may also be settled by command (SettleInDoubt).
// A notice has the same columns, and the same states but withdrawn; no command sends
// one again or settles it.
//
// Less often: a mail whose reply is never seen for the fourth time ends in_doubt, also
// with in_doubt: resend. Whoever may have got a mail isn't told as never sent: what was
// once in doubt ends in_doubt where it would end withdrawn or expired, and in a course
// its reader's place moves on, whatever its end. Refusals that pause a newsletter go
// back to pending instead of failed, until its next try. A reply 250 that comes after
// its claim was lost still makes the delivery sent, whatever its state.
//
// # One index is the queue
//
// deliveries_unfinished holds what isn't over (pending, retry, sending; its done_at
// is 0), by edition and next_at: claiming reads its beginning and passes over the
// few that are in flight, however many deliveries there are. To claim what is pending
// changes no index, an end takes one entry out. deliveries_other holds the few that
// went another way, for the counts: also a retry, until it's claimed, and what was in
// doubt before it was sent. All else that is sent is in neither of them. When an
// edition's deliveries expire stands in expiries, a row for each instant.
//
// # Claim and lease
//
// A claim is the state sending with the node's name as owner. The lease is the
// node's: nodes says when it was last seen. A node that has been silent for a
// lease loses all that it has claimed to whoever locks its row first (Recover).
// On SQLite one process sends at a time, and every claim found at its start is a
// dead process's.
//
// # What holds, and why
//
//   - P1: the primary key is (edition, subscriber). Opening twice, on any node,
//     adds nothing. An edition whose deliveries are forgotten (Prune) is marked
//     first, and never opened nor sent again.
//   - P2: a delivery is written before anything is sent, and is deleted only long
//     after its end.
//   - P3: claiming is committed before the relay hears of the mail, so whatever
//     was on the wire when a process died is in state sending. The mailer claims
//     no more than in_flight at a time.
//   - P5: whether the reader is still active is looked at when claiming.
//   - P7: nothing is claimed at or after expires_at.
//
// On PostgreSQL several nodes claim at once: each locks the rows that it reads and
// skips what another has locked. An outcome other than sent counts only while its
// node holds the claim.
package ledger
