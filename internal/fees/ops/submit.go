package ops

import (
	"context"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// SubmitInput names the statement and what the person saw of it.
type SubmitInput struct {
	Statement string
	Hash      string // of the statement that was shown; empty: whatever it is
}

// Submit puts the newest draft before the client and opens the objection window. Who may: see StatementSubmit. Faults: NotFound,
// Forbidden; Conflict when it was submitted already, the period still runs, a newer draft exists or something that was locked or agreed
// since changes it.
func (s *Service) Submit(ctx context.Context, actor access.Actor, in SubmitInput) (Statement, error) {
	return s.take(ctx, actor, in.Statement, turn{
		action: access.StatementSubmit,
		events: func(st Statement) ([]fees.Event, error) {
			return []fees.Event{{Kind: fees.Submit}}, s.submittable(st, in.Hash)
		},
		words: func(_, st Statement) string {
			return fmt.Sprintf("submitted the %s for %s; lines can be disputed until %s", st.lowerName(), st.Total.FormatWith(), st.WindowEnds.Words())
		},
		letter: func(_, st Statement, by string) (string, string) {
			return fmt.Sprintf("%s to review: %s", st.Name(), st.Total.FormatWith()),
				fmt.Sprintf("%s submitted the %s of %s to %s: %s in %d lines.\n\nAccept or dispute each line until %s (%s). %s", by, st.lowerName(),
					st.Drafter(), st.Reviewer(), st.Total.FormatWith(), len(st.Document.Statement.Lines),
					st.WindowEnds.Words(), st.Terms.ZoneName, silenceWords(st))
		},
	})
}

func silenceWords(st Statement) string {
	if st.Terms.Statements.Objection.Silence == "accepted" {
		return "A line that nobody disputes by then is accepted, as the contract says. What you dispute is held back; the rest stays payable."
	}
	return "What you dispute is held back; the rest stays payable."
}

func (s *Service) submittable(st Statement, hash string) error {
	if st.State != fees.Drafted {
		return nil // the life of the statement says it with who and when
	}
	switch {
	case st.Superseded:
		return fault.New(fault.Conflict, "superseded", "There is a newer draft of %s. Open and submit that one.", st.Period.Words())
	case hash != "" && hash != st.Hash:
		return fault.New(fault.Conflict, "other-hash", "This is not the statement that you were shown. Look at it again before you submit it.")
	case st.Life.Overtaken:
		return fault.New(fault.Conflict, "overtaken", "A statement of another period was locked, or an amendment accepted, after this draft and changes it. Draft again.")
	case cal.DateOf(s.now(), st.Terms.Zone).Before(st.Period.To):
		return fault.New(fault.Conflict, "period-open", "%s runs until %s. Submit the statement after that day, on a draft of then.", st.Period.Words(), st.Period.Last().Words())
	}
	return nil
}

// Withdraw takes a statement back, so that it can be drafted again. Who may: see StatementWithdraw. Faults: NotFound, Forbidden; Conflict
// when it is locked or withdrawn, or the client has accepted lines that still stand.
func (s *Service) Withdraw(ctx context.Context, actor access.Actor, id, reason string) (Statement, error) {
	return s.take(ctx, actor, id, turn{
		action: access.StatementWithdraw,
		events: one(fees.Event{Kind: fees.Withdraw, Text: reason}),
		words: func(_, st Statement) string {
			return fmt.Sprintf("withdrew the %s, revision %d%s", st.lowerName(), st.Revision, because(reason))
		},
		letter: func(before, st Statement, by string) (string, string) {
			if before.State == fees.Drafted {
				return "", "" // the client has not seen it
			}
			return st.Name() + " withdrawn", fmt.Sprintf("%s withdrew the %s%s.\n\nA new one follows; nothing needs to be done with this one.", by, st.lowerName(), because(reason))
		},
	})
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}
