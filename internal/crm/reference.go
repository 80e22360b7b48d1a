package crm

import "slices"

// Reference is what side tables say. Decoders look things up in it while they read; side tables and leads are therefore read first.
// The zero Reference is empty and ready.
type Reference struct {
	Campaigns    map[string]CampaignName // campaign id -> its name and channel
	LeadContacts map[string]string       // converted lead -> contact
	DealCompany  map[string]string       // deal -> company, where deals do not name it
	Stages       map[string]Stage        // stage id and stage label -> meaning
	Merged       map[string][]string     // remaining contact -> contacts merged into it
	DealInto     map[string]string       // merged deal -> the one that remains
}

// CampaignName is what a touch of a campaign is called.
type CampaignName struct{ Name, Channel string }

// Stage is what a deal stage means.
type Stage struct{ Won, Closed bool }

func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	if key != "" {
		(*m)[key] = v
	}
}

func (ref *Reference) merge(into, merged string) {
	if ref.Merged == nil {
		ref.Merged = map[string][]string{}
	}
	if into != "" && merged != "" && into != merged && !slices.Contains(ref.Merged[into], merged) {
		ref.Merged[into] = append(ref.Merged[into], merged)
	}
}

// mergedInto lists the contacts that ended in this one, also through others.
func (ref *Reference) mergedInto(contact string) []string {
	out := slices.Clone(ref.Merged[contact])
	for i := 0; i < len(out); i++ {
		for _, m := range ref.Merged[out[i]] {
			if m != contact && !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}

// learn takes a row of a side table.
func (r *reading) learn() {
	ref := r.d.ref
	switch r.d.object.Name {
	case "Campaign":
		put(&ref.Campaigns, r.id("campaign_id"), CampaignName{r.text("name"), r.text("channel")})
	case "deal_companies":
		put(&ref.DealCompany, r.id("deal_id"), r.id("company_id"))
	case "contact_merges":
		ref.merge(r.id("contact_id"), r.id("merged_id"))
	case "deal_merges":
		put(&ref.DealInto, r.id("merged_id"), r.id("deal_id"))
	case "stages":
		won, known := r.flag("is_won")
		closed, closedKnown := r.flag("is_closed")
		if !closedKnown {
			p := r.text("probability")
			closed = won || p == "0" || p == "0.0"
		}
		if !known {
			r.problem("is_won", "stage-outcome-unknown", "The table does not say whether the stage %q means won.", r.text("stage_id"))
			return
		}
		put(&ref.Stages, r.text("stage_id"), Stage{won, closed})
		if label := r.text("label"); label != "" {
			r.learnLabel(label, Stage{won, closed})
		}
	}
}

// learnLabel takes a label as another name of the stage, unless two pipelines give it two meanings.
func (r *reading) learnLabel(label string, s Stage) {
	if old, known := r.d.ref.Stages[label]; known && old != s {
		r.problem("label", "stage-label-ambiguous", "Two stages are called %q and mean different things. Export deals with stage ids, or state the meaning of each stage.", label)
		return
	}
	put(&r.d.ref.Stages, label, s)
}
