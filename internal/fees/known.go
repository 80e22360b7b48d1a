package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
)

// Known are the names that evidence has, for contract.LintNames.
func Known(e crm.Evidence) contract.Known {
	var k contract.Known
	names := func(list *[]string, gone bool, name string) {
		if !gone && name != "" && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	came := map[contract.Came]bool{}
	for i := range e.Touches {
		t := &e.Touches[i]
		if c := (contract.Came{Imported: t.Channel, Visit: t.CameBy()}); !t.Deleted && !came[c] {
			came[c] = true
			k.Came = append(k.Came, c)
		}
		names(&k.Channels, t.Deleted, t.Channel)
		names(&k.Providers, t.Deleted, t.Provider)
	}
	for _, c := range e.CarveOuts {
		names(&k.Lists, false, c.List)
	}
	if k.Lists == nil && len(e.Deals) > 0 {
		k.Lists = []string{}
	}
	for _, r := range e.MetricReadings {
		names(&k.Metrics, r.Deleted, r.Metric)
	}
	for _, s := range e.Spend {
		names(&k.Categories, s.Deleted, s.Category)
	}
	for _, m := range e.SLAMisses {
		names(&k.Targets, m.Deleted, m.Target)
	}
	for _, t := range e.TimeEntries {
		if k.Roles == nil {
			k.Roles = map[string][]string{}
		}
		roles := k.Roles[t.Clause]
		names(&roles, t.Deleted, t.Role)
		k.Roles[t.Clause] = roles
	}
	for _, list := range [][]string{k.Channels, k.Providers, k.Lists, k.Metrics, k.Categories, k.Targets} {
		slices.Sort(list)
	}
	for _, list := range k.Roles {
		slices.Sort(list)
	}
	return k
}
