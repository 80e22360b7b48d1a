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
	cmd.Flags().IntVar(&in.Costs, "costs", crmops.Costed, "of how many statements, the newest first, to compute what the newest evidence would make of them; 0 of none")
	cmd.Flags().StringVar(&format, "format", "table", "table, csv or json")
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
	fmt.Fprintf(out, "From %s to %s: %s differ, %s touched.\n", name(c.From), name(c.To), counted(int(c.Differing()), "record"), counted(c.Deals, "deal"))
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
	for _, t := range c.Touched {
		if t.Rows > 0 || t.Cost != nil && !t.Cost.Left.IsZero() {
			fmt.Fprintf(out, "  %s (%s, on import %d) rests on %s of these%s\n", t.Name, state(t), t.Import, counted(t.Rows, "record"), costInWords(t))
		}
	}
	for _, sum := range c.Together() {
		fmt.Fprintf(out, "  the next statement would carry %s\n", sum.FormatWith())
	}
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
