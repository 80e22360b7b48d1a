package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

type decisionRow struct {
	bun.BaseModel `bun:"table:crm_decision"`

	ID        string    `bun:"id,pk"`
	ClientID  string    `bun:"client_id"`
	Kind      string    `bun:"kind"`
	ExtID     string    `bun:"ext_id"`
	Seq       int64     `bun:"seq"`
	Seen      int64     `bun:"seen"`
	ImportNo  int64     `bun:"import_no"`
	Act       string    `bun:"act"`
	Side      string    `bun:"side"`
	Words     string    `bun:"words"`
	Body      string    `bun:"body"`
	ActorID   string    `bun:"actor_id"`
	ActorName string    `bun:"actor_name"`
	ActorRole string    `bun:"actor_role"`
	DecidedAt time.Time `bun:"decided_at"`
}

func (d Decision) stored(id string) decisionRow {
	return decisionRow{ID: id, ClientID: d.Client, Kind: string(d.Kind), ExtID: d.Row, Seq: d.Seq, Seen: d.Seen, ImportNo: d.No, Act: string(d.Act), Side: string(d.Side),
		Words: d.Words, Body: bodyOf(d.record), ActorID: d.ActorID, ActorName: d.ActorName, ActorRole: string(d.ActorRole), DecidedAt: d.At}
}

func (r decisionRow) decision() (Decision, error) {
	d := Decision{Client: r.ClientID, Kind: crm.Kind(r.Kind), Row: r.ExtID, Seq: r.Seq, Seen: r.Seen, No: r.ImportNo, Act: crm.Act(r.Act), Side: access.OrgKind(r.Side),
		Words: r.Words, ActorID: r.ActorID, ActorName: r.ActorName, ActorRole: access.Role(r.ActorRole), At: r.DecidedAt.UTC()}
	var err error
	d.record, err = version{ID: r.ExtID, Body: r.Body}.record(d.Kind)
	return d, err
}

// Record is the row as the decision left it.
func (d Decision) Record() crm.Record { return d.record }

// decisionsAbout are the decisions about rows of a kind before import no, by row, each in their order.
func decisionsAbout(ctx context.Context, tx bun.Tx, client string, k crm.Kind, ids []string, no int64) (map[string][]Decision, error) {
	out := map[string][]Decision{}
	for batch := range slices.Chunk(ids, lookupBatch) {
		var rows []decisionRow
		err := tx.NewSelect().Model(&rows).Where("client_id = ? AND kind = ? AND ext_id IN (?) AND import_no < ?", client, string(k), bun.List(batch), no).
			OrderExpr("ext_id, seq").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			d, err := r.decision()
			if err != nil {
				return nil, err
			}
			out[d.Row] = append(out[d.Row], d)
		}
	}
	return out, nil
}

