// Package mailin reads messages of e-mail that come from elsewhere, fetches them from a mailbox, and says what of them can be believed.
//
// It owns: reading a message within limits (header, text, files), whether the receiving server vouches for its sender, whether a program
// wrote it, what of a reply is new, and a mailbox reached by IMAP. It does not own who the sender is to us, nor what becomes of a message.
//
// Words: raw, the message as it came; server, the name under which a receiving server writes down what it found out (authserv-id of RFC 8601);
// to vouch, to say that the address in From is of whoever sent; automatic, written by a program, so that nobody waits for an answer.
//
// Invariants: a message that cannot be read is refused and never read in part; what a sender writes about themselves is never what vouches
// for them; text is valid UTF-8 of printable signs, a subject and a name are one line.
package mailin
