package connect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// cellOf writes a JSON value as a cell: text as it is, numbers in plain decimals, nothing for null. A value that has parts stays JSON.
func cellOf(raw json.RawMessage) (string, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return strings.ReplaceAll(s, "\x00", ""), err // no database and no table has a place for that one
	case 't', 'f', '{', '[':
		return string(raw), nil
	}
	return plain(string(raw))
}

// widest is the largest exponent that a number may have: no amount is longer.
const widest = 40

// plain writes a JSON number without an exponent and loses nothing: "1.25E7" is "12500000".
func plain(number string) (string, error) {
	mantissa, exponent, has := strings.Cut(strings.ToLower(number), "e")
	if !has {
		return number, nil
	}
	n, err := strconv.Atoi(exponent)
	if err != nil || n > widest || n < -widest || len(mantissa) > 2*widest {
		return "", fmt.Errorf("the number %.60s cannot be one of a CRM", number)
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return "", fmt.Errorf("the number %.60s cannot be read", number)
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	digits := max(0, len(fraction)-n)
	out := r.FloatString(digits)
	return out, nil
}

// digits reports an id of HubSpot.
func digits(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}

// recordID reports an id of Salesforce.
func recordID(id string) bool {
	if len(id) != 15 && len(id) != 18 {
		return false
	}
	for _, r := range id {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return false
		}
	}
	return true
}
