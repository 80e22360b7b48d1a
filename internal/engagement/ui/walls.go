package ui

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const wallsPath = ConflictsPath + "/walls"

func (p *Pages) wallRoutes() []web.Route {
	return []web.Route{
		get(wallsPath, access.ConflictSee, p.showWalls),
		get(wallsPath+"/new", access.WallKeep, p.showNewWall),
		post(wallsPath+"/new", access.WallKeep, p.buildWall),
		get(wallsPath+"/{wall}", access.ConflictSee, p.showWall),
		get(wallsPath+"/{wall}/place/{account}", access.WallKeep, p.showPlace),
		post(wallsPath+"/{wall}/place/{account}", access.WallKeep, p.placePerson),
		get(wallsPath+"/{wall}/end", access.WallKeep, p.confirmEndWall),
		post(wallsPath+"/{wall}/end", access.WallKeep, p.endWall),
	}
}

func wallPath(id string) string { return wallsPath + "/" + url.PathEscape(id) }

var wallCrumbs = []kit.Link{{Text: "Conflicts", Href: ConflictsPath}, {Text: "Walls", Href: wallsPath}}

func wallState(w engagement.Wall) templ.Component {
	if w.EndedAt.IsZero() {
		return kit.PillIn("stands", kit.Good)
	}
	return kit.PillIn("ended", kit.Inactive)
}

func (p *Pages) showWalls(w http.ResponseWriter, r *http.Request) error {
	walls, names, err := p.Ops.Walls(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Walls", Room: ConflictsRoom, Crumbs: wallCrumbs[:1], Lede: "A wall parts the people of two accounts: each sees nothing of the other client, on no page, in no list, mail or program."}
	if access.Decide(actor(r), access.WallKeep, access.Scope{}).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Build a wall", Kind: kit.Primary, Href: wallsPath + "/new"}))
	}
	t := kit.TableView{Caption: "Walls, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Between"}, {Title: "State"}, {Title: "Why"}, {Title: "Since"}},
		Empty: kit.Empty(kit.EmptyView{Title: "No wall stands", Text: "Build one where a contract says that a wall is enough to serve a competitor, or where a client asks for it."})}
	for _, wall := range slices.Backward(walls) {
		t.Rows = append(t.Rows, kit.Row{ID: wall.ID, Cells: []templ.Component{
			kit.Anchor(kit.Link{Text: names[wall.One] + " and " + names[wall.Other], Href: wallPath(wall.ID)}), wallState(wall), kit.Text(wall.Reason),
			kit.TwoLines(kit.MomentText(wall.BegunAt, time.UTC), "by "+wall.BegunByName)}})
	}
	return web.Render(w, r, view, kit.Table(t))
}

func (p *Pages) showNewWall(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return p.newWallPage(w, r, kit.Input{Values: url.Values{"one": {q.Get("one")}, "other": {q.Get("other")}}})
}

// newWallPage asks between whom first, and then where everybody stands who sees both.
func (p *Pages) newWallPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	clients, err := p.Ops.Parties.Clients(r.Context(), actor(r))
	if err != nil {
		return err
	}
	options, names := []kit.Option{{Text: "Choose"}}, map[string]string{}
	for _, c := range clients {
		options, names[c.ID] = append(options, kit.Option{Value: c.ID, Text: c.Name}), c.Name
	}
	one, other := in.Values.Get("one"), in.Values.Get("other")
	fields := []kit.Field{{Name: "one", Label: "Between", Kind: kit.Select, Options: options}, {Name: "other", Label: "And", Kind: kit.Select, Options: options},
		{Name: "reason", Label: "Why", Kind: kit.Area, Hint: "It stays in the record of the workspace."}}
	submit := "Go on"
	if names[one] != "" && names[other] != "" && one != other {
		submit = "Build the wall"
		people, err := p.Ops.Beside(r.Context(), actor(r), one, other)
		if err != nil {
			return err
		}
		for _, st := range people {
			fields = append(fields, kit.Field{Name: "side-" + st.Account, Label: st.Name, Kind: kit.Select, Hint: st.Roles + seesOf(st, names), Options: wallSides(one, other, names, st.Sees), Optional: true, Value: st.Sees})
			if _, typed := in.Values["side-"+st.Account]; !typed {
				in.Values.Set("side-"+st.Account, st.Sees)
			}
		}
		fields = append(fields, kit.Field{Name: "people", Kind: kit.Hidden})
	}
	view := kit.PageView{Title: "Build a wall", Room: ConflictsRoom, Narrow: true, Status: in.Status(), Crumbs: wallCrumbs,
		Lede: "Everybody who sees both has to stand on a side. One owner at least is the keeper: sees both, and can end the wall."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: wallsPath + "/new", Submit: submit, Cancel: wallsPath, Input: in, Fields: fields}))
}

