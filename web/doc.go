// Package web owns the pages behind the links of our mails: confirm, leave, and
// what a machine asks for (/healthz, /readyz). Each page is one letter with at
// most one button, works without script, and speaks the reader's language. Beside
// them it serves the operator the plan as a calendar, behind a secret link.
//
// It refuses to change anything on GET: link scanners follow every link of a
// mail (RFC 8058 §2). It refuses to log tokens, mail addresses and network
// addresses: a request is logged by the pattern of its route. It never
// composes or sends mail; what answers a person goes into the ledger, in the
// transaction of the change that causes it.
//
// A request passes, from the outside in:
//
//	mount    takes the path of BaseURL off, when a proxy hasn't
//	record   logs the route, turns a panic into a page
//	secure   sets the headers that every answer carries
//	limit    reads the body, at most 64 KB
//	guard    refuses forms that another site sends (one-click excepted)
//	mux      finds the handler
package web
