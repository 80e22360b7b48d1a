package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// SavedMapping is a mapping under a name, for the next export of the same sort.
type SavedMapping struct {
	Name    string
	Mapping crm.Mapping
}

// SetMapping states how an uploaded file is read; a check made before no longer counts. With a name, the mapping is also kept for later files.
// Who: EvidenceMap. Faults: Invalid with every problem at its field, Conflict once the import is applying or applied.
func (s *Service) SetMapping(ctx context.Context, actor access.Actor, client, id string, m crm.Mapping, saveAs string) error {
	p, err := s.PreviewOf(ctx, actor, client, id, m.Reading())
	if err != nil {
		return err
	}
	if err := append(m.Validate(p.Header), p.Unsettled(m)...).Err(); err != nil {
		return s.hashedWords(ctx, client, err)
	}
	if len([]rune(saveAs)) > 60 {
		return fault.New(fault.Invalid, "mapping-name", "Give the mapping a name of at most 60 characters.").At("save_as")
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := readProgress(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.State == Applying || row.State == Applied {
			return fault.New(fault.Conflict, "import-applied", "This import is applied already, so its mapping no longer changes. Upload the file again to read it another way.")
		}
		row.State, row.Holder, row.Mapping, row.Tally, row.Message, row.BeatAt = Uploaded, "", encode(m), "", "", s.now()
		row.RowsDone, row.BytesDone = 0, 0
		if err := saveProgress(ctx, tx, row); err != nil {
			return err
		}
		if saveAs = strings.TrimSpace(saveAs); saveAs == "" {
			return nil
		}
		return s.keepMapping(ctx, tx, actor, client, saveAs, m)
	})
}

func (s *Service) keepMapping(ctx context.Context, tx bun.Tx, actor access.Actor, client, name string, m crm.Mapping) error {
	was, err := readMapping(ctx, tx, client, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	row := mappingRow{ID: s.id("map"), ClientID: client, Name: name, Mapping: encode(m), UpdatedAt: s.now()}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (client_id, name) DO UPDATE").
		Set("mapping = EXCLUDED.mapping, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil || was.Mapping == row.Mapping {
		return err
	}
	_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: row.UpdatedAt, Action: string(access.EvidenceMap), Client: client,
		Subject: journal.Subject{Kind: "mapping", ID: name, Name: "Mapping " + name}, Words: "kept the mapping " + name, Before: was.Mapping, After: journal.Snapshot(m)}))
	return err
}

func readMapping(ctx context.Context, tx bun.Tx, client, name string) (mappingRow, error) {
	var rows []mappingRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ? AND name = ?", client, name).Scan(ctx)
	if err == nil && len(rows) == 0 {
		return mappingRow{}, fault.New(fault.NotFound, "mapping", "There is no mapping named %q.", name).At("mapping")
	}
	if err != nil {
		return mappingRow{}, err
	}
	return rows[0], nil
}

// SavedMappings lists the client's kept mappings by name. Who: EvidenceMap.
func (s *Service) SavedMappings(ctx context.Context, actor access.Actor, client string) (out []SavedMapping, err error) {
	if err := access.Require(actor, access.EvidenceMap, access.Of(client)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []mappingRow
		if err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("name").Scan(ctx); err != nil {
			return err
		}
		for _, r := range rows {
			m, err := decodeMapping(r.Mapping)
			if err != nil {
				return err
			}
			out = append(out, SavedMapping{r.Name, m})
		}
		return nil
	})
	return out, err
}

// Choose finds the mapping that a file's own header and values settle together with what is stated, for the given kind and profile or any when
// empty. Fault: Invalid, asking all that a person must still state.
func (p Preview) Choose(kind crm.Kind, profile crm.Profile, stated crm.Stated) (crm.Mapping, error) {
	m, err := p.fitting(kind, profile, stated)
	if err != nil {
		return m, err
	}
	return p.settled(m, stated)
}

// settled is the mapping completed by what the file settles and what is stated. Fault: Invalid, asking all that is still open.
func (p Preview) settled(m crm.Mapping, stated crm.Stated) (crm.Mapping, error) {
	m, err := stated.Over(m)
	if err != nil {
		return m, err
	}
	m, _ = p.Propose(m)
	asked := append(m.Validate(p.Header), p.Unsettled(m)...)
	for _, f := range m.Open(p.Header, p.sample) {
		if !slices.ContainsFunc(asked, func(a *fault.Fault) bool { return a.Code == f.Code }) {
			asked.Add(f)
		}
	}
	return m, asked.Err()
}

// fitting is the reading that fits the header best. Where none does, a stated kind with stated columns is one.
func (p Preview) fitting(kind crm.Kind, profile crm.Profile, stated crm.Stated) (crm.Mapping, error) {
	fitting := slices.DeleteFunc(slices.Clone(p.Candidates), func(c crm.Candidate) bool {
		return kind != "" && c.Kind != kind || profile != "" && c.Mapping.Profile != profile
	})
	if c, ok := crm.DetectAs(kind, p.Header); ok && len(fitting) == 0 && cmp.Or(profile, crm.Generic) == crm.Generic {
		c.Mapping = c.Mapping.AsWritten(p.Header, p.written)
		fitting = append(fitting, c)
	}
	if len(fitting) == 0 {
		for _, o := range crm.Objects() {
			if kind != "" && o.Kind == kind && o.Profile == cmp.Or(profile, crm.Generic) && len(stated.Columns) > 0 {
				return crm.Mapping{Profile: o.Profile, Object: o.Name}, nil
			}
		}
		if len(p.Tables) > 1 && p.Layout.Sheet == "" {
			return crm.Mapping{}, fault.New(fault.Invalid, "table-not-stated", "The file holds several tables, and the first fits no known export%s. State one: %s.", wanted(kind, profile), tableWords(p.Tables)).At("sheet")
		}
		return crm.Mapping{}, fault.New(fault.Invalid, "file-unknown", "The columns of this file fit no known export%s. Its columns are: %s. State what its rows are and which column holds which field.",
			wanted(kind, profile), strings.Join(p.Header, ", ")).At("kind")
	}
	if len(fitting) > 1 && fitting[0].Score-fitting[1].Score < 0.05 {
		between := "kind"
		if fitting[0].Kind == fitting[1].Kind {
			between = "profile"
		}
		return crm.Mapping{}, fault.New(fault.Invalid, "file-ambiguous", "The file can be read as %s of %s or as %s of %s. Say which.",
			fitting[0].Mapping.Object, string(fitting[0].Mapping.Profile), fitting[1].Mapping.Object, string(fitting[1].Mapping.Profile)).At(between)
	}
	return fitting[0].Mapping, nil
}

func tableWords(tables []csvin.Table) string {
	var words []string
	for _, t := range tables {
		words = append(words, fmt.Sprintf("%q (%s)", t.Name, fault.Excerpt(strings.Join(t.Columns, ", "), 100)))
	}
	return strings.Join(words, ", ")
}

func wanted(kind crm.Kind, profile crm.Profile) string {
	switch {
	case kind != "" && profile != "":
		return " of " + string(kind) + " from " + string(profile)
	case kind != "":
		return " of the kind " + string(kind)
	case profile != "":
		return " from " + string(profile)
	}
	return ""
}
