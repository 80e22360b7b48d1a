package ops

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// Preview is the start of an uploaded file and how it can be read.
type Preview struct {
	Import     Import
	Layout     csvin.Layout
	Header     []string
	HeaderLine int
	Rows       [][]string // the first rows
	Faulty     []string   // what is wrong with rows of the sample
	Candidates []crm.Candidate
	Tables     []csvin.Table // of a text file that holds several; none of another
	sample     [][]string
	written    [][]string // the sample without numbers of a workbook, which no convention concerns
}

const (
	sampleRows  = 400
	previewRows = 8
)

// Preview reads the start of an uploaded file as its mapping says, if it has one. Who: EvidenceMap. Faults: NotFound; those of the file.
func (s *Service) Preview(ctx context.Context, actor access.Actor, client, id string) (Preview, error) {
	return s.PreviewOf(ctx, actor, client, id, csvin.Options{})
}

// PreviewOf is Preview of the stated sheet and header row. Where the sheet must still be stated ("sheet-not-stated") the preview
// names the sheets.
func (s *Service) PreviewOf(ctx context.Context, actor access.Actor, client, id string, as csvin.Options) (Preview, error) {
	if err := access.Require(actor, access.EvidenceMap, access.Of(client)); err != nil {
		return Preview{}, err
	}
	var i Import
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		i, err = s.full(ctx, tx, client, id)
		return err
	})
	if err != nil {
		return Preview{}, err
	}
	files, err := s.files(ctx)
	if err != nil {
		return Preview{}, err
	}
	as.Sheet, as.Header = cmp.Or(as.Sheet, i.Mapping.Sheet), cmp.Or(as.Header, i.Mapping.Header)
	p, err := look(files, i.Filename, i.SHA256, as)
	p.Import = i
	return p, err
}

func look(files *blob.Store, name, sha string, as csvin.Options) (Preview, error) {
	f, err := files.Get(sha)
	if err != nil {
		return Preview{}, err
	}
	defer f.Close()
	table, err := csvin.Open(f, as)
	if code := fault.Code(err); code == "sheet-not-stated" || code == "sheet-unknown" {
		sheets, again := sheetsOf(files, sha)
		return Preview{Layout: csvin.Layout{Workbook: true, Sheets: sheets}}, errors.Join(err, again)
	}
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Header: table.Header(), HeaderLine: table.HeaderLine(), Candidates: crm.DetectFile(name, table.Header())}
	for len(p.sample) < sampleRows && table.Next() {
		row := table.Row()
		if row.Fault != nil {
			if len(p.Faulty) < previewRows && !crm.IsTotal(row.Cells) {
				p.Faulty = append(p.Faulty, row.Fault.Error())
			}
			continue
		}
		p.sample, p.written = append(p.sample, slices.Clone(row.Cells)), append(p.written, writtenCells(row))
	}
	if err := table.Err(); err != nil {
		return Preview{}, err
	}
	p.Layout = table.Layout()
	if p.Tables, err = tablesOf(files, sha); err != nil {
		return Preview{}, err
	}
	for i, c := range p.Candidates {
		if c.Mapping.Profile == crm.Generic {
			p.Candidates[i].Mapping = c.Mapping.AsWritten(p.Header, p.written)
		}
	}
	p.Rows = p.sample[:min(previewRows, len(p.sample))]
	return p, nil
}

func sheetsOf(files *blob.Store, sha string) ([]csvin.Sheet, error) {
	f, err := files.Get(sha)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return csvin.Sheets(f)
}

// tablesOf lists the tables of a file where it holds more than one.
func tablesOf(files *blob.Store, sha string) ([]csvin.Table, error) {
	f, err := files.Get(sha)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tables, err := csvin.Tables(f)
	if len(tables) < 2 {
		return nil, err
	}
	return tables, err
}

func writtenCells(row csvin.Row) []string {
	cells := slices.Clone(row.Cells)
	for i := range cells {
		if row.Exact(i) {
			cells[i] = ""
		}
	}
	return cells
}

// Propose completes a mapping by what its columns of amounts and dates prove in the sample, and says what was found. Nothing that the mapping
// states already is changed; what is not proven stays open, except that amounts without any mark read the same either way.
func (p Preview) Propose(m crm.Mapping) (crm.Mapping, csvin.Proposal) {
	proposal := m.Propose(p.Header, p.written)
	if m.Convention.Decimal == 0 {
		switch {
		case proposal.Decimal.Finding == csvin.Proven:
			m.Convention.Decimal = proposal.Decimal.Value[0]
		case proposal.Decimal.Finding == csvin.Absent && m.HasAmount() && (len(p.sample) < sampleRows || p.Layout.Workbook):
			m.Convention.Decimal = '.' // no amount of the file has a mark
		}
	}
	if m.Convention.DateOrder == "" && proposal.DateOrder.Finding == csvin.Proven {
		m.Convention.DateOrder = csvin.DateOrder(proposal.DateOrder.Value)
	}
	return m, proposal
}

// Unsettled says what the file leaves open that the mapping does not state, and what it states against most values of the sample.
func (p Preview) Unsettled(m crm.Mapping) (faults fault.List) {
	proposal := m.Propose(p.Header, p.written)
	against := func(c csvin.Choice, stated string) bool {
		return c.Finding == csvin.Proven && c.Value != stated && c.Confidence >= 0.5
	}
	if d := m.Convention.Decimal; d != 0 && against(proposal.Decimal, string(rune(d))) {
		faults.Add(fault.New(fault.Invalid, "decimal-contradicts", "The amounts of the file are written with the other mark. %s", proposal.Decimal.Evidence).At("convention.decimal"))
	}
	switch order, found := m.Convention.DateOrder, proposal.DateOrder; {
	case found.Values == 0: // no date of the sample depends on the order
	case order == "":
		faults.Add(fault.New(fault.Invalid, "date-order-not-stated", "Are dates day/month/year or month/day/year? %s", found.Evidence).At("convention.date_order"))
	case order == csvin.YMD && found.Values > proposal.YearFirst:
		faults.Add(fault.New(fault.Invalid, "date-order-contradicts", "Most dates of the file do not have the year in front. %s", found.Evidence).At("convention.date_order"))
	case order != csvin.YMD && against(found, string(order)):
		faults.Add(fault.New(fault.Invalid, "date-order-contradicts", "The dates of the file are written in the other order. %s", found.Evidence).At("convention.date_order"))
	}
	if proposal.NeedsZone && m.Convention.Zone == nil {
		faults.Add(fault.New(fault.Invalid, "zone-not-stated", "In which time zone are the times of this file? Some cannot be placed without it. Write a name such as Europe/Berlin, or UTC.").At("convention.zone"))
	}
	faults = append(faults, m.AskDays(p.Layout.Preamble)...)
	return append(faults, m.AskRounding(p.Header, p.sample)...)
}

// Values lists the distinct values of a column in the sample, in order of first sight, at most limit of them.
func (p Preview) Values(header string, limit int) []string {
	i := slices.Index(p.Header, header)
	if i < 0 {
		return nil
	}
	var out []string
	for _, cells := range p.sample {
		if v := strings.TrimSpace(cells[i]); v != "" && !slices.Contains(out, v) {
			if out = append(out, v); len(out) == limit {
				return out
			}
		}
	}
	return out
}
