package ops

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

type formsRow struct {
	bun.BaseModel `bun:"table:request_forms"`

	Version   int64     `bun:"version,pk"`
	Source    string    `bun:"source"`
	SavedAt   time.Time `bun:"saved_at"`
	SavedBy   string    `bun:"saved_by"`
	SavedName string    `bun:"saved_name"`
}

// FormsText is what the workspace asks for in briefs.
type FormsText struct {
	Forms   work.Forms
	Source  string
	Version int64 // counts the saves; 0: the forms that the program brings
}

func readForms(ctx context.Context, tx bun.Tx) (FormsText, error) {
	row := formsRow{Source: work.PresetForms()}
	err := tx.NewSelect().Model(&row).OrderExpr("version DESC").Limit(1).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return FormsText{}, err
	}
	forms, err := work.ParseForms([]byte(row.Source))
	return FormsText{Forms: forms, Source: row.Source, Version: row.Version}, err
}

// Forms are the briefs as they are asked for now. Who may: see RequestSee for a client, InboxSee for none.
func (s *Service) Forms(ctx context.Context, actor access.Actor, client string) (out FormsText, err error) {
	action := access.RequestSee
	if client == "" {
		action = access.InboxSee
	}
	if err := access.RequireAny(actor, action, client); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readForms(ctx, tx)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("read the briefs: %w", err)
	}
	return out, nil
}

// Intake is what somebody is asked who opens a request of a client today.
type Intake struct {
	Forms  work.Forms
	Matrix *contract.PriorityMatrix // nil: the priority is chosen
}

// Intake tells what is asked of a request. Who may: see RequestOpen.
func (s *Service) Intake(ctx context.Context, actor access.Actor, client string) (out Intake, err error) {
	if err := access.Require(actor, access.RequestOpen, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		texts, err := readForms(ctx, tx)
		if err != nil {
			return err
		}
		under := &Request{Client: client}
		if _, err := s.inForce(ctx, tx, under, s.now()); err != nil {
			return err
		}
		levels, err := s.levelsOf(ctx, tx, under)
		if err != nil {
			return err
		}
		out = Intake{texts.Forms, levels.Priority}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("read what is asked of a request: %w", err)
	}
	return out, nil
}

// SaveForms keeps another text of the briefs; requests that were opened keep the form that they were asked. Version is the one that it was written from. Who
// may: see RequestFormsEdit. Faults: Forbidden, Invalid, TooLarge; Conflict when somebody saved since.
func (s *Service) SaveForms(ctx context.Context, actor access.Actor, source string, version int64) (out FormsText, err error) {
	if err := access.Require(actor, access.RequestFormsEdit, access.Scope{}); err != nil {
		return out, err
	}
	forms, err := work.ParseForms([]byte(source))
	if err != nil {
		return out, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		have, err := readForms(ctx, tx)
		if err != nil {
			return err
		}
		if have.Source == source {
			out = have
			return nil
		}
		if have.Version != version {
			return fault.New(fault.Conflict, "forms-changed", "Somebody saved the briefs meanwhile. Copy what you changed, open them again and save there.").At("forms")
		}
		row := formsRow{Version: version + 1, Source: source, SavedAt: s.now(), SavedBy: actor.Account, SavedName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		out = FormsText{Forms: forms, Source: source, Version: row.Version}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: row.SavedAt, Action: "request.forms",
			Subject: journal.Subject{Kind: "request-forms", ID: fmt.Sprint(row.Version), Name: "the briefs"}, Words: fmt.Sprintf("saved version %d of the briefs", row.Version)}))
		return err
	})
	if err != nil {
		return out, fmt.Errorf("save the briefs: %w", err)
	}
	return out, nil
}
