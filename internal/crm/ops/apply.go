package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Apply takes the file into the evidence and gives the finished import. When it fails on the way, what is missing is done by Resume.
// Who: EvidenceImport. Faults: Invalid without a mapping; Conflict when it is applied already or another import of the client is applying
// ("import-running") or has stopped on the way ("import-interrupted"); Unavailable when the disk is nearly full ("disk-full"); those of the file, found before anything is written.
func (s *Service) Apply(ctx context.Context, actor access.Actor, client, id string) (Import, error) {
	return s.apply(ctx, actor, client, id, false)
}

// apply is Apply; once refuses a file that was applied before. Fault besides: Conflict "file-taken".
func (s *Service) apply(ctx context.Context, actor access.Actor, client, id string, once bool) (Import, error) {
	p, err := s.begin(ctx, actor, client, id, once)
	if err != nil {
		return Import{}, err
	}
	if err := s.finish(ctx, p); err != nil {
		return Import{}, err
	}
	return s.Show(ctx, actor, client, id)
}

// StartApply begins to apply the file and leaves it running. Faults as Apply.
func (s *Service) StartApply(ctx context.Context, actor access.Actor, client, id string) error {
	p, err := s.begin(ctx, actor, client, id, false)
	if err != nil {
		return err
	}
	s.behind(ctx, id, func(ctx context.Context) error { return s.finish(ctx, p) })
	return nil
}

// begin settles everything the import depends on: after it, the import will be finished.
func (s *Service) begin(ctx context.Context, actor access.Actor, client, id string, once bool) (p progressRow, err error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return p, err
	}
	if err := s.room(ctx); err != nil {
		return p, err
	}
	if err := s.readable(ctx, client, id); err != nil {
		return p, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		u, err := readUpload(ctx, tx, client, id)
		if err != nil {
			return err
		}
		if p, err = readProgress(ctx, tx, id); err != nil {
			return err
		}
		if err := mayBegin(p); err != nil {
			return err
		}
		if err := s.alone(ctx, tx, client); err != nil {
			return err
		}
		if once {
			if err := notTaken(ctx, tx, client, u.SHA256); err != nil {
				return err
			}
		}
		if _, err := s.hashing(ctx, tx, client); err != nil {
			return err
		}
		m, err := decodeMapping(p.Mapping)
		if err != nil {
			return err
		}
		reads, err := sideReads(ctx, tx, client, m)
		if err != nil {
			return err
		}
		no, err := lastNo(ctx, tx, client)
		if err != nil {
			return err
		}
		row := importRow{ID: id, ClientID: client, Kind: string(m.Kind()), Filename: u.Filename, SHA256: u.SHA256, Bytes: u.Bytes,
			Profile: string(m.Profile), Object: m.Object, Mapping: p.Mapping, SideReads: encode(reads),
			ActorID: actor.Account, ActorName: actor.Name, CreatedAt: s.now()}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if name, pulled, err := pulledUpload(ctx, tx, id); err != nil {
			return err
		} else if pulled { // the next pull is read the same way
			if err := s.keepMapping(ctx, tx, actor, client, name, m); err != nil {
				return err
			}
		}
		p.State, p.Holder, p.No, p.Tally, p.Message, p.BeatAt, p.RowsDone, p.BytesDone = Applying, s.id("run"), no+1, "", "", s.now(), 0, 0
		return saveProgress(ctx, tx, p)
	})
	return p, err
}

// room refuses to fill the disk up. A SQLite file lies beside the stored files unless somebody moved them; PostgreSQL keeps its own disk.
// Fault: Unavailable.
func (s *Service) room(ctx context.Context) error {
	if s.DB.Engine() != db.SQLite {
		return nil
	}
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	if files.Scarce() {
		return fault.New(fault.Unavailable, "disk-full",
			"The disk of this installation is nearly full, so no rows are taken now. Tell whoever runs it to make room; an import that has begun then goes on by itself.")
	}
	return nil
}

