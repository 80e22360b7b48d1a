package ops

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
)

// RequestNamed is the name, "R-12", of the client's request that somebody means by its id or number; empty when there is none that the actor sees.
func (s *Service) RequestNamed(ctx context.Context, tx bun.Tx, actor access.Actor, client, text string) (string, error) {
	id, err := requestMeant(ctx, tx, client, text)
	if err != nil {
		return "", err
	}
	var numbers []int64
	q := tx.NewSelect().TableExpr("request_state AS st").ColumnExpr("st.number").Where("st.request_id = ? AND st.client_id = ?", id, client)
	if err := sightOf(actor, client).narrow(q).Scan(ctx, &numbers); err != nil || len(numbers) == 0 {
		return "", err
	}
	return "R-" + strconv.FormatInt(numbers[0], 10), nil
}
