package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
)

// frozen is what a statement's row holds and no one can change: it is read once and kept. Nobody writes to what is kept.
type frozen struct {
	document  fees.Document
	agreement contract.Agreement
}

// mostFrozen is how many statements are kept, about a quarter of a megabyte each.
const mostFrozen = 200

// shelf keeps the statements that were read last. Its zero value is empty.
type shelf struct {
	mu    sync.Mutex
	kept  map[string]frozen
	order []string // the oldest first
}

func (s *shelf) get(id string) (frozen, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.kept[id]
	return f, ok
}

func (s *shelf) put(id string, f frozen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]frozen{}
	}
	if _, ok := s.kept[id]; ok {
		return
	}
	if len(s.order) == mostFrozen {
		delete(s.kept, s.order[0])
		s.order = s.order[1:]
	}
	s.kept[id] = f
	s.order = append(s.order, id)
}

// frozen reads the texts of a statement and what they say.
func (s *Service) frozen(ctx context.Context, tx bun.Tx, id string) (frozen, error) {
	if f, ok := s.shelf.get(id); ok {
		return f, nil
	}
	row, err := readRow(ctx, tx, id, "id", "document", "terms")
	if err != nil {
		return frozen{}, err
	}
	var f frozen
	if err := json.Unmarshal([]byte(row.Document), &f.document); err != nil {
		return frozen{}, fmt.Errorf("read statement %s: %w", id, err)
	}
	if f.agreement, err = agreementOf(row); err != nil {
		return frozen{}, err
	}
	f.document.Issues, f.document.Statement.Lines = slices.Clip(f.document.Issues), slices.Clip(f.document.Statement.Lines)
	s.shelf.put(id, f)
	return f, nil
}
