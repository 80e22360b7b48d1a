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

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/attribution/paths"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func attributionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "attribution", Short: "Credit deals to touches, and conversions to channels: from files, without a server, or from the imports of a client"}
	cmd.AddCommand(attributionRunCommand(), attributionCreditCommand(), attributionPathsCommand())
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

// dividing is how aggregated paths are divided.
type dividing struct {
	model, separator, format string
	repeats, exclude         string
	order, steps             int
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
	f.StringVar(&k.repeats, "repeats", "kept", "equal channels in a row: kept, or collapsed into one touch")
	f.IntVar(&k.steps, "steps", 0, "how many touches at the end of a path count; 0: all")
	f.StringVar(&k.exclude, "exclude", "", "channels whose touches are left out, separated by commas")
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
	if err := oneWord(k.repeats, []string{"kept", "collapsed"}); err != nil {
		return atFlag("--repeats", err)
	}
	if k.steps < 0 {
		return fault.New(fault.Invalid, "steps", "a path of %d touches; write how many count, or 0 for all", k.steps).At("--steps")
	}
	data, err := readTable(path, "FILE")
	if err != nil {
		return err
	}
	table, problems, err := paths.Read(bytes.NewReader(data), k.separator)
	if err != nil {
		return fault.New(fault.Invalid, "file", "%s: %s", path, err).Because(err)
	}
	if table, err = k.trimmed(table); err != nil {
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

func (k dividing) trimmed(t *paths.Table) (*paths.Table, error) {
	o := paths.Trim{Collapse: k.repeats == "collapsed", Steps: k.steps}
	if k.exclude != "" {
		o.Exclude = strings.Split(k.exclude, ",")
	}
	if len(o.Exclude) == 0 && !o.Collapse && o.Steps == 0 {
		return t, nil
	}
	return t.Trimmed(o)
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
