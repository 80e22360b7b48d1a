package app

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/attribution/paths"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func attributionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "attribution", Short: "Credit deals to touches, and conversions to channels, from files, without a server"}
	cmd.AddCommand(attributionRunCommand(), attributionPathsCommand())
	return cmd
}

// formats of what the commands print.
var formats = []string{"table", "csv", "json"}

func checkFormat(format string) error {
	if !slices.Contains(formats, format) {
		return fault.New(fault.Invalid, "format", "there is no format %q; write %s", format, strings.Join(formats, ", ")).At("--format")
	}
	return nil
}

// crediting is how files of touches and deals are credited.
type crediting struct {
	touches, deals, window, edge, zone, models, direct, format string
}

func attributionRunCommand() *cobra.Command {
	var k crediting
	cmd := &cobra.Command{
		Use:   "run --touches FILE --deals FILE",
		Short: "Credit deals to the channels of their touches, exactly, under several models",
		Long: "Reads touches (touch_id, person_id, ts, channel) and deals (deal_id, person_id, ts, amount_minor) as CSV, also compressed (.gz), and divides every deal in whole minor units among\n" +
			"the touches of its person, up to the instant of the deal. A deal may also have deal_created and lead_created, for the models that ask for them.\n" +
			"An instant is seconds since 1970, or 2026-03-01T09:30:00Z, 2026-03-01 09:30:00 (in --zone), or a day: a touch counts at its beginning, a deal at its end.\n" +
			"--window 90d counts days of 24 hours, or, with --zone, days of the calendar there. Exit status 1: rows were left out, which are told.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return k.run(cmd.OutOrStdout(), cmd.ErrOrStderr()) },
	}
	f := cmd.Flags()
	f.StringVar(&k.touches, "touches", "", "file of touches")
	f.StringVar(&k.deals, "deals", "", "file of deals")
	f.StringVar(&k.window, "window", "none", "how long before the deal a touch counts: 90d, 2160h, or none")
	f.StringVar(&k.edge, "edge", string(attribution.RePath), "what becomes of touches before the window: drop, renormalise or re-path")
	f.StringVar(&k.zone, "zone", "", "time zone of the days, such as Europe/Berlin; without it UTC")
	f.StringVar(&k.models, "models", "first,last,linear,u,time-decay:7d", "first, last, last-non-direct, linear, u, w, j, inverse-j, full-path, time-decay:7d, custom:30/20/50")
	f.StringVar(&k.direct, "direct", "", "the channels that last-non-direct passes over, separated by commas")
	f.StringVar(&k.format, "format", "table", strings.Join(formats, ", "))
	return cmd
}

