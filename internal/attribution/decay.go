package attribution

import (
	"math/bits"
	"time"
)

// decayBits is the resolution of time decay: the newest touch weighs 2^40, and weights are whole. Sixteen million touches sum without overflow.
const decayBits = 40

// halves are 2^(-1/2), 2^(-1/4), ..., 2^(-1/2^40) in units of 2^-64, rounded to the nearest.
var halves = [decayBits]uint64{
	0xb504f333f9de6484, 0xd744fccad69d6af4, 0xeac0c6e7dd24392f, 0xf5257d152486cc2c,
	0xfa83b2db722a033a, 0xfd3e0c0cf486c175, 0xfe9e115c7b8f884c, 0xff4ecb59511ec8a5,
	0xffa756521c8daed2, 0xffd3a751c0f7e10c, 0xffe9d2b2f7db2756, 0xfff4e91bff1b8c3e,
	0xfffa747ea0040664, 0xfffd3a3b7814eb54, 0xfffe9d1cc60ddab1, 0xffff4e8e25879bfa,
	0xffffa7470363f451, 0xffffd3a37dda0313, 0xffffe9d1bdf703af, 0xfffff4e8debe025e,
	0xfffffa746f4fa150, 0xfffffd3a37a3f8b0, 0xfffffe9d1bd1065a, 0xffffff4e8de845ae,
	0xffffffa746f41377, 0xffffffd3a37a05e4, 0xffffffe9d1bd01fc, 0xfffffff4e8de80c0,
	0xfffffffa746f4051, 0xfffffffd3a37a025, 0xfffffffe9d1bd011, 0xffffffff4e8de808,
	0xffffffffa746f404, 0xffffffffd3a37a02, 0xffffffffe9d1bd01, 0xfffffffff4e8de81,
	0xfffffffffa746f40, 0xfffffffffd3a37a0, 0xfffffffffe9d1bd0, 0xffffffffff4e8de8,
}

// decay is 2^40 * 2^(-age/halfLife), rounded to the nearest whole, by integers only, so that every processor gives the same weight.
// The newest touch has age 0 and weighs 2^40: a path never weighs nothing, however old its other touches are.
func decay(age, halfLife time.Duration) int64 {
	if age <= 0 {
		return 1 << decayBits
	}
	whole := uint64(age / halfLife)
	if whole > decayBits {
		return 0
	}
	rest := uint64(age % halfLife)
	hi, lo := rest>>(64-decayBits), rest<<decayBits
	fraction, _ := bits.Div64(hi, lo, uint64(halfLife)) // rest/halfLife in 2^-40, below 2^40
	w := times(upper[fraction>>lowerBits], fraction&(1<<lowerBits-1))
	shift := 64 - decayBits + whole
	rounded := (w>>(shift-1) + 1) >> 1
	return int64(rounded)
}

// times multiplies w by the halves of the fraction's bits, from the highest to the lowest.
func times(w, fraction uint64) uint64 {
	for fraction != 0 {
		bit := bits.Len64(fraction) - 1
		fraction &^= 1 << bit
		w, _ = bits.Mul64(w, halves[decayBits-1-bit])
	}
	return w
}

// lowerBits of a fraction are multiplied one by one; what the upper ones come to is looked up.
const lowerBits = 28

var upper = func() (out [1 << (decayBits - lowerBits)]uint64) {
	for i := range out {
		out[i] = times(1<<64-1, uint64(i)<<lowerBits)
	}
	return out
}()
