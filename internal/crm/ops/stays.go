package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// stayRow is what was counted as of an import. It can be counted anew.
type stayRow struct {
	bun.BaseModel `bun:"table:crm_stay"`

	ClientID  string `bun:"client_id,pk"`
	AsOf      int64  `bun:"as_of,pk"`
	Rewriting int64  `bun:"rewriting,pk"` // how often the evidence was rewritten in place before
	Counts    string `bun:"counts"`
}

// stayed counts, as of an import, where addresses stand that hashing does not reach.
type stayed struct {
	IDs     int64            `json:"ids"`     // contacts whose id is an address
	Columns map[string]int64 `json:"columns"` // by column, such as "touches.channel": records of which a version holds one
	Journal int              `json:"journal"` // entries of the record of changes
	Seq     int64            `json:"seq"`     // the last entry that was looked at
	asOf    int64            `json:"-"`       // 0: nothing was counted
}

// plainly hashes nothing that is stored: it finds what is an address.
var plainly = &crm.Hashing{Hash: func(string) string { return strings.Repeat("0", crm.MailHashDigits) }}

func holdsAddress(text string) bool { return plainly.Text(text) != text }

func mayBeAddress(id string) bool { return strings.Contains(id, "@") || strings.Contains(id, "%40") }

// staysAt goes on from the newest import up to no of which it was counted, over the rows of the imports since; of a client of which nothing was counted it looks at all rows.
func staysAt(ctx context.Context, tx bun.Tx, client string, no int64) (stayed, error) {
	out := stayed{Columns: map[string]int64{}}
	seq, err := rewritten(ctx, tx, client)
	if err != nil {
		return out, err
	}
	var rows []stayRow
	err = tx.NewSelect().Model(&rows).Where("client_id = ? AND rewriting = ? AND as_of <= ?", client, seq, no).OrderExpr("as_of DESC").Limit(1).Scan(ctx)
	if err != nil {
		return out, err
	}
	if len(rows) > 0 {
		if err := json.Unmarshal([]byte(rows[0].Counts), &out); err != nil {
			return out, fmt.Errorf("read what was counted as of import %d: %w", rows[0].AsOf, err)
		}
		out.asOf = rows[0].AsOf
	}
	switch {
	case out.asOf == 0:
		err = out.all(ctx, tx, client, no)
	case out.asOf < no:
		err = out.since(ctx, tx, client, no)
	}
	if err == nil {
		err = out.journalled(ctx, tx, client)
	}
	out.asOf = no
	return out, err
}

// keepStays keeps what was counted as of an import.
func keepStays(ctx context.Context, tx bun.Tx, client string, s stayed) error {
	seq, err := rewritten(ctx, tx, client)
	if err != nil {
		return err
	}
	row := stayRow{ClientID: client, AsOf: s.asOf, Rewriting: seq, Counts: encode(s)}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (client_id, as_of, rewriting) DO NOTHING").Exec(ctx)
	return err
}

func stayColumn(k crm.Kind, column string) string {
	return strings.TrimSuffix(crm.FileName(k), ".csv") + "." + column
}

// staying are the columns of a version in which an address stays; ids of contacts are counted by themselves.
func (v version) staying(k crm.Kind) ([]string, error) {
	r, err := v.record(k)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(plainly.Unhashed(r), func(column string) bool { return k == crm.KindContact && column == "contact_id" }), nil
}

