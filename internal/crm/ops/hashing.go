package ops

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// hashing is how the client's addresses are kept; nil where they stay what they are. Fault: Unavailable "hash-key" when the key is not the one that was hashed with.
func (s *Service) hashing(ctx context.Context, tx bun.Tx, client string) (*crm.Hashing, error) {
	rows, err := rewritings(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	on, check := hashingOf(rows)
	if check == "" {
		return nil, nil
	}
	here, h, err := s.keyIsHere(ctx, client, check)
	if err == nil && !here {
		err = keyMissing()
	}
	if err != nil {
		return nil, err
	}
	h.KeysOnly = !on
	return h, nil
}

// hashingOf says whether addresses are hashed, and by which key; "" where none ever were.
func hashingOf(rows []rewritingRow) (on bool, check string) {
	for _, r := range rows {
		switch r.Act {
		case actHashingOn:
			on, check = true, r.KeyCheck
		case actHashingOff:
			on = false
		}
	}
	return on, check
}

// hashingWith hashes as an erasure does, with the key beside the stored files, and tells what proves that key.
func (s *Service) hashingWith(ctx context.Context, client string) (h *crm.Hashing, check string, err error) {
	files, err := s.files(ctx)
	if err != nil {
		return nil, "", err
	}
	key, err := files.Key(s.Random)
	if err != nil {
		return nil, "", err
	}
	return &crm.Hashing{Hash: func(email string) string { return keyed(key, "mail", client, email) }}, keyed(key, "check", client, "")[:16], nil
}

// keyIsHere says whether the key beside the stored files is the one that the client's addresses were hashed with, and hashes with it. It makes none.
func (s *Service) keyIsHere(ctx context.Context, client, check string) (bool, *crm.Hashing, error) {
	files, err := s.files(ctx)
	if err != nil || !files.HasKey() {
		return false, nil, err
	}
	h, is, err := s.hashingWith(ctx, client)
	return is == check, h, err
}

// hashedWords puts hashes in the place of addresses in what is told of a file, such as the name of a column that is one, where the client's are kept so.
func (s *Service) hashedWords(ctx context.Context, client string, cause error) error {
	if cause == nil || !crm.MayHoldAddress(cause.Error()) {
		return cause
	}
	var h *crm.Hashing
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		h, err = s.hashing(ctx, tx, client)
		return err
	})
	if err != nil || h == nil {
		return cmp.Or(err, cause)
	}
	var told fault.List
	for _, f := range fault.All(cause) {
		c := *f
		c.Message = h.Text(f.Message)
		told.Add(&c)
	}
	if len(told) == 0 {
		return cause
	}
	return told
}

// AddressesView is how the client's e-mail addresses are kept.
type AddressesView struct {
	Hashed    bool
	Ever      bool // they were hashed once, so what tells results apart still is
	KeyIsHere bool // the key is the one that they were hashed with
	By        string
	At        time.Time // since when; zero: from the beginning

	Waiting  int64  // uploads that are not applied and stand as they came
	IDs      int64  // contacts whose id is an address itself
	Stay     []Stay // by column, such as "touches.channel": rows in which what contracts name, hours are counted by or rows are joined by is an address
	Mappings []Stay // by column, such as "crm_import.mapping": rows of which the mapping states an address, such as a stage that is one
	Journal  int    // entries of the record of changes that tell of evidence and hold an address, such as the name of a file
	Frozen   int    // statements in which addresses are frozen
	Untidied bool   // the files were not written anew after a rewriting
}

// Addresses tells how the client's e-mail addresses are kept. Who: EvidenceSee.
func (s *Service) Addresses(ctx context.Context, actor access.Actor, client string) (out AddressesView, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = AddressesView{}
		rows, err := rewritings(ctx, tx, client)
		if err != nil {
			return err
		}
		var check string
		out.Hashed, check = hashingOf(rows)
		out.Ever, out.KeyIsHere = check != "", true
		_, out.Untidied = untidied(rows)
		for _, r := range rows {
			if r.Act == actHashingOn || r.Act == actHashingOff {
				out.By, out.At = r.ActorName, r.At
			}
		}
		if out.Ever {
			if out.KeyIsHere, _, err = s.keyIsHere(ctx, client, check); err != nil {
				return err
			}
		}
		return s.remaining(ctx, tx, client, &out)
	})
	return out, err
}

// remaining counts where addresses stand that hashing does not reach.
func (s *Service) remaining(ctx context.Context, tx bun.Tx, client string, out *AddressesView) (err error) {
	out.Waiting, err = tx.NewSelect().Model((*progressRow)(nil)).Where("client_id = ? AND state <> ?", client, Applied).Count(ctx)
	if err != nil {
		return err
	}
	no, err := lastNo(ctx, tx, client)
	if err != nil {
		return err
	}
	found, err := staysAt(ctx, tx, client, no)
	if err != nil {
		return err
	}
	if out.Mappings, err = mappingsHolding(ctx, tx, client); err != nil {
		return err
	}
	if out.IDs, out.Stay, out.Journal = found.IDs, found.stays(), found.Journal; s.Frozen == nil {
		return nil
	}
	out.Frozen, err = s.Frozen(ctx, tx, client, "address", holdsAddress)
	return err
}

