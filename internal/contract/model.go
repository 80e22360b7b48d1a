package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// checkModel accepts what attribution reads. The form is checked here as well, because the contract stands below attribution; a test above
// both compares them. last-non-direct takes its channels from direct_channels.
func checkModel(s string) error {
	kind, arg, hasArg := strings.Cut(s, ":")
	arg = strings.TrimSpace(arg)
	switch kind = strings.TrimSpace(kind); kind {
	case "first", "last", "last-non-direct", "linear", "u-shaped", "w-shaped", "full-path", "j-shaped", "inverse-j-shaped", DataDriven:
		if !hasArg {
			return nil
		}
		if kind == "last-non-direct" {
			return fmt.Errorf("write last-non-direct alone, and its channels as direct_channels: [direct]")
		}
		if kind == DataDriven {
			return fmt.Errorf("write data-driven alone, and the weights of channels as removal_effects")
		}
		return fmt.Errorf("write %s alone; it has no parameter", kind)
	case "time-decay":
		return checkHalfLife(arg)
	case "custom":
		return checkCustom(arg)
	}
	return fmt.Errorf("write one of first, last, last-non-direct, linear, u-shaped, w-shaped, full-path, j-shaped, inverse-j-shaped, time-decay:7d, custom:40/20/40, data-driven")
}

// longestHalfLife is ten years.
const longestHalfLife = 10 * 366 * 24 * time.Hour

// checkHalfLife: "7d", "48h", "30m", "2w" or in words, "7 days".
func checkHalfLife(s string) error {
	for short, long := range map[string]string{"m": " minutes", "h": " hours", "d": " days", "w": " weeks"} {
		if number, ok := strings.CutSuffix(s, short); ok && number != "" && number[len(number)-1] <= '9' {
			s = number + long
			break
		}
	}
	span, err := cal.ParseSpan(s)
	length, exact := span.Duration()
	switch {
	case err != nil:
	case span.Unit == cal.Days:
		length, exact = time.Duration(span.N)*24*time.Hour, true
	case span.Unit == cal.Weeks:
		length, exact = time.Duration(span.N)*7*24*time.Hour, true
	}
	if !exact || length <= 0 || length > longestHalfLife {
		return fmt.Errorf("write the half-life in minutes (m), hours (h), days (d) or weeks (w), up to ten years, such as time-decay:7d")
	}
	return nil
}

// wholeModel is 100 % in basis points.
const wholeModel = 10_000

// modelRoles are the touches that a custom model can weigh by name.
var modelRoles = []string{"first", "lead", "deal", "last", "middle"}

// checkCustom: per cent of first/middle/last, or by role; together 100.
func checkCustom(arg string) error {
	var shares []string
	if strings.Contains(arg, "=") {
		seen := map[string]bool{}
		for part := range strings.SplitSeq(arg, ",") {
			role, share, _ := strings.Cut(part, "=")
			if role = strings.TrimSpace(role); !slices.Contains(modelRoles, role) || seen[role] {
				return fmt.Errorf("write each of %s at most once, such as custom:first=40,lead=40,middle=20", strings.Join(modelRoles, ", "))
			}
			seen[role] = true
			shares = append(shares, share)
		}
	} else if shares = strings.Split(arg, "/"); len(shares) != 3 {
		return fmt.Errorf("write three percentages for first/middle/last, such as custom:40/20/40")
	}
	var sum int64
	for _, text := range shares {
		share, ok := basisPoints(text)
		if !ok {
			return fmt.Errorf("write percentages from 0 to 100 with at most two decimal places, such as custom:40/20/40")
		}
		sum += share
	}
	if sum != wholeModel {
		return fmt.Errorf("the weights add up to %s; they must add up to 100 %%", money.NewRatio(sum, wholeModel))
	}
	return nil
}

func basisPoints(text string) (int64, bool) {
	r, err := money.ParsePercent(strings.TrimSuffix(strings.TrimSpace(text), "%") + "%")
	if err != nil || r.Sign() < 0 || wholeModel%r.Den() != 0 {
		return 0, false
	}
	share := r.Num() * (wholeModel / r.Den())
	return share, share <= wholeModel
}
