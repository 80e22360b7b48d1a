package app

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// crediting is how files of touches and deals are credited.
type crediting struct {
	touches, deals, window, edge, zone, models, direct, format string
	by, anchor, exclude, conversion                            string
	ledger, effects, freeze                                    string
	reset, hash                                                bool
	stored                                                     bool // the touches are those of a client's imports
}

func attributionRunCommand() *cobra.Command {
	var k crediting
	cmd := &cobra.Command{
		Use:   "run --touches FILE --deals FILE",
		Short: "Credit deals to the channels of their touches, exactly, under several models",
		Long: "Reads touches (touch_id, person_id, ts, channel) and deals (deal_id, person_id, ts, amount_minor) as CSV, also compressed (.gz), or as Parquet, and divides every deal in whole minor units among\n" +
			"the touches of its person, up to the instant of the deal. A deal may also have deal_created and lead_created, for the models that ask for them.\n" +
			"An instant is seconds since 1970, or 2026-03-01T09:30:00Z, 2026-03-01 09:30:00 (in --zone), or a day: a touch counts at its beginning, a deal at its end.\n" +
			"--window 90d counts days of 24 hours, or, with --zone, days of the calendar there. Exit status 1: rows were left out, which are told.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return k.run(cmd.OutOrStdout(), cmd.ErrOrStderr()) },
	}
	f := cmd.Flags()
	f.StringVar(&k.touches, "touches", "", "file of touches")
	f.StringVar(&k.deals, "deals", "", "file of deals")
	f.StringVar(&k.by, "by", string(attribution.ByChannel), "what to sum the credit by: "+oneOf(attribution.Bys()))
	f.StringVar(&k.window, "window", "none", "how long before the deal a touch counts: 90d, 2160h, or none")
	f.StringVar(&k.edge, "edge", string(attribution.RePath), "what becomes of touches before the window: drop, renormalise or re-path")
	f.StringVar(&k.zone, "zone", "", "time zone of the days, such as Europe/Berlin; without it UTC")
	f.StringVar(&k.anchor, "anchor", string(engine.Won), "the date of the deal up to which touches count, and from which the window is measured: "+oneOf(engine.Anchors()))
	f.StringVar(&k.conversion, "at-the-deal", "touch", "what happens at the very instant of the deal: touch, or conversion, which is no touch")
	f.BoolVar(&k.reset, "reset", false, "let the path of a deal begin after the deal before it of the same person")
	f.StringVar(&k.exclude, "exclude", "", "channels whose touches are left out, separated by commas")
	f.StringVar(&k.models, "models", "first,last,linear,u,time-decay:7d", "first, last, last-non-direct, linear, u, w, j, inverse-j, full-path, time-decay:7d, custom:30/20/50 or positions:30,20,50, data-driven (of order 1) to data-driven:4")
	f.StringVar(&k.direct, "direct", "", "the channels that last-non-direct passes over, separated by commas")
	f.StringVar(&k.effects, "weights", "", "file of frozen removal effects, for data-driven; without it they are computed from the files")
	f.StringVar(&k.freeze, "freeze", "", "new file that the removal effects are written to, so that data-driven stays what it was; .yaml writes them as a contract has them")
	f.StringVar(&k.ledger, "ledger", "", "file that the credit of each touch is written to; - writes it to standard output, and nothing else")
	f.BoolVar(&k.hash, "sha256", false, "print the SHA-256 of that ledger, without writing it; --format json always does")
	f.StringVar(&k.format, "format", "table", strings.Join(formats, ", "))
	return cmd
}

func oneOf[T ~string](names []T) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = string(name)
	}
	return strings.Join(words, ", ")
}

