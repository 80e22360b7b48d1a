package attribution

import "slices"

// weigh gives every touch of a path that is not empty its roles and its exact weight by the model. It tells r, which may be nil, which special rule
// was used.
func (m *Model) weigh(path []Holding, j *Journey, r *Result) {
	holder := holders(path, j)
	for role, i := range holder {
		if i >= 0 {
			path[i].Roles |= 1 << role
		}
	}
	switch m.kind {
	case Linear:
		for i := range path {
			path[i].Weight = 1
		}
	case TimeDecay:
		newest := path[len(path)-1].Touch.At
		for i := range path {
			path[i].Weight = decay(newest.Sub(path[i].Touch.At), m.halfLife)
		}
	case LastNonDirect:
		path[m.lastNonDirect(path, r)].Weight = 1
	case DataDriven:
		m.weighByEffect(path, r)
	default:
		m.weighByRole(path, holder, r)
	}
}

// holders are the places in the path of first, lead creation, deal creation and last; -1 where no touch holds the role.
func holders(path []Holding, j *Journey) [middle]int {
	h := [middle]int{first: 0, lead: -1, deal: -1, last: len(path) - 1}
	markedLead, markedDeal := -1, -1
	for i := range path {
		t := path[i].Touch
		if !j.LeadCreated.IsZero() && !t.At.After(j.LeadCreated) {
			h[lead] = i
		}
		if !j.DealCreated.IsZero() && !t.At.After(j.DealCreated) {
			h[deal] = i
		}
		switch {
		case t.Milestone == LeadCreated && markedLead < 0:
			markedLead = i
		case t.Milestone == DealCreated:
			markedDeal = i
		}
	}
	if markedLead >= 0 {
		h[lead] = markedLead
	}
	if markedDeal >= 0 {
		h[deal] = markedDeal
	}
	return h
}

func (m *Model) lastNonDirect(path []Holding, r *Result) int {
	for i := len(path) - 1; i >= 0; i-- {
		if !slices.Contains(m.direct, path[i].Touch.Channel) {
			return i
		}
	}
	r.note(noteAllDirect)
	return len(path) - 1
}

// weighByRole gives anchors their shares and divides the middle share equally among the middle touches. The share of a role that nobody
// holds goes to the anchors in proportion. All weights are multiplied by what the divisions would need, so they stay whole.
func (m *Model) weighByRole(path []Holding, holder [middle]int, r *Result) {
	s := m.shares
	var held int64 // shares of the anchors that a touch holds
	var anchors Roles
	for role, i := range holder {
		switch {
		case s[role] == 0:
		case i >= 0:
			held += s[role]
			anchors |= 1 << role
		case role == lead:
			r.note(noteNoLead)
		case role == deal:
			r.note(noteNoDeal)
		}
	}
	var middles int64
	for i := range path {
		if path[i].Roles&anchors == 0 {
			path[i].Roles |= Middle
			middles++
		}
	}
	perAnchor, perMiddle := int64(1), int64(0) // the weight of one basis point of an anchor, and of one middle touch
	switch {
	case s[middle] == 0:
	case middles == 0:
		r.note(noteNoMiddle)
	case held == 0:
		r.note(noteNoAnchor)
		perMiddle = 1
	default:
		perAnchor, perMiddle = (fullShare-s[middle])*middles, s[middle]*held
	}
	for i := range path {
		c := &path[i]
		if c.Roles.Has(Middle) {
			c.Weight = perMiddle
			continue
		}
		for role := range holder {
			if c.Roles&anchors&(1<<role) != 0 {
				c.Weight += s[role] * perAnchor
			}
		}
	}
}
