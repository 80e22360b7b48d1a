package ops

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// world is everything that a check looks at: what was promised to whom, who is served, and what lifts promises.
type world struct {
	on       cal.Date
	clients  map[string]string // names by id
	promises []engagement.Restraint
	accounts []engagement.Account
	work     map[string]cal.WorkCalendar // of each client's contract
	held     engagement.Lifting
	walls    []engagement.Wall // that stand
	looked   engagement.Looked
}

func unitOf(text string) contract.Unit {
	if u := contract.Unit(text); slices.Contains(contract.Units(), u) {
		return u
	}
	return ""
}

// lookAround reads the world as it is now. It decides no access: whoever calls it shows nothing of it to those who may not see it.
func (s *Service) lookAround(ctx context.Context, tx bun.Tx, now time.Time) (world, error) {
	w := world{on: cal.DateOf(now, time.UTC), clients: map[string]string{}, work: map[string]cal.WorkCalendar{}}
	clients, err := partyops.NamesOfKind(ctx, tx, access.Client)
	if err != nil {
		return w, err
	}
	contracts, err := contractops.ContractsWithin(ctx, tx, access.Reach{All: true})
	if err != nil {
		return w, err
	}
	contracts = slices.DeleteFunc(contracts, contractops.Contract.Underpins)
	known, err := latestChecks(ctx, tx)
	if err != nil {
		return w, err
	}
	for _, c := range clients {
		w.clients[c.ID] = c.Name
		account := engagement.Account{Client: c.ID, Name: c.Name}
		if err := w.read(c.ID, c.Name, &account, contracts); err != nil {
			return w, err
		}
		w.accounts = append(w.accounts, told(account, known))
	}
	return w, w.lift(ctx, tx, now)
}

// read takes from a client's contracts what was promised to it, and what they say of its business.
func (w *world) read(client, name string, account *engagement.Account, contracts []contractops.Contract) error {
	anywhere := false
	for _, c := range contracts {
		if c.Client != client {
			continue
		}
		if err := w.offered(name, c); err != nil {
			return err
		}
		agreement, err := c.Agreement()
		if fault.Code(err) == "no-version" {
			continue
		}
		if err != nil {
			return err
		}
		terms, ok := agreement.InForce(w.on)
		if !ok {
			terms = agreement.First()
		}
		running := agreement.Running()
		w.work[client] = terms.Calendar
		account.Served = spanned(account.Served, running)
		for _, a := range terms.Appointments {
			account.Brands, account.Markets = joined(account.Brands, a.Brands), joined(account.Markets, a.Markets)
			anywhere = anywhere || len(a.Markets) == 0
		}
		for i, n := range terms.NonCompetition {
			p := engagement.Restraint{Client: client, ClientName: name, Contract: terms.Key, Clause: fmt.Sprintf("non_competition[%d]", i), Terms: n, Binds: n.Binds(running, terms.Calendar)}
			w.promises = append(w.promises, p)
			w.looked.Promises = append(w.looked.Promises, fmt.Sprintf("%s: %s version %d, %s", name, terms.Key, terms.Version, p.Clause))
			account.Brands, account.Markets = joined(account.Brands, n.Brands), joined(account.Markets, n.Markets)
			anywhere = anywhere || len(n.Markets) == 0
			if about := n.About(); about != "" {
				account.Categories = joined(account.Categories, []string{about})
			}
		}
	}
	if anywhere {
		account.Markets = nil
	}
	if account.Served.IsEmpty() {
		account.Served = cal.Period{From: w.on, To: contract.Forever}
	}
	return nil
}

// offered takes up what a proposal promises that the agency itself has accepted: it binds as soon as the client says yes. What the version in force promises already is not
// told twice.
func (w *world) offered(name string, c contractops.Contract) error {
	open, ok := c.Open()
	if !ok {
		return nil
	}
	if _, agency := open.AcceptedBy(c.HostSide()); !agency {
		return nil
	}
	terms, err := contract.ParseAccepted([]byte(open.Source))
	if err != nil {
		return fmt.Errorf("read the proposal of %s: %w", c.ID, err)
	}
	agreement := contract.Agreement{Versions: []contract.Terms{terms}}
	var agreed []contract.NonCompetition
	if accepted, err := c.Agreement(); err == nil {
		agreed = accepted.Latest().NonCompetition
	}
	for i, n := range terms.NonCompetition {
		if slices.ContainsFunc(agreed, func(x contract.NonCompetition) bool { return reflect.DeepEqual(x, n) }) {
			continue
		}
		p := engagement.Restraint{Client: c.Client, ClientName: name, Contract: terms.Key, Clause: fmt.Sprintf("non_competition[%d]", i), Terms: n, Offered: true, Binds: n.Binds(agreement.Running(), terms.Calendar)}
		w.promises = append(w.promises, p)
		w.looked.Promises = append(w.looked.Promises, fmt.Sprintf("%s: %s version %d, %s, offered, not accepted yet", name, terms.Key, terms.Version, p.Clause))
	}
	return nil
}

