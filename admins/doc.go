// Package admins owns the people who plan and run: what each may do, how they are let
// in, who is signed in, and the log of what they changed. Who they are stands in the
// configuration, or is told by the provider that signs them in (OpenID Connect).
//
// A session ends when its person signs out, after twelve hours without a request, two
// weeks after it began (twelve hours where a provider let its person in), and as soon as
// the configuration lets its person in no longer in the way it did: with another password,
// in another role, or not at all. What a provider says of somebody ends what it has said
// of them before.
//
// It refuses to keep what a browser shows, and to name a reader's address in the log.
package admins
