package ui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (s sheet) amount(minor int64) money.Amount { return money.New(minor, s.Total.Currency) }

// remark is one thing that was said or done about a line.
type remark struct {
	who, did string
	when     templ.Component
	text     []string // by line
}

// talk is the conversation about a disputed line; a line that was only accepted has none.
func (s sheet) talk(i int) templ.Component {
	events := s.Life.Lines[i].Events
	disputed := false
	var out []remark
	for _, e := range events {
		disputed = disputed || e.Kind == fees.Dispute
		r := remark{who: e.By, did: spoke(e), when: kit.MomentText(e.At, s.Terms.Zone)}
		if e.Minor != 0 {
			r.did += " " + s.amount(e.Minor).FormatWith()
		}
		if e.Text != "" {
			r.text = strings.Split(e.Text, "\n")
		}
		out = append(out, r)
	}
	if !disputed {
		return nil
	}
	return conversation(out)
}

// spoke is what an event was in the conversation about one line.
func spoke(e fees.Event) string {
	switch e.Kind {
	case fees.Dispute:
		return "disputed this line"
	case fees.Answer:
		return "answered"
	case fees.Concede:
		return "gave the line up"
	case fees.Accept:
		return "accepted the line after all"
	case fees.Release:
		return "released"
	case fees.Waive:
		return "gave up"
	}
	return string(e.Kind)
}

// review are the buttons and forms under a line; nil when this person can do nothing with it.
func (s sheet) review(l fees.Line) templ.Component {
	if l.With != 0 {
		return nil
	}
	var out []templ.Component
	for _, step := range s.offered(l.No) {
		out = append(out, s.stepForm(step, l))
	}
	if len(out) == 0 {
		return nil
	}
	return acts(out)
}

func (s sheet) stepForm(step lineStep, l fees.Line) templ.Component {
	address := s.path("/lines/" + strconv.Itoa(l.No) + "/" + step.verb)
	about := " line " + strconv.Itoa(l.No)
	if step.fields == nil {
		label := step.button
		if s.Life.Lines[l.No-1].State == fees.LineDisputed {
			label += " after all"
		}
		return stepButton(address, label, about)
	}
	form := kit.FormView{Action: address, Fields: s.fieldsOf(step, l.No), Submit: step.button, Tone: step.tone}
	open := s.refused.in.Err != nil && s.refused.line == l.No && s.refused.verb == step.verb
	if open {
		form.Input = s.refused.in
	}
	return stepDetails(step.label, about, open, form)
}
