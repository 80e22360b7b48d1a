package ops

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// deliveryDecided is a delivery that the client accepts or returns today, in the contract's zone.
func deliveryDecided(x crm.Delivery, w Approval, a crm.Act, at time.Time) crm.Delivery {
	today := cal.DateOf(at, w.Zone)
	if a == crm.ActAccept {
		x.AcceptedOn = today
	} else {
		x.ReturnedOn = today
	}
	return x
}

// leadDecided is a result after a decision. Fault: Invalid at "reason".
func leadDecided(l crm.Lead, w Approval, in DecideInput, at time.Time) (crm.Lead, error) {
	switch in.Act {
	case crm.ActAccept:
		l.AcceptedAt = at
	case crm.ActReject:
		l.RejectedAt = at
	case crm.ActDispute:
		reason, err := checkText("reason", in.Reason, "Say why it is disputed.")
		if err != nil {
			return l, err
		}
		if i := slices.IndexFunc(w.Reasons, func(r string) bool { return strings.EqualFold(r, reason) }); i >= 0 {
			reason = w.Reasons[i]
		} else if len(w.Reasons) > 0 {
			return l, fault.New(fault.Invalid, "reason-unknown", "A dispute counts for these reasons only: %s.", strings.Join(w.Reasons, ", ")).At("reason")
		}
		l.DisputedAt, l.Reason = at, reason
	case crm.ActUphold:
		l.Ruling, l.RuledAt = crm.RulingUpheld, at
	case crm.ActWithdraw:
		l.Ruling, l.RuledAt = crm.RulingDenied, at
	}
	return l, nil
}

var decimalHours = regexp.MustCompile(`^[0-9]{1,5}(\.[0-9]{1,4})?$`)

// hoursApproved is the reading of approved hours of a fee period. Fault: Invalid at "hours".
func hoursApproved(w Approval, in DecideInput) (crm.MetricReading, error) {
	hours := strings.TrimSpace(in.Hours)
	if !decimalHours.MatchString(hours) && hours != w.Closing() {
		return crm.MetricReading{}, fault.New(fault.Invalid, "hours", "Write the hours that you approve of the fee period as a number, such as 12.5.").At("hours")
	}
	return crm.MetricReading{Metric: w.Name, From: w.InForce.From, Through: w.InForce.Last(), Value: hours}, nil
}

// did is what an act was, after the person's name.
var did = map[crm.Act]string{
	crm.ActHandOver: "handed it over", crm.ActAccept: "accepted it", crm.ActReturn: "returned it", crm.ActReject: "rejected it", crm.ActDispute: "disputed it",
	crm.ActAnswer: "answered the dispute", crm.ActUphold: "gave in to the dispute", crm.ActWithdraw: "withdrew the dispute", crm.ActApprove: "approved hours",
}

// sentence is the act with what it was about, for the record and for mails.
func sentence(made Decision, w Approval) string {
	what := map[crm.Kind]string{crm.KindDelivery: "the delivery of " + nameOf(made.Record()), crm.KindLead: "the result " + made.Row}[made.Kind]
	switch made.Act {
	case crm.ActHandOver:
		return "handed " + nameOf(made.Record()) + " over"
	case crm.ActAnswer:
		return "answered the dispute of " + what
	case crm.ActUphold:
		return "gave in to the dispute of " + what
	case crm.ActWithdraw:
		return "withdrew the dispute of " + what
	case crm.ActApprove:
		if made.Record().Get("value") == w.Closing() {
			return fmt.Sprintf("approved no more than %s above those included in %s", hoursWords(w.Closing()), w.InForce.Words())
		}
		return fmt.Sprintf("approved %s above those included in %s", hoursWords(made.Record().Get("value")), w.InForce.Words())
	}
	return strings.TrimSuffix(did[made.Act], " it") + " " + what
}

// enter appends the decision to the record.
func (d decision) enter(ctx context.Context, tx bun.Tx, made Decision, about Approval) error {
	kind, name := subjectOf(made)
	words := sentence(made, about)
	if made.Act != crm.ActAnswer {
		words += fmt.Sprintf(", as import %d", made.No)
	}
	if made.Words != "" {
		words += ": " + strings.ReplaceAll(made.Words, "\n", "; ")
	}
	_, err := journalops.Append(ctx, tx, journalops.By(d.actor, journal.Entry{At: made.At, Action: string(d.action), Client: made.Client,
		Subject: journal.Subject{Kind: kind, ID: made.Row, Name: name}, Words: words,
		After: afterOf(made)}))
	return err
}

