package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func monthEndCommand() *cobra.Command {
	var cfg Config
	var month string
	var in feesops.MonthEndInput
	var resume, asJSON bool
	cmd := &cobra.Command{
		Use:   "month-end --month 2026-03",
		Short: "Draft, and with --submit also submit, the statements of a month for all engagements",
		Long: "One engagement after the other: every contract that is in force in the month or still has something to charge. What cannot be ended is listed with the reason and the\n" +
			"way to mend it, and stops no other. It does only what is not yet done, so it can be repeated; one that was interrupted goes on where it stopped.\n" +
			"Exit status 0: nothing stands in the way; 1: there are exceptions.",
		Args: usage(func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return errors.New("month-end takes no argument but its flags")
			case resume && (month != "" || in.Submit):
				return errors.New("--resume takes neither --month nor --submit: they are those of the month end that was interrupted")
			case !resume && month == "":
				return errors.New("name the month, such as --month 2026-03")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !resume {
				var err error
				if in.Month, err = cal.ParseMonth(month); err != nil {
					return fault.New(fault.Invalid, "month", "--month %q is no month; write it as 2026-03", month)
				}
			}
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			if resume {
				return p.resumeMonthEndsAtOnce(cmd, asJSON)
			}
			tell := newProgress(cmd.ErrOrStderr())
			tell.begin("", nil)
			run, err := p.Fees.MonthEnd(p.inWorkspace(cmd.Context()), p.operator(), in, tell.engagement)
			tell.end()
			if err != nil {
				return fault.Moved(err, func(string) string { return "--month" })
			}
			return printMonthEnds(cmd.OutOrStdout(), []feesops.MonthEnd{run}, asJSON)
		},
	}
	cfg.Flags(cmd.Flags())
	cmd.Flags().StringVar(&month, "month", "", "the month, such as 2026-03; it must be over")
	cmd.Flags().BoolVar(&in.Submit, "submit", false, "also submit each statement that nothing stands in the way of; their clients are told by mail")
	cmd.Flags().BoolVar(&resume, "resume", false, "only finish a month end that was interrupted")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// engagement tells which engagement a month end works on.
func (p *progress) engagement(s feesops.MonthEndStep) {
	p.say(fmt.Sprintf("%d of %d done, now %s", s.Done, s.Total, s.Client))
}

// resumeMonthEndsAtOnce finishes what was interrupted in the configured workspace.
func (p *Program) resumeMonthEndsAtOnce(cmd *cobra.Command, asJSON bool) error {
	ctx := p.inWorkspace(cmd.Context())
	tell := newProgress(cmd.ErrOrStderr())
	tell.begin("", nil)
	resumed, err := p.Fees.ResumeMonthEnds(ctx, tell.engagement)
	tell.end()
	var runs []feesops.MonthEnd
	for _, id := range resumed {
		run, showErr := p.Fees.ShowMonthEnd(ctx, p.operator(), id)
		if showErr != nil {
			return errors.Join(err, showErr)
		}
		runs = append(runs, run)
	}
	if err != nil {
		return err
	}
	if len(runs) == 0 && !asJSON {
		fmt.Fprintln(cmd.OutOrStdout(), "No month end waits to be finished. One whose process was killed can be taken over a minute later.")
		return nil
	}
	return printMonthEnds(cmd.OutOrStdout(), runs, asJSON)
}

// printMonthEnds prints what runs came to. It ends with errFound when there is an exception.
func printMonthEnds(w io.Writer, runs []feesops.MonthEnd, asJSON bool) error {
	exceptions := 0
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	for _, m := range runs {
		exceptions += m.Count(fees.OutcomeException)
		if asJSON {
			if err := out.Encode(monthEndJSONOf(m)); err != nil {
				return err
			}
			continue
		}
		for _, o := range m.Outcomes {
			writeOutcome(w, o)
		}
		fmt.Fprintf(w, "Month end of %s: %s\n", m.Month.Words(), m.Words())
	}
	if exceptions > 0 {
		return errFound
	}
	return nil
}

func writeOutcome(w io.Writer, o feesops.Outcome) {
	words := map[fees.OutcomeKind]string{fees.OutcomeAlready: string(o.State) + " before", fees.OutcomeNothing: "nothing to charge"}[o.Kind]
	if words == "" {
		words = string(o.Kind)
	}
	fmt.Fprintf(w, "%s, %s: %s", o.ClientName, o.ContractName, words)
	if o.Statement != "" {
		fmt.Fprintf(w, ", statement %s, %s", o.Statement, o.Total.FormatWith())
	}
	if o.Before > 0 {
		fmt.Fprintf(w, ", difference to revision %d: %s", o.Before, o.Difference.Format())
	}
	fmt.Fprintln(w)
	for _, x := range o.Obstacles {
		fmt.Fprintf(w, "  %s: %s %s\n", x.Code, x.Reason, x.Mend)
	}
}

// monthEndJSON is a run as the command prints it.
type monthEndJSON struct {
	ID       string        `json:"id"`
	Month    string        `json:"month"`
	Submits  bool          `json:"submits"`
	Total    int           `json:"total"`
	Outcomes []outcomeJSON `json:"outcomes"`
}

type outcomeJSON struct {
	Kind       string          `json:"kind"`
	Client     string          `json:"client"`
	ClientID   string          `json:"client_id"`
	Contract   string          `json:"contract"`
	ContractID string          `json:"contract_id"`
	Statement  string          `json:"statement_id,omitempty"`
	State      string          `json:"state,omitempty"`
	Revision   int             `json:"revision,omitempty"`
	Total      string          `json:"total,omitempty"`
	Currency   string          `json:"currency,omitempty"`
	Difference string          `json:"difference,omitempty"`
	Obstacles  []fees.Obstacle `json:"obstacles"`
}

func monthEndJSONOf(m feesops.MonthEnd) monthEndJSON {
	out := monthEndJSON{ID: m.ID, Month: m.Month.String(), Submits: m.Submits, Total: m.Total, Outcomes: []outcomeJSON{}}
	for _, o := range m.Outcomes {
		j := outcomeJSON{Kind: string(o.Kind), Client: o.ClientName, ClientID: o.Client, Contract: o.ContractName, ContractID: o.Contract,
			Statement: o.Statement, State: string(o.State), Revision: o.Revision, Obstacles: append([]fees.Obstacle{}, o.Obstacles...)}
		if o.Statement != "" {
			j.Total, j.Currency = o.Total.String(), string(o.Total.Currency)
		}
		if o.Before > 0 {
			j.Difference = o.Difference.String()
		}
		out.Outcomes = append(out.Outcomes, j)
	}
	return out
}
