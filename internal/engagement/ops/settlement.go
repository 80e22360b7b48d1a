package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Settlement is the final settlement of a contract, with who has accepted it.
type Settlement struct {
	Agreed
	engagement.Settlement
	Stated   []engagement.Stated // the oldest first
	SHA256   string
	Accepted map[contract.Side]SettledBy // of exactly this text
	ClosedAt time.Time                   // zero: open; then nothing changes any more
	NoEnd    bool                        // the contract has no end yet: there is nothing to settle
}

// Ripe says whether the settlement can be accepted: the contract has ended, or both sides have accepted the version that ends it.
func (s Settlement) Ripe() bool { return s.Standing.Ended || !s.Standing.Terms.Term.Ended.IsZero() }

// SettledBy is the assent of one side to a settlement.
type SettledBy struct {
	At     time.Time
	ByName string
}

// Settlement is the final settlement as it stands, or as it was frozen. Who may: see InvoiceSee. Faults: NotFound, Forbidden, Conflict "no-version".
func (s *Service) Settlement(ctx context.Context, actor access.Actor, client, contractID string) (Settlement, error) {
	known, err := s.knownFigures(ctx, actor, access.InvoiceSee, client, contractID)
	if err != nil {
		return Settlement{}, err
	}
	var out Settlement
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.settlement(ctx, tx, actor, access.InvoiceSee, client, contractID, known)
		return err
	})
	if err != nil {
		return Settlement{}, fmt.Errorf("read the settlement of %s: %w", contractID, err)
	}
	return out, nil
}

// knownFigures asks the rooms above before a transaction is opened.
func (s *Service) knownFigures(ctx context.Context, actor access.Actor, action access.Action, client, contractID string) (map[engagement.PartKey]engagement.Figure, error) {
	if err := access.Require(actor, action, access.Of(client)); err != nil || s.KnownFigures == nil {
		return nil, err
	}
	known, err := s.KnownFigures(ctx, actor, client, contractID)
	if err != nil {
		return nil, fmt.Errorf("read what the records know: %w", err)
	}
	return known, nil
}

func (s *Service) settlement(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, client, contractID string, known map[engagement.PartKey]engagement.Figure) (Settlement, error) {
	out := Settlement{Accepted: map[contract.Side]SettledBy{}}
	var err error
	if out.Agreed, err = s.term(ctx, tx, actor, action, client, contractID); err != nil {
		return out, err
	}
	if out.Stated, err = readStated(ctx, tx, contractID); err != nil {
		return out, err
	}
	var frozen []settlementRow
	if err := tx.NewSelect().Model(&frozen).Where("contract_id = ?", contractID).Scan(ctx); err != nil {
		return out, err
	}
	if len(frozen) > 0 {
		out.SHA256, out.ClosedAt = frozen[0].SHA256, frozen[0].ClosedAt.UTC()
		if err := json.Unmarshal([]byte(frozen[0].Body), &out.Settlement); err != nil {
			return out, fmt.Errorf("read the frozen settlement: %w", err)
		}
	} else {
		out.Settlement, err = engagement.Settle(engagement.Ground{Contract: out.Name, Terms: out.Standing.Settled(), Known: untilNotice(known, out.Standing), Stated: out.Stated})
		if fault.Code(err) == "no-end" {
			out.NoEnd = true
			return out, nil
		}
		if err != nil {
			return out, err
		}
		_, out.SHA256 = out.Encode()
	}
	var rows []settledAssentRow
	err = tx.NewSelect().Model(&rows).Where("contract_id = ? AND sha256 = ?", contractID, out.SHA256).Scan(ctx)
	for _, r := range rows {
		out.Accepted[contract.Side(r.Side)] = SettledBy{r.At.UTC(), r.ByName}
	}
	return out, err
}

// untilNotice is what the records know while a notice ends the contract and no version says so yet: they count to the end that the contract has, so that what depends on it is not known.
func untilNotice(known map[engagement.PartKey]engagement.Figure, s engagement.Standing) map[engagement.PartKey]engagement.Figure {
	if s.Notice == nil {
		return known
	}
	out := map[engagement.PartKey]engagement.Figure{}
	for key, f := range known {
		if key != engagement.OpenInvoices && key != engagement.ClientFunds && f.Open == "" {
			f = engagement.Figure{Amount: f.Amount, Open: fmt.Sprintf("The records count to %s when both sides have accepted the version that ends the contract on that day.", s.Last().Words())}
		}
		out[key] = f
	}
	return out
}