// afterOf is a decision as the record keeps it.
func afterOf(made Decision) string {
	return journal.Snapshot(map[string]any{"row": made.Record().Fields(), "act": made.Act, "import": made.No, "seen": made.Seen, "side": made.Side, "role": made.ActorRole, "words": made.Words})
}

// afterOfAll is what the record keeps of decisions that were made together, which are all alike but for their rows.
func afterOfAll(first Decision, rows []string) string {
	return journal.Snapshot(map[string]any{"rows": rows, "act": first.Act, "import": first.No, "side": first.Side, "role": first.ActorRole})
}

// enterAll appends decisions that were made together to the record, as one entry.
func (d decision) enterAll(ctx context.Context, tx bun.Tx, made []Decision) error {
	ids := make([]string, len(made))
	for i, m := range made {
		ids[i] = m.Row
	}
	first := made[0]
	_, err := journalops.Append(ctx, tx, journalops.By(d.actor, journal.Entry{At: first.At, Action: string(d.action), Client: first.Client,
		Subject: journal.Subject{Kind: "result", ID: first.Row, Name: fmt.Sprintf("%d results", len(made))}, Words: fmt.Sprintf("accepted %d results, as import %d", len(made), first.No),
		After: afterOfAll(first, ids)}))
	return err
}

// tellOfDecision leaves a mail to each of the side that has to decide next, and to the client's that its dispute is settled.
func (d decision) tellOfDecision(ctx context.Context, tx bun.Tx, made Decision, about Approval) error {
	var to []fees.Person
	switch made.Act {
	case crm.ActHandOver:
		to = fees.Acceptors(about.By, d.mayAct(d.people, access.Client, access.DeliveryDecide))
	case crm.ActReturn:
		to = d.mayAct(d.people, access.Agency, access.DeliveryHandOver)
	case crm.ActDispute:
		to = d.mayAct(d.people, access.Agency, access.ResultAnswer)
	case crm.ActAnswer, crm.ActUphold:
		to = d.mayAct(d.people, access.Client, access.ResultDecide)
	default:
		return nil
	}
	subject, text := d.letter(made, about)
	told := map[string]bool{d.actor.Account: true}
	for _, l := range d.people {
		if told[l.Account.ID] || !slices.ContainsFunc(to, func(p fees.Person) bool { return p.Account == l.Account.ID }) {
			continue
		}
		told[l.Account.ID] = true
		m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: subject, Text: text}
		if err := mail.Enqueue(ctx, tx, d.id("mail"), made.At, m); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}

// letter is the mail of a decision.
func (d decision) letter(made Decision, about Approval) (subject, text string) {
	_, name := subjectOf(made)
	subject = map[crm.Act]string{crm.ActHandOver: "Handed over: ", crm.ActReturn: "Returned: ", crm.ActDispute: "Disputed: ", crm.ActAnswer: "Answer on the dispute of ", crm.ActUphold: "Gave in to the dispute of "}[made.Act] + oneLine(name)
	text = fmt.Sprintf("%s %s.", d.actor.Name, sentence(made, about))
	if made.Words != "" {
		text += "\n\n" + made.Words
	}
	if made.Act == crm.ActUphold {
		text += "\n\nIt is not billed; where it was, the next statement credits it."
	}
	if about.Worth.Minor != 0 {
		text += fmt.Sprintf("\n\nIt is worth %s.", about.Worth.FormatWith())
	}
	if x, err := made.Record().Delivery(); made.Act == crm.ActHandOver && err == nil {
		text += fmt.Sprintf("\n\nIt was handed over on %s.", x.DeliveredOn.Words())
	}
	if day := about.LastDay(); made.Act == crm.ActHandOver && !day.IsZero() {
		text += fmt.Sprintf(" The last day to accept it or to return it is %s. %s", day.Words(), about.Silent)
	}
	return subject, text + fmt.Sprintf("\n\n%s/clients/%s/approvals\n", strings.TrimSuffix(d.PublicURL, "/"), made.Client)
}

// oneLine is a name as the subject of a mail can hold it: an id of a file may have line breaks in it.
func oneLine(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}
