// Package work is what a client asks of its agency: requests, and the clocks of what was promised of them.
//
// It owns: the brief by its form, the events of a request (opened, triaged, responded, delivered …), where it stands, its conversation with attachments, the
// clocks that follow from the events, who used how much of the time, what is likely of a clock that runs, what was kept, missed and excused in a month, filters under a name. It does not own the promises, which are terms of the
// contract, nor what a miss costs, which is a rule of the fee.
//
// It owns deliverables too: their versions, the rounds, the client's word, what silence does, and whose they are. What the client is shown is only what was released to it.
//
// A request, and what is said of one, may come by e-mail, where it is certain who wrote it and that they may; all other mail waits for a person.
//
// Words: form, what a brief of a category asks; stage, where a request is on the board; internal, for the agency's people alone. A clock is one promise on its
// way; allowed, how much time it has; elapsed, how much of it is used; it stands still while nobody's time runs; round, the how many-th version or hand-over a
// clock is of; due, the instant until which a promise is kept if its clock keeps running.
//
// Invariants: what a clock shows follows from the events alone, so that asking twice, or later, gives the same past; elapsed time and the time for which a clock
// stood still add up to the working time between its beginning and its end; a change of priority forgets neither; a miss is never undone.
// What is internal was said so when it was written, and reaches nobody outside the agency by any way; an answer by mail is internal unless it is certain that it is not.
//
// Time: events are instants; how much of it counts is said by the working hours of the contract, in its zone.
package work
