// Package scheduler owns when and which: at what instant each reader's tip is
// due, and which tip a date gets. robfig/cron drives it; the ledger remembers.
// It refuses to compose and to send.
//
// Two rules make up the whole:
//
//   - When: a cron expression gives the days and the wall-clock time; the
//     instant is built in the reader's zone ([Schedule]). In a gap of the clock
//     it's the first instant after the gap, in an overlap the first of the two.
//   - Which: a [Calendar] names the tip of a date as a pure function of the
//     library, the pins and the history. What it names is written down when the
//     edition is opened, and stands from then on.
package scheduler
