package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// WallInput is a wall to build: between whom, why, and who stands where. Sides are by account: the id of one of the clients, or engagement.Keeper. Who has a
// role for one of the two alone stands on its side unless it is said otherwise.
type WallInput struct {
	One, Other string
	Reason     string
	Sides      map[string]string
}

// Standing is a person of the agency or of a specialist who sees one of two clients, or both.
type Standing struct {
	Account string
	Name    string
	Roles   string // "Account lead at Northlight"
	Sees    string // id of the one client that the roles are for; empty: both
	Side    string // where the wall has put them; empty: nowhere
	Until   time.Time
	owner   bool
}

// Walls are all of them, oldest first, with the names of clients by id. Who may: see ConflictSee, for all clients. Fault: Forbidden.
func (s *Service) Walls(ctx context.Context, actor access.Actor) ([]engagement.Wall, map[string]string, error) {
	if err := access.Require(actor, access.ConflictSee, access.Scope{}); err != nil {
		return nil, nil, err
	}
	var out []engagement.Wall
	names := map[string]string{}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if out, err = readWalls(ctx, tx); err != nil {
			return err
		}
		clients, err := partyops.NamesOfKind(ctx, tx, access.Client)
		for _, c := range clients {
			names[c.ID] = c.Name
		}
		return err
	})
	return out, names, err
}

// Beside lists who sees one of two clients, with where a standing wall between them has put them. Who may: see ConflictSee, for all clients. Fault: Forbidden.
func (s *Service) Beside(ctx context.Context, actor access.Actor, one, other string) ([]Standing, error) {
	if err := access.Require(actor, access.ConflictSee, access.Scope{}); err != nil {
		return nil, err
	}
	var out []Standing
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		w, err := s.lookAround(ctx, tx, now)
		if err != nil {
			return err
		}
		wall, _ := between(w.walls, one, other)
		out, err = standings(ctx, tx, engagement.Wall{One: one, Other: other, Placements: wall.Placements}, now)
		for i, st := range out {
			for _, k := range wall.KeptFrom(st.Account, w.coolOff) {
				out[i].Until = k.Until
			}
		}
		return err
	})
	return out, err
}

func between(walls []engagement.Wall, one, other string) (engagement.Wall, bool) {
	i := slices.IndexFunc(walls, func(w engagement.Wall) bool { return w.Opposite(one) == other && other != "" })
	if i < 0 {
		return engagement.Wall{}, false
	}
	return walls[i], true
}

// standings are the people of the agency and of specialists whose roles reach one of the clients of a wall, and those whom it has put somewhere.
func standings(ctx context.Context, tx bun.Tx, w engagement.Wall, now time.Time) ([]Standing, error) {
	people, err := partyops.PeopleOf(ctx, tx, "", now)
	if err != nil {
		return nil, err
	}
	var out []Standing
	for _, l := range people {
		m := l.Membership
		if m.Org.Kind == access.Client || m.Client != "" && w.Opposite(m.Client) == "" || !m.InForce(now) {
			continue
		}
		words := m.Role.Label() + " at " + m.Org.Name
		i := slices.IndexFunc(out, func(s Standing) bool { return s.Account == l.Account.ID })
		if i < 0 {
			out, i = append(out, Standing{Account: l.Account.ID, Name: l.Account.Name, Sees: m.Client}), len(out)
		} else if out[i].Sees != m.Client {
			out[i].Sees = ""
		}
		if !strings.Contains(out[i].Roles, words) {
			out[i].Roles = strings.TrimPrefix(out[i].Roles+", "+words, ", ")
		}
		out[i].owner = out[i].owner || m.Role == access.Owner && m.Org.Kind == access.Agency
	}
	for _, p := range w.Placed() {
		if i := slices.IndexFunc(out, func(s Standing) bool { return s.Account == p.Account }); i >= 0 {
			out[i].Side = p.Side
		} else {
			out = append(out, Standing{Account: p.Account, Name: p.Name, Roles: "no role for either now", Side: p.Side})
		}
	}
	return out, nil
}

