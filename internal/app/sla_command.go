package app

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

func slaCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "sla", Short: "Promises of service and their clocks"}
	cmd.AddCommand(slaClockCommand())
	return cmd
}

// slaClock is what is told of the clocks of requests.
type slaClock struct {
	policy, events, at, month string
	asJSON, misses            bool
}

// mostEvents bounds a file of events.
const mostEvents = 64 << 20

func slaClockCommand() *cobra.Command {
	var k slaClock
	cmd := &cobra.Command{
		Use:   "clock --policy FILE --events FILE",
		Short: "Tell the clocks of requests from what happened to them, without a server",
		Long: "Reads what is promised, from a contract or a text with its time_zone, calendar and service_levels, and what happened to requests, a CSV file with the columns at, event, priority, on and,\n" +
			"where it is of several, request. Events are opened, triaged, assigned, responded, priority, waiting (on client, specialist or nobody), delivered, feedback, resolved, reopened, withdrawn, declined.\n" +
			"--month tells how each promise was kept in a month, --misses prints the promises of the agency that were missed, as sla_misses.csv has them.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return k.run(cmd.OutOrStdout(), time.Now()) },
	}
	f := cmd.Flags()
	f.StringVar(&k.policy, "policy", "", "contract, or text of promises")
	f.StringVar(&k.events, "events", "", "CSV file of events")
	f.StringVar(&k.at, "at", "", "as of which instant, such as 2026-03-02T12:00:00-05:00 or \"2026-03-02 12:00\"; without it, now")
	f.StringVar(&k.month, "month", "", "tell how the promises were kept in this month instead, such as 2026-03")
	f.BoolVar(&k.asJSON, "json", false, "print as JSON")
	f.BoolVar(&k.misses, "misses", false, "print the misses as CSV instead")
	return cmd
}

// run reads, computes and prints. Faults: NotFound for a file; Invalid for a flag, or for what the files say.
func (k slaClock) run(out io.Writer, now time.Time) error {
	var faults fault.List
	for _, f := range []struct{ flag, value string }{{"--policy", k.policy}, {"--events", k.events}} {
		if f.value == "" {
			faults.Add(fault.New(fault.Invalid, "flag-missing", "say which file: %s FILE", f.flag).At(f.flag))
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	levels, logs, err := k.read()
	if err != nil {
		return err
	}
	if k.at != "" {
		if now, err = work.Instant(k.at, levels.Hours.Zone); err != nil {
			return fault.Moved(err, func(string) string { return "--at" })
		}
	}
	all := make([]work.Clocks, len(logs))
	for i, l := range logs {
		if all[i], err = work.ClocksOf(levels, l.Events, now); err != nil {
			return err
		}
	}
	switch {
	case k.misses:
		return writeMisses(out, logs, all)
	case k.month != "":
		return k.writeMonth(out, levels, all)
	}
	var clocks []work.Clock
	for i := range all {
		clocks = append(clocks, all[i].Clocks...)
	}
	past := work.PastOf(clocks)
	reports := []work.Report{}
	for i := range all {
		reports = append(reports, all[i].Tell(logs[i].Request, past, now))
	}
	if k.asJSON {
		return writeJSON(out, reports)
	}
	for _, r := range reports {
		writeClocks(out, r)
	}
	return nil
}

// writeMonth prints how each promise was kept in a month.
func (k slaClock) writeMonth(out io.Writer, levels *contract.ServiceLevels, all []work.Clocks) error {
	month, err := cal.ParseMonth(k.month)
	if err != nil {
		return fault.New(fault.Invalid, "month", "%q is no month; write it as 2026-03", k.month).At("--month")
	}
	var settled []work.Settled
	for i := range all {
		settled = append(settled, all[i].Settled()...)
	}
	kept := work.InMonth(settled, month, levels.Hours.Zone)
	if k.asJSON {
		return writeJSON(out, append([]work.Compliance{}, kept...))
	}
	if len(kept) == 0 {
		fmt.Fprintf(out, "No clock of a promise was settled or open in %s.\n", month.Words())
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "PROMISE\tBY\tKEPT\tMISSED\tOPEN AT THE END\tKEPT OF WHAT COUNTS\n")
	for _, c := range kept {
		share := "nothing counts yet"
		if s, ok := c.Share(); ok {
			tenths := 1000 * s.Num() / s.Den() // cut off: what is not wholly kept never shows as 100 %
			share = fmt.Sprintf("%d of %d, %d.%d %%", c.Kept, c.Kept+c.Missed, tenths/10, tenths%10)
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%s\n", c.Promise, c.By, c.Kept, c.Missed, c.Open, share)
	}
	return table.Flush()
}

func (k slaClock) read() (*contract.ServiceLevels, []work.Log, error) {
	source, err := readFile(k.policy, contract.MaxSource)
	if err != nil {
		return nil, nil, err
	}
	levels, err := contract.ParseServiceLevels(source)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k.policy, err)
	}
	rows, err := readFile(k.events, mostEvents)
	if err != nil {
		return nil, nil, err
	}
	logs, err := work.ReadEvents(rows, levels.Hours.Zone)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k.events, err)
	}
	return levels, logs, nil
}

func writeClocks(out io.Writer, r work.Report) {
	title := "The request"
	if r.Request != "" {
		title = "Request " + r.Request
	}
	if r.Phase == work.Unopened {
		fmt.Fprintf(out, "%s was not opened yet.\n", title)
		return
	}
	fmt.Fprintf(out, "%s is %s, priority %s", title, r.Phase, r.Priority)
	if r.Waiting != work.OnNobody {
		fmt.Fprintf(out, ", and waits on the %s", r.Waiting)
	}
	fmt.Fprintf(out, ". Working time used: agency %s, client %s, specialist %s.\n", cal.Length(time.Duration(r.Used[contract.ByAgency])), cal.Length(time.Duration(r.Used[contract.ByClient])),
		cal.Length(time.Duration(r.Used[contract.BySpecialist])))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range r.Clocks {
		name := c.Promise
		if c.Round > 0 {
			name = fmt.Sprintf("%s %d", c.Promise, c.Round)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", name, c.State, c.Words)
	}
	_ = table.Flush()
}

// writeMisses prints what the agency missed, as evidence has it.
func writeMisses(out io.Writer, logs []work.Log, all []work.Clocks) error {
	var misses []work.Miss
	for i := range all {
		misses = append(misses, all[i].Misses(logs[i].Request)...)
	}
	return work.WriteMisses(out, misses)
}
