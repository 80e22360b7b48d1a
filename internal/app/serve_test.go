package app

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatientWorkWaitsLongerAndTellsAnErrorOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		began := time.Now()
		var at []time.Duration
		told := 0
		patiently(ctx, 10*time.Second, time.Minute, func() error {
			at = append(at, time.Since(began)/time.Second)
			switch len(at) {
			case 6:
				return nil
			case 8:
				stop()
				return nil
			}
			return errors.New("the disk is full")
		}, func(error) { told++ })
		if want := []time.Duration{0, 20, 60, 120, 180, 240, 250, 270}; !slices.Equal(at, want) || told != 2 {
			t.Errorf("worked at %v, told %d times", at, told)
		}
	})
}