// alone refuses a second import beside one that is applying.
func (s *Service) alone(ctx context.Context, tx bun.Tx, client string) error {
	other, busy, err := applying(ctx, tx, client)
	if err != nil || !busy {
		return err
	}
	u, err := readUpload(ctx, tx, client, other.ImportID)
	if err != nil {
		return err
	}
	if s.stalled(other) {
		return fault.New(fault.Conflict, "import-interrupted",
			"Another import of this client was interrupted (%s, %d rows so far) and must be finished first. The running program goes on with it within seconds; "+
				"where none runs, \"ofrecord import --client NAME --resume\" does. Then apply this one; the uploaded file is kept.", u.Filename, other.RowsDone)
	}
	return fault.New(fault.Conflict, "import-running",
		"Another import of this client is being applied (%s, %d rows so far), or was stopped less than %d seconds ago. Try again when it has ended; the uploaded file is kept.",
		u.Filename, other.RowsDone, int(quiet.Seconds()))
}

// readable reads the stored file to its end, so that an import does not begin on a file that is cut off or damaged further down.
func (s *Service) readable(ctx context.Context, client, id string) error {
	var u uploadRow
	var m crm.Mapping
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if u, err = readUpload(ctx, tx, client, id); err != nil {
			return err
		}
		p, err := readProgress(ctx, tx, id)
		if err != nil {
			return err
		}
		m, err = decodeMapping(p.Mapping)
		return err
	})
	if err != nil || m.Object == "" { // without a mapping nothing begins
		return err
	}
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	f, err := files.Get(u.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	table, err := csvin.Open(f, m.Reading())
	if err != nil {
		return err
	}
	for n := 0; table.Next(); n++ {
		if n > maxRows {
			return fault.New(fault.TooLarge, "too-many-rows", "The file has more than %d rows. Split the export, for example one file a year.", maxRows)
		}
		if n%chunkRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return table.Err()
}

// finish does what is missing of an import that has begun.
func (s *Service) finish(ctx context.Context, p progressRow) error {
	made, err := s.applyRows(ctx, &p)
	var in *copied
	if err == nil {
		in, err = s.redacted(ctx, p)
	}
	var left stayed
	if err == nil {
		err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			left, err = staysAt(ctx, tx, p.ClientID, p.No)
			return err
		})
	}
	if err == nil {
		err = s.conclude(ctx, p, made, in, left)
	}
	if err == nil && in != nil {
		return s.removeUnused(ctx, in.was) // else TidyInterrupted does
	}
	if err == nil || fault.Code(err) == "import-taken-over" {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	return errors.Join(err, s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*progressRow)(nil)).Set("holder = '', message = ?", told(err)).
			Where("import_id = ? AND holder = ? AND state = ?", p.ImportID, p.Holder, Applying).Exec(ctx)
		return err
	}))
}

// applyRows writes the versions of the records of the file, and of its touches a segment beside them.
func (s *Service) applyRows(ctx context.Context, p *progressRow) (Segment, error) {
	src, g, done, err := s.ground(ctx, p)
	if err != nil {
		return Segment{}, err
	}
	whole := p.RowsDone == 0 // otherwise rows were applied whose segment went with the run that read them
	out, err := s.openSpool(ctx)
	if err != nil {
		return Segment{}, err
	}
	err = src.walk(ctx, func(ctx context.Context, c chunk) error {
		fresh, err := s.applyChunk(ctx, p, g, &done, c)
		if err == nil && whole {
			err = out.items(fresh)
		}
		return err
	})
	if err != nil || !whole {
		out.drop()
	}
	switch {
	case err != nil:
		return Segment{}, err
	case whole:
		made, err := out.end()
		made.No = p.No
		return made, err
	case done.touches() > 0:
		return s.segmentOf(ctx, p.ClientID, p.No)
	}
	return Segment{}, nil
}

// ground reads what an import needs that begins or goes on.
func (s *Service) ground(ctx context.Context, p *progressRow) (src source, g ground, done Tally, err error) {
	var row importRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if row, err = readImport(ctx, tx, p.ImportID); err != nil {
			return err
		}
		g, err = s.readGround(ctx, tx, p.ClientID, p.No)
		return err
	})
	if err != nil {
		return src, g, done, err
	}
	reads, err := decodeSideReads(row.SideReads)
	if err != nil {
		return src, g, done, err
	}
	if src, err = s.source(ctx, row.SHA256, row.Mapping, reads); err != nil {
		return src, g, done, err
	}
	src.skip, src.erasing = p.RowsDone, g.erasing
	done, err = decodeTally(p.Tally)
	done.Known = g.known[crm.Kind(row.Kind)]
	return src, g, done, err
}

