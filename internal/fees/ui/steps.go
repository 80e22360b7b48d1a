package ui

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// lineStep is what one side can do with a line. A step without fields is a button; one with fields opens its form.
type lineStep struct {
	verb   string // last part of the address
	kind   fees.EventKind
	action access.Action
	side   access.OrgKind
	label  string // "Dispute this line"
	button string
	tone   kit.ButtonKind
	fields func(s sheet, line int) []kit.Field
	take   func(ctx context.Context, o *ops.Service, who access.Actor, in stepInput) (ops.Statement, error)
	done   string // after "Line 3 "
}

// stepInput is what the form of a step sent.
type stepInput struct {
	statement string
	line      int
	text      string
	amount    string
}

func (in stepInput) lineInput() ops.LineInput {
	return ops.LineInput{Statement: in.statement, Line: in.line, Text: in.text}
}

func (in stepInput) resolveInput() ops.ResolveInput {
	return ops.ResolveInput{Statement: in.statement, Line: in.line, Amount: in.amount, Text: in.text}
}

// textField is the name under which a step's text travels to the use case and comes back with a fault.
func textField(verb string) string {
	switch verb {
	case "dispute":
		return "reason"
	case "answer", "concede":
		return "answer"
	}
	return "text"
}

var lineSteps = []lineStep{
	{verb: "accept", kind: fees.Accept, action: access.StatementAccept, side: access.Client, button: "Accept", done: "is accepted.",
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepInput) (ops.Statement, error) {
			return o.Accept(ctx, who, in.statement, in.line)
		}},
	{verb: "dispute", kind: fees.Dispute, action: access.StatementDispute, side: access.Client, label: "Dispute", button: "Dispute the line",
		done: "is disputed. What it charges is held back, a credit is not; the rest stays payable.",
		fields: func(s sheet, line int) []kit.Field {
			return []kit.Field{{Label: "What is wrong with it", Kind: kit.Area, Hint: "The agency reads this and answers or corrects the line. It stays in the record."}}
		},
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepInput) (ops.Statement, error) {
			return o.Dispute(ctx, who, in.lineInput())
		}},
	{verb: "answer", kind: fees.Answer, action: access.StatementAnswer, side: access.Agency, label: "Answer", button: "Answer", done: "is answered.",
		fields: func(s sheet, line int) []kit.Field {
			return []kit.Field{{Label: "Answer", Kind: kit.Area, Hint: "The line stays disputed until " + reviewer(s.Statement) + " accepts it" + orGivenUp(s) + "."}}
		},
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepInput) (ops.Statement, error) {
			return o.Answer(ctx, who, in.lineInput())
		}},
	{verb: "concede", kind: fees.Concede, action: access.StatementAnswer, side: access.Agency, label: "Give up", button: "Give the line up", tone: kit.Danger,
		done: "is given up and no longer owed.",
		fields: func(s sheet, line int) []kit.Field {
			return []kit.Field{{Label: "Words to the client", Kind: kit.Area, Optional: true, Hint: "The line and the limits under it are no longer owed. This cannot be taken back."}}
		},
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepInput) (ops.Statement, error) {
			return o.Concede(ctx, who, in.lineInput())
		}},
	{verb: "release", kind: fees.Release, action: access.StatementRelease, side: access.Client, label: "Release", button: "Release the amount",
		done:   "is settled for that amount; the next statement carries it.",
		fields: func(s sheet, line int) []kit.Field { return settling(s, line, "Amount you accept") },
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepInput) (ops.Statement, error) {
			return o.Release(ctx, who, in.resolveInput())
		}},
	{verb: "waive", kind: fees.Waive, action: access.StatementWaive, side: access.Agency, label: "Give up", button: "Give the amount up", tone: kit.Danger,
		done:   "is settled: that amount is no longer owed.",
		fields: func(s sheet, line int) []kit.Field { return settling(s, line, "Amount you give up") },
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepInput) (ops.Statement, error) {
			return o.Waive(ctx, who, in.resolveInput())
		}},
}

