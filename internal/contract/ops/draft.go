package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Draft is the working text with its contract. Where none is saved it has revision 0 and a text to begin with: the last withdrawn
// proposal, else the accepted text with the next number, else the template. Who may: see ContractEdit. Faults: NotFound, Forbidden.
func (s *Service) Draft(ctx context.Context, actor access.Actor, contractID string) (Contract, Draft, error) {
	var c Contract
	var d Draft
	var saved bool
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if c, err = seen(ctx, tx, actor, access.ContractEdit, contractID); err != nil {
			return err
		}
		d, saved, err = readDraft(ctx, tx, contractID)
		return err
	})
	if err != nil {
		return Contract{}, Draft{}, err
	}
	if saved {
		return c, d, nil
	}
	d = Draft{Contract: c.ID}
	if d.Source = c.beginWith(); d.Source == "" {
		d.Source, err = s.template(ctx, actor, c)
	}
	return c, d, err
}

// beginWith is the text of the contract's own past that the next version is written from.
func (c Contract) beginWith() string {
	accepted := c.Accepted()
	if len(accepted) == 0 {
		if n := len(c.Versions); n > 0 {
			return c.Versions[n-1].Source
		}
		return ""
	}
	latest := accepted[len(accepted)-1]
	if last := c.Versions[len(c.Versions)-1]; last.Number > latest.Number {
		return last.Source
	}
	return contract.Amendment(latest.Source, latest.Number+1)
}

// SaveInput is a text to keep. Revision is the one that it was written from, 0 where none was saved.
type SaveInput struct {
	Contract string
	Source   string
	Revision int
}

// Save keeps the working text, also while it has problems. Who may: see ContractEdit. Faults: NotFound, Forbidden, TooLarge, Invalid for a
// text that is not UTF-8, Conflict "draft-changed" when somebody saved after the revision that this text was written from.
func (s *Service) Save(ctx context.Context, actor access.Actor, in SaveInput) (Draft, error) {
	source, err := cleaned(in.Source)
	if err != nil {
		return Draft{}, err
	}
	var out Draft
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, err := seen(ctx, tx, actor, access.ContractEdit, in.Contract)
		if err != nil {
			return err
		}
		have, saved, err := readDraft(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if have.Revision != in.Revision {
			return draftChanged(have, saved)
		}
		if saved && have.Source == source {
			out = have
			return nil
		}
		row := draftRow{ContractID: c.ID, Source: source, Revision: have.Revision + 1, SavedAt: s.now(), SavedBy: actor.Account, SavedByName: actor.Name}
		if saved {
			_, err = tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
		} else {
			_, err = tx.NewInsert().Model(&row).Exec(ctx)
		}
		if err != nil {
			return err
		}
		out = row.draft()
		entry := journal.Entry{
			At: row.SavedAt, Action: "contract.save", Client: c.Client, Subject: subject(c), Internal: true,
			Words: fmt.Sprintf("saved revision %d of the draft of %s", row.Revision, c.Name), After: journal.Snapshot(revised(out)),
		}
		if saved {
			entry.Before = journal.Snapshot(revised(have))
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, entry))
		return err
	})
	if err != nil {
		return Draft{}, fmt.Errorf("save the draft: %w", err)
	}
	return out, nil
}

// revised is a draft as the journal shows it: the text itself is nobody's promise.
func revised(d Draft) map[string]any {
	sum := sha256.Sum256([]byte(d.Source))
	return map[string]any{"revision": d.Revision, "sha256": hex.EncodeToString(sum[:])}
}

func draftChanged(have Draft, saved bool) error {
	if !saved {
		return fault.New(fault.Conflict, "draft-changed", "The draft was proposed or begun anew meanwhile. Keep a copy of your text, open the contract again, and bring in what is missing.")
	}
	return fault.New(fault.Conflict, "draft-changed", "%s saved this draft on %s, after you opened it. Keep a copy of your text, open the draft again, and bring in what is missing.",
		have.ByName, have.At.Format("2 Jan 2006 at 15:04 UTC"))
}

// cleaned is the text with the line ends of a file, as browsers do not send it.
func cleaned(source string) (string, error) {
	if len(source) > 2*contract.MaxSource {
		return "", tooLarge()
	}
	source = strings.ReplaceAll(source, "\r\n", "\n")
	switch {
	case len(source) > contract.MaxSource:
		return "", tooLarge()
	case !utf8.ValidString(source) || strings.ContainsRune(source, 0):
		return "", fault.New(fault.Invalid, "contract-text", "The text is not plain UTF-8. Save the file as UTF-8 and paste it again.").At("source")
	}
	return source, nil
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "contract-size", "The contract is larger than %d KiB. Leave out what is not part of it.", contract.MaxSource>>10).At("source")
}
