package app

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/ofrecord/ofrecord"

// capabilities in their order, low to high; those on one line do not know each other.
var capabilities = [][]string{
	{"access"},
	{"journal"},
	{"party"},
	{"contract"},
	{"engagement", "review"},
	{"crm", "work", "timesheet", "media", "metrics"},
	{"attribution"},
	{"fees"},
	{"billing", "playbook"},
	{"updates"},
	{"portfolio"},
}

// tabular is the one part of the platform that a root may import, and the roots that may: reading text tables touches nothing of the
// world (docs/decisions/0004).
var tabular = struct {
	path  string
	rooms []string
}{module + "/internal/platform/csvin", []string{"crm", "fees"}}

// worldly packages have a clock, chance, files, network or SQL in them. Kernel and roots of capabilities stay free of them;
// of time they may use the types, but not what asks the clock.
var worldly = []string{"database/sql", "os", "net", "math/rand", "crypto/rand", "log", "github.com/uptrace/bun", "syscall"}

var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

func TestImportsFollowTheHouse(t *testing.T) {
	packages := listPackages(t)
	if len(packages) < 5 {
		t.Fatalf("only %d packages found", len(packages))
	}
	for _, p := range packages {
		for _, problem := range importProblems(p) {
			t.Error(problem)
		}
		if !isPure(placeOf(p.ImportPath)) {
			continue
		}
		for _, file := range p.GoFiles {
			for _, problem := range clockProblems(t, filepath.Join(p.Dir, file), nil) {
				t.Error(problem)
			}
		}
	}
}

// goPackage is what `go list -json` says of one package.
type goPackage struct {
	Dir, ImportPath, Name              string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=Dir,ImportPath,Name,GoFiles,Imports,TestImports,XTestImports", module+"/...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []goPackage
	for in := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// place is where a package stands in the house.
type place struct {
	floor string // "kernel", "root", "ops", "ui", "api", "platform", "app", "outside"
	room  string // the capability, for root, ops, ui and api
}

func placeOf(importPath string) place {
	inside, ours := strings.CutPrefix(importPath, module+"/internal/")
	if !ours {
		return place{floor: "outside"}
	}
	parts := strings.Split(inside, "/")
	switch {
	case parts[0] == "kernel" || parts[0] == "platform" || parts[0] == "app":
		return place{floor: parts[0]}
	case len(parts) == 1:
		return place{floor: "root", room: parts[0]}
	case slices.Contains([]string{"ops", "ui", "api"}, parts[1]):
		return place{floor: parts[1], room: parts[0]}
	}
	return place{floor: "root", room: parts[0]}
}

func isPure(p place) bool { return p.floor == "kernel" || p.floor == "root" }

// isForTests tells whether a package is a room for tests, such as platform/db/dbtest, or stands in one.
func isForTests(importPath string) bool {
	inside, ours := strings.CutPrefix(importPath, module+"/internal/")
	return ours && slices.ContainsFunc(strings.Split(inside, "/"), func(part string) bool { return strings.HasSuffix(part, "test") })
}

// rank is the capability's line in the order, -1 for a stranger.
func rank(room string) int {
	return slices.IndexFunc(capabilities, func(line []string) bool { return slices.Contains(line, room) })
}

func importProblems(p goPackage) []string {
	var problems []string
	say := func(words string) { problems = append(problems, p.ImportPath+": "+words) }
	if slices.Contains([]string{"util", "utils", "common", "helpers", "helper", "models", "model"}, path.Base(p.ImportPath)) {
		say("name the package by what it owns")
	}
	from := placeOf(p.ImportPath)
	if from.room != "" && rank(from.room) < 0 {
		say("give the capability its place in the order of capabilities, in internal/app/imports_test.go")
	}
	for _, to := range p.Imports {
		if problem := refusal(from, to); problem != "" {
			say("imports " + to + "; " + problem)
		}
		if isForTests(to) && !isForTests(p.ImportPath) {
			say("imports " + to + "; that is a room for tests")
		}
	}
	for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
		if placeOf(to).floor == "app" && from.floor != "app" && from.floor != "outside" {
			say("its tests import " + to + "; nothing imports app")
		}
	}
	return problems
}

// refusal tells why one place may not import a package, or nothing.
func refusal(from place, importPath string) string {
	to := placeOf(importPath)
	if isPure(from) && to.floor == "outside" {
		return impurity(from, importPath)
	}
	if to.floor == "outside" || to.floor == "kernel" {
		return ""
	}
	if to.floor == "app" && from.floor != "app" && from.floor != "outside" {
		return "nothing imports app"
	}
	below := to.room != from.room && rank(to.room) >= 0 && rank(to.room) < rank(from.room)
	own := to.room == from.room
	switch from.floor {
	case "kernel":
		return "the kernel stands on the standard library alone"
	case "platform":
		if to.floor != "platform" {
			return "platform knows no capability"
		}
	case "root":
		if importPath == tabular.path && slices.Contains(tabular.rooms, from.room) {
			return ""
		}
		if to.floor != "root" || !own && !below {
			return "a root imports kernel and the roots below it"
		}
	case "ops":
		switch {
		case to.floor == "platform", to.floor == "root" && (own || below), to.floor == "ops" && (own || below):
		default:
			return "ops import their own root, platform, and roots and ops of the capabilities below"
		}
	case "ui", "api":
		switch {
		case to.floor == "platform", to.floor == "root" && (own || below), (to.floor == "ops" || to.floor == from.floor) && own:
		default:
			return "pages and API import their own root and ops, roots below, and platform"
		}
	}
	return ""
}

func impurity(from place, importPath string) string {
	for _, world := range worldly {
		if importPath == world || strings.HasPrefix(importPath, world+"/") && importPath != "net/url" && importPath != "net/mail" {
			return "rules are pure: no clock, chance, files, network or SQL"
		}
	}
	if from.floor == "kernel" && strings.Contains(strings.Split(importPath, "/")[0], ".") {
		return "the kernel stands on the standard library alone"
	}
	return ""
}

// clockProblems finds where a file asks the clock, under whatever name it imports package time.
func clockProblems(t *testing.T, name string, source any) []string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	local := ""
	var problems []string
	for _, spec := range file.Imports {
		if imported, err := strconv.Unquote(spec.Path.Value); err != nil || imported != "time" {
			continue
		}
		local = "time"
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == "." {
			problems = append(problems, name+": time is imported without a name")
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && of.Name == local && local != "" && slices.Contains(clock, selector.Sel.Name) {
			problems = append(problems, files.Position(n.Pos()).String()+": asks the clock; now is an argument of the rule")
		}
		return true
	})
	return problems
}
