// Package demo makes a year of a sample company: a CRM with the mess of real ones, two versions of a contract, and the statements of twelve
// months, through the same use cases that people use.
//
// It is deterministic: the same seed gives the same rows, so a figure that somebody saw in the demo can be found again. Every name
// in it is a sample: companies are called after places that do not exist, people by their number or their role.
//
// The mess is deliberate and small: deals without a source, contact or amount, an amount in another currency, duplicate contacts that are
// merged later, close dates that move, touches after the close, a refund, a deal that is won, charged and then reopened.
package demo