// StateInput is an amount that a side states.
type StateInput struct {
	Client   string
	Contract string
	Part     engagement.PartKey
	Amount   string // as written, in the contract's currency
	Basis    string
	Evidence string
}

// StatePart states an amount of the settlement for the actor's side. What the other side has accepted of another text no longer counts. The
// same statement again changes nothing. Who may: see SettlementState. Faults: NotFound, Forbidden; Invalid at fields; Conflict when it is closed
// or the contract has no end.
func (s *Service) StatePart(ctx context.Context, actor access.Actor, in StateInput) (Settlement, error) {
	known, err := s.knownFigures(ctx, actor, access.SettlementState, in.Client, in.Contract)
	if err != nil {
		return Settlement{}, err
	}
	var out Settlement
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		before, err := s.open(ctx, tx, actor, access.SettlementState, in.Client, in.Contract, known)
		if err != nil {
			return err
		}
		stated, err := s.statement(actor, in, before)
		if err != nil {
			return err
		}
		if again(before.Stated, stated) {
			out = before
			return nil
		}
		row := statedRow{ContractID: in.Contract, Seq: int64(len(before.Stated) + 1), ClientID: in.Client, Part: string(stated.Part), Side: string(stated.Side),
			Currency: string(stated.Amount.Currency), Minor: stated.Amount.Minor, Basis: stated.Basis, Evidence: stated.Evidence, At: stated.At, ByID: actor.Account, ByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		rule, _ := engagement.RuleOf(stated.Part)
		words := fmt.Sprintf("stated for the %s, for the settlement of %s: %s %s", stated.Side, before.Name, rule.Name, stated.Amount.FormatWith())
		if err := s.record(ctx, tx, actor, access.SettlementState, before.Agreed, journal.Subject{Kind: "settlement", ID: in.Contract, Name: before.Name}, words,
			journal.Snapshot(map[string]any{"part": stated.Part, "amount": stated.Amount, "basis": stated.Basis, "evidence": stated.Evidence})); err != nil {
			return err
		}
		out, err = s.settlement(ctx, tx, actor, access.SettlementState, in.Client, in.Contract, known)
		return err
	})
	if err != nil {
		return Settlement{}, fmt.Errorf("state a part of the settlement of %s: %w", in.Contract, err)
	}
	return out, nil
}

func (s *Service) statement(actor access.Actor, in StateInput, before Settlement) (engagement.Stated, error) {
	by, err := side(actor, access.SettlementState, in.Client)
	if err != nil {
		return engagement.Stated{}, err
	}
	out := engagement.Stated{Part: in.Part, Side: by, Basis: strings.TrimSpace(in.Basis), Evidence: strings.TrimSpace(in.Evidence), At: s.now(), By: actor.Account, ByName: actor.Name}
	var faults fault.List
	amount, err := money.Parse(strings.TrimSpace(in.Amount), before.Currency)
	if err != nil {
		faults.Add(fault.New(fault.Invalid, "amount", "%s", fault.All(err)[0].Message).At("amount"))
	}
	out.Amount = amount
	for _, f := range fault.All(engagement.CheckStated(out)) {
		faults.Add(f)
	}
	for field, text := range map[string]string{"basis": out.Basis, "evidence": out.Evidence} {
		for _, f := range fault.All(checkLength(field, text)) {
			faults.Add(f)
		}
	}
	return out, faults.Err()
}

// again says whether the side's newest statement of the part is the same.
func again(all []engagement.Stated, s engagement.Stated) bool {
	same := false
	for _, have := range all {
		if have.Part == s.Part && have.Side == s.Side {
			same = have.Amount == s.Amount && have.Basis == s.Basis && have.Evidence == s.Evidence
		}
	}
	return same
}

