// Package web owns the readers' site: the form to subscribe, the pages behind the
// links of our mails (confirm, settings, leave, vote, account), past tips and their feeds, and
// what a machine asks for (/healthz, /readyz). Each page is a letter with at most
// one filled button, works without script, and speaks the reader's language. Beside
// them it serves the operator the plan as a calendar, behind a secret link.
//
// It refuses to change anything on GET: link scanners follow every link of a
// mail (RFC 8058 §2). It refuses to log tokens, mail addresses and network
// addresses: a request is logged by the pattern of its route. It never
// composes or sends mail; what answers a person goes into the ledger, in the
// transaction of the change that causes it. It refuses to tell whether an address
// is on the list.
//
// A mail may be passed on with its links. So leaving and the settings show and do
// nothing that could hurt a reader; the rest is behind a link that is mailed on
// request and opens once (account.go).
//
// Anybody can write anybody's address into the form. What an address gets from
// that is bounded in the database (subscribers.MayAsk); how much comes at all by
// the gates in limits.go; stamp.go tells people from simple machines; and what
// another site's form sends goes on only after a click on a page of ours
// (signup.go), for no static form can carry a secret.
//
// A request passes, from the outside in:
//
//	mount    takes the path of BaseURL off, when a proxy hasn't
//	record   logs the route, turns a panic into a page
//	secure   sets the headers that every answer carries
//	limit    reads the body, at most 64 KB
//	guard    refuses forms that another site sends (one-click excepted, and
//	         sign-ups, whose handlers look at where they come from)
//	mux      finds the handler
package web
