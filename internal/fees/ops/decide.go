package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// DecideInput is what a person decides about a row that waits.
type DecideInput struct {
	Client string
	Kind   crm.Kind
	Row    string
	Act    crm.Act
	Seen   int64  // the import that said the row as the person saw it
	Reason string // of a dispute: the one that the contract names
	Words  string // why it is returned, the answer to a dispute, or what else there is to say
	Hours  string // of an approval: a decimal number of hours
}

// actOf is what an act needs: the action of the access table, the kind of row, and the side that acts.
var actOf = map[crm.Act]struct {
	action map[crm.Kind]access.Action
	side   access.OrgKind
}{
	crm.ActAccept:   {map[crm.Kind]access.Action{crm.KindDelivery: access.DeliveryDecide, crm.KindLead: access.ResultDecide}, access.Client},
	crm.ActReturn:   {map[crm.Kind]access.Action{crm.KindDelivery: access.DeliveryDecide}, access.Client},
	crm.ActReject:   {map[crm.Kind]access.Action{crm.KindLead: access.ResultDecide}, access.Client},
	crm.ActDispute:  {map[crm.Kind]access.Action{crm.KindLead: access.ResultDecide}, access.Client},
	crm.ActWithdraw: {map[crm.Kind]access.Action{crm.KindLead: access.ResultDecide}, access.Client},
	crm.ActAnswer:   {map[crm.Kind]access.Action{crm.KindLead: access.ResultAnswer}, access.Agency},
	crm.ActUphold:   {map[crm.Kind]access.Action{crm.KindLead: access.ResultAnswer}, access.Agency},
	crm.ActApprove:  {map[crm.Kind]access.Action{crm.KindMetricReading: access.HoursApprove}, access.Client},
}

// ActionOf is what the access table asks for an act about a row of the kind; empty when there is no such act.
func ActionOf(k crm.Kind, a crm.Act) access.Action { return actOf[a].action[k] }

// SideOf is the side that an act belongs to.
func SideOf(a crm.Act) access.OrgKind {
	if a == crm.ActHandOver {
		return access.Agency
	}
	return actOf[a].side
}

// decision is one decision on its way: who decides in which role, when, and who is told.
type decision struct {
	*Service
	actor  access.Actor
	action access.Action
	side   access.OrgKind
	role   access.Role
	at     time.Time
	people []partyops.Listing
}

// begin decides access, before anything is read.
func (s *Service) begin(ctx context.Context, actor access.Actor, client string, action access.Action, side access.OrgKind) (decision, error) {
	d := decision{Service: s, actor: actor, action: action, side: side, at: s.now()}
	if err := access.Require(actor, action, access.Of(client)); err != nil {
		return d, err
	}
	for _, m := range actor.Memberships {
		own := actor
		own.Memberships = []access.Membership{m}
		if m.OrgKind == side && access.Decide(own, action, access.Of(client)).Allowed {
			d.role = m.Role
			break
		}
	}
	var err error
	d.people, err = s.members(ctx, actor, client)
	return d, err
}

// Decide makes a person's decision about a row that waits part of the evidence, as an import of its own. Deciding the same again gives the first
// decision back. Who may: see DeliveryDecide, ResultDecide, ResultAnswer and HoursApprove; of a delivery only those whom the contract names, where
// it names any, and never who handed it over. Faults: NotFound, Forbidden; Invalid at "reason", "words", "hours" or "act"; Conflict "not-waiting" when
// nothing is to be decided about the row, "decision-moved" when it is not as it was seen, and beside an import of the client.
func (s *Service) Decide(ctx context.Context, actor access.Actor, in DecideInput) (Decision, error) {
	action := ActionOf(in.Kind, in.Act)
	if action == "" {
		return Decision{}, fault.New(fault.Invalid, "act-unknown", "This cannot be done with it.").At("act")
	}
	d, err := s.begin(ctx, actor, in.Client, action, SideOf(in.Act))
	if err != nil {
		return Decision{}, err
	}
	if in.Words, err = checkText("words", oneBreak(in.Words), missingWords(in.Act)); err != nil {
		return Decision{}, err
	}
	out, err := d.make(ctx, in.Client, func(ctx context.Context, tx bun.Tx) (crmops.DecisionInput, []Approval, error) {
		return d.plan(ctx, tx, []DecideInput{in})
	})
	if err != nil {
		return Decision{}, fmt.Errorf("%s %s %s: %w", in.Act, in.Kind, in.Row, err)
	}
	return out[0], nil
}

