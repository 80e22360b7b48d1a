package engine

import (
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
)

// SegmentTouches are the touches of a segment that brings few, without their lines, and of their visits what channels are named by. An error: it cannot be read.
func SegmentTouches(data []byte) ([]segment.Touch, error) {
	p, err := openSegment(data)
	if err != nil {
		return nil, err
	}
	var out []segment.Touch
	var cells [storedColumns]columnar.Full
	for g := range p.file.Groups() {
		for i, c := range p.columns {
			if c == nil {
				continue
			}
			if err := p.file.Full(g, c, &cells[i]); err != nil {
				return nil, err
			}
		}
		text := func(column, row int) string { return string(cells[column].Dict.At(cells[column].Index[row])) }
		out = slices.Grow(out, p.file.Rows(g))
		for i := range p.file.Rows(g) {
			t := segment.Touch{Touch: crm.Touch{ID: text(storedID, i), ContactID: text(storedContact, i), Channel: text(storedChannel, i), Campaign: text(storedCampaign, i),
				Content: text(storedContent, i), Provider: text(storedProvider, i), Milestone: crm.Milestone(text(storedMilestone, i)), Seq: cells[storedSeq].Numbers[i],
				Deleted: cells[storedDeleted].Numbers[i] == 1}, Replaces: cells[storedReplaces].Numbers[i] == 1}
			if p.columns[storedSource] != nil && p.columns[storedMedium] != nil {
				if source, medium := text(storedSource, i), text(storedMedium, i); source+medium != "" {
					t.Visit = &crm.Visit{Source: source, Medium: medium}
				}
			}
			if at := cells[storedAt].Numbers[i]; at != columnar.Absent {
				t.At = time.Unix(0, at).UTC()
			}
			out = append(out, t)
		}
	}
	return out, nil
}
