// Package intake takes what comes back, whichever door it came in by: it finds the
// mail that it is about, reads it, decides what that means for the reader, and
// writes it all down in one transaction.
//
// A message counts only with a valid tag of ours (package verp), in the address that
// it was sent to or in the Message-ID of the mail that came back: whatever else it
// says, a message without one changes nothing. Taking the same message twice changes
// nothing either.
package intake
