package crm

import "github.com/ofrecord/ofrecord/internal/kernel/cal"

// MetricReading is the value of a metric for some days, as the report that both sides agreed on gives it. A metric that nobody read has no
// row: missing is not zero.
type MetricReading struct {
	Metric  string
	From    cal.Date
	Through cal.Date // the last day
	Value   string   // a plain decimal; empty when Broken
	Broken  bool     // the source could not measure in these days
	Note    string
	Deleted bool
}

// Record is the canonical form.
func (m MetricReading) Record() Record {
	return newRecord(KindMetricReading, m.Metric, m.From.String(), m.Through.String(), m.Value, flagText(m.Broken), m.Note, flagText(m.Deleted))
}

// MetricReading reads the typed record back.
func (r Record) MetricReading() (MetricReading, error) {
	c := canon{r: r}
	c.want(KindMetricReading)
	return MetricReading{Metric: c.text("metric"), From: c.date("from"), Through: c.date("through"), Value: c.text("value"),
		Broken: c.flag("broken"), Note: c.text("note"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) metricReading() []Record {
	m := MetricReading{Metric: r.text("metric"), Note: r.text("note"), Deleted: r.deleted(),
		From:    r.mustDate("from", "The reading has no first day that can be read."),
		Through: r.mustDate("through", "The reading has no last day that can be read.")}
	m.Broken, _ = r.flag("broken")
	switch {
	case m.Metric == "":
		r.lose("metric", "metric-missing", "The row does not name its metric. Write the name that the contract gives it.")
	case !r.lost && m.Through.Before(m.From):
		r.lose("through", "period-reversed", "The reading ends on %s, before it begins on %s.", m.Through, m.From)
	}
	switch s := r.raw("value"); {
	case s == "" && !m.Broken:
		r.lose("value", "value-missing", "The reading has no value. A metric that nobody read is left out; one that could not be measured says broken: true.")
	case s != "":
		n, err := r.number("value", s)
		if err != nil {
			r.unreadable("value", err)
			r.lose("value", "value-missing", "Without its value the reading says nothing.")
			break
		}
		m.Value = n.Text
	}
	return []Record{m.Record()}
}