func seesOf(st ops.Standing, names map[string]string) string {
	if st.Sees == "" {
		return ". Sees both."
	}
	return ". Sees " + names[st.Sees] + "."
}

func wallSides(one, other string, names map[string]string, sees string) []kit.Option {
	out := []kit.Option{{Value: one, Text: "On the side of " + names[one]}, {Value: other, Text: "On the side of " + names[other]}, {Value: engagement.Keeper, Text: "Keeper: sees both"}}
	if sees == "" {
		return slices.Concat([]kit.Option{{Text: "Choose"}}, out)
	}
	return out
}

func (p *Pages) buildWall(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := ops.WallInput{One: values.Get("one"), Other: values.Get("other"), Reason: values.Get("reason"), Sides: map[string]string{}}
	placed := false
	for name := range values {
		if account, ok := cutSide(name); ok {
			in.Sides[account], placed = values.Get(name), true
		}
	}
	if !placed && in.One != "" && in.Other != "" && in.One != in.Other {
		return p.newWallPage(w, r, kit.Input{Values: values})
	}
	wall, err := p.Ops.BuildWall(r.Context(), actor(r), in)
	if web.Correctable(err) {
		return p.newWallPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The wall stands. From their next request on, people see their own side alone.")
	web.Redirect(w, r, wallPath(wall.ID))
	return nil
}

func cutSide(name string) (string, bool) {
	const prefix = "side-"
	if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
		return "", false
	}
	return name[len(prefix):], true
}

// wallOf is the wall of the address, with the names of clients.
func (p *Pages) wallOf(r *http.Request) (engagement.Wall, map[string]string, error) {
	walls, names, err := p.Ops.Walls(r.Context(), actor(r))
	if err != nil {
		return engagement.Wall{}, nil, err
	}
	i := slices.IndexFunc(walls, func(w engagement.Wall) bool { return w.ID == r.PathValue("wall") })
	if i < 0 {
		return engagement.Wall{}, nil, fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	return walls[i], names, nil
}

func (p *Pages) showWall(w http.ResponseWriter, r *http.Request) error {
	wall, names, err := p.wallOf(r)
	if err != nil {
		return err
	}
	people, err := p.Ops.Beside(r.Context(), actor(r), wall.One, wall.Other)
	if err != nil {
		return err
	}
	keeps := access.Decide(actor(r), access.WallKeep, access.Scope{}).Allowed && wall.EndedAt.IsZero()
	view := kit.PageView{Title: names[wall.One] + " and " + names[wall.Other], Eyebrow: "Wall", Room: ConflictsRoom, State: wallState(wall), Crumbs: wallCrumbs, Lede: wall.Reason}
	if keeps {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "End the wall", Href: wallPath(wall.ID) + "/end"}))
	}
	var body []templ.Component
	if !wall.EndedAt.IsZero() {
		body = append(body, kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Ended by " + wall.EndedByName + ": " + wall.EndReason}))
	} else {
		for _, side := range []struct{ key, title string }{{wall.One, "On the side of " + names[wall.One]}, {wall.Other, "On the side of " + names[wall.Other]}, {engagement.Keeper, "Keepers"}, {"", "On no side yet: they see neither"}, {engagement.Off, "Have left"}} {
			if t := sideTable(wall, side.key, side.title, people, keeps); len(t.Rows) > 0 || wall.Opposite(side.key) != "" {
				body = append(body, conflictPart(side.title, kit.Table(t)))
			}
		}
	}
	body = append(body, conflictPart("What happened", kit.Timeline(wallHistory(wall, names))))
	return web.Render(w, r, view, kit.Group(body...))
}

