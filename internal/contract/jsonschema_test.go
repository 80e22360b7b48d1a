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
	"alerts-out-of-order", "amount-too-fine", "anchor-collected", "anchor", "appointment-exclusive-and-roster", "appointment-exclusive-twice", "appointment-of-nothing", "approved-hours-missing", "approved-hours-twice",
	"approved-hours-without-need", "baseline-contradictions", "categories-empty", "category-charged-by-two-clauses", "category-in-both-lists", "channels-contradict", "channels-of-nothing", "channels-unnamed", "clause-twice",
	"cost-billed-by-two-clauses", "created-after-the-end", "credit-ladder-empty", "credit-ladder-not-rising", "credit-of-nothing", "credit-target-twice",
	"credits-empty", "credits-twice", "currency-unknown", "custom-not-hundred", "custom-two-parts", "deficit-billed-not-allowed",
	"deficit-reconciled-with-nothing", "deficit-written-off-at-a-rate", "direct-channels-missing", "edge-without-lookback",
	"effective-after-end", "effective-before-start", "effective-on-the-day-after-the-end", "ended-before-start", "first-refusal-missing", "floor-above-cap",
	"half-life-without-days", "holiday-backwards", "hours-incomplete", "hours-not-whole-minutes", "hours-of-nothing",
	"hours-without-includes", "limit-counts-two-ways", "limit-over-later-clause", "limit-over-nothing", "limit-over-unknown-clause",
	"limit-without-what-counts", "lookback-in-years", "lookback-too-long", "lookback-without-edge", "merge-key", "milestones-contradictions",
	"minimum-above-what-is-not-exceeded", "minimum-share-of-roster", "model-unknown", "new-by-missing", "new-by-without-need", "no-such-date", "non-competition-backwards", "non-competition-of-nobody", "non-competition-of-two", "nothing-cap",
	"nothing-ceiling", "nothing-hourly", "nothing-milestone-bonus", "nothing-minimum", "nothing-retainer", "nothing-share", "notice-ramp-missing",
	"notice-ramp-without-need", "notice-received-after-the-end", "payment-discount-after-due", "payment-discount-of-all",
	"payment-due-after-a-year", "payment-grace-of-nothing", "payment-late-charge-of-nothing",
	"per-result-contradictions", "per-result-duplicate-half", "period-floor-above-cap", "promise-days-backwards", "rate-above-all", "rate-card-of-nothing",
	"reconcile-and-rollover", "reconcile-shorter-than-the-fee", "renewal-each-missing", "resources-contradictions", "role-twice", "rollover-cap-on-without-cap",
	"rollover-cap-on", "round-time-by-nothing", "scorecard-billed-too-late", "scorecard-cap-below-target", "scorecard-circle",
	"scorecard-gate-holds-on-a-scored-metric", "scorecard-gate-on-what-it-pays", "scorecard-gate-the-wrong-way", "scorecard-gate-twice",
	"scorecard-malus-above-threshold", "scorecard-malus-and-none", "scorecard-malus-without-floor", "scorecard-malus-without-its-points",
	"scorecard-metric-twice", "scorecard-payout-at-target", "scorecard-payout-out-of-order", "scorecard-points-of-lower-out-of-order",
	"scorecard-points-out-of-order", "scorecard-pool-of-nothing", "scorecard-relief-for-itself", "scorecard-relief-of-an-unknown-metric",
	"scorecard-steps-missing", "scorecard-steps-short-of-max", "scorecard-steps-with-a-gap", "scorecard-steps-without-need",
	"scorecard-weight-of-nothing", "scorecard-weights-miss-hundred", "starts-with-missing", "starts-with-more-than-included",
	"starts-with-not-allowed", "starts-with-without-debt", "term-beyond-calendar", "term-of-nothing", "tiers-contradictions", "time-zone-unknown",
	"unknown-type-missing", "unknown-type-without-need", "vendor-commission-of-all", "working-media-without-the-rest",
}

func TestBrokenFormFailsTheSchema(t *testing.T) {
	schema := compiled(t)
	files, _ := filepath.Glob("testdata/bad/*.txtar")
	var passing []string
	for _, file := range files {
		text := ""
		part := map[string]string{}
		for _, f := range txtar.Parse([]byte(read(t, file))).Files {
			part[f.Name] = string(f.Data)
		}
		if text = part["contract"]; text == "" {
			text = strings.Replace(base(t, part), part["instead of"], part["write"], 1)
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