// run reads, credits and prints. Faults: NotFound for a file, Invalid for a flag or a file of another form.
func (k crediting) run(out, problems io.Writer) error {
	o, how, err := k.options()
	if err != nil {
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
	sums, err := book.Touches.Run(book.Deals, o)
	if err != nil {
		return fault.New(fault.Invalid, "amounts", "%s", err).Because(err)
	}
	for _, p := range book.Problems {
		fmt.Fprintf(problems, "%s, %s\n", p.File, p.Problem)
	}
	if more := book.LeftOut - len(book.Problems); more > 0 {
		fmt.Fprintf(problems, "and %d more\n", more)
	}
	if err := k.print(out, book, sums); err != nil {
		return err
	}
	if book.LeftOut > 0 {
		return errFound
	}
	return nil
}

// shortModels are the short names of models, beside the names that a contract can use.
var shortModels = map[string]string{"u": "u-shaped", "w": "w-shaped", "full": "full-path", "j": "custom:20/20/60", "inverse-j": "custom:60/20/20"}

// options reads the flags. Faults: Invalid at a flag.
func (k crediting) options() (engine.Options, engine.Reading, error) {
	var faults fault.List
	at := func(flag string, err error) {
		for _, f := range fault.All(err) {
			faults.Add(f.At(flag))
		}
	}
	for flag, value := range map[string]string{"--touches": k.touches, "--deals": k.deals} {
		if value == "" {
			faults.Add(fault.New(fault.Invalid, "flag-missing", "say which file: %s FILE", flag).At(flag))
		}
	}
	at("--format", checkFormat(k.format))
	var o engine.Options
	for _, text := range strings.Split(k.models, ",") {
		name := strings.TrimSpace(text)
		if long, ok := shortModels[name]; ok {
			name = long
		}
		m, err := attribution.ParseModel(name)
		at("--models", err)
		if m.Kind() == attribution.LastNonDirect && k.direct != "" {
			m = m.WithDirect(strings.Split(k.direct, ",")...)
		}
		o.Models = append(o.Models, m)
	}
	zone := time.UTC
	if k.zone != "" {
		var err error
		zone, err = cal.Zone(k.zone)
		at("--zone", err)
	}
	var err error
	o.Lookback, err = attribution.ParseLookback(windowOf(k.window, k.zone != ""), k.edge, zone)
	at("--window", err)
	return o, engine.Reading{Zone: zone}, faults.Err()
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

// maxTable is the most that a file may hold, unpacked.
const maxTable = 8 << 30

// readTable reads a file, unpacked where its name ends in .gz. Fault: NotFound, TooLarge, Invalid.
func readTable(path, flag string) ([]byte, error) {
	if !strings.HasSuffix(path, ".gz") {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fault.New(fault.NotFound, "file", "%s cannot be read: %s", path, plainCause(err)).At(flag).Because(err)
		}
		return data, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "file", "%s cannot be read: %s", path, plainCause(err)).At(flag).Because(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fault.New(fault.Invalid, "file", "%s is not a gzip file: %s", path, err).At(flag).Because(err)
	}
	var data bytes.Buffer
	n, err := io.Copy(&data, io.LimitReader(z, maxTable+1))
	switch {
	case err != nil:
		return nil, fault.New(fault.Invalid, "file", "%s is damaged: %s", path, err).At(flag).Because(err)
	case n > maxTable:
		return nil, fault.New(fault.TooLarge, "file-size", "%s holds more than %d GiB", path, maxTable>>30).At(flag)
	}
	return data.Bytes(), nil
}

// unattributed is the row of what no touch holds.
const unattributed = "(unattributed)"

func (k crediting) print(out io.Writer, book *engine.Book, sums []engine.Sums) error {
	names := strings.Split(k.models, ",")
	rows := [][]string{append([]string{"channel"}, names...)}
	add := func(name string, of func(engine.Sums) int64) {
		row := []string{name}
		for _, s := range sums {
			row = append(row, strconv.FormatInt(of(s), 10))
		}
		rows = append(rows, row)
	}
	for c, name := range book.Touches.Channels {
		add(name, func(s engine.Sums) int64 { return s.Channels[c] })
	}
	add(unattributed, func(s engine.Sums) int64 { return s.Unattributed })
	var total int64
	for i := range book.Deals {
		total += book.Deals[i].Minor
	}
	for _, s := range sums {
		if s.Total() != total {
			panic(fmt.Sprintf("app: %s credits %d of %d", s.Model, s.Total(), total))
		}
	}
	switch k.format {
	case "csv":
		return csv.NewWriter(out).WriteAll(rows)
	case "json":
		return writeCredits(out, book, names, sums, total)
	}
	add("total", engine.Sums.Total)
	writeTable(out, rows)
	fmt.Fprintf(out, "\n%d deals, %d touches of their persons of %d. Minor units; each column sums to the amounts of the deals, %d.\n", len(book.Deals), book.Touches.Len(), book.Rows, total)
	if book.Touches.Copies > 0 {
		fmt.Fprintf(out, "%d touches stand in the file more than once and count once.\n", book.Touches.Copies)
	}
	return nil
}

// writeCredits prints the credits for programs.
func writeCredits(out io.Writer, book *engine.Book, names []string, sums []engine.Sums, total int64) error {
	type model struct {
		Model        string           `json:"model"`
		Channels     map[string]int64 `json:"channels"`
		Unattributed int64            `json:"unattributed"`
	}
	models := make([]model, len(sums))
	for i, s := range sums {
		models[i] = model{names[i], map[string]int64{}, s.Unattributed}
		for c, name := range book.Touches.Channels {
			models[i].Channels[name] = s.Channels[c]
		}
	}
	return writeJSON(out, struct {
		Deals   int     `json:"deals"`
		Touches int     `json:"touches"`
		Others  int     `json:"touches_of_others"`
		Copies  int     `json:"copies"`
		LeftOut int     `json:"left_out"`
		Total   int64   `json:"total"`
		Models  []model `json:"models"`
	}{len(book.Deals), book.Touches.Len(), book.Others, book.Touches.Copies, book.LeftOut, total, models})
}

// dividing is how aggregated paths are divided.
type dividing struct {
	model, separator, format string
	order                    int
}

func attributionPathsCommand() *cobra.Command {
	var k dividing
	cmd := &cobra.Command{
		Use:   "paths FILE --model markov --order 1",
		Short: "Divide the conversions of aggregated paths among channels: exact Markov chains, Shapley values, first, last, linear",
		Long: "Reads CSV, also compressed (.gz), with the columns path (channels separated by \" > \"), total_conversions, total_conversion_value and total_null.\n" +
			"A Markov chain is solved exactly, never simulated. What a chain gives is a report about channels: no deal stands behind it, so no fee should rest on it.\n" +
			"Exit status 1: rows were left out, which are told.",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return k.run(cmd.OutOrStdout(), cmd.ErrOrStderr(), args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&k.model, "model", "markov", "markov, shapley, first, last or linear")
	f.IntVar(&k.order, "order", 1, "of the chain: how many channels in a row are a state, from 1 to 4")
	f.StringVar(&k.separator, "separator", paths.Separator, "what stands between the channels of a path")
	f.StringVar(&k.format, "format", "table", strings.Join(formats, ", "))
	return cmd
}

// run reads, divides and prints. Faults: NotFound for the file, Invalid for a flag or a file of another form.
func (k dividing) run(out, told io.Writer, path string) error {
	if err := checkFormat(k.format); err != nil {
		return err
	}
	if k.separator == "" {
		return fault.New(fault.Invalid, "separator", "say what stands between the channels of a path").At("--separator")
	}
	data, err := readTable(path, "FILE")
	if err != nil {
		return err
	}
	table, problems, err := paths.Read(bytes.NewReader(data), k.separator)
	if err != nil {
		return fault.New(fault.Invalid, "file", "%s: %s", path, err).Because(err)
	}
	r, err := k.divide(table)
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(told, p)
	}
	for _, note := range r.Notes {
		fmt.Fprintln(told, note)
	}
	if err := k.print(out, table, r); err != nil {
		return err
	}
	if len(problems) > 0 {
		return errFound
	}
	return nil
}

func (k dividing) divide(t *paths.Table) (paths.Result, error) {
	switch k.model {
	case "first":
		return t.First(), nil
	case "last":
		return t.Last(), nil
	case "linear":
		return t.Linear(), nil
	case "shapley":
		return t.Shapley(), nil
	case "markov":
		r, err := t.Markov(k.order, 0)
		if err != nil {
			return r, fault.New(fault.Invalid, "order", "%s", err).At("--order").Because(err)
		}
		return r, nil
	}
	return paths.Result{}, fault.New(fault.Invalid, "model", "there is no model %q of paths; write markov, shapley, first, last or linear", k.model).At("--model")
}

func (k dividing) print(out io.Writer, t *paths.Table, r paths.Result) error {
	number := func(n float64) string { return strconv.FormatFloat(n, 'g', 17, 64) }
	rows := [][]string{{"channel", "conversions", "value", "removal_effect", "removal_effect_value"}}
	for _, row := range r.Rows {
		cells := []string{row.Channel, number(row.Conversions), number(row.Value), "", ""}
		if r.Chain {
			cells[3], cells[4] = number(row.Effect), number(row.EffectOfValue)
		}
		rows = append(rows, cells)
	}
	rows = append(rows, []string{unattributed, number(r.Conversions), number(r.Value), "", ""})
	switch k.format {
	case "csv":
		return csv.NewWriter(out).WriteAll(rows)
	case "json":
		type row struct {
			Channel       string   `json:"channel"`
			Conversions   float64  `json:"conversions"`
			Value         float64  `json:"value"`
			Effect        *float64 `json:"removal_effect,omitempty"`
			EffectOfValue *float64 `json:"removal_effect_value,omitempty"`
		}
		var list []row
		for i := range r.Rows {
			of := &r.Rows[i]
			one := row{Channel: of.Channel, Conversions: of.Conversions, Value: of.Value}
			if r.Chain {
				one.Effect, one.EffectOfValue = &of.Effect, &of.EffectOfValue
			}
			list = append(list, one)
		}
		list = append(list, row{Channel: unattributed, Conversions: r.Conversions, Value: r.Value})
		return writeJSON(out, struct {
			Model string `json:"model"`
			Rows  []row  `json:"rows"`
		}{r.Model, list})
	}
	conversions, value := t.Totals()
	rows = append(rows, []string{"total", number(conversions), number(value), "", ""})
	writeTable(out, rows)
	return nil
}
