package timesheet

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Clock writes minutes as hours and minutes: "13:45", "-0:30".
func Clock(minutes int) string {
	sign := ""
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	return fmt.Sprintf("%s%d:%02d", sign, minutes/60, minutes%60)
}

var (
	clockForm   = regexp.MustCompile(`^([0-9]{1,3}):([0-5][0-9])(?::([0-5][0-9]))?$`)
	wordsForm   = regexp.MustCompile(`^(?:([0-9]{1,3}) ?h)? ?(?:([0-9]{1,4}) ?m(?:in)?)?$`)
	decimalForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,6})?$`)
)

// Rounding says what becomes of a part of a minute in another program's file. It changes money, so nothing is assumed.
type Rounding string

// The roundings. Unstated refuses parts of a minute.
const (
	Unstated Rounding = ""
	Nearest  Rounding = "nearest" // half a minute goes up
	Up       Rounding = "up"
	Down     Rounding = "down"
)

// ParseMinutes reads what a person writes: "1:30", "1h 30m", "90m", or hours as a decimal such as "1.5". An empty text is 0. Fault: Invalid.
func ParseMinutes(text string) (int, error) { return ParseDuration(text, Unstated) }

// ParseDuration is ParseMinutes for files: it reads seconds too, and rounds parts of a minute as stated. Faults: Invalid, with code "part-of-a-minute" when it is
// not stated.
func ParseDuration(text string, r Rounding) (int, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return 0, nil
	}
	bad := fault.New(fault.Invalid, "duration", "%q is no time. Write 1:30, 1h 30m, 90m or 1.5 (hours).", text)
	if m := clockForm.FindStringSubmatch(text); m != nil {
		return whole(big.NewRat(int64(number(m[1])*3600+number(m[2])*60+number(m[3])), 60), r, text)
	}
	if m := wordsForm.FindStringSubmatch(text); m != nil && m[1]+m[2] != "" {
		return number(m[1])*60 + number(m[2]), nil
	}
	hours := strings.Replace(text, ",", ".", 1)
	if !decimalForm.MatchString(hours) {
		return 0, bad
	}
	rat, ok := new(big.Rat).SetString(hours)
	if !ok {
		return 0, bad
	}
	return whole(rat.Mul(rat, big.NewRat(60, 1)), r, text)
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // the form admits short numbers only
	return n
}

// whole is exact minutes as an integer.
func whole(minutes *big.Rat, r Rounding, text string) (int, error) {
	if minutes.IsInt() {
		return int(minutes.Num().Int64()), nil
	}
	down := new(big.Int).Quo(minutes.Num(), minutes.Denom()).Int64()
	part := new(big.Rat).Sub(minutes, big.NewRat(down, 1))
	switch r {
	case Down:
		return int(down), nil
	case Up:
		return int(down) + 1, nil
	case Nearest:
		if part.Cmp(big.NewRat(1, 2)) >= 0 {
			down++
		}
		return int(down), nil
	}
	return 0, fault.New(fault.Invalid, "part-of-a-minute", "%q is between %s and %s, and time is kept in whole minutes. Write one of them, or say how parts of a minute are rounded.",
		text, Clock(int(down)), Clock(int(down)+1))
}

func itoa(n int) string { return strconv.Itoa(n) }
