package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// BurnOf is what of each retainer's hours of a client is used in the fee period that runs: approved time, whether it is evidence already or not. known is false when nobody
// can tell. Who may: see TimeSee.
func (s *Service) BurnOf(ctx context.Context, actor access.Actor, client string) (burns []timesheet.Burn, known bool, err error) {
	if err := access.Require(actor, access.TimeSee, access.Of(client)); err != nil {
		return nil, false, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		burns, known, err = s.desk(actor).burn(ctx, tx, client)
		return err
	})
	return burns, known, err
}

// BurnIn is BurnOf for use cases that have decided access already, inside their transaction.
func (s *Service) BurnIn(ctx context.Context, tx bun.Tx, client string) (burns []timesheet.Burn, known bool, err error) {
	return s.desk(access.Actor{}).burn(ctx, tx, client)
}

func (d *desk) burn(ctx context.Context, tx bun.Tx, client string) ([]timesheet.Burn, bool, error) {
	if d.Burn == nil {
		return nil, false, nil
	}
	own, err := notEvidence(ctx, tx, client)
	if err != nil {
		return nil, false, err
	}
	out, err := d.Burn(ctx, tx, client, own, d.at)
	return out, true, err
}

// notEvidence is the approved time of a client that the evidence does not have yet.
func notEvidence(ctx context.Context, tx bun.Tx, client string) ([]timesheet.Handed, error) {
	var rows []approvedRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).
		Where("NOT EXISTS (SELECT 1 FROM time_handed AS h JOIN time_hand_over_done AS d ON d.hand_over_id = h.hand_over_id WHERE h.entry_id = approved_row.entry_id)").
		OrderExpr("worked_on, evidence_id, at, entry_id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read approved time: %w", err)
	}
	return newestOf(ctx, tx, rows)
}

// alert tells both sides of each level that the use of a retainer has come to, once.
func (d *desk) alert(ctx context.Context, tx bun.Tx, client string) error {
	burns, known, err := d.burn(ctx, tx, client)
	if err != nil || !known {
		return err
	}
	for _, b := range burns {
		highest := timesheet.NoLevel
		for _, level := range b.Reached() {
			row := alertRow{ContractID: b.Contract, Clause: b.Clause, PeriodFrom: b.Period.From.String(), Level: string(level), ClientID: client, Used: b.Used, AtHand: b.AtHand, At: d.at}
			told, err := tx.NewSelect().Model(&row).WherePK().Exists(ctx)
			if err != nil {
				return err
			}
			if told {
				continue
			}
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
			highest = level
		}
		if highest == timesheet.NoLevel {
			continue
		}
		if err := d.tell(ctx, tx, client, b, highest); err != nil {
			return err
		}
	}
	return nil
}

var levelWords = map[timesheet.Level]string{timesheet.Warn: "Hours are running out", timesheet.Soft: "More hours than meant are used", timesheet.Hard: "Work should stop"}

// LevelWords says in a few words what a level means.
func LevelWords(l timesheet.Level) string { return levelWords[l] }

// tell leaves a mail to each of both sides who decides about hours.
func (d *desk) tell(ctx context.Context, tx bun.Tx, client string, b timesheet.Burn, level timesheet.Level) error {
	if d.PublicURL == "" || d.Parties == nil {
		return nil
	}
	people, err := partyops.PeopleOf(ctx, tx, client, d.at)
	if err != nil {
		return err
	}
	share := b.Share(level)
	subject := fmt.Sprintf("%s: %s of %s used", levelWords[level], timesheet.Clock(b.Used), timesheet.Clock(b.AtHand))
	text := fmt.Sprintf("%s of %s hours at hand for %s (%s) in %s are used: the contract calls %s %% of them an alert. %s are left.",
		timesheet.Clock(b.Used), timesheet.Clock(b.AtHand), b.Clause, b.ContractName, b.Period.Words(), percent(share), timesheet.Clock(b.Left()))
	if b.Over > 0 {
		text += fmt.Sprintf(" %s are above what is at hand.", timesheet.Clock(b.Over))
	}
	text += fmt.Sprintf("\n\n%s/clients/%s/time\n", strings.TrimSuffix(d.PublicURL, "/"), client)
	told := map[string]bool{}
	for _, l := range people {
		m := l.Membership
		acts := access.TimeApprove
		if m.Org.Kind == access.Client {
			acts = access.HoursApprove
		}
		if told[l.Account.ID] || !m.InForce(d.at) || access.GrantOf(m.Role, acts) != access.OfClient {
			continue
		}
		told[l.Account.ID] = true
		if err := mail.Enqueue(ctx, tx, d.id("mail"), d.at, mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: subject, Text: text}); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}

// percent is a share as a person writes it: "80".
func percent(r money.Ratio) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", r.Num()*100/r.Den(), r.Num()*10000/r.Den()%100), "0"), ".")
}
