package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// What is done to the evidence of a client in place, or decided of how it is kept.
const (
	actErased     = "erased"
	actHashingOn  = "hashing-on"
	actHashingOff = "hashing-off"
	actTidied     = "tidied" // the files of what was rewritten before are written anew, and nothing that was overwritten is left on the disk
)

type rewritingRow struct {
	bun.BaseModel `bun:"table:crm_rewriting"`

	ClientID  string    `bun:"client_id,pk"`
	Seq       int64     `bun:"seq,pk"`
	Act       string    `bun:"act"`
	KeyCheck  string    `bun:"key_check"`
	ActorID   string    `bun:"actor_id"`
	ActorName string    `bun:"actor_name"`
	At        time.Time `bun:"at"`
}

// rewritings are those of a client, in their order.
func rewritings(ctx context.Context, tx bun.Tx, client string) (rows []rewritingRow, err error) {
	err = tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("seq").Scan(ctx)
	return rows, err
}

// rewritten tells how often the client's evidence was rewritten in place: what was read before, and remembered, is no longer what it is.
func rewritten(ctx context.Context, tx bun.Tx, client string) (seq int64, err error) {
	err = tx.NewSelect().Model((*rewritingRow)(nil)).ColumnExpr("COALESCE(MAX(seq), 0)").
		Where("client_id = ? AND act IN (?, ?)", client, actErased, actHashingOn).Scan(ctx, &seq)
	return seq, err
}

func (s *Service) addRewriting(ctx context.Context, tx bun.Tx, actor access.Actor, client, act, check string) error {
	var last int64
	if err := tx.NewSelect().Model((*rewritingRow)(nil)).ColumnExpr("COALESCE(MAX(seq), 0)").Where("client_id = ?", client).Scan(ctx, &last); err != nil {
		return err
	}
	row := rewritingRow{ClientID: client, Seq: last + 1, Act: act, KeyCheck: check, ActorID: actor.Account, ActorName: actor.Name, At: s.now()}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil || act != actErased && act != actHashingOn {
		return err
	}
	no, err := lastNo(ctx, tx, client)
	if err != nil || no == 0 {
		return err
	}
	left, err := staysAt(ctx, tx, client, no)
	if err != nil {
		return err
	}
	return keepStays(ctx, tx, client, left)
}

// untidied is the last rewriting of a client after which the files were not written anew; ok is false when there is none.
func untidied(rows []rewritingRow) (last rewritingRow, ok bool) {
	for _, r := range rows {
		switch r.Act {
		case actErased, actHashingOn:
			last, ok = r, true
		case actTidied:
			ok = false
		}
	}
	return last, ok
}

// rewrittenTables are rewritten on the disk after something was overwritten in them.
var rewrittenTables = []string{"crm_row", "crm_upload", "crm_import", "crm_result", "crm_reject", "crm_decision", "crm_progress"}

// tidy does what follows a rewriting once it is committed: the touches of imports are written as files again, files in whose place another one stands are removed,
// and what was overwritten goes from the disk. It may be repeated, and is, when the program stopped on the way.
func (s *Service) tidy(ctx context.Context, actor access.Actor, client string) error {
	s.forgetRecent()
	err := errors.Join(s.removeArrived(ctx), s.renewSegments(ctx, actor, client), s.DB.Forget(ctx, rewrittenTables...))
	if err == nil && s.DB.Engine() == db.Postgres {
		err = s.DB.Forget(db.WithWorkspace(ctx, ""), "outbox") // on SQLite it is in the same file
	}
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := rewritings(ctx, tx, client)
		if err != nil {
			return err
		}
		if _, open := untidied(rows); !open {
			return nil
		}
		return s.addRewriting(ctx, tx, actor, client, actTidied, "")
	})
}

// removeArrived removes the files that came and in whose place others stand, unless something rests on them.
func (s *Service) removeArrived(ctx context.Context) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	var came []string
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("crm_arrival").ColumnExpr("DISTINCT sha256").OrderExpr("sha256").Scan(ctx, &came)
	})
	if err != nil {
		return err
	}
	for _, sha := range came {
		if files.Has(sha) {
			if err := s.removeUnused(ctx, sha); err != nil {
				return err
			}
		}
	}
	return nil
}

// TidyInterrupted does, in the context's workspace, what is left to do of erasures and of hashing that were interrupted after their transaction, and gives the clients.
// The program calls it at its start and now and then. What was rewritten a moment ago is left to whoever did it.
func (s *Service) TidyInterrupted(ctx context.Context) (clients []string, err error) {
	if err := s.removeArrived(ctx); err != nil {
		return nil, err
	}
	open, err := s.Untidied(ctx)
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, r := range open {
		if s.now().Sub(r.At) < tidyAfter {
			continue
		}
		by := access.Machine("", r.ActorName)
		by.Account = r.ActorID
		if err := s.tidy(ctx, by, r.Client); err != nil {
			failures = append(failures, fmt.Errorf("tidy up after what was erased of %s: %w", r.Client, err))
			continue
		}
		clients = append(clients, r.Client)
	}
	return clients, errors.Join(failures...)
}

const tidyAfter = time.Minute

// Rewriting is what was rewritten of a client's evidence, by whom and when.
type Rewriting struct {
	Client             string
	ActorID, ActorName string
	At                 time.Time
}

// Untidied lists what was rewritten in the context's workspace and of which the files still hold something. It decides no access: it is for the program and for checks of the installation.
func (s *Service) Untidied(ctx context.Context) (out []Rewriting, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []rewritingRow
		if err := tx.NewSelect().Model(&rows).OrderExpr("client_id, seq").Scan(ctx); err != nil {
			return err
		}
		out = nil
		for len(rows) > 0 {
			n := slices.IndexFunc(rows, func(r rewritingRow) bool { return r.ClientID != rows[0].ClientID })
			if n < 0 {
				n = len(rows)
			}
			if r, open := untidied(rows[:n]); open {
				out = append(out, Rewriting{r.ClientID, r.ActorID, r.ActorName, r.At})
			}
			rows = rows[n:]
		}
		return nil
	})
	return out, err
}

// keyMissing refuses work that would not know an address again.
func keyMissing() error {
	return fault.New(fault.Unavailable, "hash-key",
		"The addresses of this client are kept as hashes under a key that is not the one beside the stored files, so nothing can be matched with them. Whoever runs this installation must put the file \"key\" back where it was; then try again.")
}
