package api

import (
	"fmt"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func FuzzPlaceInDeals(f *testing.F) {
	for _, s := range []string{"3-200", "0-0", "3-200x", "-1--1", "3-99999999999999999999", "+3- 5"} {
		f.Add(s, int64(3))
	}
	f.Fuzz(func(t *testing.T, text string, number int64) {
		q := dealQuery{AsOf: number}
		q.After = text
		asOf, offset, err := q.place()
		switch {
		case err != nil && !fault.Is(err, fault.Invalid):
			t.Fatal(err)
		case err == nil && text != "" && fmt.Sprintf("%d-%d", asOf, offset) != text:
			t.Fatalf("%q reads %d and %d", text, asOf, offset)
		}
	})
}

func FuzzPlaceInImports(f *testing.F) {
	for _, s := range []string{"", "17", "0", "-1", "99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := after(text)
		switch {
		case err != nil && !fault.Is(err, fault.Invalid):
			t.Fatal(err)
		case err == nil && text != "" && fmt.Sprint(n) != text:
			t.Fatalf("%q reads %d", text, n)
		}
	})
}
