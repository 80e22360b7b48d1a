// Package paths divides conversions among channels from aggregated paths: how many times a sequence of channels ended in a conversion, what those
// were worth, and how many times it did not.
//
// It owns: the table of paths, first, last and linear over it, exact Markov chains of order 1 to 4, and exact Shapley values. It does not own credit
// that a fee rests on: a chain detaches money from deals, so what it gives is a report.
//
// Words: conversions (how often a path converted, also in parts), null (how often it did not), state (of a chain of order k: k channels in a row, or
// all of a shorter path), removal effect (of a channel: the part of the conversions, or of their value, that passes through it; in a chain the
// probability of converting and visiting it over that of converting).
//
// Rules
//   - Each path weighs conversions + null, whatever it is worth; value is only what a conversion earns in its last state.
//   - Equal states in a row are one state of a chain, which changes none of its effects; for first, last and linear every touch stands for itself,
//     unless the paths are trimmed before: exclusions, then repeats, then the number of steps.
//   - A channel takes its removal effect over the sum of all of them, times the total.
//   - The Shapley value is that of the game in which a set of channels earns what the paths inside it earn. It divides what each set earns
//     equally among its channels (Shapley 1953: the value is additive, and this game is a sum of unanimity games), so no limit is needed.
//   - A path of no channel is unattributed: its conversions are in the totals and in no channel.
//
// Invariants: nothing is simulated. Counts and values are summed as whole numbers of 10^-9, chains are solved in a fixed order without fused
// operations, so the order of the rows, the processor and the number of workers change nothing.
package paths
