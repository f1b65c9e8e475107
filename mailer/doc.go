// Package mailer owns how a delivery becomes a mail that a relay has taken: it
// claims from the ledger, has package letter compose and package relay send,
// judges the reply and records what came of it. It refuses to choose tips or
// readers, and to keep what isn't in the ledger: a relay's queue holds claimed mails,
// for a moment.
//
// The way of one delivery, which [Mailer.Run] puts together:
//
//	claim     claim.go    one goroutine claims and records, in the same transactions
//	compose   compose.go  once for each content and language, then what is the reader's own; signs
//	hand over handover.go one goroutine a connection; relays.go says which relay
//	judge     judge.go    the reply becomes sent, retry, failed, a pause …
//	record    claim.go    with the next claim
//
// The loop that claims and records is in dispatcher.go. A connection composes what it
// hands over; where mails are signed, that is done ahead of the connections, on all
// cores: compose_ahead.go. What dead processes and cancelled editions have left is ended
// in housekeeping.go.
//
// A claim is committed before the relay hears of the mail, and its place among
// in_flight is free again only when the outcome is committed: that bounds what a
// crash can leave in doubt (P3).
//
// What concerns everyone pauses the run instead of failing readers one by one
// (P4): see pause.go and breaker.go. A paused run tries one mail now and then, and
// goes on when it's accepted. A newsletter's notices pause apart from its run.
// What concerns one mail or one reader never pauses anything.
//
// What relays allow is in concurrency.go (connections), quota.go (a day's total)
// and domains.go (one recipient domain); nodes.go shares it among nodes.
package mailer
