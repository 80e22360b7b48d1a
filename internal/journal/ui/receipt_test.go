package ui

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func FuzzParseReceipt(f *testing.F) {
	f.Add("1234:" + strings.Repeat("9f", 32))
	f.Add(" 1 : " + strings.Repeat("9F", 32))
	f.Add("0:x")
	f.Fuzz(func(t *testing.T, text string) {
		head, err := parseReceipt(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if again, err := parseReceipt(receipt(head)); err != nil || again != head {
			t.Fatalf("%q reads %+v, which reads %+v, %v", text, head, again, err)
		}
	})
}
