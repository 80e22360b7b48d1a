package app

import "testing"

// The checker itself is held to made-up houses: what is allowed passes, each breach is found.
func TestImportRulesFindEveryBreach(t *testing.T) {
	const in = module + "/internal/"
	tests := []struct {
		from, to string
		allowed  bool
	}{
		{in + "kernel/money", "math/big", true},
		{in + "kernel/money", "time", true},
		{in + "kernel/money", in + "kernel/fault", true},
		{in + "kernel/money", in + "party", false},
		{in + "kernel/money", in + "platform/db", false},
		{in + "kernel/money", "github.com/google/uuid", false},
		{in + "kernel/ident", "crypto/rand", false},
		{in + "fees", in + "contract", true},
		{in + "fees", in + "attribution", true},
		{in + "fees", in + "kernel/money", true},
		{in + "fees", "net/url", true},
		{in + "fees", "database/sql", false},
		{in + "fees", "net/http", false},
		{in + "fees", "os", false},
		{in + "fees", "os/exec", false},
		{in + "fees", "math/rand/v2", false},
		{in + "fees", "github.com/uptrace/bun/schema", false},
		{in + "fees", in + "platform/db", false},
		{in + "fees", in + "fees/ops", false},
		{in + "fees", in + "contract/ops", false},
		{in + "contract", in + "fees", false},
		{in + "crm", in + "media", false},
		{in + "crm", in + "platform/csvin", true},
		{in + "crm", in + "platform/db", false},
		{in + "fees/pack", in + "platform/csvin", true},
		{in + "contract", in + "platform/csvin", false},
		{in + "platform/db", in + "kernel/fault", true},
		{in + "platform/db", in + "platform/db/dbtest", false},
		{in + "platform/db/dbtest", in + "platform/db", true},
		{in + "platform/db/dbtest/withpostgres", in + "platform/db/dbtest", true},
		{in + "platform/web", in + "access", false},
		{in + "platform/web", in + "app", false},
		{in + "fees/ops", in + "fees", true},
		{in + "fees/ops", in + "platform/db", true},
		{in + "fees/ops", in + "contract", true},
		{in + "fees/ops", in + "journal/ops", true},
		{in + "fees/ops", "database/sql", true},
		{in + "journal/ops", in + "fees/ops", false},
		{in + "journal/ops", in + "fees", false},
		{in + "fees/ops", in + "fees/ui", false},
		{in + "fees/ops", in + "app", false},
		{in + "fees/ui", in + "fees/ops", true},
		{in + "fees/ui", in + "platform/web", true},
		{in + "fees/ui", in + "access", true},
		{in + "fees/ui", in + "contract/ops", false},
		{in + "fees/ui", in + "fees/api", false},
		{in + "fees/ui", in + "contract/ui", false},
		{in + "fees/api", in + "fees/ops", true},
		{in + "fees/api", in + "app", false},
		{in + "app", in + "fees/ui", true},
		{in + "app/demo", in + "app", true},
		{in + "app", in + "platform/db/dbtest", false},
		{in + "fees/ops", in + "fees/ops/feestest", false},
		{in + "billing/ops", in + "fees/ops/feestest", false},
		{in + "fees/ops/feestest", in + "platform/db/dbtest", true},
		{in + "fees/ops/feestest", in + "party/ops", true},
		{in + "fees/ops/feestest", in + "billing/ops", false},
		{module + "/cmd/ofrecord", in + "platform/db/dbtest", false},
		{module + "/cmd/ofrecord", in + "app", true},
	}
	for _, test := range tests {
		problems := importProblems(goPackage{ImportPath: test.from, Imports: []string{test.to}})
		if allowed := len(problems) == 0; allowed != test.allowed {
			t.Errorf("%s -> %s: %q", test.from, test.to, problems)
		}
	}
	if problems := importProblems(goPackage{ImportPath: in + "fees/ops", XTestImports: []string{in + "app"}}); len(problems) != 1 {
		t.Errorf("a test that imports app: %q", problems)
	}
	if problems := importProblems(goPackage{ImportPath: in + "billing/ui", XTestImports: []string{in + "fees/ops/feestest"}}); len(problems) > 0 {
		t.Errorf("a test that imports a room for tests: %q", problems)
	}
	for _, name := range []string{in + "platform/util", in + "fees/helpers", in + "newroom"} {
		if problems := importProblems(goPackage{ImportPath: name}); len(problems) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}

func TestAskingTheClockIsFound(t *testing.T) {
	tests := []struct {
		source string
		want   int
	}{
		{`package fees; import "time"; var at = time.Now()`, 1},
		{`package fees; import "time"; var now = time.Now`, 1},
		{`package fees; import t "time"; var d = t.Since(t.Time{})`, 1},
		{`package fees; import . "time"; var at = Now()`, 1},
		{`package fees; import "time"; var day = 24 * time.Hour`, 0},
		{`package fees; import "time"; func after(a, b time.Time) bool { return a.After(b) }`, 0},
	}
	for _, test := range tests {
		if problems := clockProblems(t, "rule.go", test.source); len(problems) != test.want {
			t.Errorf("%s: %q", test.source, problems)
		}
	}
}