// AcceptInput is results that are accepted together.
type AcceptInput struct {
	Client string
	Rows   []RowSeen
}

// RowSeen is a row as a person saw it.
type RowSeen struct {
	Row  string
	Seen int64
}

// MostTogether is how many results are accepted together at most.
const MostTogether = 1000

// AcceptResults accepts results together, as one import: all of them or none. Who may: see ResultDecide. Faults: as Decide, and Invalid at "rows".
func (s *Service) AcceptResults(ctx context.Context, actor access.Actor, in AcceptInput) ([]Decision, error) {
	d, err := s.begin(ctx, actor, in.Client, access.ResultDecide, access.Client)
	if err != nil {
		return nil, err
	}
	if len(in.Rows) == 0 || len(in.Rows) > MostTogether {
		return nil, fault.New(fault.Invalid, "rows", "Choose from 1 to %d results.", MostTogether).At("rows")
	}
	each := make([]DecideInput, len(in.Rows))
	once := map[string]bool{}
	for i, r := range in.Rows {
		if once[r.Row] {
			return nil, fault.New(fault.Invalid, "row-twice", "The result %s is named twice.", r.Row).At("rows")
		}
		once[r.Row] = true
		each[i] = DecideInput{Client: in.Client, Kind: crm.KindLead, Row: r.Row, Act: crm.ActAccept, Seen: r.Seen}
	}
	out, err := d.make(ctx, in.Client, func(ctx context.Context, tx bun.Tx) (crmops.DecisionInput, []Approval, error) {
		return d.plan(ctx, tx, each)
	})
	if err != nil {
		return nil, fmt.Errorf("accept %d results: %w", len(in.Rows), err)
	}
	return out, nil
}

// make makes what is planned part of the evidence, with its entry in the record and its mails.
func (d decision) make(ctx context.Context, client string, plan func(ctx context.Context, tx bun.Tx) (crmops.DecisionInput, []Approval, error)) ([]Decision, error) {
	var about []Approval
	return d.Rows.Decide(ctx, d.actor, client, func(ctx context.Context, tx bun.Tx) (planned crmops.DecisionInput, err error) {
		planned, about, err = plan(ctx, tx)
		return planned, err
	}, func(ctx context.Context, tx bun.Tx, made []Decision) error { return d.record(ctx, tx, made, about) })
}

