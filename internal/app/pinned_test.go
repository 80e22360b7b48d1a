package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/migrations"
)

// No path of the program takes rows away that must stay: neither a text of SQL nor a delete of bun names an append-only table, whatever the database
// would say to it. Only an erasure of a person changes columns of some.
func TestNothingDeletesWhatMustStay(t *testing.T) {
	tables := strings.Join(migrations.AppendOnly, "|")
	takes := regexp.MustCompile(`(?i)\b(DELETE\s+FROM|UPDATE|TRUNCATE(\s+TABLE)?|REPLACE\s+INTO)\s+"?(` + tables + `)\b`)
	found, deletes := 0, 0
	for _, p := range listPackages(t) {
		if isForTests(p.ImportPath) {
			continue
		}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if n.Kind == token.STRING {
						found++
						place := strings.TrimPrefix(p.ImportPath, module+"/internal/") + "/" + name
						if words := takes.FindString(n.Value); words != "" && !(slices.Contains(erasers, place) && strings.HasPrefix(words, "UPDATE")) {
							t.Errorf("%s/%s: %s", p.ImportPath, name, words)
						}
					}
				case *ast.SelectorExpr:
					place := strings.TrimPrefix(p.ImportPath, module+"/internal/") + "/" + name
					if n.Sel.Name == "Unsealed" && !slices.Contains(erasers, place) {
						t.Errorf("%s opens an append-only table", place)
					}
					if n.Sel.Name == "NewDelete" {
						deletes++
						if !slices.Contains(deleters, place) {
							t.Errorf("%s deletes rows: look that no table of what must stay is meant, then name it in this test", place)
						}
					}
				}
				return true
			})
		}
	}
	if found < 1000 || deletes == 0 {
		t.Errorf("only %d texts and %d deletes were looked at", found, deletes)
	}
}

// erasers are the files that take a person, or addresses, out of rows that stay.
var erasers = []string{"crm/ops/erase.go", "crm/ops/erase_notes.go", "crm/ops/rewrite.go", "crm/ops/rewrite_files.go"}

// deleters are the files that delete rows, none of a table that must stay.
var deleters = []string{"contract/ops/propose.go", "crm/ops/discard.go", "crm/ops/import.go", "crm/ops/pull_file.go", "crm/ops/pull_store.go", "party/ops/change_membership.go", "party/ops/link.go", "party/ops/throttle.go",
	"platform/api/idempotency_store.go", "platform/db/workspace.go", "platform/web/sessionstore.go", "work/ops/append.go",
	"engagement/ops/appointments.go", "timesheet/ops/capacity.go", "timesheet/ops/timer.go", "work/ops/deliverable_step.go", "work/ops/view.go"}
