package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
)

// Overview is what the evidence of a client holds as of an import.
type Overview struct {
	AsOf   int64
	Latest int64
	Kinds  []KindCount
	Issues []crm.Issue // of crm.Hygiene, over the evidence that statements are computed on
}

// KindCount is how many records of a kind there are, and the newest import that had some.
type KindCount struct {
	Kind   crm.Kind
	Count  int64
	Import Import // zero when there is none
}

// Overview counts the records of every kind and checks them, as of import n (0: the newest), days being those of the zone and issues weighed
// by what the contract says (nil while there is none). Who: EvidenceSee. Fault: NotFound.
func (s *Service) Overview(ctx context.Context, actor access.Actor, client string, n int64, zone *time.Location, by *crm.Weighing) (out Overview, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if out.AsOf, out.Latest, err = asOf(ctx, tx, client, n); err != nil {
			return err
		}
		counts, err := known(ctx, tx, client, out.AsOf+1)
		if err != nil {
			return err
		}
		for _, k := range crm.Kinds() {
			c := KindCount{Kind: k, Count: counts[k]}
			if c.Import, err = newestOf(ctx, tx, client, k, out.AsOf); err != nil {
				return err
			}
			out.Kinds = append(out.Kinds, c)
		}
		out.Issues, err = s.issues(ctx, tx, client, out.AsOf, zone, by)
		return err
	})
	return out, err
}

// newestOf is the newest import of the kind's own files; zero when there is none.
func newestOf(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64) (Import, error) {
	list, err := applied(ctx, tx, "r.client_id = ? AND i.kind = ? AND r.no <= ? ORDER BY r.no DESC LIMIT 1", client, string(k), no)
	if err != nil || len(list) == 0 {
		return Import{}, err
	}
	return list[0], nil
}

// Hygiene checks the evidence as Overview does. Touches are checked as far as EvidenceAt reads them. The caller does not change
// the list: it is shared. Who: EvidenceSee.
func (s *Service) Hygiene(ctx context.Context, actor access.Actor, client string, n int64, zone *time.Location, by *crm.Weighing) (issues []crm.Issue, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		no, _, err := asOf(ctx, tx, client, n)
		if err != nil {
			return err
		}
		issues, err = s.issues(ctx, tx, client, no, zone, by)
		return err
	})
	return issues, err
}

func (s *Service) issues(ctx context.Context, tx bun.Tx, client string, no int64, zone *time.Location, by *crm.Weighing) ([]crm.Issue, error) {
	key, err := recentOf(ctx, tx, client, no)
	if err != nil {
		return nil, err
	}
	key.zone, key.weighed = zone.String(), by != nil
	if by != nil {
		key.by = *by
	}
	if found, ok := s.recentIssues.get(key); ok {
		return found, nil
	}
	e, err := EvidenceAt(ctx, tx, client, no)
	if err != nil {
		return nil, err
	}
	found := crm.Hygiene(&e.Snapshot, zone, by)
	s.recentIssues.put(key, found, recentLimit)
	return found, nil
}