func sideTable(wall engagement.Wall, side, title string, people []ops.Standing, keeps bool) kit.TableView {
	t := kit.TableView{Caption: title, Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Person"}, {Title: "Roles"}, {Title: "Acts", Hidden: true}}, Empty: kit.Text("Nobody.")}
	for _, st := range people {
		if st.Side != side {
			continue
		}
		roles := st.Roles
		if side == engagement.Off && !st.Until.IsZero() {
			roles += "; stays away from the other side until " + cal.DateOf(st.Until.Add(-time.Microsecond), time.UTC).Words()
		}
		var act templ.Component
		if keeps {
			act = kit.Anchor(kit.Link{Text: "Change", Href: wallPath(wall.ID) + "/place/" + url.PathEscape(st.Account)})
		}
		t.Rows = append(t.Rows, kit.Row{ID: st.Account, Cells: []templ.Component{kit.Text(st.Name), kit.Text(roles), act}})
	}
	return t
}

func wallHistory(wall engagement.Wall, names map[string]string) []kit.Happening {
	out := []kit.Happening{{When: kit.MomentText(wall.BegunAt, time.UTC), Who: wall.BegunByName, Did: "built the wall", Note: wall.Reason}}
	for _, pl := range wall.Placements {
		out = append(out, kit.Happening{When: kit.MomentText(pl.At, time.UTC), Who: pl.Name, Did: pl.Words(func(id string) string { return names[id] }), Note: "by " + pl.ByName})
	}
	if !wall.EndedAt.IsZero() {
		out = append(out, kit.Happening{When: kit.MomentText(wall.EndedAt, time.UTC), Who: wall.EndedByName, Did: "ended the wall", Note: wall.EndReason})
	}
	slices.Reverse(out)
	return out
}

func (p *Pages) showPlace(w http.ResponseWriter, r *http.Request) error {
	return p.placePage(w, r, kit.Input{})
}

func (p *Pages) placePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	wall, names, err := p.wallOf(r)
	if err != nil {
		return err
	}
	people, err := p.Ops.Beside(r.Context(), actor(r), wall.One, wall.Other)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(people, func(st ops.Standing) bool { return st.Account == r.PathValue("account") })
	if i < 0 {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	view := kit.PageView{Title: people[i].Name, Eyebrow: "Wall between " + names[wall.One] + " and " + names[wall.Other], Room: ConflictsRoom, Narrow: true, Status: in.Status(),
		Crumbs: append(slices.Clone(wallCrumbs), kit.Link{Text: names[wall.One] + " and " + names[wall.Other], Href: wallPath(wall.ID)}),
		Lede:   "Who leaves a side stays away from the other for the cool-off that the contract names, counted from today."}
	options := append(wallSides(wall.One, wall.Other, names, "x"), kit.Option{Value: engagement.Off, Text: "Leaves the side"})
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: r.URL.Path, Submit: "Put them there", Cancel: wallPath(wall.ID), Input: in, Fields: []kit.Field{
		{Name: "side", Label: "Where", Kind: kit.Radio, Options: options, Value: people[i].Side},
	}}))
}

func (p *Pages) placePerson(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = p.Ops.Place(r.Context(), actor(r), r.PathValue("wall"), r.PathValue("account"), values.Get("side"))
	if web.Correctable(err) && fault.Code(err) != "wall-ended" {
		return p.placePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Done. It holds from their next request on.")
	web.Redirect(w, r, wallPath(r.PathValue("wall")))
	return nil
}

func (p *Pages) confirmEndWall(w http.ResponseWriter, r *http.Request) error {
	return p.endWallPage(w, r, kit.Input{})
}

func (p *Pages) endWallPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	wall, names, err := p.wallOf(r)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "End the wall", Room: ConflictsRoom, Narrow: true, Status: in.Status(), Crumbs: wallCrumbs}
	return web.Render(w, r, view, kit.ConfirmPage(kit.ConfirmView{Action: r.URL.Path, Button: "End the wall", Danger: true, Cancel: wallPath(wall.ID), Input: in,
		What:    "You end the wall between " + names[wall.One] + " and " + names[wall.Other] + ".",
		Follows: []string{"From the next request on everybody sees what their roles give, also those whose cool-off lasts.", "Checks that it kept clear are made again."},
		Fields:  []kit.Field{{Name: "reason", Label: "Why", Kind: kit.Area}}}))
}

func (p *Pages) endWall(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = p.Ops.EndWall(r.Context(), actor(r), r.PathValue("wall"), values.Get("reason"))
	if web.Correctable(err) && fault.Code(err) != "wall-ended" {
		return p.endWallPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The wall has ended.")
	web.Redirect(w, r, wallPath(r.PathValue("wall")))
	return nil
}
