package money

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Currency is an ISO 4217 code in capitals, such as "USD".
type Currency string

// Digits after the decimal point, by ISO 4217; a code not named here has two.
var (
	noDigits    = strings.Fields("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF")
	threeDigits = strings.Fields("BHD IQD JOD KWD LYD OMR TND")
	twoDigits   = strings.Fields(`AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD
		CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
		IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
		MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
		SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`)
)

// ParseCurrency accepts an ISO 4217 code in any case. Fault: Invalid.
func ParseCurrency(code string) (Currency, error) {
	up := strings.ToUpper(strings.TrimSpace(code))
	for _, set := range [][]string{twoDigits, noDigits, threeDigits} {
		if slices.Contains(set, up) {
			return Currency(up), nil
		}
	}
	return "", fault.New(fault.Invalid, "currency", "%q is not a currency code; write one of ISO 4217, such as USD, EUR or JPY", code)
}

// Digits is the number of digits after the decimal point: 0, 2 or 3.
func (c Currency) Digits() int {
	switch {
	case slices.Contains(noDigits, string(c)):
		return 0
	case slices.Contains(threeDigits, string(c)):
		return 3
	default:
		return 2
	}
}

// Unit is the number of minor units in one unit of the currency: 1, 100 or 1000.
func (c Currency) Unit() int64 {
	return [...]int64{1, 10, 100, 1000}[c.Digits()]
}
