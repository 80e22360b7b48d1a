//go:build !movableclock

package app

import "time"

// programClock is the time that a program goes by.
func programClock() func() time.Time { return time.Now }
