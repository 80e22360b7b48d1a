package crm

import "github.com/ofrecord/ofrecord/internal/kernel/cal"

// SLAMiss is one promise of service that was not kept: an answer too late, a delivery overdue. Which misses cost a credit is a rule of the fee.
type SLAMiss struct {
	ID       string
	MissedOn cal.Date
	Target   string // which promise, as the contract names it
	Note     string
	Excused  bool // by the client's own delay, or by agreement: it costs nothing
	Deleted  bool
}

// Record is the canonical form.
func (m SLAMiss) Record() Record {
	return newRecord(KindSLAMiss, m.ID, m.MissedOn.String(), m.Target, m.Note, flagText(m.Excused), flagText(m.Deleted))
}

// SLAMiss reads the typed record back.
func (r Record) SLAMiss() (SLAMiss, error) {
	c := canon{r: r}
	c.want(KindSLAMiss)
	return SLAMiss{ID: c.text("miss_id"), MissedOn: c.date("missed_on"), Target: c.text("target"), Note: c.text("note"), Excused: c.flag("excused"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) slaMiss() []Record {
	m := SLAMiss{ID: r.mustID("miss_id"), MissedOn: r.mustDate("missed_on", "The miss has no day that can be read, so it belongs to no period."),
		Target: r.text("target"), Note: r.text("note"), Deleted: r.deleted()}
	m.Excused, _ = r.flag("excused")
	return []Record{m.Record()}
}
