// Package subscribers owns who gets mail: people, their consent, their place in
// each newsletter and their preferences, and the tokens that links carry. It
// refuses to know about tips and about sending; ledger asks it who is due.
//
// A subscription's state:
//
//	           confirm              pause
//	pending ───────────▶ active ◀──────────▶ paused
//	   ▲                    │      resume       │
//	   │ sign up again      ▼                   │
//	   └───────────── unsubscribed ◀────────────┘
//
//	a dead address or a complaint: any state ──▶ suppressed ──▶ what it was before
//	                                                        restore, or confirm
//
// What is said of an address, while sending or in a mail that comes back, is decided
// here by one function (decide.go) from what was said before: bounce.go reads that and
// does what was decided, crowd.go holds many of one domain back, rest.go keeps mails
// from an address for a while, bounces.go takes back. Nothing is counted on the way:
// what an address is follows from its bounces and its deliveries.
//
// Only active subscriptions get mail. Nothing but the person's own consent, or
// the operator's word for it (--confirmed), makes one active; an import never
// revives who left, was suppressed or was erased. Whoever has left or is suppressed
// and signs up again is pending; when nobody confirms it, they are again what they
// were ([List.Prune]). An import takes the states in a file over by rules of its own:
// see [Imported].
package subscribers
