// Package money is exact money: 64-bit integers of a currency's minor unit, exact ratios, named rounding.
//
// Words: minor unit (cent, yen, fils), ratio (an exact fraction such as 3 % = 3/100), rounding mode (named, never implied),
// allocation (a whole divided into parts that sum to it).
//
// Invariants: no floating point anywhere; division happens only in Round, Mul and Allocate; parts always sum to the whole;
// amounts of two currencies never meet; every amount that is read from outside stays within ±MaxMinor, so that nine hundred thousand
// of them can be added without overflow; such a sum reads back as it was written (ParseSum); and an addition that would overflow panics instead of wrapping.
package money
