package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
)

// TestFrozenEffectsGoIntoAContract: written as YAML, they are the removal effects of a contract, which then credits by the very weights that were frozen.
func TestFrozenEffectsGoIntoAContract(t *testing.T) {
	dir := t.TempDir()
	freeze := func(name string) []byte {
		path := filepath.Join(dir, name)
		cmd := attributionCommand()
		cmd.SetArgs([]string{"run", "--touches", "../../docs/examples/attribution/touches.csv", "--deals", "../../docs/examples/attribution/deals.csv", "--models", "data-driven:2", "--freeze", path})
		cmd.SetOut(new(strings.Builder))
		if err := cmd.Execute(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	frozen, err := attribution.ParseEffects(freeze("effects.json"))
	if err != nil {
		t.Fatal(err)
	}
	written := string(freeze("effects.yaml"))
	text, err := os.ReadFile("../../docs/examples/northlight-acme-v2.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const model = "      model: w-shaped           # first touch, lead and deal creation 30 % each, the rest shares 10 %\n"
	if strings.Count(string(text), model) != 1 {
		t.Fatal("the sample has another model")
	}
	block := "      " + strings.ReplaceAll(strings.TrimSpace(written), "\n", "\n      ") + "\n"
	terms, err := contract.Parse([]byte(strings.Replace(string(text), model, "      model: data-driven\n"+block, 1)))
	if err != nil {
		t.Fatalf("%v in\n%s", err, written)
	}
	for _, c := range terms.Clauses {
		if share, ok := c.(contract.RevenueShare); ok {
			m, err := attribution.Agreed(share.Attribution)
			if err != nil {
				t.Fatal(err)
			}
			agreed := map[string]int64{}
			for channel := range frozen.Channels {
				agreed[channel], _ = m.Effect(channel)
			}
			if diff := cmp.Diff(frozen.Channels, agreed); diff != "" || share.Attribution.Effects.Order != 2 {
				t.Error(diff, share.Attribution.Effects)
			}
			return
		}
	}
	t.Error("there is no revenue share")
}
