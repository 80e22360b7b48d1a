package ops

import (
	"archive/zip"
	"context"
	"fmt"
	"io"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

const auditReadme = `This is the whole of a relationship, for whoever has to check it.

contracts/   the texts that both sides have accepted
statements/  one pack of each locked statement; each verifies by itself, offline:
             ofrecord verify FILE
record.jsonl the record of every change, one entry a line, in one hash chain; what belongs
             to others keeps only its number and fingerprints
settlement/  final settlements that both sides have accepted, as they were frozen
`

// AuditPack writes one ZIP of everything of a client's relationship that can be verified. Who may: see PackDownload, for the client as a whole.
// Faults: NotFound, Forbidden; Unavailable where the program keeps none of it.
func (s *Service) AuditPack(ctx context.Context, actor access.Actor, client string, w io.Writer) error {
	if err := access.Require(actor, access.PackDownload, access.Of(client)); err != nil {
		return err
	}
	if s.Audit == nil {
		return fault.New(fault.Unavailable, "audit", "There is nothing here from which an audit pack could be made.")
	}
	out := zip.NewWriter(w)
	add := func(name string) (io.Writer, error) {
		return out.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	}
	readme, err := add("README.txt")
	if err == nil {
		_, err = io.WriteString(readme, auditReadme)
	}
	if err == nil {
		err = s.Audit(ctx, actor, client, add)
	}
	if err == nil {
		err = s.addSettlements(ctx, actor, client, add)
	}
	if err != nil {
		return fmt.Errorf("make the audit pack of %s: %w", client, err)
	}
	return out.Close()
}

// addSettlements writes the frozen settlements, for those who may see them.
func (s *Service) addSettlements(ctx context.Context, actor access.Actor, client string, add func(string) (io.Writer, error)) error {
	if !access.Decide(actor, access.InvoiceSee, access.Of(client)).Allowed {
		return nil
	}
	agreed, _, err := s.Terms(ctx, actor, client)
	if err != nil {
		return err
	}
	for _, a := range agreed {
		settled, err := s.Settlement(ctx, actor, client, a.ID)
		if err != nil {
			return err
		}
		if settled.ClosedAt.IsZero() {
			continue
		}
		body, _ := settled.Encode()
		w, err := add("settlement/" + a.Name + ".json")
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
