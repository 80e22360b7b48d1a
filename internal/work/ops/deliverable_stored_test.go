package ops_test

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// heldToTheRecord wants a deliverable to hold, and each change of it behind the program's back to be found. It is left as it was.
func (s *studio) heldToTheRecord(id string) {
	s.t.Helper()
	holds := func(name string, want int) {
		s.t.Helper()
		err := s.DB.Read(s.ctx, func(ctx context.Context, tx bun.Tx) error {
			held, altered, err := ops.VerifyDeliverables(ctx, tx)
			if held != want || (len(altered) == 0) != (want == 1) {
				s.t.Errorf("%s: %d hold, altered %v", name, held, altered)
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	alter := func(attack string) {
		s.t.Helper()
		err := s.DB.Write(s.ctx, func(ctx context.Context, tx bun.Tx) error {
			if err := dbtest.Unprotect(ctx, tx, "deliverable_event", "deliverable_acceptance"); err != nil {
				return err
			}
			_, err := tx.Tx.ExecContext(ctx, attack)
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	holds("untouched", 1)
	alter("UPDATE deliverable_acceptance SET version = version + 10")
	holds("another version is accepted", 0)
	alter("UPDATE deliverable_acceptance SET version = version - 10")
	holds("as it was", 1)
	alter("UPDATE deliverable_event SET step = 'rejected' WHERE step = 'approved'")
	holds("approved becomes rejected", 0)
	alter("UPDATE deliverable_event SET step = 'approved' WHERE step = 'rejected'")
	holds("as it was", 1)
}
