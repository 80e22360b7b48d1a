package contract

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"
)

const schemaFile = "../../docs/contract.schema.json"

func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("contract.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("contract.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// conforms is what an editor with the schema says of the text.
func conforms(t testing.TB, schema *jsonschema.Schema, text string) error {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	return schema.Validate(v)
}

func TestSchemaIsPrintedInTheDocs(t *testing.T) {
	if *update {
		if err := os.WriteFile(schemaFile, JSONSchema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, schemaFile), string(JSONSchema())); diff != "" {
		t.Errorf("docs/contract.schema.json is stale; run go test ./internal/contract -update:\n%s", diff)
	}
}

func TestWhatIsReadConformsToTheSchema(t *testing.T) {
	schema := compiled(t)
	for _, text := range examples(t) {
		if err := conforms(t, schema, text); err != nil {
			t.Error(err)
		}
	}
}

// The form is the schema's, what contradicts itself is Parse's: these pass the schema. References are resolved
// before a schema sees them.
var beyondSchema = []string{
	"amount-too-fine", "anchor", "appointment-of-nothing", "clause-twice", "credits-empty", "credits-twice", "currency-unknown", "custom-not-hundred",
	"custom-two-parts", "direct-channels-missing", "edge-without-lookback", "effective-after-end", "effective-before-start", "ended-before-start",
	"first-refusal-missing", "floor-above-cap", "half-life-without-days", "holiday-backwards", "lookback-in-years", "lookback-too-long",
	"lookback-without-edge", "merge-key", "milestones-contradictions", "model-unknown", "new-by-missing", "new-by-without-need", "no-such-date",
	"per-result-contradictions", "per-result-duplicate-half", "period-floor-above-cap", "rate-above-all", "renewal-each-missing", "term-beyond-calendar", "term-of-nothing", "time-zone-unknown", "unknown-type-missing",
	"unknown-type-without-need",
}

func TestBrokenFormFailsTheSchema(t *testing.T) {
	schema := compiled(t)
	good := read(t, "testdata/good.yaml")
	files, _ := filepath.Glob("testdata/bad/*.txtar")
	var passing []string
	for _, file := range files {
		text := ""
		part := map[string]string{}
		for _, f := range txtar.Parse([]byte(read(t, file))).Files {
			part[f.Name] = string(f.Data)
		}
		if text = part["contract"]; text == "" {
			text = strings.Replace(good, part["instead of"], part["write"], 1)
		}
		if strings.Contains(file, "deep") || strings.Contains(file, "long-line") {
			continue
		}
		if conforms(t, schema, text) == nil {
			passing = append(passing, strings.TrimSuffix(filepath.Base(file), ".txtar"))
		}
	}
	if diff := cmp.Diff(beyondSchema, passing); diff != "" {
		t.Error(diff)
	}
}
