package ops

import "github.com/ofrecord/ofrecord/internal/attribution"

// compared are the models that stand beside the agreed one.
var compared = []string{"first", "last", "last-non-direct", "linear", "u-shaped", "w-shaped", "full-path", "time-decay:7d"}

// beside are the models to compare with one, in their order; a model that is the same, or says more of the same kind, is not repeated.
func beside(r Rule) []attribution.Model {
	var out []attribution.Model
	for _, text := range compared {
		m, err := attribution.ParseModel(text)
		if err != nil {
			panic("attribution: a model to compare: " + err.Error())
		}
		if m.Kind() != r.Model.Kind() || m.Kind() == attribution.Custom {
			out = append(out, m)
		}
	}
	return out
}

// passing lets last-non-direct pass over the channels that the rule's clause calls direct, or, where no clause names any, over those whose name says it.
func (r Rule) passing(m attribution.Model, channels []string) attribution.Model {
	if r.Clause != nil && len(r.Clause.Share.Attribution.Direct) > 0 {
		return m.WithDirect(r.Clause.Share.Attribution.Direct...)
	}
	if direct := attribution.CalledDirect(channels); len(direct) > 0 {
		return m.WithDirect(direct...)
	}
	return m
}

// measured are the models between which the spread is taken.
func measured(m attribution.Model) bool {
	switch m.Kind() {
	case attribution.FirstTouch, attribution.LastTouch, attribution.Linear, attribution.WShaped:
		return true
	default:
		return false
	}
}
