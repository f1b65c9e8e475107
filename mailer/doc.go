// Package mailer owns how a delivery becomes a mail that a relay has taken: it
// claims from the ledger, has package letter compose and package relay send,
// judges the answer and records what came of it. It refuses to choose tips or
// readers, and keeps no queue of its own.
//
// The walk of one delivery, each step in a file:
//
//	ledger.Exchange claims it           dispatch.go   the only goroutine that writes
//	   └─▶ it waits for room            ahead.go      in_flight bounds how many are on their way
//	   └─▶ compose its mail             compose.go    once for each content and language
//	         └─▶ send it                worker.go     one worker a connection, line.go
//	               └─▶ judge the answer outcome.go    sent, retry, failed, pause …
//	                     └─▶ ledger.Exchange records it
//
// A claim is committed before the relay hears of the mail, and its place among
// in_flight is free again only when the outcome is committed: that bounds what a
// crash can leave in doubt (P3). More are claimed ahead, so that a quick relay
// needn't wait for the ledger, and get their places in the transaction that frees
// them.
//
// A connection composes what it sends. With DKIM composing is work for all cores
// and has goroutines of its own. What became of mails gathers in a list
// (returns.go), and the dispatcher is woken when a commit is worth it.
//
// What concerns everyone pauses the run instead of failing readers one by one
// (P4): see pause.go and streak.go. A paused run tries one mail now and then, and
// goes on when it's accepted. A newsletter's notices pause apart from its run.
// What concerns one mail or one reader never pauses anything.
package mailer
