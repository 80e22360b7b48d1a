package ops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// Decision is what a person decided in the program about one row of evidence. It is an import of its own: a plain file of one row, under the
// person's name, with the next number.
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

// DecisionInput is what a person decides.
type DecisionInput struct {
	Act   crm.Act
	Side  access.OrgKind
	Role  access.Role // in which the person decides
	Row   crm.Record  // as the decision leaves it
	Seen  int64       // the import that said the row as the person saw it; 0: the row is new
	Words string
	At    time.Time

	Repeats *Decision // the same decision was made before: it is given back, and nothing is written
}

// Decide makes one decision part of the evidence, whole or not at all. plan says what is decided, by the rows as they are; it is asked twice,
// before the file is kept and in the transaction that writes, and decides access. then adds to that transaction. Faults: those of plan and then;
// Conflict "decision-moved" when the row is not as it was seen, as for Apply beside an import of the client; Unavailable when the disk is nearly full.
func (s *Service) Decide(ctx context.Context, actor access.Actor, client string, plan func(ctx context.Context, tx bun.Tx) (DecisionInput, error),
	then func(ctx context.Context, tx bun.Tx, d Decision) error) (Decision, error) {
	if err := s.room(ctx); err != nil {
		return Decision{}, err
	}
	var in DecisionInput
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		in, err = plan(ctx, tx)
		return err
	})
	if err != nil {
		return Decision{}, err
	}
	if in.Repeats != nil {
		return *in.Repeats, nil
	}
	file, err := s.keep(ctx, in)
	if err != nil {
		return Decision{}, err
	}
	var out Decision
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		again, err := plan(ctx, tx)
		if err != nil {
			return err
		}
		if again.Repeats != nil {
			out = *again.Repeats
			return nil
		}
		if again.Row.Hash() != in.Row.Hash() {
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
	if err := crm.WriteCSV(in.Row.Kind, []crm.Record{in.Row}, &b); err != nil {
		return blob.Ref{}, err
	}
	ref, _, err := files.Put(ctx, &b)
	return ref, err
}

// decide writes the import, its row and who decided.
func (s *Service) decide(ctx context.Context, tx bun.Tx, actor access.Actor, client string, in DecisionInput, file blob.Ref) (Decision, error) {
	d := Decision{Client: client, Kind: in.Row.Kind, Row: in.Row.ID, Seen: in.Seen, No: in.Seen, Act: in.Act, Side: in.Side, Words: in.Words,
		ActorID: actor.Account, ActorName: actor.Name, ActorRole: in.Role, At: in.At, record: in.Row}
	if !crm.MayDecide(d.Kind, d.Act) {
		return d, fmt.Errorf("decide: %s of a %s", d.Act, d.Kind)
	}
	if err := s.alone(ctx, tx, client); err != nil {
		return d, err
	}
	last, err := lastNo(ctx, tx, client)
	if err != nil {
		return d, err
	}
	was, err := before(ctx, tx, client, d.Kind, last+1, []string{d.Row}, true)
	if err != nil {
		return d, err
	}
	if was[d.Row].No != in.Seen {
		return d, moved()
	}
	earlier, err := decisionsAbout(ctx, tx, client, d.Kind, []string{d.Row}, last+1)
	if err != nil {
		return d, err
	}
	d.Seq = int64(len(earlier[d.Row])) + 1
	if d.Act != crm.ActAnswer {
		d.No = last + 1
		if err := s.asImport(ctx, tx, d, was[d.Row], file); err != nil {
			return d, err
		}
	}
	row := d.stored(s.id("dec"))
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return d, err
}

// asImport writes the decision as the import of a plain file with one row.
func (s *Service) asImport(ctx context.Context, tx bun.Tx, d Decision, was version, file blob.Ref) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	if !files.Has(file.SHA256) { // the same file was discarded after it was put
		return moved()
	}
	it := item{rec: d.record, hash: d.record.Hash().String(), link: linkOf(d.record), line: 2, body: bodyOf(d.record)}
	t := Tally{Rows: 1}
	known, err := known(ctx, tx, d.Client, d.No)
	if err != nil {
		return err
	}
	t.Known = known[d.Kind]
	if was.No == 0 {
		t.count(d.Kind, KindTally{New: 1})
	} else {
		old, err := was.record(d.Kind)
		if err != nil {
			return err
		}
		t.changed(it, deltasOf(old, d.record))
	}
	id, name := s.id("imp"), fmt.Sprintf("decision-%s-%s.csv", d.Act, d.At.Format("2006-01-02"))
	mapping := encode(crm.Plain(d.Kind))
	for _, row := range []any{
		&uploadRow{ID: id, ClientID: d.Client, Filename: name, SHA256: file.SHA256, Bytes: file.Bytes, ActorID: d.ActorID, ActorName: d.ActorName, CreatedAt: d.At},
		&importRow{ID: id, ClientID: d.Client, Kind: string(d.Kind), Filename: name, SHA256: file.SHA256, Bytes: file.Bytes, Profile: string(crm.Generic),
			Object: crm.Plain(d.Kind).Object, Mapping: mapping, SideReads: encode([]SideRead(nil)), ActorID: d.ActorID, ActorName: d.ActorName, CreatedAt: d.At},
		&progressRow{ImportID: id, ClientID: d.Client, State: Applied, No: d.No, RowsDone: 1, BytesDone: file.Bytes, Mapping: mapping, Tally: encode(t), BeatAt: d.At},
		&resultRow{ImportID: id, ClientID: d.Client, No: d.No, Tally: encode(t), AppliedAt: d.At},
	} {
		if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
			return err
		}
	}
	return insertRows(ctx, tx, d.Client, d.No, []item{it})
}
