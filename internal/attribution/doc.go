// Package attribution credits one deal to the touches of its contacts, in whole minor units.
//
// It owns journeys, models, the lookback window and the apportionment of a deal's amount; how clear that is over many deals (Clarity, Spread), and
// credit beside spend (Returns). It does not own where touches come from (crm),
// which model and window were agreed (contract), nor what is paid on the credit (fees). It never reads a clock and never uses floating point.
//
// Words: touch (one dated interaction of a contact), path (the touches that count, in order), role (first, lead creation, deal creation,
// last, middle), anchor (a role that the model gives a share of its own; a role without one is a middle touch), edge (what happens to the
// weight of a touch that fell out of the window), unattributed (money of the deal that no touch holds: always shown, never forced on one), earlier deal
// (after which a path begins anew), moment (what ends the journey, where it is no touch), repeat (a touch like the one before it).
//
// Order and roles
//   - The order is total: (At, Seq, ID). The same touch given twice counts once. Repeated channels are collapsed only where that is agreed.
//   - A touch at End counts; after it, it is ignored. The window is measured from End, so the agreed anchor date (closed, created) is End.
//   - Lead creation is the last touch of any contact at or before LeadCreated; deal creation the last at or before DealCreated (the
//     published rule of HubSpot). A Milestone said by the CRM wins: the earliest touch marked lead-created, the latest marked deal-created.
//   - No touch at or before a milestone: nobody holds that role, and its share goes to the other anchors in proportion.
//   - A touch in several roles gets the sum of their shares. No middle touch: the middle share goes to the anchors in proportion, so
//     that in U one touch takes all and two halve. No anchor at all: the middle takes everything; no middle share either: unattributed.
//   - U here is first and last; HubSpot's U of first and lead creation is "custom:first=40,lead=40,middle=20". J (20/20/60) leans on the touch
//     that closed, inverse J (60/20/20) on the one that opened; both are of first, middle and last.
//   - Data-driven weighs each channel of a path by its removal effect over a closed period, frozen (Effects), whatever the roles.
//
// Which touches make a path, in this order
//   - Up to End: the whole of the closing day (deal won), the moment of the creation, or its whole day where the CRM gives no time (deal created; the
//     closing day of a deal that was won before the CRM created it), the whole day of the first payment, and not before the closing (deal collected).
//   - Before Moment, where what ends the journey is no touch: the beginning of that day, or the moment of a creation.
//   - After Since, where paths are reset: the end of the journey of the latest earlier deal. Earlier is a won deal that shares a contact with this one, both by
//     the same rule of whose touches count; whose journey ended strictly before this one's; and that was won on its day or before, so that what is won later
//     changes nothing. Whether it earned anything, and under which contract, does not matter. Deals whose journeys end together share their touches.
//   - Of channels that are not excluded, as they are named; inside the window, with re-path; the first of each run of touches through one channel by one provider, where repeats
//     are collapsed (one that the CRM marks as a milestone begins a run); the newest, where steps are limited. Then the window cuts, with drop or renormalise.
//
// Channels
//   - A touch has the channel that it was imported with, or, where that is agreed, the one that its visit is named by: own rules, then a published grouping with
//     its number (kernel/channel). All that speaks of channels means those names: credit, exclusion, repeats, direct ones, removal effects.
//
// Time
//   - A lookback of days, weeks, months or years is counted on the calendar of the zone: the touch's local date is on or after End's local
//     date less the span. Hours and minutes are exact. Both ends belong to the window.
//   - Time decay ages a touch from the newest touch of the path; a half-life's day is 24 hours. Weights are multiples of 2^-40.
//
// Invariants: credits + unattributed == total for every model, edge and sign; a negative total is the mirror of the positive one; the order
// of the input changes nothing. Rests go by largest remainder, equal rests by SHA-256 of deal id, a zero byte and touch id.
// Edges: drop gives the same credit as without a window and leaves the rest unattributed; renormalise scales the remaining weights to the
// whole and re-path assigns the roles anew to what is inside the window; both leave all unattributed when no weight remains.
package attribution
