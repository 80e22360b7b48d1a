package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Delivered is what became evidence, and what waits.
type Delivered struct {
	Entries int   // that became evidence now
	Import  int64 // the number of the newest import of time; 0: none
	Waiting int   // files that are still to be delivered
	Why     string
}

// HandOver is a file of time that became evidence, or waits to.
type HandOver struct {
	ID       string
	No       int
	Filename string
	Entries  int
	At       time.Time
	By       string
	Import   int64 // 0: it waits

	Tries int       // that failed while it waits
	Tried time.Time // the last of them
	Again time.Time // when it is tried by itself
	Why   string    // the last one failed
}

// handOver writes down the file of what is approved in locked months and was not handed over yet. Nothing new makes no file.
func (d *desk) handOver(ctx context.Context, tx bun.Tx, client string) error {
	var rows []approvedRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).
		Where("EXISTS (SELECT 1 FROM time_lock AS l WHERE l.client_id = approved_row.client_id AND l.month = SUBSTR(approved_row.worked_on, 1, 7))").
		Where("NOT EXISTS (SELECT 1 FROM time_handed AS h WHERE h.entry_id = approved_row.entry_id)").
		OrderExpr("worked_on, evidence_id, at, entry_id").Scan(ctx)
	if err != nil {
		return fmt.Errorf("read what is to be handed over: %w", err)
	}
	newest, err := newestOf(ctx, tx, rows)
	if err != nil {
		return err
	}
	var file []timesheet.Handed
	for _, h := range newest {
		known, err := handedBefore(ctx, tx, h.Evidence)
		if err != nil {
			return err
		}
		if known || !h.Gone() {
			file = append(file, h)
		}
	}
	if len(file) == 0 {
		return nil
	}
	return d.write(ctx, tx, client, rows, file)
}

// newestOf are the entries of approvals, of those of one row of the evidence the one that no other corrects.
func newestOf(ctx context.Context, tx bun.Tx, rows []approvedRow) ([]timesheet.Handed, error) {
	corrected := map[string]bool{}
	for _, r := range rows {
		corrected[r.Corrects] = true
	}
	var out []timesheet.Handed
	for _, r := range rows {
		if corrected[r.EntryID] {
			continue
		}
		e, err := readEntry(ctx, tx, r.EntryID)
		if err != nil {
			return nil, err
		}
		out = append(out, timesheet.Handed{Evidence: r.EvidenceID, Entry: e.entry()})
	}
	return out, nil
}

// handedBefore reports whether the evidence has been told of the row.
func handedBefore(ctx context.Context, tx bun.Tx, evidence string) (bool, error) {
	return tx.NewSelect().Model((*approvedRow)(nil)).Where("evidence_id = ?", evidence).
		Where("EXISTS (SELECT 1 FROM time_handed AS h WHERE h.entry_id = approved_row.entry_id)").Exists(ctx)
}

func (d *desk) write(ctx context.Context, tx bun.Tx, client string, rows []approvedRow, file []timesheet.Handed) error {
	no, err := tx.NewSelect().Model((*handOverRow)(nil)).Where("client_id = ?", client).Count(ctx)
	if err != nil {
		return err
	}
	body := timesheet.HandOverFile(file)
	sum := sha256.Sum256(body)
	h := handOverRow{ID: d.id("tho"), ClientID: client, No: int(no) + 1, Filename: fmt.Sprintf("time-%d.csv", no+1), File: string(body), SHA256: hex.EncodeToString(sum[:]), Entries: len(file),
		At: d.at, ByID: d.actor.Account, ByName: d.actor.Name}
	if _, err := tx.NewInsert().Model(&h).Exec(ctx); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := tx.NewInsert().Model(&handedRow{EntryID: r.EntryID, HandOverID: h.ID}).Exec(ctx); err != nil {
			return err
		}
	}
	e := journal.Entry{At: d.at, Action: string(access.TimeLock), Client: client, Subject: journal.Subject{Kind: "time", ID: client, Name: h.Filename},
		Words: fmt.Sprintf("handed %d time entries over to the evidence as %s (SHA-256 %s)", h.Entries, h.Filename, h.SHA256)}
	_, err = journalops.Append(ctx, tx, journalops.By(d.actor, e))
	return err
}