// BuildWall parts the people of two clients' accounts. From the next request on each sees nothing of the other side. Who sees both has to be put on a side
// or named keeper, and one owner has to see both, or nobody could end the wall. Who may: see WallKeep, for all clients. Faults: Forbidden, NotFound, Invalid at the fields,
// Conflict when there is one already.
func (s *Service) BuildWall(ctx context.Context, actor access.Actor, in WallInput) (engagement.Wall, error) {
	if err := access.Require(actor, access.WallKeep, access.Scope{}); err != nil {
		return engagement.Wall{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	var problems fault.List
	if in.One == in.Other || in.One == "" || in.Other == "" {
		problems.Add(fault.New(fault.Invalid, "wall-clients", "Choose two clients.").At("other"))
	}
	if in.Reason == "" || len(in.Reason) > longestWhy {
		problems.Add(fault.New(fault.Invalid, "reason", "Say why the two are kept apart (at most %d characters).", longestWhy).At("reason"))
	}
	if err := problems.Err(); err != nil {
		return engagement.Wall{}, err
	}
	var out engagement.Wall
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		w, err := s.lookAround(ctx, tx, now)
		if err != nil {
			return err
		}
		for _, c := range []string{in.One, in.Other} {
			if _, ok := w.clients[c]; !ok {
				return fault.New(fault.NotFound, "client", "There is no such client.")
			}
		}
		if _, stands := between(w.walls, in.One, in.Other); stands {
			return fault.New(fault.Conflict, "wall-stands", "There is a wall between the two already.")
		}
		row := wallRow{ID: s.id("wal"), OneID: in.One, OtherID: in.Other, Reason: in.Reason, BegunAt: now, BegunBy: actor.Account, BegunByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		out = engagement.Wall{ID: row.ID, One: in.One, Other: in.Other, Reason: in.Reason, BegunAt: now, BegunByName: actor.Name}
		if err := s.placeAll(ctx, tx, actor, &out, in.Sides, &w, now); err != nil {
			return err
		}
		if err := s.recordWall(ctx, tx, actor, out, now, "wall.build", fmt.Sprintf("built a wall between %s and %s: %s", w.clients[in.One], w.clients[in.Other], in.Reason)); err != nil {
			return err
		}
		return s.again(ctx, tx, actor, now)
	})
	if err != nil {
		return engagement.Wall{}, fmt.Errorf("build a wall: %w", err)
	}
	return out, nil
}

// placeAll puts everybody to their sides when the wall is built.
func (s *Service) placeAll(ctx context.Context, tx bun.Tx, actor access.Actor, wall *engagement.Wall, sides map[string]string, w *world, now time.Time) error {
	people, err := standings(ctx, tx, *wall, now)
	if err != nil {
		return err
	}
	one, other, placed := map[string]string{}, map[string]string{}, map[string]string{}
	for _, p := range people {
		if p.Sees != wall.Other {
			one[p.Account] = p.Name
		}
		if p.Sees != wall.One {
			other[p.Account] = p.Name
		}
		if placed[p.Account] = sides[p.Account]; placed[p.Account] == "" {
			placed[p.Account] = p.Sees
		}
	}
	if err := engagement.Unplaced(one, other, placed); err != nil {
		return err
	}
	for _, p := range people {
		if err := s.place(ctx, tx, actor, wall, p.Account, p.Name, placed[p.Account], w, now); err != nil {
			return err
		}
	}
	return ownerSeesAll(ctx, tx, now)
}

// place puts one person to a side and sets what access goes by.
func (s *Service) place(ctx context.Context, tx bun.Tx, actor access.Actor, wall *engagement.Wall, account, name, side string, w *world, now time.Time) error {
	if err := wall.MayPlace(account, side, now, w.coolOff); err != nil {
		return err
	}
	if side == engagement.Keeper {
		people, err := partyops.PeopleOf(ctx, tx, "", now)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(l partyops.Listing) bool {
			return l.Account.ID == account && l.Membership.Org.Kind == access.Agency && l.Membership.InForce(now)
		}) {
			return fault.New(fault.Invalid, "keeper-external", "Only somebody of the agency keeps a wall: a specialist would see both accounts. Put %s on a side.", name).At("side")
		}
	}
	row := placeRow{WallID: wall.ID, Seq: len(wall.Placements) + 1, AccountID: account, Name: name, Side: side, PlacedAt: now, PlacedBy: actor.Account, PlacedByName: actor.Name}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	wall.Placements = append(wall.Placements, engagement.Placement{Account: account, Name: name, Side: side, At: now, ByName: actor.Name})
	return s.bar(ctx, tx, *wall, account, w, now)
}