// all counts over all rows; of several versions of a row one counts.
func (s *stayed) all(ctx context.Context, tx bun.Tx, client string, no int64) error {
	err := tx.NewRaw(`SELECT COUNT(DISTINCT ext_id) FROM crm_row WHERE client_id = ? AND kind = ? AND import_no <= ? AND `+addressed("ext_id"), client, string(crm.KindContact), no).Scan(ctx, &s.IDs)
	if err != nil {
		return err
	}
	for _, k := range crm.Kinds() {
		last := map[string]string{}
		err := eachVersion(ctx, tx, func(v version) error {
			columns, err := v.staying(k)
			for _, column := range columns {
				if last[column] != v.ID {
					s.Columns[stayColumn(k, column)]++
				}
				last[column] = v.ID
			}
			return err
		}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ? AND import_no <= ? AND `+addressed("body")+` ORDER BY ext_id, import_no`, client, string(k), no)
		if err != nil {
			return err
		}
	}
	return nil
}

// since counts the records of which a row of a later import is the first to hold an address.
func (s *stayed) since(ctx context.Context, tx bun.Tx, client string, no int64) error {
	found := map[crm.Kind]map[string][]string{} // record -> columns; "" is the id
	rows, err := tx.QueryContext(ctx, `SELECT kind, ext_id, body FROM crm_row WHERE client_id = ? AND import_no + 0 > ? AND import_no + 0 <= ? AND (`+addressed("body")+` OR `+addressed("ext_id")+`)`,
		client, s.asOf, no)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		var v version
		if err := rows.Scan(&kind, &v.ID, &v.Body); err != nil {
			return err
		}
		k := crm.Kind(kind)
		columns, err := v.staying(k)
		if err != nil {
			return err
		}
		if k == crm.KindContact && mayBeAddress(v.ID) {
			columns = append(columns, "")
		}
		if len(columns) > 0 {
			if found[k] == nil {
				found[k] = map[string][]string{}
			}
			found[k][v.ID] = distinctIDs(append(found[k][v.ID], columns...))
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, k := range crm.Kinds() {
		if err := s.first(ctx, tx, client, k, found[k]); err != nil {
			return err
		}
	}
	return nil
}

// first leaves out what an earlier version held already.
func (s *stayed) first(ctx context.Context, tx bun.Tx, client string, k crm.Kind, found map[string][]string) error {
	var ids []string
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for batch := range slices.Chunk(ids, lookupBatch) {
		err := eachVersion(ctx, tx, func(v version) error {
			held, err := v.staying(k)
			found[v.ID] = slices.DeleteFunc(found[v.ID], func(c string) bool { return c == "" || slices.Contains(held, c) })
			return err
		}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ? AND ext_id IN (?) AND import_no <= ?`, client, string(k), bun.List(batch), s.asOf)
		if err != nil {
			return err
		}
	}
	for _, columns := range found {
		for _, column := range columns {
			if column == "" {
				s.IDs++
				continue
			}
			s.Columns[stayColumn(k, column)]++
		}
	}
	return nil
}

// journalled goes on over the entries of the record of changes that tell of the client's evidence. A chain of hashes holds what they say.
func (s *stayed) journalled(ctx context.Context, tx bun.Tx, client string) error {
	var last int64
	if err := tx.NewRaw(`SELECT COALESCE(MAX(seq), 0) FROM journal_entry WHERE client_id = ?`, client).Scan(ctx, &last); err != nil {
		return err
	}
	var rows []struct{ SubjectID, SubjectName, Words, BeforeJSON, AfterJSON string }
	err := tx.NewRaw(`SELECT subject_id, subject_name, words, before_json, after_json FROM journal_entry WHERE client_id = ? AND seq > ? AND seq <= ? AND action LIKE 'evidence%' AND (`+
		strings.Join([]string{addressed("subject_id"), addressed("subject_name"), addressed("words"), addressed("before_json"), addressed("after_json")}, " OR ")+`)`, client, s.Seq, last).Scan(ctx, &rows)
	for _, r := range rows {
		if slices.ContainsFunc([]string{r.SubjectID, r.SubjectName, r.Words, r.BeforeJSON, r.AfterJSON}, holdsAddress) {
			s.Journal++
		}
	}
	s.Seq = last
	return err
}

// stays are the columns in their order.
func (s stayed) stays() (out []Stay) {
	for _, k := range crm.Kinds() {
		for _, column := range crm.Columns(k) {
			if n := s.Columns[stayColumn(k, column)]; n > 0 {
				out = append(out, Stay{stayColumn(k, column), n})
			}
		}
	}
	return out
}

// mappingsHolding counts the mappings that state an address, by where they are kept. They are few, and those of uploads change without an import.
func mappingsHolding(ctx context.Context, tx bun.Tx, client string) (out []Stay, err error) {
	for _, table := range []string{"crm_import", "crm_progress", "crm_mapping", "crm_upload_link"} {
		var texts []string
		err := tx.NewRaw(`SELECT mapping FROM `+table+` WHERE client_id = ? AND `+addressed("mapping"), client).Scan(ctx, &texts)
		if err != nil {
			return nil, err
		}
		var n int64
		for _, text := range texts {
			if holdsAddress(text) {
				n++
			}
		}
		if n > 0 {
			out = append(out, Stay{table + ".mapping", n})
		}
	}
	return out, nil
}
