package app

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func evidenceCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "evidence", Short: "The evidence: compare two moments of it, erase a person from it, hash addresses in it, look after its files of touches"}
	cmd.AddCommand(compareCommand(), eraseCommand(), addressesCommand(), segmentsCommand())
	return cmd
}

func compareCommand() *cobra.Command {
	var on ofClient
	var kind, fate, format string
	var in crmops.CompareInput
	cmd := &cobra.Command{
		Use:   "compare --client NAME",
		Short: "Tell what differs between two imports, or between the evidence of two days",
		Long: "Tells every record that is new, changed or gone at the later of two moments, field by field, with the deals and statements that it touches, and what it moves of revenue.\n" +
			"A moment is the number of an import, 0 being before the first, or a day such as 2026-03-31, for the newest import up to its end in UTC.\n" +
			"Without --from and --to it tells what the newest import changed.",
		Args: usage(func(cmd *cobra.Command, args []string) error {
			if on.name == "" {
				return errUnnamed
			}
			return cobra.NoArgs(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, of, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			in.Client, in.Filter.Kind, in.Filter.Fate = of.ID, crm.Kind(kind), crm.Fate(fate)
			ctx, out := p.inWorkspace(cmd.Context()), cmd.OutOrStdout()
			if format != "table" {
				err = p.CRM.WriteComparison(ctx, p.operator(), in, format, nil, out)
			} else {
				err = p.tellComparison(cmd, in, out)
			}
			return fault.Moved(err, func(place string) string { return "--" + strings.ReplaceAll(place, "_", "-") })
		},
	}
	on.flags(cmd)
	cmd.Flags().StringVar(&in.From, "from", "", "the earlier moment: number of an import, or a day")
	cmd.Flags().StringVar(&in.To, "to", "", "the later moment; the newest import when absent")
	cmd.Flags().StringVar(&kind, "kind", "", "only records of this kind: "+strings.Join(kindNames(), ", "))
	cmd.Flags().StringVar(&fate, "fate", "", "only records that are new, changed or gone")
	cmd.Flags().StringVar(&in.Filter.Field, "field", "", "only changed records of which this field differs, such as amount")
	cmd.Flags().BoolVar(&in.Filter.Touching, "touching", false, "only records on which a locked statement rests")
	cmd.Flags().IntVar(&in.Costs, "costs", crmops.Costed, "of how many statements, the newest first, to compute what the newest evidence would make of them, and of how many months what the difference costs; 0 of none")
	cmd.Flags().StringVar(&format, "format", "table", "table, csv, costs (a CSV of what it costs, a line for each statement) or json")
	return cmd
}

// tellComparison prints a comparison for people.
func (p *Program) tellComparison(cmd *cobra.Command, in crmops.CompareInput, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	err := p.CRM.CompareEach(p.inWorkspace(cmd.Context()), p.operator(), in, func(c crmops.Comparison) error {
		tellHead(out, c)
		if c.Total > 0 {
			fmt.Fprintf(table, "KIND\tID\tDEAL\tWHAT\tFIELD\tBEFORE\tAFTER\tIMPORT\tSTATEMENTS\n")
		}
		return nil
	}, func(row crmops.ComparedRow) error {
		fields := row.Fields
		if len(fields) == 0 {
			fields = []crmops.FieldDelta{{}}
		}
		for _, f := range fields {
			if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\n", row.Kind, row.ID, dealsInWords(row.Deals), row.Fate, f.Field, f.Before, f.After, row.No, len(row.Statements)); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, table.Flush())
}

// dealsInWords names the first deals of a row.
func dealsInWords(deals []crmops.DealName) string {
	var names []string
	for _, d := range deals[:min(2, len(deals))] {
		names = append(names, d.Shown())
	}
	if more := len(deals) - len(names); more > 0 {
		names = append(names, "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(names, ", ")
}

func tellHead(out io.Writer, c crmops.Comparison) {
	name := func(m crmops.ImportMark) string {
		if m.No == 0 {
			return "nothing"
		}
		return "import " + strconv.FormatInt(m.No, 10) + " (" + m.Filename + ")"
	}
	fmt.Fprintf(out, "From %s to %s: %s, %s touched.\n", name(c.From), name(c.To), differing(c.Differing()), counted(c.Deals, "deal"))
	for _, k := range c.Kinds {
		fmt.Fprintf(out, "  %s: %d new, %d changed, %d gone\n", k.Kind, k.New, k.Changed, k.Gone)
	}
	for _, m := range c.Revenue {
		fmt.Fprintf(out, "  won revenue: %s new, %s changed, %s gone, net %s\n", m.Came.FormatWith(), m.Altered.FormatWith(), m.Left.FormatWith(), m.Net().FormatWith())
	}
	for _, m := range c.Payments {
		fmt.Fprintf(out, "  payments: %s new, %s changed, %s gone, net %s\n", m.Came.FormatWith(), m.Altered.FormatWith(), m.Left.FormatWith(), m.Net().FormatWith())
	}
	if c.Unsure > 0 {
		fmt.Fprintf(out, "  %s without a known amount\n", counted(c.Unsure, "won deal"))
	}
	tellCosts(out, c)
}

// tellCosts tells what the newest evidence would make of statements, and what the difference costs.
func tellCosts(out io.Writer, c crmops.Comparison) {
	for _, t := range c.Touched {
		if t.Rows > 0 || t.Cost != nil && !t.Cost.Left.IsZero() || t.This != nil && t.This.Tells() {
			fmt.Fprintf(out, "  %s (%s, on import %d) rests on %s of these%s", t.Name, state(t), t.Import, counted(t.Rows, "record"), costInWords(t))
			if t.This != nil {
				fmt.Fprintf(out, "; this difference costs %s", thisInWords(*t.This))
			}
			fmt.Fprintln(out)
		}
	}
	for _, m := range c.Months {
		if !m.Tells() {
			continue
		}
		which := "no statement yet"
		if m.Statement != "" {
			which = fmt.Sprintf("%s, on import %d, which holds it", m.State, m.Import)
		}
		fmt.Fprintf(out, "  %s (%s): this difference costs %s\n", m.Name, which, thisInWords(m))
	}
	for _, sum := range c.ThisCosts() {
		fmt.Fprintf(out, "  this difference costs %s together%s\n", sum.FormatWith(), heldInWords(c.Unknown()))
	}
	for _, sum := range c.Together() {
		fmt.Fprintf(out, "  on the newest evidence, import %d, the next statement would carry %s\n", c.Latest, sum.FormatWith())
	}
	if c.Uncosted > 0 {
		fmt.Fprintf(out, "  not computed, and in no sum: %s of a statement or without one; --costs computes more\n", counted(c.Uncosted, "older month"))
	}
}

func thisInWords(m crmops.MonthCost) string { return m.Differs.FormatWith() + heldInWords(len(m.Held)) }

func heldInWords(n int) string {
	if n == 0 {
		return ""
	}
	return ", without what is held for want of a fact (" + counted(n, "thing") + ")"
}

func differing(n int64) string {
	if n == 1 {
		return "1 record differs"
	}
	return counted(int(n), "record") + " differ"
}

func state(t crmops.Touched) string {
	if t.Draft() {
		return "draft, not locked"
	}
	return t.State
}

// costInWords is what the newest evidence would make of a statement.
func costInWords(t crmops.Touched) string {
	switch {
	case t.Cost == nil:
		return ": " + t.Total.FormatWith() + ", not computed again"
	case t.Draft():
		return fmt.Sprintf(": %s, drafted again on import %d %s", t.Total.FormatWith(), t.Cost.AsOf, t.Cost.Now.FormatWith())
	}
	return fmt.Sprintf(": %s as given, %s computed again on import %d, %s still to correct", t.Total.FormatWith(), t.Cost.Now.FormatWith(), t.Cost.AsOf, t.Cost.Left.FormatWith())
}
