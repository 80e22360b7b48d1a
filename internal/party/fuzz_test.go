package party

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{"ada@example.com", " Ada@Example.COM ", "Ada <ada@example.com>", `"a b"@example.com`, "a@b\r\nBcc: c@d", "ä@example.com", "a@[127.0.0.1]", "@", "K@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseEmail(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseEmail(string(e))
		if err != nil || again != e {
			t.Fatalf("%q reads %q, which reads %q, %v", text, e, again, err)
		}
		list, err := mail.ParseAddressList("x@example.com, " + string(e))
		if err != nil || len(list) != 2 || list[1].Address != string(e) || strings.ContainsAny(string(e), " ,;<>\r\n\x00") {
			t.Fatalf("%q is not one address: %v, %v", e, list, err)
		}
	})
}
