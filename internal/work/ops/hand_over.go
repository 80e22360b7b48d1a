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
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

type handedRow struct {
	bun.BaseModel `bun:"table:request_handed"`

	ClientID string    `bun:"client_id,pk"`
	Month    string    `bun:"month,pk"`
	Seq      int64     `bun:"seq,pk"`
	SHA256   string    `bun:"sha256"`
	Misses   int64     `bun:"misses"`
	Excused  int64     `bun:"excused"`
	Known    int64     `bun:"known"` // words of the client that the file knows of
	At       time.Time `bun:"at"`
	ByID     string    `bun:"by_id"`
	ByName   string    `bun:"by_name"`
}

// Handed is when misses of a month became evidence, and what was said then.
type Handed struct {
	Misses  int64
	Excused int64
	At      time.Time
	ByName  string
	sha256  string
	known   int64
	seq     int64
}

// handedOf is the last file that was handed over of a month, and how many words the client has said on its misses.
func handedOf(ctx context.Context, tx bun.Tx, client string, m cal.Month) (*Handed, int64, error) {
	said, err := tx.NewSelect().Model((*excuseRow)(nil)).Where("client_id = ? AND month = ?", client, m.String()).Count(ctx)
	if err != nil {
		return nil, 0, err
	}
	var rows []handedRow
	if err := tx.NewSelect().Model(&rows).Where("client_id = ? AND month = ?", client, m.String()).OrderExpr("seq DESC").Limit(1).Scan(ctx); err != nil || len(rows) == 0 {
		return nil, int64(said), err
	}
	r := rows[0]
	return &Handed{r.Misses, r.Excused, r.At.UTC(), r.ByName, r.SHA256, r.Known, r.Seq}, int64(said), nil
}

// Behind says that the evidence tells otherwise of the month than what stands here.
func (m Month) Behind() bool { return m.Handed != nil && m.Handed.sha256 != sum(m.File()) }

func sum(file []byte) string {
	h := sha256.Sum256(file)
	return hex.EncodeToString(h[:])
}

// HandedFrom is the instant from which the misses of a month are handed over: a day after its end, when it is over everywhere.
func HandedFrom(m cal.Month) time.Time { return m.Next().First().Start(time.UTC).Add(24 * time.Hour) }

// HandOverMisses gives the misses of a month to the evidence, from which the fee rules take service credits. Doing it again changes nothing, but where something
// was excused since: then the evidence has a newer version of it, and keeps the one before. Who may: see EvidenceImport. Faults: NotFound, Forbidden; Conflict for
// a month that is not over or that has no miss.
func (s *Service) HandOverMisses(ctx context.Context, actor access.Actor, client string, m cal.Month) (n int, err error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return 0, err
	}
	month, err := s.Compliance(ctx, actor, client, m)
	if err != nil {
		return 0, err
	}
	switch {
	case s.HandOver == nil:
		return 0, fault.New(fault.Unavailable, "no-evidence", "This installation keeps no evidence that it could be handed to.")
	case s.now().Before(HandedFrom(m)):
		return 0, fault.New(fault.Conflict, "month-runs", "%s is not over; its misses are handed over when it is.", m.Words())
	case len(month.Misses) == 0:
		return 0, fault.New(fault.Conflict, "no-misses", "The agency missed no promise in %s; there is nothing to hand over.", m.Words())
	}
	return len(month.Misses), s.handOver(ctx, actor, client, month)
}

func (s *Service) handOver(ctx context.Context, actor access.Actor, client string, month Month) error {
	m, file := month.Month, month.File()
	if err := s.HandOver(ctx, actor, client, "sla_misses-"+m.String()+".csv", file); err != nil {
		return fmt.Errorf("hand over the misses of %s: %w", m, err)
	}
	row := handedRow{ClientID: client, Month: m.String(), SHA256: sum(file), Misses: int64(len(month.Misses)), Known: month.said, At: s.now(), ByID: actor.Account, ByName: actor.Name}
	for _, x := range month.Misses {
		if x.Excused != "" {
			row.Excused++
		}
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		last, _, err := handedOf(ctx, tx, client, m)
		if err != nil {
			return err
		}
		words := fmt.Sprintf("handed %d missed promises of %s to the evidence, %d of them excused", row.Misses, m.Words(), row.Excused)
		row.Seq = 1
		if last != nil {
			if last.sha256 == row.SHA256 && last.known >= row.Known {
				return nil
			}
			row.Seq = last.seq + 1
			words = fmt.Sprintf("corrected the missed promises of %s in the evidence: %d of %d are excused, %d were", m.Words(), row.Excused, row.Misses, last.Excused)
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: row.At, Action: "request.misses", Client: client,
			Subject: journal.Subject{Kind: "misses", ID: m.String(), Name: "Missed promises of " + m.Words()}, Words: words}))
		return err
	})
}

// correct hands over anew what was handed over of a month before the client excused something of it. It acts for the program: whoever excuses a miss decides
// what the evidence has to say, and need not be who may import.
func (s *Service) correct(ctx context.Context, client string, m cal.Month) error {
	if s.HandOver == nil {
		return nil
	}
	var month Month
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		month, err = s.month(ctx, tx, client, m)
		return err
	})
	if err != nil || month.Handed == nil || month.Handed.known >= month.said {
		return err
	}
	workspace, _ := db.Workspace(ctx)
	return s.handOver(ctx, access.Machine(workspace, "Ofrecord"), client, month)
}

// correctAll corrects what was excused since it was handed over.
func (s *Service) correctAll(ctx context.Context) error {
	var behind []struct {
		ClientID string `bun:"client_id"`
		Month    string `bun:"month"`
	}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		said := tx.NewSelect().TableExpr("request_excuse AS e").ColumnExpr("COUNT(*)").Where("e.client_id = h.client_id AND e.month = h.month")
		return tx.NewSelect().TableExpr("request_handed AS h").ColumnExpr("h.client_id, h.month").GroupExpr("h.client_id, h.month").
			Having("MAX(h.known) < (?)", said).OrderExpr("h.client_id, h.month").Scan(ctx, &behind)
	})
	if err != nil {
		return err
	}
	for _, b := range behind {
		m, err := cal.ParseMonth(b.Month)
		if err != nil {
			return err
		}
		if err := s.correct(ctx, b.ClientID, m); err != nil {
			return err
		}
	}
	return nil
}
