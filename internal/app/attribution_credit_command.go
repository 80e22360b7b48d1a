package app

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	attributionops "github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// clientCredit is how the won deals of a client are credited.
type clientCredit struct {
	crediting
	contacts, currency string
	grouping           string
	in                 attributionops.AllInput
	record             bool
}

func attributionCreditCommand() *cobra.Command {
	var on ofClient
	var k clientCredit
	cmd := &cobra.Command{
		Use:   "credit --client NAME",
		Short: "Credit all won deals of a client from its imports, exactly, under several models; record what changed",
		Long: "Credits the won deals of one currency, as of an import, as \"attribution run\" does with files: in whole minor units, up to the end of the day on which each was won.\n" +
			"The touches are read from the files that their imports left, so that ten millions take seconds.\n" +
			"With --record, a line is kept of each deal whose credit is not what was recorded last under these terms, with the SHA-256 of its credit, and an entry of the\n" +
			"record binds them: \"journal verify\" finds what was altered since. What is recorded decides no money; statements have their own evidence.",
		Args: usage(func(cmd *cobra.Command, args []string) error {
			if on.name == "" {
				return errUnnamed
			}
			return cobra.NoArgs(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := k.terms()
			if err != nil {
				return err
			}
			p, of, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			return fault.Moved(k.credit(cmd, p, of.ID, o), func(place string) string { return "--" + strings.ReplaceAll(place, "_", "-") })
		},
	}
	on.flags(cmd)
	f := cmd.Flags()
	f.Int64Var(&k.in.AsOf, "as-of", 0, "number of an import; the newest when absent")
	f.StringVar(&k.currency, "currency", "", "that of the deals to credit; needed where won deals are in several")
	f.StringVar(&k.by, "by", string(attribution.ByChannel), "what to sum the credit by: "+oneOf(attribution.Bys()))
	f.StringVar(&k.window, "window", "none", "how long before the deal a touch counts: 90d, 2160h, or none")
	f.StringVar(&k.edge, "edge", string(attribution.RePath), "what becomes of touches before the window: drop, renormalise or re-path")
	f.StringVar(&k.zone, "zone", "UTC", "time zone of the days, such as Europe/Berlin")
	f.StringVar(&k.anchor, "anchor", string(engine.Won), "the date of the deal up to which touches count, and from which the window is measured: "+oneOf(storedAnchors))
	f.StringVar(&k.contacts, "contacts", contract.AssociatedOrAccount, "whose touches count: "+strings.Join(storedContacts, ", "))
	f.StringVar(&k.grouping, "grouping", contract.AsImported, "how channels are named: as-imported, or a visit by a published grouping, "+strings.Join(channel.Groupings(), ", ")+", whatever the import said")
	f.StringVar(&k.models, "models", "first,last,linear,u,time-decay:7d", "as those of \"attribution run\", but not data-driven")
	f.StringVar(&k.direct, "direct", "", "the channels that last-non-direct passes over, separated by commas")
	f.StringVar(&k.ledger, "ledger", "", "file that the credit of each touch is written to; - writes it to standard output, and nothing else")
	f.BoolVar(&k.hash, "sha256", false, "print the SHA-256 of that ledger, without writing it; --format json always does")
	f.StringVar(&k.format, "format", "table", strings.Join(formats, ", "))
	f.BoolVar(&k.record, "record", false, "record each deal whose credit changed, as of the newest import, in every currency")
	return cmd
}

var (
	storedAnchors  = []engine.Anchor{engine.Won, engine.Created}
	storedContacts = []string{contract.Associated, contract.AssociatedOrAccount, contract.AssociatedOrInferred}
)

// terms reads the flags. Faults: Invalid at a flag.
func (k *clientCredit) terms() (engine.Options, error) {
	var faults fault.List
	k.conversion, k.stored = "touch", true
	o, how, err := k.options()
	for _, f := range fault.All(err) {
		faults.Add(f)
	}
	for _, text := range modelTexts(k.models) {
		if strings.HasPrefix(strings.TrimSpace(text), string(attribution.DataDriven)) {
			faults.Add(fault.New(fault.Invalid, "model", "data-driven is learned from files: see \"attribution run\"").At("--models"))
		}
	}
	if !slices.Contains(storedAnchors, engine.Anchor(k.anchor)) {
		faults.Add(fault.New(fault.Invalid, "word", "there is no %q; write %s", k.anchor, oneOf(storedAnchors)).At("--anchor"))
	}
	if !slices.Contains(storedContacts, k.contacts) {
		faults.Add(fault.New(fault.Invalid, "word", "there is no %q; write %s", k.contacts, strings.Join(storedContacts, ", ")).At("--contacts"))
	}
	var naming *channel.Naming
	switch {
	case slices.Contains(channel.Groupings(), k.grouping):
		naming = &channel.Naming{Grouping: k.grouping}
	case k.grouping != contract.AsImported:
		faults.Add(fault.New(fault.Invalid, "word", "there is no %q; write %s, %s", k.grouping, contract.AsImported, strings.Join(channel.Groupings(), ", ")).At("--grouping"))
	}
	if k.record && k.in.AsOf != 0 {
		faults.Add(fault.New(fault.Invalid, "flags", "what is recorded is as of the newest import: leave out --as-of").At("--record"))
	}
	k.in.By, k.in.Currency = how.By, money.Currency(strings.ToUpper(k.currency))
	k.in.Terms = attributionops.Terms{Models: o.Models, Lookback: o.Lookback, Path: attribution.Path{ByAccount: k.contacts != contract.Associated,
		Inferred: k.contacts == contract.AssociatedOrInferred, ToCreation: k.anchor == string(engine.Created), Channels: naming, Zone: how.Zone}}
	return o, faults.Err()
}

func (k *clientCredit) credit(cmd *cobra.Command, p *Program, client string, o engine.Options) error {
	ctx, out, told := p.inWorkspace(cmd.Context()), cmd.OutOrStdout(), cmd.ErrOrStderr()
	s := p.attribution()
	all, err := s.All(ctx, p.operator(), client, k.in)
	if err != nil {
		return err
	}
	n := all.Touches.Len()
	book := &engine.Book{Deals: all.Deals, Touches: all.Touches, Rows: n, Counted: n}
	l, err := k.writeLedger(out, told, book, o)
	if err != nil {
		return err
	}
	if k.ledger != "-" {
		if err := k.print(out, book, all.Sums, l); err != nil {
			return err
		}
	}
	k.tellAll(told, all)
	if !k.record {
		return nil
	}
	_, changed, err := s.Keep(ctx, p.operator(), client, k.in.Terms)
	if err != nil {
		return err
	}
	tellRecorded(told, changed, all.AsOf)
	return nil
}

// tellAll says from where the figures are, and which won deals are not in them.
func (k *clientCredit) tellAll(told io.Writer, all attributionops.All) {
	if all.Currency == "" {
		fmt.Fprintf(told, "As of import %d no won deal has an amount.\n", all.AsOf)
	} else {
		fmt.Fprintf(told, "As of import %d, in %s: %s\n", all.AsOf, all.Currency, k.in.Terms)
	}
	if all.Others > 0 {
		fmt.Fprintf(told, "%s in another currency %s not in it.\n", counted(all.Others, "won deal"), agreeing(all.Others, "is", "are"))
	}
	if all.Unknown > 0 {
		fmt.Fprintf(told, "%s without an amount %s not in it. Unknown is not zero.\n", counted(all.Unknown, "won deal"), agreeing(all.Unknown, "is", "are"))
	}
}

// mostTold is how many deals are named, of those that were recorded.
const mostTold = 20

func tellRecorded(told io.Writer, changed []attributionops.Recredited, asOf int64) {
	if len(changed) == 0 {
		fmt.Fprintln(told, "Nothing to record: every deal holds what was recorded of it.")
		return
	}
	fmt.Fprintf(told, "Recorded as of import %d: %s of which the credit is new or another one.\n", asOf, counted(len(changed), "deal"))
	for _, c := range changed[:min(mostTold, len(changed))] {
		fmt.Fprintf(told, "  %s  %s\n", c.Deal, c.Hash)
	}
	if more := len(changed) - mostTold; more > 0 {
		fmt.Fprintf(told, "  and %d more\n", more)
	}
}