// told adds to what the contracts say of a client what people said of it when they checked it.
func told(a engagement.Account, known []engagement.Made) engagement.Account {
	for _, m := range known {
		if m.Kind != engagement.OfProspect && m.Kind != engagement.OfClient || m.Newcomer.Client != a.Client && (m.Newcomer.Client != "" || !engagement.SameName(m.Newcomer.Name, a.Name)) {
			continue
		}
		said := m.Newcomer
		a.Also, a.Brands, a.Categories = joined(a.Also, said.Also), joined(a.Brands, said.Brands), joined(a.Categories, said.Categories)
		if len(a.Markets) == 0 && len(a.Categories) == len(said.Categories) {
			a.Markets = said.Markets
		}
		if a.Shared == "" {
			a.Shared = said.Shared
		}
		return a
	}
	return a
}

func spanned(a, b cal.Period) cal.Period {
	if a.IsEmpty() {
		return b
	}
	return cal.Period{From: cal.Earlier(a.From, b.From), To: cal.Later(a.To, b.To)}
}

func joined(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// lift reads what lifts promises.
func (w *world) lift(ctx context.Context, tx bun.Tx, now time.Time) error {
	consents, err := readConsents(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil {
		return err
	}
	w.held.Waivers = engagement.Signed(consents)
	walls, err := readWalls(ctx, tx)
	if err != nil {
		return err
	}
	for _, wall := range walls {
		if wall.Stands(now) {
			w.walls = append(w.walls, wall)
			w.held.Walls = append(w.held.Walls, engagement.Barrier{One: wall.One, Other: wall.Other})
		}
	}
	w.looked.Accounts, w.looked.Waivers, w.looked.Walls = len(w.accounts), len(w.held.Waivers), len(w.walls)
	return nil
}

// account is a client as it is known.
func (w *world) account(client string) (engagement.Account, bool) {
	i := slices.IndexFunc(w.accounts, func(a engagement.Account) bool { return a.Client == client })
	if i < 0 {
		return engagement.Account{}, false
	}
	return w.accounts[i], true
}

// check holds a newcomer and what it asks for against the world.
func (w *world) check(newcomer engagement.Account, asks []engagement.Restraint) engagement.Found {
	existing := slices.DeleteFunc(slices.Clone(w.accounts), func(a engagement.Account) bool { return newcomer.Client != "" && a.Client == newcomer.Client })
	for i := range existing {
		existing[i].Shared = newcomer.Shared
	}
	theirs := w.promises
	if newcomer.Client != "" {
		theirs = slices.DeleteFunc(slices.Clone(w.promises), func(p engagement.Restraint) bool { return p.Client == newcomer.Client })
		asks = slices.Concat(asks, slices.DeleteFunc(slices.Clone(w.promises), func(p engagement.Restraint) bool { return p.Client != newcomer.Client }))
	}
	return engagement.Check(newcomer, theirs, asks, existing, w.held, w.on)
}

// binding are the promises that both sides have accepted: what is only offered keeps nobody from work.
func (w *world) binding() []engagement.Restraint {
	return slices.DeleteFunc(slices.Clone(w.promises), func(p engagement.Restraint) bool { return p.Offered })
}

// coolOff is until when somebody stays away who left a client's account.
func (w *world) coolOff(client string, left time.Time) time.Time {
	return engagement.CoolOffEnds(w.binding(), client, left, w.work[client])
}

// Words are the categories and markets that the contracts use, each once, for the form of a check. Who may: see ConflictCheck, for all clients. Faults: Forbidden.
func (s *Service) Words(ctx context.Context, actor access.Actor) (categories, markets []string, err error) {
	if err := access.Require(actor, access.ConflictCheck, access.Scope{}); err != nil {
		return nil, nil, err
	}
	var w world
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		w, err = s.lookAround(ctx, tx, s.now())
		return err
	})
	for _, p := range w.promises {
		if about := p.Terms.About(); about != "" {
			categories = joined(categories, []string{about})
		}
		markets = joined(markets, p.Terms.Markets)
	}
	for _, a := range w.accounts {
		categories, markets = joined(categories, a.Categories), joined(markets, a.Markets)
	}
	slices.Sort(categories)
	slices.Sort(markets)
	return categories, markets, err
}
