package ops

import (
	"bytes"
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Stored is deals of a client, each with its amount, and the touches that may count for them, as of an import.
type Stored struct {
	AsOf    int64
	Touches *engine.Touches
	Deals   []engine.Deal
	people  attribution.Conversions
}

// credited are the fields that stored touches are told apart by.
var credited = []attribution.By{attribution.ByCampaign, attribution.ByContent, attribution.ByProvider}

// Stored reads what credit over all won deals rests on of which the amount is known. What it gives, credited, is what attribution.Credit gives deal by deal on
// the evidence as of the import. It decides no access: the caller has.
func (s *Service) Stored(ctx context.Context, tx bun.Tx, client string, asOf int64, path attribution.Path) (Stored, error) {
	m, err := s.material(ctx, tx, client, asOf, kindsOf(path), path.Channels != nil)
	if err != nil {
		return Stored{}, err
	}
	var deals []credit
	for _, d := range m.evidence.Deals {
		if total := totalOf(d, nil); d.Won && !d.Deleted && total.Known {
			deals = append(deals, credit{d, path, total.Amount.Minor})
		}
	}
	return m.load(deals, credited)
}

// material is what all credit as of an import is made of.
type material struct {
	asOf     int64
	evidence crm.Snapshot // without touches
	links    *attribution.Links
	segments []engine.Segment
}

// material reads deals, and what decides whose touches count, from the database, and the touches from the files of the imports. Of an import whose file is
// missing or damaged, or, where visits are asked for, from before they were kept in it, it takes the rows of the database, which say the same and take longer.
func (s *Service) material(ctx context.Context, tx bun.Tx, client string, asOf int64, kinds []crm.Kind, visits bool) (*material, error) {
	segments, err := crmops.SegmentsAt(ctx, tx, client, asOf)
	if err != nil {
		return nil, err
	}
	reading := make(chan []opened, 1)
	go func() { reading <- s.open(ctx, segments, visits) }() // beside what the database gives
	m := &material{asOf: asOf}
	m.evidence, err = allDeals(ctx, tx, client, asOf, kinds)
	files := <-reading
	if err != nil {
		return nil, err
	}
	m.links = attribution.Link(&m.evidence)
	for i, each := range segments {
		read, err := s.segment(ctx, tx, client, each, files[i])
		if err != nil {
			return nil, fmt.Errorf("read the touches of import %d: %w", each.No, err)
		}
		m.segments = append(m.segments, read)
	}
	return m, nil
}

// credit is a deal that is to be credited.
type credit struct {
	deal  crm.Deal
	path  attribution.Path
	minor int64
}

// load gives the deals with the touches of their paths, which name channels alike and leave out the same ones; touches are told apart by their channel and these fields.
func (m *material) load(credits []credit, by []attribution.By) (Stored, error) {
	deals := make([]crm.Deal, len(credits))
	for i := range credits {
		deals[i] = credits[i].deal
	}
	out := Stored{AsOf: m.asOf, people: m.links.Conversions(deals, func(i int) attribution.Path { return credits[i].path })}
	out.Deals = engine.Deals(out.people.All, func(i int) int64 { return credits[i].minor })
	evidence := engine.Evidence{Segments: m.segments, Persons: out.people.Persons, Contacts: out.people.Contacts, By: by}
	if len(credits) > 0 {
		evidence.Exclude, evidence.Channels = credits[0].path.Trim.Exclude, credits[0].path.Channels
	}
	var err error
	out.Touches, err = engine.Load(evidence)
	return out, err
}

// opened is the file of a segment, or why it cannot be read.
type opened struct {
	data []byte
	err  error
}

func (s *Service) open(ctx context.Context, segments []crmops.Segment, visits bool) []opened {
	out := make([]opened, len(segments))
	for i, each := range segments {
		out[i].data, out[i].err = s.file(ctx, each, visits)
	}
	return out
}

// segment is the file of an import's touches, or what would be in it.
func (s *Service) segment(ctx context.Context, tx bun.Tx, client string, of crmops.Segment, file opened) (engine.Segment, error) {
	if file.data != nil || file.err != nil {
		return engine.Segment{Data: file.data, Replaces: of.Replaced > 0}, file.err
	}
	var made bytes.Buffer
	w := segment.NewWriter(&made)
	err := crmops.EachTouchOf(ctx, tx, client, of.No, func(touches []segment.Touch) error {
		segment.Sort(touches)
		return w.Write(touches)
	})
	if err == nil {
		err = w.Close()
	}
	_, replaced := w.Rows()
	return engine.Segment{Data: made.Bytes(), Replaces: replaced > 0}, err
}

// touchesOf are the touches of one import.
func (s *Service) touchesOf(ctx context.Context, tx bun.Tx, client string, of crmops.Segment, visits bool) (out []segment.Touch, err error) {
	data, err := s.file(ctx, of, visits)
	if err != nil {
		return nil, err
	}
	if data != nil {
		return engine.SegmentTouches(data)
	}
	err = crmops.EachTouchOf(ctx, tx, client, of.No, func(touches []segment.Touch) error {
		out = append(out, touches...)
		return nil
	})
	return out, err
}

// file is a segment's file, read to its end, which tells whether it is what was written; nil where it is not, or not there, or says nothing
// of visits that are asked for.
func (s *Service) file(ctx context.Context, of crmops.Segment, visits bool) ([]byte, error) {
	if of.SHA256 == "" || s.OpenSegment == nil || visits && of.Form != segment.Format {
		return nil, nil
	}
	in, err := s.OpenSegment(ctx, of.SHA256)
	if err == nil {
		defer in.Close()
		data := bytes.NewBuffer(make([]byte, 0, of.Bytes+bytes.MinRead))
		if _, err = data.ReadFrom(in); err == nil {
			return data.Bytes(), nil
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Code(err) == "file-damaged" {
		return nil, nil
	}
	return nil, err
}
