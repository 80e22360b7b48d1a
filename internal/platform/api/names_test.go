package api

import (
	"reflect"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

type local struct{}

func TestSchemasAreNamedByTheirRoom(t *testing.T) {
	tests := []struct{ path, name, want string }{
		{"github.com/ofrecord/ofrecord/internal/fees/api", "Line", "FeesLine"},
		{"github.com/ofrecord/ofrecord/internal/fees", "line", "FeesLine"},
		{"github.com/ofrecord/ofrecord/internal/contract/api", "ContractVersion", "ContractVersion"},
		{"github.com/ofrecord/ofrecord/internal/crm/api", "Import", "CRMImport"},
		{"github.com/ofrecord/ofrecord/internal/platform/api", "Problem", "Problem"},
		{"github.com/ofrecord/ofrecord/internal/kernel/money", "Amount", "Amount"},
		{"time", "Time", "Time"},
		{"", "string", "String"},
	}
	for _, test := range tests {
		if got := inRoom(test.path, test.name); got != test.want {
			t.Errorf("%s.%s: %s", test.path, test.name, got)
		}
	}
	for want, kind := range map[string]reflect.Type{
		"Local":        reflect.TypeFor[*local](),
		"ListDate":     reflect.TypeFor[List[cal.Date]](),
		"ListListDate": reflect.TypeFor[List[List[cal.Date]]](),
		"ListString":   reflect.TypeFor[List[string]](),
	} {
		if got := schemaName(kind, "hint"); got != want {
			t.Errorf("%v: %s", kind, got)
		}
	}
}
