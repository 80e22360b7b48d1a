// Package mail sends the mails that use cases left in the shared outbox, over SMTP.
//
// It owns: the form of a mail in the outbox, claiming, sending, retrying and giving up. It does not own what mails say
// or when they are due; a use case calls Enqueue in its own transaction, so a mail exists exactly when its cause does.
//
// States of an outbox row of kind "mail": waiting -> sending -> sent; back to waiting after a passing failure, later each
// time; failed after a refusal or the last attempt; expired when its time has gone; "not configured" while this
// installation has no SMTP server, taken up again when it has one, and expired like the others when its time has gone before.
//
// Invariants: a mail is sent at least once, always under the same Message-ID, so a rare second copy can be known as such;
// a sent, failed or expired mail keeps no text, since it may hold a sign-in link; the log names ids, never people.
package mail
