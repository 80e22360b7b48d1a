package money

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Currency is an ISO 4217 code in capitals, such as "USD".
type Currency string

// The codes of ISO 4217 by their digits after the decimal point.
var (
	noDigits    = strings.Fields("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF")
	threeDigits = strings.Fields("BHD IQD JOD KWD LYD OMR TND")
	twoDigits   = strings.Fields(`AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD
		CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
		IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
		MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
		SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`)
)

// digits after the decimal point, of every currency.
var digits = func() map[Currency]int {
	out := map[Currency]int{}
	for n, codes := range map[int][]string{0: noDigits, 2: twoDigits, 3: threeDigits} {
		for _, c := range codes {
			out[Currency(c)] = n
		}
	}
	return out
}()

// ParseCurrency accepts an ISO 4217 code in any case. Fault: Invalid.
func ParseCurrency(code string) (Currency, error) {
	up := strings.ToUpper(strings.TrimSpace(code))
	if _, known := digits[Currency(up)]; known {
		return Currency(up), nil
	}
	return "", fault.New(fault.Invalid, "currency", "%q is not a currency code; write one of ISO 4217, such as USD, EUR or JPY", code)
}

// Digits is the number of digits after the decimal point: 0, 2 or 3.
func (c Currency) Digits() int {
	if len(c) == 3 && c[0] <= 'Z' && c[1] <= 'Z' && c[2] <= 'Z' && c[0] >= 'A' && c[1] >= 'A' && c[2] >= 'A' {
		return 2 + int(notTwo[(int(c[0]-'A')*26+int(c[1]-'A'))*26+int(c[2]-'A')])
	}
	return 2
}

// notTwo is by how many digits a currency differs from two, by its three letters: every amount that is written asks for it.
var notTwo = func() (out [26 * 26 * 26]int8) {
	for c, n := range digits {
		out[(int(c[0]-'A')*26+int(c[1]-'A'))*26+int(c[2]-'A')] = int8(n - 2)
	}
	return out
}()

// Unit is the number of minor units in one unit of the currency: 1, 100 or 1000.
func (c Currency) Unit() int64 {
	return [...]int64{1, 10, 100, 1000}[c.Digits()]
}
