package csvin

import (
	"bytes"
	"unicode/utf8"
)

// Encoding names how the bytes of a file stand for characters.
type Encoding string

const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// detectEncoding judges the first bytes of a file. sure is false when the sample is plain ASCII,
// which leaves UTF-8 and Windows-1252 both possible, or when Windows-1252 is only the fallback.
// binary is true when NUL bytes rule out every text encoding known here.
func detectEncoding(sample []byte) (e Encoding, bom int, sure, binary bool) {
	switch {
	case bytes.HasPrefix(sample, []byte{0xef, 0xbb, 0xbf}):
		return UTF8, 3, true, bytes.IndexByte(sample, 0) >= 0
	case bytes.HasPrefix(sample, []byte{0xff, 0xfe}):
		return UTF16LE, 2, true, false
	case bytes.HasPrefix(sample, []byte{0xfe, 0xff}):
		return UTF16BE, 2, true, false
	}
	if bytes.IndexByte(sample, 0) >= 0 {
		e, ok := utf16WithoutBOM(sample)
		return e, 0, ok, !ok
	}
	if isASCII(sample) {
		return UTF8, 0, false, false
	}
	if mostlyUTF8(wholeRunes(sample)) {
		return UTF8, 0, true, false
	}
	return Windows1252, 0, false, false
}

// utf16WithoutBOM recognises UTF-16 of mostly Latin text by the zero half of each code unit.
func utf16WithoutBOM(sample []byte) (Encoding, bool) {
	var even, odd int
	for i, b := range sample {
		if b == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	half := len(sample) / 2
	switch {
	case half == 0:
		return "", false
	case odd*10 >= half*6 && even*10 <= half:
		return UTF16LE, true
	case even*10 >= half*6 && odd*10 <= half:
		return UTF16BE, true
	}
	return "", false
}

// mostlyUTF8 holds when more characters beyond ASCII are proper UTF-8 than bytes are not: a single damaged row does not turn a
// UTF-8 file into Windows-1252, where nearly no accent forms a proper sequence by chance.
func mostlyUTF8(p []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRune(p[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		i += size
	}
	return good > bad
}

// wholeRunes cuts a last rune that the end of the sample may have split.
func wholeRunes(p []byte) []byte {
	for i := 1; i <= 3 && i <= len(p); i++ {
		b := p[len(p)-i]
		if utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRune(p[len(p)-i:]) {
				return p[:len(p)-i]
			}
			return p
		}
	}
	return p
}

func isASCII(p []byte) bool {
	for len(p) >= 8 {
		w := p[:8]
		if (w[0]|w[1]|w[2]|w[3]|w[4]|w[5]|w[6]|w[7])&0x80 != 0 {
			return false
		}
		p = p[8:]
	}
	for _, b := range p {
		if b >= 0x80 {
			return false
		}
	}
	return true
}

// windows1252High holds the characters 0x80 to 0x9f; the rest of the code page equals Latin-1.
// The five undefined positions stand for themselves, as the WHATWG encoding standard has it.
var windows1252High = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

func appendWindows1252(dst, src []byte) []byte {
	for _, b := range src {
		switch {
		case b < 0x80:
			dst = append(dst, b)
		case b < 0xa0:
			dst = utf8.AppendRune(dst, windows1252High[b-0x80])
		default:
			dst = utf8.AppendRune(dst, rune(b))
		}
	}
	return dst
}
