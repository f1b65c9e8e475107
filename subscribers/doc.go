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
// Only active subscriptions get mail. Nothing but the person's own consent, or
// the operator's word for it (--confirmed), makes one active; an import never
// revives who left, was suppressed or was erased. Whoever has left or is suppressed
// and signs up again is pending; when nobody confirms it, they are again what they
// were ([List.Prune]). An import takes the states in a file over by rules of its own:
// see [Imported].
package subscribers
