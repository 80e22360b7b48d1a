// Package cal is civil time: dates without a clock, periods that tile, spans that keep their unit, working calendars.
//
// Words: Date (a day in a calendar, no zone), Month, Period (half-open: From is in it, To is not), Cycle (periods recomputed from an
// anchor day, so that a cycle anchored on the 31st starts on 29 Feb and on 31 Mar, never drifting), Span ("90 days" and "3 months" are
// different things and are never converted), WorkCalendar (which days are worked; its holidays are data of an agreement), WorkHours (at which times of them),
// Shift (a part of a day in which work is done).
//
// Invariants: nothing here reads a clock; consecutive periods of a cycle tile without gap or overlap; the zero Date means "no date".
package cal
