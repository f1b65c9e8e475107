// Package hooks owns what programs elsewhere are told: events, which are written down
// in the transaction that causes them, and how it goes with the endpoints that get
// them. What is rolled back was never told, and what is committed is never lost.
//
// An [Outbox] writes an event for each endpoint that wants it, with what is in the
// endpoint's scope and nothing else. A [Queue] hands each endpoint its events in
// their order: package posting posts them. With no endpoint configured nothing is
// written at all.
//
// It refuses to know the other rooms: they call it with plain values.
package hooks
