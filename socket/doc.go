// Package socket makes small exchanges over a socket cheaper.
//
// Around each system call Go tells its scheduler that the thread may block. A
// read or a write of a socket can't: the socket is non-blocking, and waiting is
// the poller's. Where a process waits for its peer after nearly each message, as
// a sender of mails does, those announcements keep the scheduler's monitor thread
// awake. It then takes a fifth of all processor time, and takes it from the peer
// where both share a machine.
package socket
