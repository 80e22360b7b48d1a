package app

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/attribution"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/party"
)

func adviceCommand() *cobra.Command {
	var on ofClient
	var name, format string
	cmd := &cobra.Command{
		Use:   "advice --client NAME",
		Short: "Say which pay model the client's evidence can carry, with the arithmetic of every figure",
		Long: "Measures the newest evidence of the client, as the page \"Which pay model fits\" does: hygiene of the CRM, clarity of attribution, predictability of the sales cycle, and what\n" +
			"the contract and the three pay models would have paid on the last twelve months that the newest import covers whole. Nothing is kept.\n" +
			"--format json has also the records behind the figures, the amounts by clause and month, and the text of every version and model.",
		Args: usage(func(cmd *cobra.Command, args []string) error {
			if on.name == "" {
				return errUnnamed
			}
			return cobra.NoArgs(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkTableOrJSON(format); err != nil {
				return err
			}
			p, client, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			return p.advise(p.inWorkspace(cmd.Context()), cmd.OutOrStdout(), client, name, format)
		},
	}
	on.flags(cmd)
	cmd.Flags().StringVar(&name, "contract", "", "the contract, by name or id; needed where the client has several")
	cmd.Flags().StringVar(&format, "format", formatTable, "table or json")
	return cmd
}

// advise prints the advice for a contract of a client.
func (p *Program) advise(ctx context.Context, out io.Writer, client party.Org, name, format string) error {
	c, err := p.contractNamed(ctx, client.ID, name)
	if err != nil {
		return err
	}
	found, err := p.Fees.Advise(ctx, p.operator(), c.ID)
	switch {
	case err != nil:
		return err
	case format == formatJSON:
		return writeJSON(out, feesapi.AdviceOf(found))
	}
	writeAdvice(out, client.Name, found)
	return nil
}

// The forms that advice and models are printed in.
const formatTable, formatJSON = "table", "json"

func checkTableOrJSON(format string) error {
	if format != formatTable && format != formatJSON {
		return fault.New(fault.Invalid, "format", "there is no format %q; write table or json", format).At("--format")
	}
	return nil
}

// contractNamed finds a contract of a client by id or by name; without a name the only one. Fault: NotFound.
func (p *Program) contractNamed(ctx context.Context, client, name string) (contractops.Contract, error) {
	list, err := p.Contracts.Contracts(ctx, p.operator(), client)
	if err != nil {
		return contractops.Contract{}, err
	}
	var names []string
	for _, c := range list {
		if c.ID == name || strings.EqualFold(c.Name, name) || name == "" && len(list) == 1 {
			return c, nil
		}
		names = append(names, c.Name)
	}
	switch {
	case len(names) == 0:
		return contractops.Contract{}, fault.New(fault.NotFound, "contract", "The client has no contract yet.")
	case name == "":
		return contractops.Contract{}, fault.New(fault.NotFound, "contract", "The client has several contracts: %s. Name one.", strings.Join(names, "; ")).At("--contract")
	}
	return contractops.Contract{}, fault.New(fault.NotFound, "contract", "There is no contract %q. Known: %s.", name, strings.Join(names, "; ")).At("--contract")
}

// writeAdvice prints an advice in the order of its page.
func writeAdvice(out io.Writer, client string, found feesops.Advice) {
	if found.Import == 0 {
		fmt.Fprintf(out, "%s: there is no evidence yet. Import what the client's CRM says first.\n", found.Contract.Name)
		return
	}
	a := found.Advice
	fmt.Fprintf(out, "%s, contract %s, measured on %s, as of import %d\nWhat fits: %s\n", client, found.Contract.Name, found.On.Words(), found.Import, fees.ModelWords(a.Model))
	writeList(out, "Why", append(append([]string{}, a.Why...), a.Terms...))
	for i, g := range a.Graded {
		writeList(out, fmt.Sprintf("%s: %s, %s", g.Name, g.Grade, g.Value), g.Why)
		writeList(out, "What would have to improve, the most first", g.Better)
		writeMeasured(out, i, found.Measured)
	}
	fmt.Fprintf(out, "\nWhat each model would have paid\n")
	switch {
	case found.Untried != nil:
		fmt.Fprintln(out, found.Untried.Message)
	case found.Paid.Tried != nil:
		t := *found.Paid.Tried
		fmt.Fprintf(out, "%s to %s, in %s\n", t.Months[0], t.Months[len(t.Months)-1], t.Currency)
		writeModels(out, t, true)
		writeList(out, "Beside the locked statements", fees.LockedWords(fees.BesideLocked(t, found.Paid.Locked)))
	}
	fmt.Fprintf(out, "\n%s\n%s\n", a.Cadence.Words, found.Ran)
}

// writeMeasured prints the table behind a measure.
func writeMeasured(out io.Writer, measure int, m fees.Measured) {
	var tables [][][]string
	switch measure {
	case 0:
		rows := [][]string{{"check", "weight", "met", "of", "points lost"}}
		for _, c := range m.Hygiene.Checks {
			rows = append(rows, []string{c.Code.Name(), strconv.FormatInt(c.Weight, 10), strconv.FormatInt(c.Met, 10), strconv.FormatInt(c.Of, 10), m.Hygiene.Lost(c).String()})
		}
		tables = append(tables, rows)
	case 1:
		tables = clarityTables(m)
	default:
		if m.Cycle.Enough() {
			rows := [][]string{{fmt.Sprintf("of %s", counted(int(m.Cycle.Deals), "deal")), "took at most, days"}}
			for i, part := range [...]string{"a quarter", "half (the median)", "three quarters"} {
				rows = append(rows, []string{part, m.Cycle.Quartiles[i].String()})
			}
			tables = append(tables, rows)
		}
	}
	for _, rows := range tables {
		if len(rows) > 1 {
			fmt.Fprintln(out)
			writeTable(out, rows)
		}
	}
}

// clarityTables are what marketing earns by each model, by the latest text and by those in force, and what is clear under each version.
func clarityTables(m fees.Measured) [][][]string {
	deals, clear, agreed := m.Agreed.Together()
	latest := fmt.Sprintf("earned by version %d", m.Version)
	rows := [][]string{{"model", latest, "part"}}
	if m.Versions > 1 {
		rows[0] = append(rows[0], "by the text of each deal's day", "part")
	}
	line := func(name string, of money.Amount, amounts ...money.Amount) {
		row := []string{name}
		for i, a := range amounts {
			if i == 0 || m.Versions > 1 {
				row = append(row, a.Format(), fees.PartWords(a, of))
			}
		}
		rows = append(rows, row)
	}
	for i, by := range m.Earned {
		other := attribution.EarnedBy{}
		if i < len(agreed.By) {
			other = agreed.By[i]
		}
		line(fees.TouchWords(by.Model), m.Clarity.Of, by.Amount, other.Amount)
	}
	if len(m.Earned) > 0 {
		line("all won", m.Clarity.Of, m.Clarity.Of, agreed.Of)
	}
	under := [][]string{{"clear, by the text of each deal's day", "deals", "clear", "won", "part"}}
	if m.Versions > 1 {
		part := func(name string, deals int64, clear, of money.Amount) {
			under = append(under, []string{name, strconv.FormatInt(deals, 10), clear.Format(), of.Format(), fees.PartWords(clear, of)})
		}
		for _, v := range m.Agreed.Versions {
			part("version "+strconv.Itoa(v.Version), v.Clarity.Deals, v.Clarity.Clear, v.Clarity.Of)
		}
		part("together", deals, clear, agreed.Of)
	}
	return [][][]string{rows, under}
}
