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
//     library, the pins, the approvals and the history. What it names is written
//     down when the date's edition is first opened for anybody, or when it's due in
//     the newsletter's own zone, and stands from then on.
//
// A newsletter has an edition on each date of its rule while it has readers,
// whether any of them takes that date or not. So what a plan shows doesn't
// depend on who reads (P8), and weekly mails find the days' tips. A date that
// passed unnoticed beyond the grace has none, and its tip is the next date's.
//
// A weekly mail holds the editions of the seven dates up to its own. A skip takes
// out a date's edition and not the mail: the reader chose the day on which the
// week's tips come, and the other dates have theirs. A week without any has no
// mail.
//
// In a course each reader has their own sequence: nothing is shared, pins don't
// count, skips do. A weekly course reader gets one tip a week. A place moves on
// when its tip was sent, or is held in doubt; while it's under way the reader
// isn't due, so that no tip comes twice and none is left out. Nor is one passed over
// that isn't to be sent yet, or isn't approved: its reader waits for it.
//
// Where only approved texts are sent, a date whose tip isn't approved gets the next one
// that is. With none it has no edition, and its readers stay due through the grace.
//
// An instant that passed leaves a record when somebody was due at it. What a
// clock that was ahead took for done or missed doesn't count once it's right:
// deliveries' keys keep anybody from getting a date twice.
package scheduler
