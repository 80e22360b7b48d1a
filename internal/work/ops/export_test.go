package ops

import (
	"context"
	"reflect"

	"github.com/uptrace/bun"
)

// Underived tells of a request whose kept state is not what its events say; "" when it is.
func (s *Service) Underived(ctx context.Context, id string) (said string, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		r, err := readRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		var state stateRow
		if err := tx.NewSelect().Model(&state).Where("request_id = ?", id).Scan(ctx); err != nil {
			return err
		}
		want, clocks, err := s.derived(ctx, tx, r, s.now())
		if err != nil {
			return err
		}
		state.OpenedAt, state.MovedAt = state.OpenedAt.UTC(), state.MovedAt.UTC()
		if !reflect.DeepEqual(state, want) {
			said = "state"
		}
		var kept []clockRow
		if err := tx.NewSelect().Model(&kept).Where("request_id = ?", id).Scan(ctx); err != nil {
			return err
		}
		if len(kept) != len(clocks) {
			said = "clocks"
		}
		return nil
	})
	return said, err
}
