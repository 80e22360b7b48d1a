package ops

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// The acts by which people state who is who. They are no decisions: no side answers for them, and whoever may import may take them back.
const (
	actLink      crm.Act = "account"
	actSame      crm.Act = "same"
	actDifferent crm.Act = "different"
)

// statement of who is who: rows of one kind, and words for the journal.
type stating struct {
	act   crm.Act
	rows  []crm.Record
	words string
}

// state makes what a person states an import of its own, under the person's name, as a decision is: with all its rows or not at all. Rows that the
// evidence says already are left out; none left is no error, and gives 0. Who: EvidenceImport. Faults: those of plan, Conflict beside an import of the client,
// Unavailable when the disk is nearly full.
func (s *Service) state(ctx context.Context, actor access.Actor, client string, plan func(ctx context.Context, tx bun.Tx, last int64) (stating, error)) (no int64, err error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return 0, err
	}
	if err := s.room(ctx); err != nil {
		return 0, err
	}
	var in stating
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		in, _, _, err = s.planned(ctx, tx, client, plan)
		return err
	})
	if err != nil || len(in.rows) == 0 {
		return 0, err
	}
	file, err := s.keepRows(ctx, in.rows)
	if err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		again, was, last, err := s.planned(ctx, tx, client, plan)
		if err != nil {
			return err
		}
		if !slices.EqualFunc(again.rows, in.rows, func(a, b crm.Record) bool { return a.Hash() == b.Hash() }) {
			return moved()
		}
		if err := s.alone(ctx, tx, client); err != nil {
			return err
		}
		no = last + 1
		return s.stated(ctx, tx, actor, client, again, was, no, file)
	})
	if err != nil {
		return 0, errors.Join(err, s.removeUnused(context.WithoutCancel(ctx), file.SHA256))
	}
	return no, nil
}

// planned is what is to be stated and was not yet, with the rows as they were.
func (s *Service) planned(ctx context.Context, tx bun.Tx, client string, plan func(ctx context.Context, tx bun.Tx, last int64) (stating, error)) (in stating, was map[string]version, last int64, err error) {
	if last, err = lastNo(ctx, tx, client); err != nil {
		return in, nil, 0, err
	}
	if in, err = plan(ctx, tx, last); err != nil || len(in.rows) == 0 {
		return in, nil, last, err
	}
	hashing, err := s.hashing(ctx, tx, client)
	if err != nil {
		return in, nil, last, err
	}
	if hashing != nil {
		in.words = hashing.Text(in.words)
		for i, r := range in.rows {
			in.rows[i], _ = hashing.Record(r)
		}
	}
	ids := make([]string, len(in.rows))
	for i, r := range in.rows {
		ids[i] = r.ID
	}
	if was, err = before(ctx, tx, client, in.rows[0].Kind, last+1, ids, true); err != nil {
		return in, nil, last, err
	}
	in.rows = slices.DeleteFunc(in.rows, func(r crm.Record) bool { return was[r.ID].Hash == r.Hash().String() })
	return in, was, last, nil
}

func (s *Service) keepRows(ctx context.Context, rows []crm.Record) (blob.Ref, error) {
	files, err := s.files(ctx)
	if err != nil {
		return blob.Ref{}, err
	}
	var b bytes.Buffer
	if err := crm.WriteCSV(rows[0].Kind, rows, &b); err != nil {
		return blob.Ref{}, err
	}
	ref, _, err := files.Put(ctx, &b)
	return ref, err
}

func (s *Service) stated(ctx context.Context, tx bun.Tx, actor access.Actor, client string, in stating, was map[string]version, no int64, file blob.Ref) error {
	at := s.now()
	made := make([]Decision, len(in.rows))
	for i, r := range in.rows {
		made[i] = Decision{Client: client, Kind: r.Kind, Row: r.ID, Seen: was[r.ID].No, No: no, Act: in.act, ActorID: actor.Account, ActorName: actor.Name, At: at, record: r}
	}
	if err := s.asImport(ctx, tx, made, was, file); err != nil {
		return err
	}
	_, err := journalops.Append(ctx, tx, journal.Entry{At: at, ActorID: actor.Account, ActorName: actor.Name, Action: string(access.EvidenceImport), Client: client,
		Subject: journal.Subject{Kind: "evidence", ID: in.rows[0].ID}, Words: in.words,
		After: journal.Snapshot(map[string]any{"no": no, "sha256": file.SHA256, "kind": in.rows[0].Kind, "rows": len(in.rows)})})
	return err
}

// snapshotOf reads some kinds as of import n, merges followed.
func snapshotOf(ctx context.Context, tx bun.Tx, client string, n int64, kinds ...crm.Kind) (crm.Snapshot, error) {
	rows, err := RowsAt(ctx, tx, client, n, kinds...)
	if err != nil {
		return crm.Snapshot{}, err
	}
	return rows.Evidence.Snapshot, followMerges(ctx, tx, client, n, &rows.Evidence.Snapshot)
}

// live finds a record that is there and not deleted. Fault: Invalid at the field.
func live(ctx context.Context, tx bun.Tx, client string, k crm.Kind, id, field string, no int64) (crm.Record, error) {
	found, err := bodiesOf(ctx, tx, client, k, no, []string{id})
	if err != nil {
		return crm.Record{}, err
	}
	v, known := found[id]
	if !known {
		return crm.Record{}, fault.New(fault.Invalid, string(k), "There is no %s %s in the evidence. Write its id as the CRM exports it.", k, id).At(field)
	}
	r, err := v.record(k)
	if err == nil && r.Get("deleted") != "" {
		err = fault.New(fault.Invalid, string(k), "The CRM has deleted %s %s.", k, id).At(field)
	}
	return r, err
}
