package ui

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// A page names the fields of its forms after their verbs. The next page finds them as they were: else what people write in them is lost.
func TestEachPageHasItsOwnFields(t *testing.T) {
	d := desk{Shown: ops.Shown{Request: &ops.Request{}, Levels: work.NoPromises()}}
	for _, s := range steps {
		for range 2 {
			for i, f := range s.fields(d) {
				if f.Name == "named by a page" {
					t.Errorf("%s: field %d is shared by pages", s.verb, i)
				}
			}
			fields := s.fields(d)
			for i := range fields {
				fields[i].Name = "named by a page"
			}
		}
	}
}
