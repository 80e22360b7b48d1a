// Package apitest holds an API to what programs rely on: a sound OpenAPI document, complete operations, and the golden copy of it.
package apitest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Golden compares the document with the file at path, so that every change of the API is seen in review. With UPDATE_GOLDEN=1 it writes the file.
func Golden(t *testing.T, a *api.API, path string) {
	t.Helper()
	got, err := a.Document()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the API is not what %s says, from line %d; if that is meant, run this test with UPDATE_GOLDEN=1 and commit the file", path, differs(got, want))
	}
}

func differs(got, want []byte) int {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i + 1
		}
	}
	return min(len(a), len(b)) + 1
}

// Check holds the document to OpenAPI 3.1 and every operation to completeness.
func Check(t *testing.T, a *api.API) {
	t.Helper()
	text, err := a.Document()
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.Document()
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("two documents of one API differ: %v", err)
	}
	for _, problem := range breaches(text, a.Operations()) {
		t.Error(problem)
	}
}

// breaches are all rules that a document breaks.
func breaches(text []byte, listed []api.Listed) []string {
	var doc openAPI
	if err := json.Unmarshal(text, &doc); err != nil {
		return []string{err.Error()}
	}
	return append(problemsOf(listed, doc, text), unsoundSchemas(text, doc)...)
}

// unsoundSchemas compiles every schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1.
func unsoundSchemas(text []byte, doc openAPI) []string {
	const place = "mem:///openapi.json"
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return []string{err.Error()}
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(place, whole); err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for name := range doc.Components.Schemas {
		if _, err := compiler.Compile(place + "#/components/schemas/" + name); err != nil {
			problems = append(problems, "schema "+name+": "+err.Error())
		}
	}
	return problems
}

type openAPI struct {
	OpenAPI    string
	Info       struct{ Title, Version string }
	Paths      map[string]map[string]operation
	Components struct {
		Schemas         map[string]json.RawMessage
		SecuritySchemes map[string]json.RawMessage
	}
}

type operation struct {
	OperationID string
	Summary     string
	Tags        []string
	Action      string `json:"x-action"`
	Security    []map[string][]string
	Parameters  []struct {
		Name, In, Description string
		Required              bool
		Schema                json.RawMessage
	}
	Responses map[string]struct {
		Description string
		Content     map[string]json.RawMessage
	}
}

var (
	parameter = regexp.MustCompile(`\{([a-z_]+)\}`)
	reference = regexp.MustCompile(`"\$ref": "([^"]+)"`)
)

func problemsOf(listed []api.Listed, doc openAPI, text []byte) []string {
	var problems []string
	say := func(words ...string) { problems = append(problems, strings.Join(words, " ")) }
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") || doc.Info.Title == "" || doc.Info.Version == "" {
		say("the document needs version 3.1, a title and a version")
	}
	for _, m := range reference.FindAllSubmatch(text, -1) {
		name, ok := strings.CutPrefix(string(m[1]), "#/components/schemas/")
		if _, found := doc.Components.Schemas[name]; !ok || !found {
			say("a reference leads nowhere:", string(m[1]))
		}
	}
	for name := range doc.Components.Schemas {
		if !regexp.MustCompile(`^[a-zA-Z0-9._-]+$`).MatchString(name) {
			say("a schema has a name that OpenAPI does not allow:", name)
		}
	}
	count := 0
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			count++
			where := strings.ToUpper(method) + " " + path + ":"
			if ids[op.OperationID] {
				say(where, "its id is taken")
			}
			ids[op.OperationID] = true
			if op.OperationID == "" || op.Summary == "" || strings.HasSuffix(op.Summary, ".") || len(op.Tags) == 0 {
				say(where, "needs an id, a tag and a summary without full stop")
			}
			if !slices.ContainsFunc(listed, func(l api.Listed) bool {
				return l.ID == op.OperationID && l.Action == op.Action && l.Action != "" && l.Path == strings.TrimSuffix(api.Prefix, "/")+path && strings.EqualFold(l.Method, method)
			}) {
				say(where, "is not listed with its action", op.Action)
			}
			problems = append(problems, incomplete(where, path, op, doc)...)
		}
	}
	if count != len(listed) {
		say(strconv.Itoa(count), "operations in the document,", strconv.Itoa(len(listed)), "listed")
	}
	slices.Sort(problems)
	return problems
}

func incomplete(where, path string, op operation, doc openAPI) []string {
	var problems []string
	say := func(words string) { problems = append(problems, where+" "+words) }
	for _, m := range parameter.FindAllStringSubmatch(path, -1) {
		found := false
		for _, p := range op.Parameters {
			found = found || p.In == "path" && p.Name == m[1] && p.Required
		}
		if !found {
			say("has no required path parameter " + m[1])
		}
	}
	for _, p := range op.Parameters {
		if p.Name == "" || len(p.Schema) == 0 || !slices.Contains([]string{"path", "query", "header", "cookie"}, p.In) {
			say("has an incomplete parameter " + p.Name)
		}
		if p.In == "path" && !strings.Contains(path, "{"+p.Name+"}") {
			say("has a path parameter that is not in its path: " + p.Name)
		}
	}
	wanted := []string{"500", "503"}
	if op.Action != web.Public {
		wanted = append(wanted, "401", "403")
		if len(op.Security) == 0 {
			say("does not say how to sign in")
		}
	}
	for _, alternative := range op.Security {
		for scheme := range alternative {
			if _, ok := doc.Components.SecuritySchemes[scheme]; !ok {
				say("names an unknown way to sign in: " + scheme)
			}
		}
	}
	success := false
	for status, response := range op.Responses {
		success = success || status[0] == '2'
		if response.Description == "" {
			say("does not describe its answer " + status)
		}
		if _, ok := response.Content["application/problem+json"]; status[0] >= '4' && !ok {
			say("answers " + status + " without a problem")
		}
	}
	if !success {
		say("has no answer of success")
	}
	for _, status := range wanted {
		if _, ok := op.Responses[status]; !ok {
			say("does not say that it may answer " + status)
		}
	}
	return problems
}