func (s *Service) bar(ctx context.Context, tx bun.Tx, wall engagement.Wall, account string, w *world, now time.Time) error {
	var set []partyops.Barrier
	for _, k := range wall.KeptFrom(account, w.coolOff) {
		set = append(set, partyops.Barrier{Client: k.Client, Until: k.Until})
	}
	return s.Parties.SetBarriers(ctx, tx, wall.ID, account, set, now)
}

// ownerSeesAll: somebody has to be left who sees every client and can end the walls.
func ownerSeesAll(ctx context.Context, tx bun.Tx, now time.Time) error {
	people, err := partyops.PeopleOf(ctx, tx, "", now)
	if err != nil {
		return err
	}
	barred, err := partyops.BarriersNow(ctx, tx, "", now)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(people, func(l partyops.Listing) bool {
		return l.Membership.Role == access.Owner && l.Membership.InForce(now) && !slices.ContainsFunc(barred, func(b partyops.Barrier) bool { return b.Account == l.Account.ID })
	}) {
		return nil
	}
	return fault.New(fault.Invalid, "keeper-missing", "One owner has to be keeper of every wall, or nobody would see all clients and could end them.").At("people")
}

// Place puts a person to a side of a wall, names them keeper, or lets them leave their side. Who may: see WallKeep, for all clients. Faults: Forbidden, NotFound, Invalid
// at "side" or "people", Conflict while a cool-off lasts or when the wall has ended.
func (s *Service) Place(ctx context.Context, actor access.Actor, wall, account, side string) error {
	return s.changeWall(ctx, actor, wall, func(ctx context.Context, tx bun.Tx, w *world, wall *engagement.Wall, now time.Time) error {
		people, err := standings(ctx, tx, *wall, now)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p Standing) bool { return p.Account == account })
		if i < 0 {
			return notHere()
		}
		if err := s.place(ctx, tx, actor, wall, account, people[i].Name, side, w, now); err != nil {
			return err
		}
		if err := ownerSeesAll(ctx, tx, now); err != nil {
			return err
		}
		placed := wall.Placements[len(wall.Placements)-1]
		return s.recordWall(ctx, tx, actor, *wall, now, "wall.place", fmt.Sprintf("put to the wall between %s and %s: %s %s", w.clients[wall.One], w.clients[wall.Other], placed.Name,
			placed.Words(func(id string) string { return w.clients[id] })))
	})
}

// EndWall takes a wall down: from the next request on its people see what their roles give. Who may: see WallKeep, for all clients. Faults: Forbidden, NotFound, Invalid at
// "reason", Conflict when it has ended.
func (s *Service) EndWall(ctx context.Context, actor access.Actor, wall, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > longestWhy {
		return fault.New(fault.Invalid, "reason", "Say why it is not needed any more (at most %d characters).", longestWhy).At("reason")
	}
	return s.changeWall(ctx, actor, wall, func(ctx context.Context, tx bun.Tx, w *world, wall *engagement.Wall, now time.Time) error {
		row := wallEndRow{WallID: wall.ID, Reason: reason, EndedAt: now, EndedBy: actor.Account, EndedByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if err := s.Parties.EndBarriers(ctx, tx, wall.ID, now); err != nil {
			return err
		}
		if err := s.recordWall(ctx, tx, actor, *wall, now, "wall.end", fmt.Sprintf("ended the wall between %s and %s: %s", w.clients[wall.One], w.clients[wall.Other], reason)); err != nil {
			return err
		}
		return s.again(ctx, tx, actor, now)
	})
}

type changingWall func(ctx context.Context, tx bun.Tx, w *world, wall *engagement.Wall, now time.Time) error

func (s *Service) changeWall(ctx context.Context, actor access.Actor, id string, then changingWall) error {
	if err := access.Require(actor, access.WallKeep, access.Scope{}); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		wall, err := readWall(ctx, tx, id)
		if err != nil {
			return err
		}
		if !wall.Stands(now) {
			return fault.New(fault.Conflict, "wall-ended", "This wall has ended already.")
		}
		w, err := s.lookAround(ctx, tx, now)
		if err != nil {
			return err
		}
		return then(ctx, tx, &w, &wall, now)
	})
	if err != nil {
		return fmt.Errorf("change a wall: %w", err)
	}
	return nil
}

