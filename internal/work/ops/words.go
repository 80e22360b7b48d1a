package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/work"
)

type wordRow struct {
	bun.BaseModel `bun:"table:request_word"`

	Word       string `bun:"word,pk"`
	Visibility string `bun:"visibility,pk"`
	Number     int64  `bun:"number,pk"`
	ClientID   string `bun:"client_id"`
}

// index makes a request found by the words of texts, for those who see them.
func (s *Service) index(ctx context.Context, tx bun.Tx, r *Request, v Visibility, texts ...string) error {
	var rows []wordRow
	for _, w := range work.SearchWords(texts...) {
		rows = append(rows, wordRow{Word: w, Visibility: string(v), Number: r.Number, ClientID: r.Client})
	}
	for len(rows) > 0 {
		some := rows[:min(len(rows), 500)]
		rows = rows[len(some):]
		if _, err := tx.NewInsert().Model(&some).On("CONFLICT (word, number, visibility) DO NOTHING").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
