package ui

import (
	"net/http"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func accepting(st ops.Statement) (string, kit.ConfirmView) {
	open := st.OpenLines()
	sum := money.New(0, st.Total.Currency)
	for _, l := range st.Document.Statement.Lines {
		for _, no := range open {
			if l.No == no || l.With == no {
				sum = sum.Add(l.Amount)
			}
		}
	}
	v := kit.ConfirmView{
		What:  "You accept every line of the " + lowerFirst(st.Name()) + " that is still open.",
		Bound: []kit.Definition{bound(sentence(lineWord(len(open))), listed(open)), boundMoney("Their amount", sum)},
		Follows: []string{
			"An accepted line can no longer be disputed. What later evidence changes is shown.",
			"Disputed lines stay disputed and held back.",
		},
		Button: "Accept " + counted(len(open), "line"),
	}
	if disputed := (sheet{Statement: st}).inState(fees.LineDisputed); len(disputed) > 0 {
		v.Bound = append(v.Bound, bound("Not accepted", lineWord(len(disputed))+" "+listed(disputed)+", disputed"))
	}
	return "Accept the open lines?", v
}

func (p *Pages) showAcceptRest(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, accepting, kit.Input{})
}

func (p *Pages) acceptRest(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, accepting, func(st ops.Statement, v answers) (ops.Statement, error) {
		if err := v.moved(st); err != nil {
			return st, err
		}
		return p.Ops.Accept(r.Context(), actor(r), st.ID, st.OpenLines()...)
	}, func(ops.Statement) string { return "Accepted. The statement can be locked now." })
}

func locking(st ops.Statement) (string, kit.ConfirmView) {
	v := kit.ConfirmView{
		What: "You make the " + lowerFirst(st.Name()) + " final, for both sides.",
		Bound: []kit.Definition{
			{Term: "Hash", Value: kit.Hash(st.Hash)}, boundMoney("Total", st.Total), boundMoney("Payable", st.Split.Payable),
			boundMoney("Held back by disputes", st.Split.Held), boundMoney("Conceded", st.Split.Conceded), bound("Evidence", "as of import "+strconv.FormatInt(st.Import, 10)),
		},
		Follows: []string{
			st.Split.Payable.FormatWith() + " is payable.",
			"Nothing of it changes again: not its lines, not its evidence, not the contract texts that it was computed under. What later evidence says otherwise is shown with it.",
			"No deal or payment on it can be charged a second time, whatever the CRM says later.",
			"Its hash is the receipt. Whoever keeps it can verify the downloaded pack on their own machine.",
		},
		Button: "Lock",
	}
	if st.Split.Held.Minor != 0 {
		v.Follows = append(v.Follows, "The disputes go on. What the client releases of "+st.Split.Held.FormatWith()+" is carried by the next statement.")
	}
	return "Lock the " + lowerFirst(st.Name()) + "?", v
}

func (p *Pages) showLock(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, locking, kit.Input{})
}

func (p *Pages) lock(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, locking, func(st ops.Statement, v answers) (ops.Statement, error) {
		return p.Ops.Lock(r.Context(), actor(r), ops.LockInput{Statement: st.ID, Hash: v.hash, Seen: v.seen})
	}, func(st ops.Statement) string { return "Locked. " + st.Split.Payable.FormatWith() + " is payable." })
}