// open is the settlement while it can still change.
func (s *Service) open(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, client, contractID string, known map[engagement.PartKey]engagement.Figure) (Settlement, error) {
	out, err := s.settlement(ctx, tx, actor, action, client, contractID, known)
	switch {
	case err != nil:
		return out, err
	case out.NoEnd:
		return out, fault.New(fault.Conflict, "no-end", "The contract has no end yet. Give notice, and accept the amendment that ends it.")
	case !out.ClosedAt.IsZero():
		return out, fault.New(fault.Conflict, "settlement-closed", "The settlement was closed on %s; it does not change any more.", out.ClosedAt.Format("2 Jan 2006"))
	}
	return out, nil
}

// AcceptSettlement accepts, for the actor's side, the settlement of exactly the text whose SHA-256 was shown. With the second acceptance it is
// frozen for good. Twice is once. Who may: see SettlementAccept. Faults: NotFound, Forbidden; Conflict while the contract runs or a part is open, when it changed after
// it was shown, or is closed.
func (s *Service) AcceptSettlement(ctx context.Context, actor access.Actor, client, contractID, sha256 string) (Settlement, error) {
	known, err := s.knownFigures(ctx, actor, access.SettlementAccept, client, contractID)
	if err != nil {
		return Settlement{}, err
	}
	var out Settlement
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		before, err := s.settlement(ctx, tx, actor, access.SettlementAccept, client, contractID, known)
		if err != nil {
			return err
		}
		by, err := side(actor, access.SettlementAccept, client)
		if err != nil {
			return err
		}
		if _, done := before.Accepted[by]; done && before.SHA256 == sha256 {
			out = before
			return nil
		}
		if before, err = s.open(ctx, tx, actor, access.SettlementAccept, client, contractID, known); err != nil {
			return err
		}
		if err := acceptable(before, sha256); err != nil {
			return err
		}
		if err := s.settle(ctx, tx, actor, by, client, before); err != nil {
			return err
		}
		out, err = s.settlement(ctx, tx, actor, access.SettlementAccept, client, contractID, known)
		return err
	})
	if err != nil {
		return Settlement{}, fmt.Errorf("accept the settlement of %s: %w", contractID, err)
	}
	return out, nil
}

func acceptable(before Settlement, sha256 string) error {
	if !before.Ripe() {
		return fault.New(fault.Conflict, "settlement-early", "The contract runs until %s. It is settled when it has ended, or both sides have accepted the version that ends it.", before.Settlement.Last.Words())
	}
	if issues := before.Issues(); len(issues) > 0 {
		names := make([]string, len(issues))
		for i, p := range issues {
			names[i] = p.Name
		}
		return fault.New(fault.Conflict, "settlement-open", "It cannot be accepted while these are open: %s.", strings.Join(names, ", "))
	}
	if sha256 != before.SHA256 {
		return fault.New(fault.Conflict, "settlement-changed", "The settlement changed after it was shown. Open it again and read it before you accept.")
	}
	return nil
}

// settle writes the acceptance of a side, and freezes the settlement with the second one.
func (s *Service) settle(ctx context.Context, tx bun.Tx, actor access.Actor, by contract.Side, client string, before Settlement) error {
	row := settledAssentRow{ContractID: before.ID, SHA256: before.SHA256, Side: string(by), ClientID: client, At: s.now(), ByID: actor.Account, ByName: actor.Name}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	_, both := before.Accepted[engagement.Other(by)]
	words := fmt.Sprintf("accepted the final settlement of %s for the %s: %s", before.Name, by, before.Total.FormatWith())
	if both {
		body, sha := before.Encode()
		frozen := settlementRow{ContractID: before.ID, ClientID: client, Currency: string(before.Currency), TotalMinor: before.Total.Minor, Body: string(body), SHA256: sha, ClosedAt: s.now()}
		if _, err := tx.NewInsert().Model(&frozen).Exec(ctx); err != nil {
			return err
		}
		words += "; it is closed"
	}
	subject := journal.Subject{Kind: "settlement", ID: before.ID, Name: before.Name}
	if err := s.record(ctx, tx, actor, access.SettlementAccept, before.Agreed, subject, words, journal.Snapshot(map[string]any{"sha256": before.SHA256, "total": before.Total, "closed": both})); err != nil {
		return err
	}
	return s.tellSide(ctx, tx, actor, engagement.Other(by), client, "The final settlement of "+before.Name, fmt.Sprintf("%s %s.", actor.Name, words), "settlement")
}
