package pack

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestCrowdedCountsEntriesOfListsOnly(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		code string
	}{
		"nothing":           {"", ""},
		"no JSON":           {"]}]\"", ""},
		"outer":             {`{"a":[` + strings.Repeat("{},", mostEntries) + `{}]}`, "crowded"},
		"nothings":          {`[` + strings.Repeat("null,", mostEntries) + `null]`, "crowded"},
		"as many as may be": {`[` + strings.Repeat("{},", mostEntries-1) + `{}]`, ""},
		"in several lists":  {`{` + strings.Repeat(`"a":[1],`, mostEntries+1) + `"b":[]}`, "crowded"},
		"inner":             {`[[` + strings.Repeat("1,", mostInnerEntries) + `1]]`, "crowded"},
		"fields":            {`[{` + strings.Repeat(`"a":1,`, mostEntries) + `"a":1}]`, ""},
		"in a text":         {`["` + strings.Repeat(`,[\"`, mostEntries) + `"]`, ""},
		"behind a text":     {`["\\",` + strings.Repeat("1,", mostEntries) + `1]`, "crowded"},
		"deep":              {strings.Repeat("[", deepest+1), "crowded"},
	} {
		got := ""
		if f := crowded([]byte(c.body)); f != nil {
			got = fault.Code(f)
		}
		if got != c.code {
			t.Errorf("%s: got %q, want %q", name, got, c.code)
		}
	}
}
