// Package site owns the readers' pages: the form to subscribe, the pages behind the
// links of our mails (confirm, settings, leave, vote, account), past tips and their
// feeds. Each page is a letter with at most one filled button, works without
// script, and speaks the reader's language. Beside them it serves the operator the
// plan as a calendar, behind a secret link.
//
// It refuses to change anything on GET: link scanners follow every link of a
// mail (RFC 8058 §2). It never composes or sends mail; what answers a person goes
// into the ledger, in the transaction of the change that causes it. It refuses to
// tell whether an address is on the list.
//
// A mail may be passed on with its links. So leaving and the settings show and do
// nothing that could hurt a reader; the rest is behind a link that is mailed on
// request and opens once (account_link.go).
//
// Anybody can write anybody's address into the form. What an address gets from
// that is bounded in the database (subscribers.AllowSignUpMail); how much comes at all by
// limits.go; form_token.go tells people from simple machines; and what another
// site's form sends goes on only after a click on a page of ours (signup.go), for
// no static form can carry a secret.
//
// Programs sign readers up at /api/subscribe (signup_api.go). That is here, and
// not in a room for programs, because it's the same form in JSON: the same checks,
// limits and proof of consent, open to anybody and without a key.
package site