// recordWall writes to the record of the workspace, where nobody reads it who stands on a side.
func (s *Service) recordWall(ctx context.Context, tx bun.Tx, actor access.Actor, w engagement.Wall, now time.Time, action, did string) error {
	placed := map[string]string{}
	for _, p := range w.Placed() {
		placed[p.Name] = p.Side
	}
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
		At: now, Action: action, Internal: true, Subject: journal.Subject{Kind: "wall", ID: w.ID, Name: "wall"}, Words: did, After: journal.Snapshot(map[string]any{"one": w.One, "other": w.Other, "sides": placed}),
	}))
	return err
}

// Staffed refuses a role that a wall or a promise keeps from somebody, and puts those who pass to the right side of the walls that stand: who gets a role for one
// of the clients stands on its side, and who would see both is kept from both until the keeper has placed them. It is wired to the use cases that give roles, within
// their transaction. Fault: Conflict, which names no client.
func (s *Service) Staffed(ctx context.Context, tx bun.Tx, actor access.Actor, m party.Membership, name string) error {
	if m.Org.Kind == access.Client {
		return nil
	}
	now := s.now()
	barriers, err := partyops.BarriersNow(ctx, tx, m.Account, now)
	if err != nil {
		return err
	}
	for _, b := range barriers {
		if m.Client != "" && b.Client == m.Client {
			return keptAway(b.Until)
		}
	}
	w, err := s.lookAround(ctx, tx, now)
	if err != nil {
		return err
	}
	if m.Client != "" && len(w.promises) > 0 {
		if err := s.mayStaff(ctx, tx, actor, m, name, &w, now); err != nil {
			return err
		}
	}
	for _, wall := range w.walls {
		known := slices.ContainsFunc(wall.Placements, func(p engagement.Placement) bool { return p.Account == m.Account })
		switch {
		case m.Client == "" && !known:
			err = s.bar(ctx, tx, wall, m.Account, &w, now)
		case wall.Opposite(m.Client) != "" && !slices.ContainsFunc(wall.Placed(), func(p engagement.Placement) bool { return p.Account == m.Account && p.Side != engagement.Off }):
			err = s.place(ctx, tx, actor, &wall, m.Account, name, m.Client, &w, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func keptAway(until time.Time) error {
	if until.IsZero() {
		return fault.New(fault.Conflict, "behind-a-wall", "A wall keeps this person from this account. Choose somebody else, or ask the keeper of the wall.").At("role")
	}
	return fault.New(fault.Conflict, "cool-off", "This person stays away from this account until %s, as a contract says.", until.Add(-time.Microsecond).UTC().Format("2 Jan 2006")).At("role")
}

// mayStaff holds the person's other roles against the promises, and keeps the check.
func (s *Service) mayStaff(ctx context.Context, tx bun.Tx, actor access.Actor, m party.Membership, name string, w *world, now time.Time) error {
	roles, err := partyops.StaysOf(ctx, tx, m.Account)
	if err != nil {
		return err
	}
	var stays []engagement.Stay
	for _, r := range roles {
		if r.Client != "" && r.Client != m.Client {
			stays = append(stays, engagement.Stay{Client: r.Client, Until: r.Until})
		}
	}
	if err := engagement.MayStaff(m.Client, stays, w.binding(), w.accounts, w.held, now, w.work[m.Client]); err != nil {
		return err
	}
	if len(stays) == 0 {
		return nil
	}
	row := checkRow{ID: s.id("chk"), Topic: "staffing:" + m.Account + ":" + m.Client, Kind: string(engagement.OfStaffing), Name: name, Outcome: string(engagement.Clear), JudgedOn: w.on.String(),
		Asks: "null", Found: "{}", MadeAt: now, MadeBy: actor.Account, MadeByName: actor.Name}
	if row.Newcomer, err = asJSON(engagement.Account{Name: name + " for " + w.clients[m.Client], Served: cal.Period{From: w.on, To: contract.Forever}}); err != nil {
		return err
	}
	if row.Looked, err = asJSON(w.looked); err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}
