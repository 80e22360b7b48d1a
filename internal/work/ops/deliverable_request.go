package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/work"
)

// TellRequest lets a request know that a version reached the client, or has its word, for the clocks that wait for it. A request that is over, or that the event cannot
// happen to, stays as it is: the deliverable goes on without it.
func (s *Service) TellRequest(ctx context.Context, tx bun.Tx, request, kind string, at time.Time) error {
	r, err := readRequest(ctx, tx, request)
	if err != nil {
		return err
	}
	e := Record{Event: work.Event{At: at, Kind: work.Kind(kind)}, By: access.MachineAccount, ByName: "Ofrecord"}
	if !r.State.Can(e.Kind) {
		return nil
	}
	return s.appendEvent(ctx, tx, r, e)
}

// RequestOf says to which client a request belongs, and which organisation works on it, empty for the agency. Fault: NotFound.
func (s *Service) RequestOf(ctx context.Context, tx bun.Tx, request string) (client, provider string, err error) {
	r, err := readRequest(ctx, tx, request)
	if err != nil {
		return "", "", err
	}
	return r.Client, r.State.Provider, nil
}