// DecisionsOf are the newest decisions of a client, at most limit of them, the newest first. It decides no access: the caller has.
func DecisionsOf(ctx context.Context, tx bun.Tx, client string, limit int) ([]Decision, error) {
	var rows []decisionRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("decided_at DESC, import_no DESC, seq DESC, id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Decision, len(rows))
	for i, r := range rows {
		if out[i], err = r.decision(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EachDecision hands over all decisions of the workspace by client, kind and row, each in their order. One that holds a value that no decision can
// have, as only somebody beside the program can have written, comes with the reason. evident tells that the row of evidence that the decision
// left is there and says the same. It decides no access: the caller has.
func EachDecision(ctx context.Context, tx bun.Tx, each func(d Decision, evident bool, unreadable error) error) error {
	var ids []string
	err := tx.NewSelect().TableExpr("crm_decision AS d").ColumnExpr("d.id").
		Join("LEFT JOIN crm_row AS r ON r.client_id = d.client_id AND r.kind = d.kind AND r.ext_id = d.ext_id AND r.import_no = d.import_no").
		Where("d.act <> ? AND (r.body IS NULL OR r.body <> d.body)", string(crm.ActAnswer)).Scan(ctx, &ids)
	if err != nil {
		return err
	}
	contradicted := map[string]bool{}
	for _, id := range ids {
		contradicted[id] = true
	}
	return db.EachRow(ctx, tx.NewSelect().Model((*decisionRow)(nil)).OrderExpr("client_id, kind, ext_id, seq"), func(r decisionRow, unreadable error) error {
		d, err := r.decision()
		return each(d, !contradicted[r.ID], cmp.Or(unreadable, err))
	})
}

// DecisionsAbout are all decisions about one row, in their order. It decides no access: the caller has.
func DecisionsAbout(ctx context.Context, tx bun.Tx, client string, k crm.Kind, ids ...string) (map[string][]Decision, error) {
	no, err := lastNo(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	return decisionsAbout(ctx, tx, client, k, ids, no+1)
}

// Rows are rows of evidence as of an import, with the number of the import that said each last.
type Rows struct {
	Evidence crm.Evidence
	Said     map[crm.Kind]map[string]int64
}

// RowsAt reads the rows of some kinds as of import n. Deleted ones are there, flagged. It decides no access: the caller has.
func RowsAt(ctx context.Context, tx bun.Tx, client string, n int64, kinds ...crm.Kind) (Rows, error) {
	out := Rows{Evidence: crm.Evidence{AsOf: n}, Said: map[crm.Kind]map[string]int64{}}
	for _, k := range kinds {
		out.Said[k] = map[string]int64{}
		var found []crm.Record
		err := eachAsOf(ctx, tx, client, k, n, func(v version) error {
			r, err := v.record(k)
			found = append(found, r)
			out.Said[k][v.ID] = v.No
			return err
		})
		if err != nil {
			return out, fmt.Errorf("read %s as of import %d: %w", k, n, err)
		}
		if err := addInOrder(&out.Evidence.Snapshot, found); err != nil {
			return out, err
		}
	}
	return out, nil
}

// decidedKinds are the kinds of rows about which anything was decided before import no.
func decidedKinds(ctx context.Context, tx bun.Tx, client string, no int64) (map[crm.Kind]bool, error) {
	var kinds []string
	if err := tx.NewRaw(`SELECT DISTINCT kind FROM crm_decision WHERE client_id = ? AND import_no < ?`, client, no).Scan(ctx, &kinds); err != nil {
		return nil, err
	}
	out := map[crm.Kind]bool{}
	for _, k := range kinds {
		out[crm.Kind(k)] = true
	}
	return out, nil
}

// meet lets the rows of a file meet what people decided about them. The items that were handed in stay as they are.
func (g ground) meet(ctx context.Context, tx bun.Tx, k crm.Kind, items []item, t *Tally) ([]item, error) {
	if !g.decided[k] {
		return items, nil
	}
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.rec.ID
	}
	made, err := decisionsAbout(ctx, tx, g.client, k, ids, g.no)
	if err != nil || len(made) == 0 {
		return items, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return len(made[id]) == 0 })
	was, err := before(ctx, tx, g.client, k, g.no, ids, true)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(items)
	for i, it := range out {
		var decided crm.Decided
		for _, d := range made[it.rec.ID] {
			decided = decided.With(d.Act, d.record)
		}
		if len(decided) == 0 {
			continue
		}
		old, err := was[it.rec.ID].record(k)
		if err != nil {
			return nil, err
		}
		met := decided.Meet(old, it.rec)
		t.met(k, it, old, met)
		out[i].rec, out[i].hash, out[i].body = met.Row, met.Row.Hash().String(), bodyOf(met.Row)
	}
	return out, nil
}

// met counts how a row met what people decided about it.
func (t *Tally) met(k crm.Kind, it item, old crm.Record, met crm.Met) {
	if len(met.Kept) > 0 {
		t.Kept++
	}
	if len(met.Against) == 0 {
		return
	}
	t.Against++
	if len(t.Contradicted) < sampleLimit {
		c := Changed{Kind: k, ID: it.rec.ID, Line: it.line}
		for _, f := range met.Against {
			c.Fields = append(c.Fields, FieldDelta{f, old.Get(f), met.Row.Get(f)})
		}
		t.Contradicted = append(t.Contradicted, c)
	}
}
