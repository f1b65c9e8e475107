// Package metrics owns what Prometheus reads of a running daemon: names, labels,
// units and how fresh each value is. It counts what the mailer observes, and asks
// the ledger, the list and the scheduler when somebody looks, not more often than
// they can bear. It refuses to change anything, and to name readers: no label has
// an address.
//
// docs/metrics.md lists every metric; a test compares the two.
package metrics
