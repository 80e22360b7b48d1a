package ops

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

const longestReason = 2000

// checkText trims what a person wrote. Fault: Invalid at the field.
func checkText(field, text, missing string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" && missing != "":
		return "", fault.New(fault.Invalid, field+"-missing", "%s", missing).At(field)
	case utf8.RuneCountInString(text) > longestReason:
		return "", fault.New(fault.Invalid, field+"-long", "Shorten the text to %d characters.", longestReason).At(field)
	}
	return text, nil
}

// Accept accepts lines, also ones that were disputed. Who may: see StatementAccept. Faults: NotFound, Forbidden; Conflict when the
// statement is not under review or a line is settled already.
func (s *Service) Accept(ctx context.Context, actor access.Actor, id string, lines ...int) (Statement, error) {
	return s.accept(ctx, actor, id, func(Statement) ([]int, error) { return lines, nil })
}

// AcceptRest accepts every line that is still open. Disputed lines stay disputed. Who may: see StatementAccept. Faults: as Accept, and
// Conflict when no line is open.
func (s *Service) AcceptRest(ctx context.Context, actor access.Actor, id string) (Statement, error) {
	return s.accept(ctx, actor, id, func(st Statement) ([]int, error) {
		lines := st.OpenLines()
		if len(lines) == 0 && st.State == fees.Submitted {
			return nil, fault.New(fault.Conflict, "no-open-line", "No line is open: every one is accepted or disputed.")
		}
		if len(lines) == 0 {
			lines = []int{1} // the life of the statement says why no line can be accepted
		}
		return lines, nil
	})
}

// OpenLines are the numbers of the lines that wait for the client. Limits of a deal go with their line.
func (st Statement) OpenLines() []int {
	var out []int
	for i, l := range st.Document.Statement.Lines {
		if l.With == 0 && st.State == fees.Submitted && st.Life.Lines[i].State == fees.LineOpen {
			out = append(out, l.No)
		}
	}
	return out
}

func (s *Service) accept(ctx context.Context, actor access.Actor, id string, choose func(Statement) ([]int, error)) (Statement, error) {
	return s.take(ctx, actor, id, turn{
		action: access.StatementAccept,
		events: func(st Statement) ([]fees.Event, error) {
			lines, err := choose(st)
			if err == nil && len(lines) == 0 {
				err = fault.New(fault.Invalid, "line-missing", "Choose the lines to accept.").At("line")
			}
			var events []fees.Event
			for _, no := range lines {
				events = append(events, fees.Event{Kind: fees.Accept, Line: no})
			}
			return events, err
		},
		words: func(before, st Statement) string {
			new := st.Events[len(before.Events):]
			if len(new) == 1 {
				return fmt.Sprintf("accepted %s", st.lineWords(new[0].Line))
			}
			return fmt.Sprintf("accepted %d lines of the %s", len(new), st.lowerName())
		},
	})
}

// lineWords names a line in the record.
func (st Statement) lineWords(no int) string {
	l, err := st.line(no)
	if err != nil {
		return fmt.Sprintf("line %d of the %s", no, st.lowerName())
	}
	return fmt.Sprintf("line %d of the %s (%s, %s)", no, st.lowerName(), l.Text, l.Amount.FormatWith())
}

// LineInput names a line and what is said about it.
type LineInput struct {
	Statement string
	Line      int
	Text      string
}

// Dispute contests a line; its amount is held back and the rest stays payable. Who may: see StatementDispute. Faults: NotFound,
// Forbidden; Invalid at "reason" without one; Conflict outside the window, or when the line is not open.
func (s *Service) Dispute(ctx context.Context, actor access.Actor, in LineInput) (Statement, error) {
	reason, err := checkText("reason", in.Text, "Say what is wrong with the line, so that the agency can answer or correct it.")
	if err != nil {
		return Statement{}, err
	}
	return s.take(ctx, actor, in.Statement, turn{
		action: access.StatementDispute,
		events: one(fees.Event{Kind: fees.Dispute, Line: in.Line, Text: reason}),
		words:  func(_, st Statement) string { return fmt.Sprintf("disputed %s: %s", st.lineWords(in.Line), reason) },
		letter: func(_, st Statement, by string) (string, string) {
			return fmt.Sprintf("Line %d disputed: %s", in.Line, st.lowerName()),
				fmt.Sprintf("%s disputed %s:\n\n%s\n\nPayable without the disputed lines: %s. Held back: %s.", by, st.lineWords(in.Line), reason,
					st.Split.Payable.FormatWith(), st.Split.Held.FormatWith())
		},
	})
}

// Answer says something to a dispute, for the record; the line stays disputed, also after the lock. Who may: see StatementAnswer.
// Faults: NotFound, Forbidden; Invalid at "answer"; Conflict when the line is not disputed.
func (s *Service) Answer(ctx context.Context, actor access.Actor, in LineInput) (Statement, error) {
	answer, err := checkText("answer", in.Text, "Write the answer.")
	if err != nil {
		return Statement{}, err
	}
	return s.take(ctx, actor, in.Statement, turn{
		action: access.StatementAnswer,
		events: one(fees.Event{Kind: fees.Answer, Line: in.Line, Text: answer}),
		words: func(_, st Statement) string {
			return fmt.Sprintf("answered the dispute of %s: %s", st.lineWords(in.Line), answer)
		},
		letter: func(_, st Statement, by string) (string, string) {
			return fmt.Sprintf("Answer on line %d: %s", in.Line, st.lowerName()), fmt.Sprintf("%s answered the dispute of %s:\n\n%s", by, st.lineWords(in.Line), answer)
		},
	})
}

// Concede gives a disputed line up: it is no longer owed. Who may: see StatementAnswer. Faults: NotFound, Forbidden; Conflict when the
// line is not disputed, and of a statement of a specialist, who would lose it.
func (s *Service) Concede(ctx context.Context, actor access.Actor, in LineInput) (Statement, error) {
	text, err := checkText("answer", in.Text, "")
	if err != nil {
		return Statement{}, err
	}
	return s.take(ctx, actor, in.Statement, turn{
		action: access.StatementAnswer,
		events: func(st Statement) ([]fees.Event, error) {
			return []fees.Event{{Kind: fees.Concede, Line: in.Line, Text: text}}, givesUp(st)
		},
		words: func(_, st Statement) string { return fmt.Sprintf("gave up %s%s", st.lineWords(in.Line), because(text)) },
		letter: func(_, st Statement, by string) (string, string) {
			return fmt.Sprintf("Line %d given up: %s", in.Line, st.lowerName()),
				fmt.Sprintf("%s gave up %s%s.\n\nIt is no longer owed. Payable: %s.", by, st.lineWords(in.Line), because(text), st.Split.Payable.FormatWith())
		},
	})
}
