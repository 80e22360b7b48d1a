// Package channel names the channel of a visit by what its address says: source, medium and campaign.
//
// It owns own rules by patterns and the published groupings, each with its number. It does not own what an address says (crm), nor where a naming is stated:
// by the mapping of an import (crm) or by a contract (contract).
//
// Words: visit (what a channel is named by), naming (own rules, and a grouping or none), grouping (a published list of rules, which a newer one does not
// replace: it gets a number of its own), imported (the channel with which a touch came).
//
// Invariants
//   - The same visit has the same channel for ever by the same naming, in any case of letters.
//   - Unknown is not direct: of what neither source nor medium is known is no visit and keeps the channel that it was imported with.
package channel
