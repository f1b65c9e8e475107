// Package imap reads a mailbox to which bounces come back, every minute or so.
//
// It owns the table that notes how far each mailbox has been read. Every message is
// looked at once, in small steps, and handed to package intake, which takes what
// carries a tag of ours and leaves everything else alone. The mailbox may be shared
// with people: it's opened for reading only (EXAMINE, BODY.PEEK), so that nothing is
// marked as seen. Only when there is a folder to move bounces to is it opened for
// writing, and then only what was taken is moved.
//
// A connection that is lost is made anew, later each time. A message that can't be
// read is tried some times, then logged and passed over: the rest go on.
//
// It refuses to show a password to the network: without TLS it talks to no other
// machine.
package imap
