package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// HandOverInput is a milestone, a part of it or a piece that the agency hands over.
type HandOverInput struct {
	Client    string
	Milestone string
	On        cal.Date
	Part      string // "50 %"; empty: the whole
	Note      string
	Key       string // the same key hands over once, however often it is sent
}

// HandOver makes a delivery part of the evidence, as an import of its own; the client's time to decide begins. Sending the same key again gives
// the first one back. Who may: see DeliveryHandOver. Faults: NotFound, Forbidden; Invalid at "milestone", "delivered_on", "part", "note" or "key";
// Conflict beside an import of the client, or when the key handed something else over.
func (s *Service) HandOver(ctx context.Context, actor access.Actor, in HandOverInput) (Decision, error) {
	d, err := s.begin(ctx, actor, in.Client, access.DeliveryHandOver, access.Agency)
	if err != nil {
		return Decision{}, err
	}
	var faults fault.List
	if in.Note, err = checkText("note", oneBreak(in.Note), ""); err != nil {
		faults = append(faults, fault.All(err)...)
	}
	if len(in.Key) < 8 || len(in.Key) > 100 {
		faults.Add(fault.New(fault.Invalid, "key", "Send a key of 8 to 100 characters, another one for each delivery.").At("key"))
	}
	if strings.TrimSpace(in.Milestone) == "" {
		faults.Add(fault.New(fault.Invalid, "milestone-missing", "Say what is handed over, by the name that the contract gives it.").At("milestone"))
	}
	if in.On.IsZero() {
		faults.Add(fault.New(fault.Invalid, "delivered-missing", "Say on which day it was handed over, as 2026-03-03.").At("delivered_on"))
	}
	if err := faults.Err(); err != nil {
		return Decision{}, err
	}
	out, err := d.make(ctx, in.Client, func(ctx context.Context, tx bun.Tx) (crmops.DecisionInput, []Approval, error) {
		planned, about, err := d.planHandOver(ctx, tx, in)
		return planned, []Approval{about}, err
	})
	if err != nil {
		return Decision{}, fmt.Errorf("hand over %s: %w", in.Milestone, err)
	}
	return out[0], nil
}

// ownPrefix begins the ids of deliveries that are handed over in the program.
const ownPrefix = "dlv_"

// idOf is the id of the delivery that a key hands over.
func idOf(client, key string) string {
	sum := sha256.Sum256([]byte(client + "\x00" + key))
	return ownPrefix + hex.EncodeToString(sum[:10])
}

func (d decision) planHandOver(ctx context.Context, tx bun.Tx, in HandOverInput) (crmops.DecisionInput, Approval, error) {
	x := crm.Delivery{ID: idOf(in.Client, in.Key), Milestone: in.Milestone, DeliveredOn: in.On, Part: strings.TrimSpace(in.Part), Note: in.Note}
	made, err := crmops.DecisionsAbout(ctx, tx, in.Client, crm.KindDelivery, x.ID)
	if err != nil {
		return crmops.DecisionInput{}, Approval{}, err
	}
	if of := made[x.ID]; len(of) > 0 {
		first, err := of[0].Record().Delivery()
		same := first.DeliveredOn == x.DeliveredOn && strings.EqualFold(first.Milestone, strings.TrimSpace(x.Milestone)) && fees.SamePart(first.Part, x.Part) &&
			of[0].Words == x.Note && of[0].ActorID == d.actor.Account
		if err == nil && !same {
			err = fault.New(fault.Conflict, "key-used", "This form handed something else over already. Open it again.")
		}
		return crmops.DecisionInput{Repeats: of[:1]}, Approval{}, err
	}
	g, err := d.decidable(ctx, tx, in.Client, d.at)
	if err != nil {
		return crmops.DecisionInput{}, Approval{}, err
	}
	if len(g.contracts) == 0 {
		return crmops.DecisionInput{}, Approval{}, fault.New(fault.Conflict, "nothing-to-hand-over", "No accepted contract of this client has milestones or pieces to hand over.")
	}
	c := g.contracts[max(0, slices.IndexFunc(g.contracts, func(c under) bool { return names(c, in) }))]
	if x, err = fees.HandOver(c.agreement, g.rows.Evidence, x, d.at); err != nil {
		return crmops.DecisionInput{}, Approval{}, err
	}
	e := g.rows.Evidence
	e.Deliveries = append(slices.Clone(e.Deliveries), x)
	about := Approval{Contract: c.id, ContractName: c.name}
	for _, w := range fees.WaitingFor(c.agreement, fees.Facts{Evidence: e}, d.at) {
		if w.ID == x.ID {
			about.Waiting = w
		}
	}
	return crmops.DecisionInput{Act: crm.ActHandOver, Side: d.side, Role: d.role, Rows: []crmops.DecidedRow{{Row: x.Record()}}, Words: in.Note, At: d.at}, about, nil
}

// names reports whether the contract names what is handed over on its day.
func names(c under, in HandOverInput) bool {
	return slices.ContainsFunc(fees.CanHandOver(c.agreement, in.On), func(h fees.HandsOver) bool {
		return strings.EqualFold(h.Name, strings.TrimSpace(in.Milestone))
	})
}
