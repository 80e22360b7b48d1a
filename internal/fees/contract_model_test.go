package fees_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// A contract must not name a model that cannot be computed, nor refuse one that can. last-non-direct takes its channels elsewhere.
func TestContractsNameTheModelsThatAreComputed(t *testing.T) {
	base := contract.Template("growth", "Client", "Agency", cal.MustDate("2026-01-01"))
	if !strings.Contains(base, "model: w-shaped ") {
		t.Fatal("the template names no model")
	}
	agree := func(t interface{ Fatalf(string, ...any) }, model string) {
		text := strings.Replace(base, "model: w-shaped ", fmt.Sprintf("model: %q\n      direct_channels: [direct] ", model), 1)
		_, refused := contract.Parse([]byte(text))
		_, unknown := attribution.ParseModel(model)
		if (refused == nil) != (unknown == nil) {
			t.Fatalf("%q: the contract says %v, attribution says %v", model, refused, unknown)
		}
	}
	for _, kind := range attribution.Kinds() {
		agree(t, string(kind))
		agree(t, string(kind)+"x")
	}
	for _, model := range []string{"", "W-shaped", "w-shaped:1", "time-decay:7d", "time-decay:48h", "time-decay:0d", "time-decay:30m", "time-decay:2w",
		"time-decay:7 days", "time-decay:1 month", "time-decay:3660d", "time-decay:3661d", "time-decay:-7d", "time-decay:7", "time-decay:d",
		"custom:40/20/40", "custom:40%/20%/40 %", "custom:22.5/55/22.5", "custom:33.333/33.333/33.334", "custom:-0/50/50", "custom:150/-50/0",
		"custom:first=40,lead=40,middle=20", "custom:first=40,first=60", "custom:boss=100", "custom:first=100", "custom:", "custom:100"} {
		agree(t, model)
	}
	piece := rapid.SampledFrom([]string{"first", "last", "lead", "middle", "custom", "time-decay", ":", "/", "=", ",", "%", " ", "40", "20", "60", "0", ".5", "7", "d", "h", "w", "m", " days", "-"})
	rapid.Check(t, func(t *rapid.T) {
		model := rapid.SampledFrom([]string{"custom:", "time-decay:", ""}).Draw(t, "kind") + strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		agree(t, model)
	})
}
