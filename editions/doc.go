// Package editions owns what was chosen and what was sent, as far as it is the
// same for many readers: editions, their contents with a copy of each tip, the
// operator's pins, approvals, proofs, the archive that anybody may read, and votes. It
// refuses to choose a tip (scheduler) and knows no delivery (ledger).
//
// Editions and contents are never changed in what they say, and never pruned:
// late zones, retries, permalinks and a week's mail all show the same.
//
// Who writes in a transaction of a room above (ledger opens, publishes, cancels)
// calls the functions that take a tx.
package editions
