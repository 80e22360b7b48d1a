package ops

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// appointmentRow is one promise for one cell. Names of the cell are plain; those with _name are as the contract writes them.
type appointmentRow struct {
	bun.BaseModel `bun:"table:appointment"`

	ContractID   string  `bun:"contract_id,pk"`
	Version      int     `bun:"version,pk"`
	Entry        int     `bun:"entry,pk"`
	Category     string  `bun:"category,pk"`
	Brand        string  `bun:"brand,pk"`
	Market       string  `bun:"market,pk"`
	ClientID     string  `bun:"client_id"`
	BrandName    string  `bun:"brand_name"`
	MarketName   string  `bun:"market_name"`
	Provider     string  `bun:"provider"`
	Promise      string  `bun:"promise"`
	FromDay      string  `bun:"from_day"`
	UntilDay     string  `bun:"until_day"`
	FirstRefusal string  `bun:"first_refusal"`
	AloneUntil   *string `bun:"alone_until"`
}

// exclusiveRow is a link of the chain of exclusive days of one cell.
type exclusiveRow struct {
	bun.BaseModel `bun:"table:exclusive_period"`

	ClientID      string  `bun:"client_id,pk"`
	Category      string  `bun:"category,pk"`
	Brand         string  `bun:"brand,pk"`
	Market        string  `bun:"market,pk"`
	UntilDay      string  `bun:"until_day,pk"`
	FromDay       string  `bun:"from_day"`
	PreviousUntil *string `bun:"previous_until"`
}

// firstLink is the day at which every chain begins.
const firstLink = "0001-01-01"

// Contradicts are the promises of the terms, as the next version of a contract, that cannot be kept beside those of the client's other contracts: each a problem at its entry
// that says which promise stands. For contractops.Service.Contradicts.
func Contradicts(ctx context.Context, tx bun.Tx, c contractops.Contract, next contract.Terms) ([]*fault.Fault, error) {
	if c.Underpins() { // a specialist is of record for nothing: it works under the agency
		return nil, nil
	}
	standing, err := othersOf(ctx, tx, c)
	if err != nil || len(standing) == 0 {
		return nil, err
	}
	agreement := contract.Agreement{Versions: []contract.Terms{next}}
	var faults fault.List
	told := map[int]bool{}
	for _, clash := range engagement.Clashes(standing, engagement.Of(c.ID, agreement)) {
		if n := clash.Refused.Entry; !told[n] {
			told[n] = true
			faults.Add(fault.New(fault.Invalid, "appointment-overlap", "%s Write other brands, markets or days, or amend that contract first.", clash.Words()).
				At("appointments[" + strconv.Itoa(n-1) + "]"))
		}
	}
	return contract.Placed(next, faults), nil
}

// othersOf are the promises of the client's other contracts.
func othersOf(ctx context.Context, tx bun.Tx, c contractops.Contract) ([]engagement.Appointment, error) {
	all, err := contractops.ContractsOf(ctx, tx, c.Client)
	if err != nil {
		return nil, err
	}
	promised, _, err := promisesOf(slices.DeleteFunc(all, func(other contractops.Contract) bool { return other.ID == c.ID }))
	return promised, err
}

// promisesOf are the promises of contracts, the oldest contract first, and those that cannot be kept beside an older contract's and so hold nothing. Such there are only of
// contracts that were accepted before this was looked at.
func promisesOf(contracts []contractops.Contract) (kept []engagement.Appointment, left []engagement.Clash, err error) {
	for _, c := range contracts {
		if len(c.Accepted()) == 0 {
			continue
		}
		agreement, err := c.Agreement()
		if err != nil {
			return nil, nil, err
		}
		own := engagement.Of(c.ID, agreement)
		clashes := engagement.Clashes(kept, own)
		refused := map[engagement.Cell]map[int]bool{}
		for _, clash := range clashes {
			key := clash.Refused.Cell.Key()
			if refused[key] == nil {
				refused[key] = map[int]bool{}
			}
			refused[key][clash.Refused.Version<<16+clash.Refused.Entry] = true
		}
		for _, a := range own {
			if !refused[a.Cell.Key()][a.Version<<16+a.Entry] {
				kept = append(kept, a)
			}
		}
		left = append(left, clashes...)
	}
	return kept, left, nil
}

// Appoint writes who is of record for what as the client's accepted contracts say. What is written follows from them alone, so doing it again changes nothing. For
// contractops.Service.AfterBind, in the transaction of the acceptance.
func Appoint(ctx context.Context, tx bun.Tx, _ access.Actor, c contractops.Contract) error {
	_, err := appoint(ctx, tx, c.Client)
	return err
}

func appoint(ctx context.Context, tx bun.Tx, client string) ([]engagement.Clash, error) {
	contracts, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	promised, left, err := promisesOf(contracts)
	if err != nil {
		return nil, err
	}
	rows, links := rowsOf(client, promised)
	have, err := readAppointments(ctx, tx, client)
	if err != nil || slices.EqualFunc(have, rows, sameRow) {
		return left, err
	}
	if _, err := tx.NewDelete().Model((*appointmentRow)(nil)).Where("client_id = ?", client).Exec(ctx); err != nil {
		return nil, err
	}
	if _, err := tx.NewDelete().Model((*exclusiveRow)(nil)).Where("client_id = ?", client).Exec(ctx); err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(links, rowsAtOnce) {
		if _, err := tx.NewInsert().Model(&chunk).Exec(ctx); err != nil {
			return nil, err
		}
	}
	for chunk := range slices.Chunk(rows, rowsAtOnce) {
		if _, err := tx.NewInsert().Model(&chunk).Exec(ctx); err != nil {
			return nil, err
		}
	}
	return left, nil
}

