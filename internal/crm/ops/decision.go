package ops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// Decision is what a person decided in the program about one row of evidence. It is an import of its own, under the person's name, with the next
// number: a plain file of that row, or of the few that were decided together.
type Decision struct {
	Client    string
	Kind      crm.Kind
	Row       string // id of the row
	Seq       int64  // of the decisions about the row, from 1
	Seen      int64  // the import that said the row as the person saw it; 0: there was none
	No        int64  // the import that the decision is; Seen for an answer, which changes no row
	Act       crm.Act
	Side      access.OrgKind
	Words     string // what the person said of it
	ActorID   string
	ActorName string
	ActorRole access.Role
	At        time.Time

	record crm.Record // the row as the decision left it
}

// DecisionInput is what a person decides, of rows of one kind together.
type DecisionInput struct {
	Act   crm.Act
	Side  access.OrgKind
	Role  access.Role // in which the person decides
	Rows  []DecidedRow
	Words string
	At    time.Time

	Repeats []Decision // the same was decided before: it is given back, and nothing is written
}

// DecidedRow is a row as the decision leaves it.
type DecidedRow struct {
	Row  crm.Record
	Seen int64 // the import that said the row as the person saw it; 0: the row is new
}

func (in DecisionInput) records() []crm.Record {
	out := make([]crm.Record, len(in.Rows))
	for i, r := range in.Rows {
		out[i] = r.Row
	}
	return out
}

// Decide makes a decision part of the evidence, with all its rows or not at all. plan says what is decided, by the rows as they are; it is asked twice,
// before the file is kept and in the transaction that writes, and decides access. then adds to that transaction. Faults: those of plan and then;
// Conflict "decision-moved" when the row is not as it was seen, as for Apply beside an import of the client; Unavailable when the disk is nearly full.
func (s *Service) Decide(ctx context.Context, actor access.Actor, client string, plan func(ctx context.Context, tx bun.Tx) (DecisionInput, error),
	then func(ctx context.Context, tx bun.Tx, made []Decision) error) ([]Decision, error) {
	if err := s.room(ctx); err != nil {
		return nil, err
	}
	var in DecisionInput
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		in, err = s.hashedPlan(ctx, tx, client, plan)
		return err
	})
	if err != nil || in.Repeats != nil {
		return in.Repeats, err
	}
	file, err := s.keep(ctx, in)
	if err != nil {
		return nil, err
	}
	var out []Decision
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		again, err := s.hashedPlan(ctx, tx, client, plan)
		if err != nil {
			return err
		}
		if again.Repeats != nil {
			out = again.Repeats
			return nil
		}
		if !slices.EqualFunc(again.Rows, in.Rows, func(a, b DecidedRow) bool { return a.Row.Hash() == b.Row.Hash() }) {
			return moved()
		}
		if out, err = s.decide(ctx, tx, actor, client, again, file); err != nil {
			return err
		}
		return then(ctx, tx, out)
	})
	if err != nil && file.SHA256 != "" {
		err = errors.Join(err, s.removeUnused(context.WithoutCancel(ctx), file.SHA256))
	}
	return out, err
}

// hashedPlan is what is decided, with hashes in the place of addresses that somebody wrote, where they are kept so.
func (s *Service) hashedPlan(ctx context.Context, tx bun.Tx, client string, plan func(ctx context.Context, tx bun.Tx) (DecisionInput, error)) (DecisionInput, error) {
	in, err := plan(ctx, tx)
	if err != nil || in.Repeats != nil {
		return in, err
	}
	hashing, err := s.hashing(ctx, tx, client)
	if err != nil || hashing == nil {
		return in, err
	}
	in.Words, in.Rows = hashing.Text(in.Words), slices.Clone(in.Rows)
	for i := range in.Rows {
		in.Rows[i].Row, _ = hashing.Record(in.Rows[i].Row)
	}
	return in, nil
}

func moved() error {
	return fault.New(fault.Conflict, "decision-moved", "Something happened to this since you looked. Look at it as it stands now, and decide again if it is still right.")
}

// keep stores the plain file of the decision; none for an answer.
func (s *Service) keep(ctx context.Context, in DecisionInput) (blob.Ref, error) {
	if in.Act == crm.ActAnswer {
		return blob.Ref{}, nil
	}
	files, err := s.files(ctx)
	if err != nil {
		return blob.Ref{}, err
	}
	var b bytes.Buffer
	if err := crm.WriteCSV(in.Rows[0].Row.Kind, in.records(), &b); err != nil {
		return blob.Ref{}, err
	}
	ref, _, err := files.Put(ctx, &b)
	return ref, err
}

