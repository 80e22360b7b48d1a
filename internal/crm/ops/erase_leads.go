package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// leadRow is a row of a table of leads: one that became a contact is in no row of the evidence, and campaign members name it.
type leadRow struct{ lead, contact, email, name string }

// leads are the leads of the client that became contacts, as stored files tell of them.
func (s *Service) leads(ctx context.Context, tx bun.Tx, client string) (out []leadRow, err error) {
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	var uploads []struct{ SHA256, Mapping string }
	err = tx.NewRaw(`SELECT DISTINCT u.sha256, p.mapping FROM crm_upload u JOIN crm_progress p ON p.import_id = u.id WHERE u.client_id = ? AND p.mapping LIKE '%converted_contact_id%' ORDER BY u.sha256, p.mapping`,
		client).Scan(ctx, &uploads)
	for _, u := range uploads {
		m, wrong := decodeMapping(u.Mapping)
		if wrong != nil {
			return nil, wrong
		}
		if m.Columns["converted_contact_id"] == "" || !files.Has(u.SHA256) {
			continue
		}
		found, wrong := leadsIn(files, u.SHA256, m)
		if wrong != nil {
			return nil, wrong
		}
		out = append(out, found...)
	}
	return out, err
}

func leadsIn(files *blob.Store, sha string, m crm.Mapping) (out []leadRow, err error) {
	f, err := files.Get(sha)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	table, err := csvin.Open(f, m.Reading())
	if err != nil {
		return nil, nil // another file stands in its place
	}
	of := rowsIn(m)
	of.place(table.HeaderLine(), table.Header())
	for table.Next() {
		cells := table.Row().Cells
		lead := leadRow{crm.LongID(of.cell(cells, "contact_id")), crm.LongID(of.cell(cells, "converted_contact_id")), of.cell(cells, "email"), of.cell(cells, "name")}
		if lead.name == "" {
			lead.name = of.cell(cells, "first_name") + " " + of.cell(cells, "last_name")
		}
		if lead.lead != "" && lead.contact != "" {
			out = append(out, lead)
		}
	}
	return out, table.Err()
}

// samePerson are the ids of a contact, of contacts that are merged with it and of leads that became one of them.
func (s *Service) samePerson(ctx context.Context, tx bun.Tx, client, contact string) (ids map[string]bool, leads []leadRow, err error) {
	last, err := lastNo(ctx, tx, client)
	if err != nil {
		return nil, nil, err
	}
	merged, err := mergedContacts(ctx, tx, client, last)
	if err != nil {
		return nil, nil, err
	}
	if leads, err = s.leads(ctx, tx, client); err != nil {
		return nil, nil, err
	}
	ids = map[string]bool{contact: true}
	withLeads(ids, leads)
	withMerged(ids, merged)
	withLeads(ids, leads)
	return ids, leads, nil
}

// withLeads adds the leads that became one of the contacts; of a lead that became a contact, the contact.
func withLeads(ids map[string]bool, leads []leadRow) {
	for _, l := range leads {
		if ids[l.lead] {
			ids[l.contact] = true
		}
	}
	for _, l := range leads {
		if ids[l.contact] {
			ids[l.lead] = true
		}
	}
}
