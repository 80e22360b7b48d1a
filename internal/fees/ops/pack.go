package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
)

// Pack is the statement to hand out: with everything that it was computed from, and what happened to it. Who may: see PackDownload.
// Faults: NotFound, Forbidden.
func (s *Service) Pack(ctx context.Context, actor access.Actor, id string) (pack.Pack, error) {
	var out pack.Pack
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.admit(ctx, tx, actor, access.PackDownload, id); err != nil {
			return err
		}
		st, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		row, err := readRow(ctx, tx, id, "id", "terms", "facts")
		if err != nil {
			return err
		}
		files, err := row.files()
		if err != nil {
			return err
		}
		out = pack.Pack{ID: st.ID, Revision: st.Revision, Terms: st.Terms, Events: st.Events,
			Frozen: pack.Frozen{Document: st.Document, Inputs: files, Hash: st.Hash}}
		return nil
	})
	if err != nil {
		return pack.Pack{}, fmt.Errorf("pack statement %s: %w", id, err)
	}
	return out, nil
}