// applyChunk writes the versions of a chunk in one transaction, and gives them.
func (s *Service) applyChunk(ctx context.Context, p *progressRow, g ground, done *Tally, c chunk) (fresh []item, err error) {
	if err := s.room(ctx); err != nil {
		return nil, err
	}
	var sum Tally
	next := *p
	err = s.DB.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
		var t Tally
		var err error
		if fresh, t, err = g.classify(ctx, tx, c); err != nil {
			return err
		}
		doubts, err := g.doubtMerges(ctx, tx, c, &t)
		if err != nil {
			return err
		}
		sum = done.plus(t)
		next.RowsDone, next.BytesDone, next.Tally, next.BeatAt = c.rows, c.bytes, encode(sum), s.now()
		if err := advance(ctx, tx, next); err != nil {
			return err
		}
		if err := insertRows(ctx, tx, p.ClientID, p.No, fresh); err != nil {
			return err
		}
		return insertRejects(ctx, tx, p.ImportID, slices.Concat(c.rejects, doubts))
	})
	if err != nil {
		return nil, err
	}
	*done, *p = sum, next
	s.progress(p.ImportID, c)
	return fresh, nil
}

// advance notes how far an import is, if it is still in the hands of this run.
func advance(ctx context.Context, tx bun.Tx, p progressRow) error {
	res, err := tx.NewUpdate().Model(&p).WherePK().Where("holder = ? AND state = ?", p.Holder, Applying).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fault.New(fault.Conflict, "import-taken-over", "This import is being finished by another run of the program."))
	}
	return nil
}

// conclude gives the import its number and makes it visible, with another file in the place of its own where it must not stay.
func (s *Service) conclude(ctx context.Context, p progressRow, made Segment, in *copied, left stayed) error {
	write := s.DB.Write
	if in != nil {
		write = s.DB.WriteAlone
	}
	return write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if in != nil {
			if err := s.inPlaceOf(ctx, tx, p.ClientID, in.was, in.is); err != nil {
				return err
			}
		}
		row, err := readImport(ctx, tx, p.ImportID)
		if err != nil {
			return err
		}
		t, err := decodeTally(p.Tally)
		if err != nil {
			return err
		}
		if in != nil && t.Erased == 0 && len(in.people) > 0 {
			t.Erased = int64(len(in.people))
			p.Tally = encode(t)
		}
		at := s.now()
		done := p
		done.State, done.BeatAt = Applied, at
		if err := advance(ctx, tx, done); err != nil {
			return err
		}
		result := resultRow{ImportID: p.ImportID, ClientID: p.ClientID, No: p.No, Tally: p.Tally, AppliedAt: at}
		if _, err := tx.NewInsert().Model(&result).Exec(ctx); err != nil {
			return err
		}
		if err := keepStays(ctx, tx, p.ClientID, left); err != nil {
			return err
		}
		after := map[string]any{"no": p.No, "filename": row.Filename, "sha256": row.SHA256, "kind": row.Kind, "profile": row.Profile, "object": row.Object,
			"rows": t.Rows, "new": t.New, "changed": t.Changed, "unchanged": t.Unchanged, "rejected": t.Rejected}
		if made.Rows > 0 {
			if _, err := s.addSegment(ctx, tx, p.ClientID, made); err != nil {
				return err
			}
			after["segment"] = made.SHA256
		}
		if s.AfterApply != nil {
			if err := s.AfterApply(ctx, tx, AppliedFile{Client: p.ClientID, No: p.No, ActorID: row.ActorID, At: at, Tally: t}); err != nil {
				return err
			}
		}
		_, err = journalops.Append(ctx, tx, journal.Entry{At: at, ActorID: row.ActorID, ActorName: row.ActorName, Action: string(access.EvidenceImport), Client: p.ClientID,
			Subject: journal.Subject{Kind: "import", ID: p.ImportID, Name: fmt.Sprintf("Import %d", p.No)}, Words: recordWords(row, p.No, t),
			After: journal.Snapshot(after)})
		return err
	})
}

func recordWords(row importRow, no int64, t Tally) string {
	if row.Kind == "" {
		return fmt.Sprintf("imported %s as import %d: %d rows of the side table %s", row.Filename, no, t.Rows, row.Object)
	}
	return fmt.Sprintf("imported %s as import %d: %d new, %d changed, %d unchanged, %d rows rejected", row.Filename, no, t.New, t.Changed, t.Unchanged, t.Rejected)
}
