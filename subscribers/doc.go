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
// revives who left, was suppressed or was erased. Who left or is suppressed and
// signs up again is pending, and is again what they were when nobody confirms
// ([List.Prune]). The states of a file are taken over by rules of their own: see
// [Past].
package subscribers