// decide writes the import, its rows and who decided.
func (s *Service) decide(ctx context.Context, tx bun.Tx, actor access.Actor, client string, in DecisionInput, file blob.Ref) ([]Decision, error) {
	kind := in.Rows[0].Row.Kind
	if !crm.MayDecide(kind, in.Act) {
		return nil, fmt.Errorf("decide: %s of a %s", in.Act, kind)
	}
	if err := s.alone(ctx, tx, client); err != nil {
		if code := fault.Code(err); code != "" {
			err = fault.New(fault.Conflict, code, "A file of this client is being imported at this moment, so nothing was decided. Decide again when the import has ended.")
		}
		return nil, err
	}
	last, err := lastNo(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(in.Rows))
	for i, r := range in.Rows {
		ids[i] = r.Row.ID
	}
	was, err := before(ctx, tx, client, kind, last+1, ids, true)
	if err != nil {
		return nil, err
	}
	earlier, err := decisionsAbout(ctx, tx, client, kind, ids, last+1)
	if err != nil {
		return nil, err
	}
	made := make([]Decision, len(in.Rows))
	rows := make([]decisionRow, len(in.Rows))
	for i, r := range in.Rows {
		if was[r.Row.ID].No != r.Seen {
			return nil, moved()
		}
		made[i] = Decision{Client: client, Kind: kind, Row: r.Row.ID, Seq: int64(len(earlier[r.Row.ID])) + 1, Seen: r.Seen, No: last + 1, Act: in.Act, Side: in.Side, Words: in.Words,
			ActorID: actor.Account, ActorName: actor.Name, ActorRole: in.Role, At: in.At, record: r.Row}
		if in.Act == crm.ActAnswer {
			made[i].No = r.Seen
		}
		rows[i] = made[i].stored(s.id("dec"))
	}
	if in.Act != crm.ActAnswer {
		if err := s.asImport(ctx, tx, made, was, file); err != nil {
			return nil, err
		}
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return made, err
}

// asImport writes decisions as the import of a plain file with their rows.
func (s *Service) asImport(ctx context.Context, tx bun.Tx, made []Decision, was map[string]version, file blob.Ref) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	if !files.Has(file.SHA256) { // the same file was discarded after it was put
		return moved()
	}
	d := made[0]
	known, err := known(ctx, tx, d.Client, d.No)
	if err != nil {
		return err
	}
	t := Tally{Rows: int64(len(made)), Known: known[d.Kind]}
	items := make([]item, len(made))
	for i, m := range slices.SortedFunc(slices.Values(made), func(a, b Decision) int { return strings.Compare(a.Row, b.Row) }) { // as they stand in the file
		items[i] = item{rec: m.record, hash: m.record.Hash().String(), link: linkOf(m.record), line: int64(i) + 2, body: bodyOf(m.record)}
		if m.Seen == 0 {
			t.count(d.Kind, KindTally{New: 1})
			continue
		}
		old, err := was[m.Row].record(d.Kind)
		if err != nil {
			return err
		}
		t.changed(items[i], deltasOf(old, m.record))
	}
	id, name := s.id("imp"), fmt.Sprintf("decision-%s-%s.csv", d.Act, d.At.Format("2006-01-02"))
	mapping := encode(crm.Plain(d.Kind))
	for _, row := range []any{
		&uploadRow{ID: id, ClientID: d.Client, Filename: name, SHA256: file.SHA256, Bytes: file.Bytes, ActorID: d.ActorID, ActorName: d.ActorName, CreatedAt: d.At},
		&importRow{ID: id, ClientID: d.Client, Kind: string(d.Kind), Filename: name, SHA256: file.SHA256, Bytes: file.Bytes, Profile: string(crm.Generic),
			Object: crm.Plain(d.Kind).Object, Mapping: mapping, SideReads: encode([]SideRead(nil)), ActorID: d.ActorID, ActorName: d.ActorName, CreatedAt: d.At},
		&progressRow{ImportID: id, ClientID: d.Client, State: Applied, No: d.No, RowsDone: t.Rows, BytesDone: file.Bytes, Mapping: mapping, Tally: encode(t), BeatAt: d.At},
		&resultRow{ImportID: id, ClientID: d.Client, No: d.No, Tally: encode(t), AppliedAt: d.At},
	} {
		if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
			return err
		}
	}
	return insertRows(ctx, tx, d.Client, d.No, items)
}