// HandOverNow hands over what was approved since in locked months, such as late entries and corrections. Who may: see TimeLock. Faults: NotFound, Forbidden.
func (s *Service) HandOverNow(ctx context.Context, actor access.Actor, client string) (Delivered, error) {
	if err := access.Require(actor, access.TimeLock, access.Of(client)); err != nil {
		return Delivered{}, err
	}
	if _, err := s.Parties.Client(ctx, actor, client); err != nil {
		return Delivered{}, err
	}
	err := s.write(ctx, func(ctx context.Context, tx bun.Tx) error { return s.desk(actor).handOver(ctx, tx, client) })
	if err != nil {
		return Delivered{}, err
	}
	return s.Deliver(ctx, actor, client)
}

// Deliver makes the files that wait evidence, in their order, and stops at the first that fails: it tells why, and that is no error of its own. Delivering again does nothing
// twice. Who may: see TimeLock.
func (s *Service) Deliver(ctx context.Context, actor access.Actor, client string) (Delivered, error) {
	if err := access.Require(actor, access.TimeLock, access.Of(client)); err != nil {
		return Delivered{}, err
	}
	var out Delivered
	waiting, err := s.waiting(ctx, client)
	if err != nil {
		return out, err
	}
	for i, h := range waiting {
		if s.HandOver == nil {
			out.Waiting, out.Why = len(waiting)-i, "This installation does not take time into the evidence."
			return out, nil
		}
		no, err := s.HandOver(ctx, actor, client, h.Filename, []byte(h.File))
		if err != nil {
			if done, doneErr := s.deliveredMeanwhile(ctx, h.ID); doneErr == nil && done > 0 {
				out.Entries, out.Import = out.Entries+h.Entries, done
				continue
			}
			if ctx.Err() == nil {
				if err := s.failed(ctx, h.ID, err); err != nil {
					return out, err
				}
			}
			if ctx.Err() != nil || len(fault.All(err)) == 0 {
				return out, fmt.Errorf("hand over %s of %s: %w", h.Filename, client, err)
			}
			out.Waiting, out.Why = len(waiting)-i, fault.All(err)[0].Message
			return out, nil
		}
		err = s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewInsert().Model(&doneRow{HandOverID: h.ID, ImportNo: no, At: s.now()}).Exec(ctx)
			return err
		})
		if err != nil && fault.Code(err) != "time_hand_over_done_pk" { // else somebody delivered the same file meanwhile
			return out, err
		}
		out.Entries, out.Import = out.Entries+h.Entries, no
	}
	return out, nil
}

// deliveredMeanwhile is the import that somebody else made of the file; 0 when nobody has.
func (s *Service) deliveredMeanwhile(ctx context.Context, handOver string) (no int64, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model((*doneRow)(nil)).ColumnExpr("COALESCE(MAX(import_no), 0)").Where("hand_over_id = ?", handOver).Scan(ctx, &no)
	})
	return no, err
}

// waiting are the files of a client that are not evidence yet, in order.
func (s *Service) waiting(ctx context.Context, client string) (rows []handOverRow, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		return tx.NewSelect().Model(&rows).Where("client_id = ?", client).
			Where("NOT EXISTS (SELECT 1 FROM time_hand_over_done AS d WHERE d.hand_over_id = hand_over_row.id)").OrderExpr("no").Scan(ctx)
	})
	return rows, err
}

// handOvers are the files of a client, the newest first.
func handOvers(ctx context.Context, tx bun.Tx, client string) ([]HandOver, error) {
	var rows []handOverRow
	if err := tx.NewSelect().Model(&rows).ExcludeColumn("file").Where("client_id = ?", client).OrderExpr("no DESC").Scan(ctx); err != nil {
		return nil, err
	}
	var done []doneRow
	if err := tx.NewSelect().Model(&done).Where("EXISTS (SELECT 1 FROM time_hand_over AS h WHERE h.id = done_row.hand_over_id AND h.client_id = ?)", client).Scan(ctx); err != nil {
		return nil, err
	}
	imports := map[string]int64{}
	for _, d := range done {
		imports[d.HandOverID] = d.ImportNo
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	tries, err := readTries(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]HandOver, len(rows))
	for i, r := range rows {
		out[i] = HandOver{ID: r.ID, No: r.No, Filename: r.Filename, Entries: r.Entries, At: r.At.UTC(), By: r.ByName, Import: imports[r.ID]}
		if t, failed := tries[r.ID]; failed && out[i].Import == 0 {
			out[i].Tries, out[i].Tried, out[i].Again, out[i].Why = int(t.Tries), t.At.UTC(), t.again(), t.Why
		}
	}
	return out, nil
}