// run reads, credits and prints. Faults: NotFound for a file, Invalid for a flag or a file of another form.
func (k crediting) run(out, told io.Writer) error {
	o, how, err := k.options()
	var faults fault.List
	for _, f := range fault.All(err) {
		faults.Add(f)
	}
	for flag, value := range map[string]string{"--touches": k.touches, "--deals": k.deals} {
		if value == "" {
			faults.Add(fault.New(fault.Invalid, "flag-missing", "say which file: %s FILE", flag).At(flag))
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	deals, err := readTable(k.deals, "--deals")
	if err != nil {
		return err
	}
	touches, err := readTable(k.touches, "--touches")
	if err != nil {
		return err
	}
	book, err := engine.Read(deals, touches, how)
	if err != nil {
		return fault.New(fault.Invalid, "file", "%s", err).Because(err)
	}
	if err := k.learn(book, &o); err != nil {
		return err
	}
	sums, err := book.Touches.Run(book.Deals, o)
	if err != nil {
		return fault.New(fault.Invalid, "amounts", "%s", err).Because(err)
	}
	k.tell(told, book)
	l, err := k.writeLedger(out, told, book, o)
	if err != nil {
		return err
	}
	if k.ledger != "-" {
		if err := k.print(out, book, sums, l); err != nil {
			return err
		}
	}
	if book.LeftOut > 0 {
		return errFound
	}
	return nil
}

func (k crediting) tell(told io.Writer, book *engine.Book) {
	for _, p := range book.Problems {
		fmt.Fprintf(told, "%s, %s\n", p.File, p.Problem)
	}
	if more := book.LeftOut - len(book.Problems); more > 0 {
		fmt.Fprintf(told, "and %d more\n", more)
	}
}

// shortModels are the short names of models, beside the names that a contract can use.
var shortModels = map[string]string{"u": "u-shaped", "w": "w-shaped", "full": "full-path", "j": "j-shaped", "inverse-j": "inverse-j-shaped"}

// modelTexts cuts a list of models at its commas, but not within the parameters of one.
func modelTexts(list string) []string {
	var out []string
	for _, part := range strings.Split(list, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), ":")
		_, short := shortModels[name]
		if n := len(out); n > 0 && strings.Contains(out[n-1], ":") && !short && name != "positions" && name != string(attribution.DataDriven) && !slices.Contains(attribution.Kinds(), attribution.Kind(name)) {
			out[n-1] += "," + part
			continue
		}
		out = append(out, part)
	}
	return out
}

// parseModel reads the text of a model under the names that a contract uses, or a short one.
func (k crediting) parseModel(text string) (attribution.Model, error) {
	name := strings.TrimSpace(text)
	if long, ok := shortModels[name]; ok {
		name = long
	}
	if shares, ok := strings.CutPrefix(name, "positions:"); ok {
		name = "custom:" + strings.ReplaceAll(shares, ",", "/")
	}
	m, err := attribution.ParseModel(name)
	if m.Kind() == attribution.LastNonDirect && k.direct != "" {
		m = m.WithDirect(strings.Split(k.direct, ",")...)
	}
	return m, err
}

// options reads the flags. Faults: Invalid at a flag.
func (k crediting) options() (engine.Options, engine.Reading, error) {
	var faults fault.List
	at := func(flag string, err error) {
		for _, f := range fault.All(err) {
			faults.Add(f.At(flag))
		}
	}
	at("--format", checkFormat(k.format))
	at("--by", oneWord(attribution.By(k.by), attribution.Bys()))
	at("--anchor", oneWord(engine.Anchor(k.anchor), engine.Anchors()))
	at("--at-the-deal", oneWord(k.conversion, []string{"touch", "conversion"}))
	o := engine.Options{BeforeEnd: k.conversion == "conversion"}
	learns := false
	for _, text := range modelTexts(k.models) {
		if order, ok := learnedOrder(text); ok {
			learns = true
			at("--models", learnable(order))
			o.Models = append(o.Models, attribution.Model{})
			continue
		}
		m, err := k.parseModel(text)
		at("--models", err)
		o.Models = append(o.Models, m)
	}
	how := engine.Reading{Zone: time.UTC, Anchor: engine.Anchor(k.anchor), Reset: k.reset, Everyone: learns && k.effects == ""}
	at("--weights", k.checkFrozen(learns))
	if k.zone != "" {
		var err error
		how.Zone, err = cal.Zone(k.zone)
		at("--zone", err)
	}
	if by := attribution.By(k.by); by != attribution.ByChannel {
		how.By = []attribution.By{by}
	}
	if k.exclude != "" {
		how.Exclude = strings.Split(k.exclude, ",")
	}
	var err error
	o.Lookback, err = attribution.ParseLookback(windowOf(k.window, k.zone != ""), k.edge, how.Zone)
	at("--window", err)
	return o, how, faults.Err()
}

func atFlag(flag string, err error) error {
	var faults fault.List
	for _, f := range fault.All(err) {
		faults.Add(f.At(flag))
	}
	return faults.Err()
}

func oneWord[T ~string](word T, words []T) error {
	if slices.Contains(words, word) {
		return nil
	}
	return fault.New(fault.Invalid, "word", "there is no %q; write %s", word, oneOf(words))
}

// windowOf writes 90d as a span: days of the calendar where there is one, of 24 hours where there is none.
func windowOf(text string, calendar bool) string {
	number, unit := strings.TrimRight(text, "dhw"), strings.TrimLeft(text, "0123456789")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n > 100_000:
		return text
	case unit == "h":
		return number + " hours"
	case unit == "w":
		n *= 7
	case unit != "d":
		return text
	}
	if calendar {
		return strconv.Itoa(n) + " days"
	}
	return strconv.Itoa(24*n) + " hours"
}
