package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Filter narrows the record. A zero field does not narrow.
type Filter struct {
	Client      string
	ActorID     string
	Action      string
	SubjectKind string
	SubjectID   string
	From        time.Time // inclusive
	To          time.Time // exclusive
}

// Page is a window of the list, newest first. Numbers begin at 1.
type Page struct {
	Number int64
	Size   int64 // 50 when zero, 500 at most
}

// Listed is one page of the record and how many entries there are in all.
type Listed struct {
	Entries []journal.Entry
	Total   int64
}

// Choices are the people, actions and kinds of subjects that occur in what the actor may see.
type Choices struct {
	People   []Person
	Actions  []string
	Subjects []string
}

// Person is somebody who acted.
type Person struct {
	ID   string
	Name string
}

// List gives the entries the actor may see, newest first: a client's people those of their client that are not internal, the agency's
// those of the clients they work for, those that cover all clients also what concerns the workspace.
// Faults: Forbidden, or NotFound for a client out of reach.
func (s *Service) List(ctx context.Context, actor access.Actor, filter Filter, page Page) (Listed, error) {
	if err := mayRead(actor, filter); err != nil {
		return Listed{}, err
	}
	size := page.Size
	if size <= 0 {
		size = 50
	}
	size = min(size, 500)
	var out Listed
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []entryRow
		total, err := visible(tx.NewSelect().Model(&rows), actor, filter).
			OrderExpr("seq DESC").Limit(size).Offset(size * max(0, page.Number-1)).ScanAndCount(ctx)
		for _, r := range rows {
			out.Entries = append(out.Entries, r.entry())
		}
		out.Total = total
		return err
	})
	if err != nil {
		return Listed{}, fmt.Errorf("list the journal: %w", err)
	}
	return out, nil
}

// Choices lists what the filter's fields can be set to within the client of the filter. Faults as List.
func (s *Service) Choices(ctx context.Context, actor access.Actor, client string) (Choices, error) {
	filter := Filter{Client: client}
	if err := mayRead(actor, filter); err != nil {
		return Choices{}, err
	}
	var out Choices
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := visible(tx.NewSelect().Model((*entryRow)(nil)), actor, filter).
			ColumnExpr("actor_id AS id, MAX(actor_name) AS name").GroupExpr("actor_id").OrderExpr("name").Scan(ctx, &out.People); err != nil {
			return err
		}
		if err := visible(tx.NewSelect().Model((*entryRow)(nil)), actor, filter).
			ColumnExpr("DISTINCT action").OrderExpr("action").Scan(ctx, &out.Actions); err != nil {
			return err
		}
		return visible(tx.NewSelect().Model((*entryRow)(nil)), actor, filter).
			ColumnExpr("DISTINCT subject_kind").OrderExpr("subject_kind").Scan(ctx, &out.Subjects)
	})
	if err != nil {
		return Choices{}, fmt.Errorf("list who and what is in the journal: %w", err)
	}
	return out, nil
}

// About gives what is recorded about the subjects of a kind, by their ids, from the oldest entry. Entries that somebody made unreadable beside
// the program are left out: Verify finds them.
func About(ctx context.Context, tx bun.Tx, kind string) (map[string][]journal.Entry, error) {
	out := map[string][]journal.Entry{}
	entries := tx.NewSelect().Model((*entryRow)(nil)).Where("subject_kind = ?", kind).OrderExpr("seq ASC")
	err := db.EachRow(ctx, entries, func(row entryRow, unreadable error) error {
		if unreadable == nil {
			out[row.SubjectID] = append(out[row.SubjectID], row.entry())
		}
		return nil
	})
	return out, err
}

// Each hands over the entries List would give, oldest first, one at a time, for a download: those that were there when it began, however long
// the reader takes, who holds no connection meanwhile. It stops at the first error of the function.
func (s *Service) Each(ctx context.Context, actor access.Actor, filter Filter, each func(journal.Entry) error) error {
	if err := mayRead(actor, filter); err != nil {
		return err
	}
	return s.inPages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return visible(q, actor, filter) }, each)
}

// Export hands over the whole chain, oldest first; entries the actor may not read come as stubs, so that the chain verifies for everybody
// who sees any of the record. Faults: Forbidden.
func (s *Service) Export(ctx context.Context, actor access.Actor, each func(journal.Entry) error) error {
	if err := access.Require(actor, access.RecordVerify, access.Scope{}); err != nil {
		return err
	}
	whole := func(q *bun.SelectQuery) *bun.SelectQuery { return q }
	return s.inPages(ctx, whole, func(e journal.Entry) error {
		if !access.Decide(actor, access.RecordSee, access.Scope{Client: e.Client, Internal: e.Internal}).Allowed {
			e = journal.Withhold(e)
		}
		return each(e)
	})
}

// exportPage is how many entries one transaction reads for a download.
const exportPage = 500

// inPages hands over the narrowed entries from the oldest up to the head it finds at first, each page after its transaction has ended: who
// reads slowly keeps no connection from others. Entries are only ever appended, so the pages together are the record as it stood.
func (s *Service) inPages(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery, each func(journal.Entry) error) error {
	var head journal.Head
	if err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		head, err = readHead(ctx, tx)
		return err
	}); err != nil {
		return fmt.Errorf("read the head of the journal: %w", err)
	}
	for last := int64(0); last < head.Seq; {
		var rows []entryRow
		if err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			rows = nil
			return narrow(tx.NewSelect().Model(&rows)).Where("seq > ? AND seq <= ?", last, head.Seq).OrderExpr("seq ASC").Limit(exportPage).Scan(ctx)
		}); err != nil {
			return fmt.Errorf("read the journal after %d: %w", last, err)
		}
		for _, r := range rows {
			if err := each(r.entry()); err != nil {
				return err
			}
		}
		if len(rows) < exportPage {
			return nil
		}
		last = rows[len(rows)-1].Seq
	}
	return nil
}

// mayRead refuses a client out of reach; without a client the actor needs one within reach at least.
func mayRead(actor access.Actor, filter Filter) error {
	if reach := access.Reachable(actor, access.RecordSee); filter.Client == "" && (reach.All || len(reach.Clients) > 0) {
		return nil
	}
	return access.Require(actor, access.RecordSee, access.Of(filter.Client))
}

func visible(q *bun.SelectQuery, actor access.Actor, f Filter) *bun.SelectQuery {
	if internal := access.InternalReach(actor, access.RecordSee); !internal.All {
		reach := access.Reachable(actor, access.RecordSee)
		q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			q = q.Where("internal = ? AND client_id IN (?)", false, bun.List(atLeastOne(reach.Clients)))
			return q.WhereOr("client_id IN (?)", bun.List(atLeastOne(internal.Clients)))
		})
	}
	for column, value := range map[string]string{
		"client_id": f.Client, "actor_id": f.ActorID, "action": f.Action, "subject_kind": f.SubjectKind, "subject_id": f.SubjectID,
	} {
		if value != "" {
			q = q.Where("? = ?", bun.Ident(column), value)
		}
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", f.To.UTC())
	}
	return q
}

// atLeastOne keeps IN () from being empty, which SQL does not allow. No client has this id.
func atLeastOne(ids []string) []string {
	if len(ids) == 0 {
		return []string{"-"}
	}
	return ids
}