// oneBreak writes the line breaks of browsers as files have them, so that what is kept reads back as it is.
func oneBreak(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// missingWords is what is said to a person who left out words that the act needs.
func missingWords(a crm.Act) string {
	switch a {
	case crm.ActReturn:
		return "Say what is missing or wrong, so that the agency can mend it."
	case crm.ActAnswer:
		return "Write the answer."
	}
	return ""
}

// plan says what decisions of one act make of their rows, as they are now. When all of them were made before, they are repeated.
func (d decision) plan(ctx context.Context, tx bun.Tx, all []DecideInput) (crmops.DecisionInput, []Approval, error) {
	client, kind, act := all[0].Client, all[0].Kind, all[0].Act
	ids := make([]string, len(all))
	for i, in := range all {
		ids[i] = in.Row
	}
	talk, err := crmops.DecisionsAbout(ctx, tx, client, kind, ids...)
	if err != nil {
		return crmops.DecisionInput{}, nil, err
	}
	out := crmops.DecisionInput{Act: act, Side: d.side, Role: d.role, Words: wordsOf(all[0]), At: d.at}
	for _, in := range all {
		if again, ok := d.again(talk[in.Row], in); ok {
			out.Repeats = append(out.Repeats, again)
		}
	}
	if len(out.Repeats) == len(all) {
		return out, nil, nil
	}
	out.Repeats = nil
	g, err := d.decidable(ctx, tx, client, d.at)
	if err != nil {
		return out, nil, err
	}
	about := make([]Approval, len(all))
	for i, in := range all {
		if about[i], err = g.find(in, talk[in.Row]); err != nil {
			return out, nil, err
		}
		if err := d.mayDecide(about[i], talk[in.Row]); err != nil {
			return out, nil, err
		}
		row, err := decidedRow(g.rows.Evidence, about[i], in, d.at)
		if err != nil {
			return out, nil, err
		}
		out.Rows = append(out.Rows, crmops.DecidedRow{Row: row, Seen: in.Seen})
	}
	return out, about, nil
}

// again finds the decision that this one repeats: the newest about the row, by the same person, on the same version and with the same words.
func (d decision) again(talk []Decision, in DecideInput) (Decision, bool) {
	if len(talk) == 0 {
		return Decision{}, false
	}
	last := talk[len(talk)-1]
	same := last.ActorID == d.actor.Account && last.Act == in.Act && last.Seen == in.Seen && last.Words == wordsOf(in)
	if in.Act == crm.ActApprove {
		same = same && last.Record().Get("value") == strings.TrimSpace(in.Hours)
	}
	return last, same
}

// find is what waits of the row. Faults: NotFound; Conflict "decision-moved" and "not-waiting".
func (g ground) find(in DecideInput, talk []Decision) (Approval, error) {
	said, known := g.said[in.Kind][in.Row]
	of := func(w Approval) bool { return w.Kind == in.Kind && w.ID == in.Row }
	all := slices.Concat(g.waiting, g.disputable)
	i := slices.IndexFunc(all, of)
	switch {
	case i < 0 && !known:
		return Approval{}, fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	case said != in.Seen:
		return Approval{}, moved(in.Row, talk, g)
	case i < 0 || !slices.Contains(all[i].Acts, in.Act):
		return Approval{}, fault.New(fault.Conflict, "not-waiting", "Nothing of this kind is to be decided about it now: it is decided already, its time is over, or the contract in force on its day does not name it.")
	}
	return all[i], nil
}

// moved says what happened to a row since a person looked.
func moved(row string, talk []Decision, g ground) error {
	since := "an import says otherwise of it"
	if strings.HasPrefix(row, ownPrefix) {
		row = "this"
	}
	if len(talk) > 0 {
		last := talk[len(talk)-1]
		since = fmt.Sprintf("%s %s on %s", last.ActorName, did[last.Act], moment(last.At, g.zone()))
	}
	return fault.New(fault.Conflict, "decision-moved", "Something happened to %s since you looked: %s. Look at it as it stands now, and decide again if it is still right.", row, since)
}

// mayDecide: of a delivery only those decide whom the contract names, and never who handed it over.
func (d decision) mayDecide(w Approval, talk []Decision) error {
	if w.Kind != crm.KindDelivery {
		return nil
	}
	if slices.ContainsFunc(talk, func(t Decision) bool { return t.Act == crm.ActHandOver && t.ActorID == d.actor.Account }) {
		return fault.New(fault.Forbidden, "own-delivery", "You handed this over, so somebody else of the client decides about it.")
	}
	can := fees.Acceptors(w.By, d.mayAct(d.people, access.Client, access.DeliveryDecide))
	if len(can) == 0 || slices.ContainsFunc(can, func(p fees.Person) bool { return p.Account == d.actor.Account }) {
		return nil
	}
	var names []string
	for _, p := range can {
		names = append(names, p.Name)
	}
	return fault.New(fault.Forbidden, "not-the-acceptor", "The contract says that %s decides about it: here that is %s.", w.By, strings.Join(names, " or "))
}

// wordsOf is what is kept of what a person said: of a dispute the reason first.
func wordsOf(in DecideInput) string {
	if in.Act != crm.ActDispute {
		return in.Words
	}
	return strings.TrimSpace(strings.Join([]string{strings.TrimSpace(in.Reason), in.Words}, "\n"))
}

// decidedRow is the row as the decision leaves it.
func decidedRow(e crm.Evidence, w Approval, in DecideInput, at time.Time) (crm.Record, error) {
	switch in.Kind {
	case crm.KindDelivery:
		i := slices.IndexFunc(e.Deliveries, func(x crm.Delivery) bool { return x.ID == in.Row })
		return deliveryDecided(e.Deliveries[i], w, in.Act, at).Record(), nil
	case crm.KindLead:
		i := slices.IndexFunc(e.Leads, func(x crm.Lead) bool { return x.ID == in.Row })
		l, err := leadDecided(e.Leads[i], w, in, at)
		return l.Record(), err
	}
	r, err := hoursApproved(w, in)
	return r.Record(), err
}

// record writes the journal and leaves mails to the side that has to decide next.
func (d decision) record(ctx context.Context, tx bun.Tx, made []Decision, about []Approval) error {
	if len(made) > 1 {
		return d.enterAll(ctx, tx, made)
	}
	if err := d.enter(ctx, tx, made[0], about[0]); err != nil {
		return err
	}
	return d.tellOfDecision(ctx, tx, made[0], about[0])
}

// subjectOf names the row in the record.
func subjectOf(made Decision) (kind, name string) {
	return subjects[made.Kind], cmp.Or(nameOf(made.Record()), made.Row)
}
