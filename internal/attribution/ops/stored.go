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

// Stored is all won deals of a client of which the amount is known, and their touches, as of an import.
type Stored struct {
	AsOf    int64
	Touches *engine.Touches
	Deals   []engine.Deal
	people  attribution.Conversions
}

// credited are the fields that stored touches are told apart by.
var credited = []attribution.By{attribution.ByCampaign, attribution.ByContent, attribution.ByProvider}

// Stored reads what credit over all won deals rests on: deals, contacts and associations from the database, the touches of those contacts from the files of the
// imports. Of an import whose file is missing or damaged it takes the rows of the database, which say the same and take longer. What it gives, credited, is
// what attribution.Credit gives deal by deal on the evidence as of the import. It decides no access: the caller has.
func (s *Service) Stored(ctx context.Context, tx bun.Tx, client string, asOf int64, path attribution.Path) (Stored, error) {
	e, err := allDeals(ctx, tx, client, asOf, path)
	if err != nil {
		return Stored{}, err
	}
	var deals []crm.Deal
	var totals []int64
	for _, d := range e.Deals {
		if total := totalOf(d, nil); d.Won && !d.Deleted && total.Known {
			deals, totals = append(deals, d), append(totals, total.Amount.Minor)
		}
	}
	out := Stored{AsOf: asOf}
	out.people = attribution.Link(&e).Conversions(deals, func(int) attribution.Path { return path })
	out.Deals = engine.Deals(out.people.All, func(i int) int64 { return totals[i] })
	segments, err := crmops.SegmentsAt(ctx, tx, client, asOf)
	if err != nil {
		return Stored{}, err
	}
	evidence := engine.Evidence{Persons: out.people.Persons, Contacts: out.people.Contacts, By: credited, Exclude: path.Trim.Exclude}
	for _, each := range segments {
		read, err := s.segment(ctx, tx, client, each)
		if err != nil {
			return Stored{}, fmt.Errorf("read the touches of import %d: %w", each.No, err)
		}
		evidence.Segments = append(evidence.Segments, read)
	}
	out.Touches, err = engine.Load(evidence)
	return out, err
}

// segment is the file of an import's touches, or what would be in it.
func (s *Service) segment(ctx context.Context, tx bun.Tx, client string, of crmops.Segment) (engine.Segment, error) {
	data, err := s.file(ctx, of)
	if data != nil || err != nil {
		return engine.Segment{Data: data, Replaces: of.Replaced > 0}, err
	}
	var made bytes.Buffer
	w := segment.NewWriter(&made)
	err = crmops.EachTouchOf(ctx, tx, client, of.No, func(touches []segment.Touch) error {
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
func (s *Service) touchesOf(ctx context.Context, tx bun.Tx, client string, of crmops.Segment) (out []segment.Touch, err error) {
	data, err := s.file(ctx, of)
	if err != nil {
		return nil, err
	}
	if data != nil {
		return segment.Read(data)
	}
	err = crmops.EachTouchOf(ctx, tx, client, of.No, func(touches []segment.Touch) error {
		out = append(out, touches...)
		return nil
	})
	return out, err
}

// file is a segment's file, read to its end, which tells whether it is what was written; nil where it is not, or not there.
func (s *Service) file(ctx context.Context, of crmops.Segment) ([]byte, error) {
	if of.SHA256 == "" || s.OpenSegment == nil {
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