const rowsAtOnce = 500

func readAppointments(ctx context.Context, tx bun.Tx, client string) ([]appointmentRow, error) {
	var rows []appointmentRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).Scan(ctx)
	slices.SortFunc(rows, compareRows)
	return rows, err
}

// CatchUp writes who is of record for what of every client of the workspace, for contracts that were accepted under a program that did not. It gives the promises that hold nothing, for
// an older contract promised otherwise.
func (s *Service) CatchUp(ctx context.Context) (left []engagement.Clash, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		left = nil
		contracts, err := contractops.ContractsWithin(ctx, tx, access.Reach{All: true})
		if err != nil {
			return err
		}
		done := map[string]bool{}
		for _, c := range contracts {
			if done[c.Client] {
				continue
			}
			done[c.Client] = true
			clashes, err := appoint(ctx, tx, c.Client)
			if err != nil {
				return err
			}
			left = append(left, clashes...)
		}
		return nil
	})
	return left, err
}

// AppointmentsOf are the client's appointments with the terms that they stand in, for use cases that have decided access already, inside their transaction.
func AppointmentsOf(ctx context.Context, tx bun.Tx, client string) ([]engagement.Appointment, error) {
	rows, err := readAppointments(ctx, tx, client)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	contracts, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	terms := map[string]map[int]*contract.Terms{}
	for _, c := range contracts {
		if len(c.Accepted()) == 0 {
			continue
		}
		agreement, err := c.Agreement()
		if err != nil {
			return nil, err
		}
		terms[c.ID] = map[int]*contract.Terms{}
		for i := range agreement.Versions {
			terms[c.ID][agreement.Versions[i].Version] = &agreement.Versions[i]
		}
	}
	out := make([]engagement.Appointment, len(rows))
	for i, r := range rows {
		out[i] = r.appointment(terms[r.ContractID][r.Version])
	}
	return out, nil
}

func (r appointmentRow) appointment(t *contract.Terms) engagement.Appointment {
	from, _ := cal.ParseDate(r.FromDay)
	until, _ := cal.ParseDate(r.UntilDay)
	span, _ := cal.ParseSpan(r.FirstRefusal)
	a := engagement.Appointment{
		Cell: engagement.Cell{Category: r.Category, Brand: r.BrandName, Market: r.MarketName}, Provider: r.Provider, Promise: engagement.Promise(r.Promise),
		Period: cal.Period{From: from, To: until}, FirstRefusal: span, Contract: r.ContractID, Version: r.Version, Entry: r.Entry, Terms: t,
	}
	if t != nil {
		a.Name = t.Key
		if r.Entry <= len(t.Appointments) {
			a.MinimumShare = t.Appointments[r.Entry-1].MinimumShare
		}
	}
	return a
}

// rowsOf are the rows of promises, and the chains of their exclusive days.
func rowsOf(client string, promised []engagement.Appointment) (rows []appointmentRow, links []exclusiveRow) {
	last := map[engagement.Cell]string{}
	ordered := slices.Clone(promised)
	slices.SortStableFunc(ordered, func(a, b engagement.Appointment) int { return a.Period.From.Cmp(b.Period.From) })
	for _, a := range ordered {
		key := a.Cell.Key()
		row := appointmentRow{
			ContractID: a.Contract, Version: a.Version, Entry: a.Entry, Category: key.Category, Brand: key.Brand, Market: key.Market, ClientID: client,
			BrandName: a.Cell.Brand, MarketName: a.Cell.Market, Provider: a.Provider, Promise: string(a.Promise),
			FromDay: a.Period.From.String(), UntilDay: a.Period.To.String(),
		}
		if !a.FirstRefusal.IsZero() {
			row.FirstRefusal = a.FirstRefusal.String()
		}
		if a.Promise == engagement.Exclusive {
			if last[key] == "" {
				links = append(links, exclusiveRow{ClientID: client, Category: key.Category, Brand: key.Brand, Market: key.Market, UntilDay: firstLink, FromDay: firstLink})
				last[key] = firstLink
			}
			until, previous := row.UntilDay, last[key]
			row.AloneUntil = &until
			links = append(links, exclusiveRow{ClientID: client, Category: key.Category, Brand: key.Brand, Market: key.Market, UntilDay: until, FromDay: row.FromDay, PreviousUntil: &previous})
			last[key] = until
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, compareRows)
	return rows, links
}

func compareRows(a, b appointmentRow) int {
	return cmp.Or(cmp.Compare(a.ContractID, b.ContractID), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Entry, b.Entry),
		cmp.Compare(a.Category, b.Category), cmp.Compare(a.Brand, b.Brand), cmp.Compare(a.Market, b.Market))
}

func sameRow(a, b appointmentRow) bool {
	alone := a.AloneUntil == nil && b.AloneUntil == nil || a.AloneUntil != nil && b.AloneUntil != nil && *a.AloneUntil == *b.AloneUntil
	a.AloneUntil, b.AloneUntil = nil, nil
	return alone && a == b
}