// Hashed is what became of the evidence when hashing was switched on.
type Hashed struct {
	Rows  int64 // of evidence, in all their versions
	Notes int64 // problems, samples, decisions
	Files int   // stored files that were replaced
}

// HashAddresses keeps the client's e-mail addresses as keyed hashes from now on, and puts hashes in the place of those that are there already: in all versions of all rows,
// in what imports noted and in stored files. It cannot be undone. It may be repeated: what an interrupted one left is then done. No amount, credit or statement changes. Who:
// EvidenceErase. Faults: Conflict beside an import of the client; Unavailable "hash-key" when addresses were hashed with another key before.
func (s *Service) HashAddresses(ctx context.Context, actor access.Actor, client string) (out Hashed, err error) {
	if err := access.Require(actor, access.EvidenceErase, access.Of(client)); err != nil {
		return out, err
	}
	files, err := s.files(ctx)
	if err != nil {
		return out, err
	}
	ctx = context.WithoutCancel(ctx)
	err = s.DB.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.alone(ctx, tx, client); err != nil {
			return err
		}
		if _, err := s.hashing(ctx, tx, client); err != nil { // by another key
			return err
		}
		h, check, err := s.hashingWith(ctx, client)
		if err != nil {
			return err
		}
		if out, err = s.hashAll(ctx, tx, client, files, h); err != nil {
			return err
		}
		if err := s.addRewriting(ctx, tx, actor, client, actHashingOn, check); err != nil {
			return err
		}
		return s.noteHashing(ctx, tx, actor, client, true,
			fmt.Sprintf("keeps e-mail addresses as keyed hashes from now on; hashed those of %d rows of evidence, %d notes and %d files", out.Rows, out.Notes, out.Files))
	})
	if err != nil {
		return out, err
	}
	return out, s.tidy(ctx, actor, client)
}

// addressed is the condition that a column may hold an address, also as links write it; it spares the reading of all else.
func addressed(column string) string {
	return "(" + column + " LIKE '%@%' OR " + column + " LIKE '%!%%40%' ESCAPE '!')"
}

// hashAll hashes what is there.
func (s *Service) hashAll(ctx context.Context, tx bun.Tx, client string, files *blob.Store, h *crm.Hashing) (out Hashed, err error) {
	for _, k := range crm.Kinds() {
		where := addressed("body")
		if k == crm.KindContact { // what is in the column of addresses is one, whatever it looks like
			where = ""
		}
		n, err := s.rewriteRows(ctx, tx, client, k, where, nil, h.Record)
		if err != nil {
			return out, err
		}
		out.Rows += n
	}
	for _, n := range noted {
		changed, err := s.rewriteNote(ctx, tx, n, client, addressed(n.column), nil, h.Text)
		if err != nil {
			return out, err
		}
		out.Notes += changed
	}
	changed, err := s.rewriteDecisions(ctx, tx, client, h.Record)
	if err != nil {
		return out, err
	}
	out.Notes += changed
	done, err := s.rewriteFiles(ctx, tx, client, files, redactor{hashing: h, keep: map[string]bool{}})
	out.Files = replaced(done)
	return out, err
}

// KeepAddresses keeps the addresses of later imports as they come. What was hashed stays hashed until the CRM exports it again, and what tells results apart is hashed
// for ever, or a result and its repetition would no longer be one. Who: EvidenceErase. Fault: Conflict beside an import of the client.
func (s *Service) KeepAddresses(ctx context.Context, actor access.Actor, client string) error {
	if err := access.Require(actor, access.EvidenceErase, access.Of(client)); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.alone(ctx, tx, client); err != nil {
			return err
		}
		rows, err := rewritings(ctx, tx, client)
		if err != nil {
			return err
		}
		if on, _ := hashingOf(rows); !on {
			return nil
		}
		if err := s.addRewriting(ctx, tx, actor, client, actHashingOff, ""); err != nil {
			return err
		}
		return s.noteHashing(ctx, tx, actor, client, false, "keeps e-mail addresses of later imports as they come; those that were hashed stay so")
	})
}

func (s *Service) noteHashing(ctx context.Context, tx bun.Tx, actor access.Actor, client string, on bool, words string) error {
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: string(access.EvidenceErase), Client: client,
		Subject: journal.Subject{Kind: "evidence", ID: client, Name: "E-mail addresses"}, Words: words,
		Before: journal.Snapshot(map[string]any{"hashed": !on}), After: journal.Snapshot(map[string]any{"hashed": on})}))
	return err
}

// ForeignKeys are the clients of the context's workspace whose addresses were hashed with another key than that which is beside the stored files. It decides no access: it is for checks
// of the installation.
func (s *Service) ForeignKeys(ctx context.Context) (clients []string, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var all []string
		if err := tx.NewSelect().Model((*rewritingRow)(nil)).ColumnExpr("DISTINCT client_id").Where("act = ?", actHashingOn).OrderExpr("client_id").Scan(ctx, &all); err != nil {
			return err
		}
		clients = nil
		for _, client := range all {
			_, err := s.hashing(ctx, tx, client)
			switch {
			case fault.Code(err) == "hash-key":
				clients = append(clients, client)
			case err != nil:
				return err
			}
		}
		return nil
	})
	return clients, err
}
