package contract

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// Number is an exact decimal that is no money, such as the target of a metric, in millionths.
type Number int64

const millionths = 6

var numberForm = regexp.MustCompile(`^(-?)([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]{1,6}))?$`)

// parseNumber reads "1300000", "1,300,000", "-4.5": up to twelve digits and six decimals.
func parseNumber(text string) (Number, error) {
	m := numberForm.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("write a number such as 100, 1,300,000 or 4.5, with at most 12 digits and 6 decimals")
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[2], ",", "")+m[3]+strings.Repeat("0", millionths-len(m[3])), 10, 64)
	if m[1] == "-" {
		n = -n
	}
	return Number(n), err
}

// Rat is the number, exactly.
func (n Number) Rat() *big.Rat { return big.NewRat(int64(n), 1_000_000) }

// String is the plain decimal with thousands grouped: "1,300,000", "4.5".
func (n Number) String() string {
	sign, digits := "", strconv.FormatInt(int64(n), 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if short := millionths + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	whole, frac := digits[:len(digits)-millionths], strings.TrimRight(digits[len(digits)-millionths:], "0")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if frac != "" {
		frac = "." + frac
	}
	return sign + whole + frac
}

// plain is the number as it can be written anywhere, inside { } too.
func (n Number) plain() string { return strings.ReplaceAll(n.String(), ",", "") }

const numberPattern = `-?[0-9][0-9,]*(\.[0-9]+)?`

var (
	numberScalar = textOf("number", "100", "^"+numberPattern+"$", func(s string) error { _, err := parseNumber(s); return err })
	rangeScalar  = textOf("from..full, or none", "70..50, or none", "^(none|"+numberPattern+`\.\.`+numberPattern+")$", func(s string) error {
		if s == "none" {
			return nil
		}
		_, _, err := parseRange(s)
		return err
	})
	metricScalar = textOf("short name", "mql", slugScalar.pattern, slug)
)

func conditionLike(example string) *scalar {
	return textOf("metric, comparison and number", example, "^[a-z0-9_-]+ +(<|<=|>|>=) +"+numberPattern+"$", func(s string) error {
		_, err := parseCondition(s)
		return err
	})
}

// parseRange reads "70..50".
func parseRange(s string) (from, to Number, err error) {
	first, last, _ := strings.Cut(s, "..")
	if from, err = parseNumber(first); err == nil {
		to, err = parseNumber(last)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("write two numbers as from..full, such as 70..50, or none")
	}
	return from, to, nil
}

// Condition is a comparison of a metric's reading with a number.
type Condition struct {
	Metric string
	Op     string // < | <= | > | >=
	Value  Number
}

// String is the condition as it is written: "crm_hygiene < 80".
func (c Condition) String() string { return fmt.Sprintf("%s %s %s", c.Metric, c.Op, c.Value) }

// Holds says whether a reading fulfils the condition.
func (c Condition) Holds(reading *big.Rat) bool {
	order := reading.Cmp(c.Value.Rat())
	switch c.Op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

func parseCondition(s string) (Condition, error) {
	parts := strings.Fields(s)
	if len(parts) != 3 || slug(parts[0]) != nil || !strings.Contains(" < <= > >= ", " "+parts[1]+" ") {
		return Condition{}, fmt.Errorf("write a metric, one of <, <=, >, >= and a number, such as crm_hygiene < 80")
	}
	n, err := parseNumber(parts[2])
	return Condition{parts[0], parts[1], n}, err
}
