package contract

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	referenceFile  = "../../docs/contract.md"
	referenceBegin = "<!-- reference: made by go test ./internal/contract -update -->\n"
	referenceEnd   = "<!-- end of the reference -->\n"
)

func TestReferenceIsPrintedInTheDocs(t *testing.T) {
	page := read(t, referenceFile)
	before, rest, begins := strings.Cut(page, referenceBegin)
	have, after, ends := strings.Cut(rest, referenceEnd)
	if !begins || !ends {
		t.Fatal("docs/contract.md lacks the marks around the reference")
	}
	if *update {
		if err := os.WriteFile(referenceFile, []byte(before+referenceBegin+string(Reference())+referenceEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(have, string(Reference())); diff != "" {
		t.Errorf("docs/contract.md is stale; run go test ./internal/contract -update:\n%s", diff)
	}
}

func TestEveryKeyIsExplained(t *testing.T) {
	var walk func(path string, fields []spec)
	walk = func(path string, fields []spec) {
		for _, f := range fields {
			at := join(path, f.key)
			if f.doc == "" {
				t.Errorf("%s has no meaning in the reference", at)
			}
			set := 0
			for _, is := range []bool{f.scalar != nil, f.fields != nil, f.items != nil, f.either != nil} {
				if is {
					set++
				}
			}
			if set != 1 {
				t.Errorf("%s is described %d times", at, set)
			}
			walk(at, f.fields)
			if f.items != nil {
				walk(at, f.items.fields)
			}
			for _, kind := range f.either {
				walk(at, kind.fields)
			}
		}
	}
	walk("", document.fields)
}
