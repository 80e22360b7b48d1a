package fees

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DecidedKinds are the kinds of rows that people decide about under the agreement, with what is needed to tell what waits.
func DecidedKinds(a contract.Agreement) []crm.Kind {
	var out []crm.Kind
	add := func(kinds ...crm.Kind) {
		for _, k := range kinds {
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	for _, t := range a.Versions {
		for _, c := range t.Clauses {
			switch c := c.(type) {
			case contract.Milestones:
				add(crm.KindDelivery)
			case contract.Deliverables:
				add(crm.KindDelivery)
			case contract.PerResult:
				add(crm.KindLead)
			case contract.Retainer:
				if c.Hours != nil && c.Hours.Overage.Approved != "" {
					add(crm.KindMetricReading, crm.KindTimeEntry)
				}
			}
		}
	}
	return out
}

// HandsOver is something that can be handed over.
type HandsOver struct {
	Name   string
	Clause string
	Words  string // what it pays, or counts for
	Piece  bool   // of a retainer: it has no parts
}

// CanHandOver lists what the version in force on a day lets the agency hand over, in the order of the clauses.
func CanHandOver(a contract.Agreement, on cal.Date) []HandsOver {
	terms, ok := a.InForce(on)
	if !ok || !a.Running().Contains(on) {
		return nil
	}
	var out []HandsOver
	for _, c := range terms.Clauses {
		switch c := c.(type) {
		case contract.Milestones:
			for _, stone := range c.List {
				out = append(out, HandsOver{Name: stone.Name, Clause: c.ID, Words: stone.Amount.FormatWith()})
			}
		case contract.Deliverables:
			for _, piece := range c.List {
				out = append(out, HandsOver{Name: piece.Name, Clause: c.ID, Piece: true, Words: fmt.Sprintf("%d included in %s", piece.Included, c.Of)})
			}
		}
	}
	return out
}

// HandOver checks a delivery that the agency is about to hand over, as of now, and names it as the contract does. Faults: Invalid at milestone,
// delivered_on or part.
func HandOver(a contract.Agreement, e crm.Evidence, x crm.Delivery, now time.Time) (crm.Delivery, error) {
	zone := a.First().Zone
	today := cal.DateOf(now, zone)
	var faults fault.List
	switch {
	case x.DeliveredOn.After(today):
		faults.Add(fault.New(fault.Invalid, "delivery-to-come", "It is handed over on %s at the latest, which is today; a day to come cannot be entered.", today.Words()).At("delivered_on"))
	case !a.Running().Contains(x.DeliveredOn):
		faults.Add(fault.New(fault.Invalid, "delivery-outside", "The contract does not run on %s: it runs %s.", x.DeliveredOn.Words(), a.Running().Words()).At("delivered_on"))
	}
	if err := faults.Err(); err != nil {
		return x, err
	}
	can := CanHandOver(a, x.DeliveredOn)
	i := slices.IndexFunc(can, func(h HandsOver) bool { return strings.EqualFold(h.Name, strings.TrimSpace(x.Milestone)) })
	if i < 0 {
		return x, fault.New(fault.Invalid, "milestone-unknown", "No clause in force on %s names %q. Write one of: %s.", x.DeliveredOn.Words(), x.Milestone, namesOf(can)).At("milestone")
	}
	x.Milestone = can[i].Name
	if can[i].Piece {
		if x.Part != "" {
			return x, fault.New(fault.Invalid, "piece-part", "%s is counted by the piece; leave the part out.", x.Milestone).At("part")
		}
		return x, nil
	}
	part := wholeMilestone
	if x.Part != "" {
		share, ok := shareOf(x.Part)
		if !ok {
			return x, fault.New(fault.Invalid, "part", "%q is no part of a milestone. Write a percentage above 0 %% up to 100 %%, such as 50 %%.", x.Part).At("part")
		}
		part, x.Part = share, share.written()
	}
	if over := timeOver(a, x, today); !over.IsZero() {
		return x, fault.New(fault.Invalid, "delivery-time-over", "Handed over on %s, it would have been accepted by silence on %s, before the client learns of it here. Enter the day on which the client can still decide, today at the latest.",
			x.DeliveredOn.Words(), over.Words()).At("delivered_on")
	}
	if have := handedOver(a, e, can[i].Clause, x.Milestone, now); have+part > wholeMilestone {
		return x, fault.New(fault.Invalid, "milestone-over", "%s of %s is accepted or waits for the client already, and a milestone pays up to the whole and no more. Hand over the rest, or wait until a part is returned.",
			have, x.Milestone).At("part")
	}
	return x, nil
}

// timeOver is the day on which silence would have accepted the delivery, when that is not after today; zero when there is time left.
func timeOver(a contract.Agreement, x crm.Delivery, today cal.Date) cal.Date {
	d := &drafter{agreement: a}
	terms, clause, _, ok := d.milestoneOn(x)
	if !ok || clause.Silence != "accepted" {
		return cal.Date{}
	}
	if deemed := clause.Within.After(x.DeliveredOn, terms.Calendar).AddDays(1); !deemed.After(today) {
		return deemed
	}
	return cal.Date{}
}

// handedOver is how much of a milestone is accepted or waits for the client.
func handedOver(a contract.Agreement, e crm.Evidence, clause, name string, now time.Time) milestoneShare {
	today := cal.DateOf(now, a.First().Zone)
	d := newDrafter(a, Facts{Period: cal.Period{From: today, To: today.AddDays(1)}, Evidence: e})
	d.index = newIndex(e)
	d.statement.AsOf = d.facts.Period.To
	var sum milestoneShare
	for _, h := range (&milestoneMonth{drafter: d, id: clause}).handovers() {
		if h.stone.Name == name && (!h.accepted.IsZero() || h.ReturnedOn.IsZero()) {
			sum += h.part
		}
	}
	return sum
}

func namesOf(list []HandsOver) string {
	if len(list) == 0 {
		return "nothing, for the contract has nothing to hand over then"
	}
	names := make([]string, len(list))
	for i, h := range list {
		names[i] = h.Name
	}
	return strings.Join(names, ", ")
}

// Person is somebody of the client's side who may decide by role.
type Person struct {
	Account string
	Name    string
	Role    access.Role
}

// Acceptors are those of the people whom the words of a contract name, by name or by role: "Mara Lindt, CFO", "client finance". Words that name none
// of them leave it to all: a title that the program does not know must not let the time to object run out.
func Acceptors(by string, people []Person) []Person {
	said := plainWords(by)
	named := slices.DeleteFunc(slices.Clone(people), func(p Person) bool {
		return !strings.Contains(said, plainWords(p.Name)) && !strings.Contains(said, plainWords(p.Role.Label()))
	})
	if len(named) == 0 || strings.TrimSpace(said) == "" {
		return people
	}
	return named
}

// plainWords are the words of a text in lower case, each between blanks.
func plainWords(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(words, " ") + " "
}

// SamePart reports whether two texts name the same part of a milestone; an empty one names the whole.
func SamePart(a, b string) bool { return written(a) == written(b) }

// written is the part that a text names, as HandOver writes it; a text that names none stays as it is.
func written(part string) string {
	if share, ok := shareOf(part); ok {
		return share.written()
	}
	return part
}

// written is a part as a delivery has it: empty for the whole.
func (s milestoneShare) written() string {
	if s == wholeMilestone {
		return ""
	}
	return s.String()
}