// orGivenUp: what pays a specialist is not the agency's to give up.
func orGivenUp(s sheet) string {
	if s.Underpins() {
		return ""
	}
	return " or you give it up"
}

// settling are the fields of a step that settles what a dispute holds back over the lock: an amount first, then words.
func settling(s sheet, line int, label string) []kit.Field {
	held := s.amount(s.Life.Lines[line-1].Held)
	return []kit.Field{
		{Label: "Words to the other side", Kind: kit.Area, Optional: true},
		{Name: "amount", Label: label, Kind: kit.Decimal, Unit: string(held.Currency), Value: held.String(), Hint: "At most " + held.Format() + ", which is what the line still holds back."},
	}
}

// offered are the steps that this person can take with a line now.
func (s sheet) offered(line int) []lineStep {
	var out []lineStep
	for _, step := range lineSteps {
		givesUp := step.kind == fees.Concede || step.kind == fees.Waive
		if s.may(step.action, step.side) && s.possible(step.kind, line) && !(givesUp && s.Underpins()) {
			out = append(out, step)
		}
	}
	return out
}

func (s sheet) possible(kind fees.EventKind, line int) bool {
	e := fees.Event{Kind: kind, Line: line}
	if kind == fees.Release || kind == fees.Waive {
		e.Minor = s.Life.Lines[line-1].Held
	}
	return s.Life.Check(s.Document.Statement, e) == nil
}

// offers reports whether the form of a step stands on the page.
func (s sheet) offers(line int, verb string) bool {
	if line < 1 || line > len(s.Life.Lines) {
		return false
	}
	for _, step := range s.offered(line) {
		if step.verb == verb && step.fields != nil {
			return true
		}
	}
	return false
}

// fieldsOf are the fields of a step under names that no other line's form has.
func (s sheet) fieldsOf(step lineStep, line int) []kit.Field {
	fields := step.fields(s, line)
	for i := range fields {
		if fields[i].Name == "" {
			fields[i].Name = textField(step.verb)
		}
		fields[i].Name = ofStep(step.verb, fields[i].Name, line)
	}
	return fields
}

func ofStep(verb, field string, line int) string {
	return verb + "-" + field + "-" + strconv.Itoa(line)
}

// takeLineStep takes a step with a line. A refused one comes back at its form with what was typed.
func (p *Pages) takeLineStep(step lineStep) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		st, err := p.read(r)
		if err != nil {
			return err
		}
		line, err := strconv.Atoi(r.PathValue("line"))
		if err != nil {
			return fault.New(fault.NotFound, "line", "The statement has no such line.")
		}
		_, err = step.take(r.Context(), p.Ops, actor(r), stepInput{
			statement: st.ID, line: line,
			text: values.Get(ofStep(step.verb, textField(step.verb), line)), amount: values.Get(ofStep(step.verb, "amount", line)),
		})
		if web.Correctable(err) {
			return p.sheet(w, r, refusal{line, step.verb, refused(step, line, values, err)})
		}
		if err != nil {
			return err
		}
		web.Flash(r, kit.Done, "Line "+strconv.Itoa(line)+" "+step.done)
		web.Redirect(w, r, statementPath(st.Client, st.ID)+"#"+anchor(line))
		return nil
	}
}

// refused points the faults at the fields of the line's own form.
func refused(step lineStep, line int, values url.Values, err error) kit.Input {
	var list fault.List
	for _, f := range fault.All(err) {
		if f.Field != "" {
			f = f.At(ofStep(step.verb, f.Field, line))
		}
		list = append(list, f)
	}
	return kit.Input{Values: values, Err: list}
}

// sentences are the messages of an error, one after the other.
func sentences(err error) string {
	text := ""
	for _, f := range fault.All(err) {
		if text != "" {
			text += " "
		}
		text += kit.Sentence(f.Message)
	}
	return text
}
