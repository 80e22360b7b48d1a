package ui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// DeliverablesRoom of the navigation.
const DeliverablesRoom = "deliverables"

const (
	deliverablesPattern = "/clients/{client}/deliverables"
	deliverablePattern  = deliverablesPattern + "/{deliverable}"
	versionPattern      = deliverablePattern + "/versions/{version}"
)

// DeliverablesPath is the address of a client's deliverables.
func DeliverablesPath(client string) string {
	return "/clients/" + url.PathEscape(client) + "/deliverables"
}

// DeliverablePath is the address of a deliverable.
func DeliverablePath(client, id string) string {
	return DeliverablesPath(client) + "/" + url.PathEscape(id)
}

func versionPath(d ops.Deliverable, number int) string {
	return DeliverablePath(d.Client, d.ID) + "/versions/" + strconv.Itoa(number)
}

func (p *Pages) deliverableRoutes() []web.Route {
	upload := post(deliverablePattern+"/versions", access.DeliverableSubmit, p.submitVersion)
	upload.BodyLimit = work.MaxVersion + 1<<20
	return []web.Route{
		get(deliverablesPattern, access.DeliverableSee, p.deliverables),
		get("/clients/{client}/work/deliverables", access.DeliverableSee, p.toDeliverables),
		get(deliverablesPattern+"/new", access.DeliverablePropose, p.showPropose),
		post(deliverablesPattern+"/new", access.DeliverablePropose, p.propose),
		get(deliverablePattern, access.DeliverableSee, p.deliverable),
		upload,
		get(deliverablePattern+"/compare", access.DeliverableSee, p.compareVersions),
		get(deliverablePattern+"/withdraw", access.DeliverablePropose, p.showWithdraw),
		post(deliverablePattern+"/withdraw", access.DeliverablePropose, p.withdraw),
		post(deliverablePattern+"/archive", access.DeliverablePropose, p.archive),
		get(versionPattern, access.DeliverableSee, p.version),
		get(versionPattern+"/file", access.DeliverableSee, p.versionFile),
		get(versionPattern+"/release", access.DeliverableRelease, p.showRelease),
		post(versionPattern+"/release", access.DeliverableRelease, p.release),
		get(versionPattern+"/hold-back", access.DeliverableRelease, p.showHoldBack),
		post(versionPattern+"/hold-back", access.DeliverableRelease, p.holdBack),
		get(versionPattern+"/approve", access.DeliverableAnswer, p.showAnswer(approving)),
		post(versionPattern+"/approve", access.DeliverableAnswer, p.answer(approving)),
		get(versionPattern+"/approve-with-changes", access.DeliverableAnswer, p.showAnswer(approvingWithChanges)),
		post(versionPattern+"/approve-with-changes", access.DeliverableAnswer, p.answer(approvingWithChanges)),
		get(versionPattern+"/feedback", access.DeliverableAnswer, p.showAnswer(changing)),
		post(versionPattern+"/feedback", access.DeliverableAnswer, p.answer(changing)),
		get(versionPattern+"/reject", access.DeliverableAnswer, p.showAnswer(rejecting)),
		post(versionPattern+"/reject", access.DeliverableAnswer, p.answer(rejecting)),
	}
}

func (p *Pages) toDeliverables(w http.ResponseWriter, r *http.Request) error {
	web.Redirect(w, r, DeliverablesPath(r.PathValue("client")))
	return nil
}

// desk is a deliverable as one person sees it now.
type deliverableDesk struct {
	ops.Deliverable
	who access.Actor
	now time.Time
}

func (d deliverableDesk) may(action access.Action) bool {
	return access.Decide(d.who, action, d.Scope()).Allowed
}

func (d deliverableDesk) path() string { return DeliverablePath(d.Client, d.ID) }

// read is the deliverable of the address.
func (p *Pages) read(r *http.Request) (deliverableDesk, error) {
	d, err := p.Ops.ShowDeliverable(r.Context(), actor(r), r.PathValue("client"), r.PathValue("deliverable"))
	return deliverableDesk{d, actor(r), p.Ops.Now()}, err
}

// readVersion is the deliverable and the version of the address. Fault: NotFound, also for a version that the person may not see.
func (p *Pages) readVersion(r *http.Request) (deliverableDesk, ops.VersionFile, error) {
	d, err := p.read(r)
	if err != nil {
		return d, ops.VersionFile{}, err
	}
	number, _ := strconv.Atoi(r.PathValue("version"))
	f, ok := d.File(number)
	if !ok {
		return d, f, fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	return d, f, nil
}

// crumbs lead back to the list, and to the deliverable from what lies below it.
func (d deliverableDesk) crumbs(below bool) []kit.Link {
	out := []kit.Link{{Text: "Deliverables", Href: DeliverablesPath(d.Client)}}
	if below {
		out = append(out, kit.Link{Text: d.Name, Href: d.path()})
	}
	return out
}

func (p *Pages) deliverable(w http.ResponseWriter, r *http.Request) error {
	return p.deliverablePage(w, r, kit.Input{})
}

func (p *Pages) deliverablePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	d, err := p.read(r)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: d.Name, Room: DeliverablesRoom, Crumbs: d.crumbs(false), State: d.pill(), Actions: d.actions(), Status: in.Status()}
	main := []templ.Component{d.waiting(), d.newest(p, r)}
	if d.may(access.DeliverableSubmit) && d.takesVersions() {
		main = append(main, under("Submit a version", kit.Form(d.submitForm(in))))
	}
	main = append(main, d.versionTable(), d.history())
	web.AllowFrames(w)
	return web.Render(w, r, view, columns(stack(main...), stack(under("As agreed", kit.DefinitionList(d.facts()...)), d.why())))
}

func (d deliverableDesk) takesVersions() bool {
	a := d.State.Accepted
	_, waits := d.State.InReview()
	return !waits && !d.State.Archived && d.State.Stage != work.StageWithdrawn && (a == nil || a.How == work.StepApprovedWithChanges)
}

func (d deliverableDesk) submitForm(in kit.Input) kit.FormView {
	return kit.FormView{Action: d.path() + "/versions", Submit: "Submit", Upload: true, Input: in, Fields: []kit.Field{
		{Name: "note", Label: "What is new in it", Kind: kit.Area, Optional: true, Hint: "The client reads it when the version is released."},
		{Name: "file", Label: "File", Kind: kit.Upload, Accept: strings.Join(work.VersionEndings(), ","), Hint: "Up to " + strconv.FormatInt(work.MaxVersion>>20, 10) + " MB. Pictures and texts are shown here; HTML and SVG as their text, never run."},
	}}
}

// waiting says what is to be done, by whom and until when.
func (d deliverableDesk) waiting() templ.Component {
	if v, waits := d.State.InReview(); waits {
		n := kit.NoticeView{Level: kit.Info, Title: "Version " + strconv.Itoa(v.Number) + " waits for the agency's review.", Text: "The client does not see it yet."}
		if d.may(access.DeliverableRelease) {
			n.Links = []kit.Link{{Text: "Release it to the client", Href: versionPath(d.Deliverable, v.Number) + "/release"}, {Text: "Hold it back", Href: versionPath(d.Deliverable, v.Number) + "/hold-back"}}
		}
		return kit.Notice(n)
	}
	if v, waits := d.State.Waiting(); waits {
		n := kit.NoticeView{Level: kit.Info, Title: "Version " + strconv.Itoa(v.Number) + " waits for the client: " + d.State.WaitWords(d.now) + ".", Text: d.State.SilenceWords()}
		if !v.Ends.IsZero() && !d.now.Before(v.Ends) {
			n.Level = kit.Warning
		}
		return kit.Notice(n)
	}
	if d.State.Confirmable() && d.may(access.DeliverableAnswer) {
		return kit.Notice(kit.NoticeView{Level: kit.Info, Title: kit.Sentence(d.State.AcceptedWords()), Text: "You can accept it in writing as well.",
			Links: []kit.Link{{Text: "Accept it in writing", Href: versionPath(d.Deliverable, d.State.Accepted.Version) + "/approve"}}})
	}
	return templ.NopComponent
}

// actions are what the person can do about the version that waits, and about the whole.
func (d deliverableDesk) actions() []templ.Component {
	var out []templ.Component
	if v, waits := d.State.Waiting(); waits && d.may(access.DeliverableAnswer) {
		at := versionPath(d.Deliverable, v.Number)
		changes := kit.Button(kit.ButtonView{Text: "Ask for changes", Href: at + "/feedback"})
		if d.Rules.Clause == "" || d.may(access.DeliveryDecide) {
			out = append(out, kit.Button(kit.ButtonView{Text: "Approve version " + strconv.Itoa(v.Number), Kind: kit.Primary, Href: at + "/approve"}), changes,
				kit.Button(kit.ButtonView{Text: "Approve with changes", Href: at + "/approve-with-changes"}))
		} else {
			out = append(out, changes)
		}
		out = append(out, kit.Button(kit.ButtonView{Text: "Reject", Href: at + "/reject"}))
	}
	if !d.may(access.DeliverablePropose) || d.State.Archived {
		return out
	}
	if d.State.Accepted == nil && d.State.Stage != work.StageWithdrawn {
		return append(out, kit.Button(kit.ButtonView{Text: "Withdraw", Href: d.path() + "/withdraw"}))
	}
	return append(out, kit.Button(kit.ButtonView{Text: "Archive", Post: d.path() + "/archive"}))
}

func (d deliverableDesk) pill() templ.Component {
	if d.State.Archived {
		return kit.PillIn(string(d.State.Stage)+", archived", kit.Settled)
	}
	return kit.PillIn(string(d.State.Stage), stageTone(d.State.Stage))
}

func stageTone(s work.DeliverableStage) kit.Tone {
	return map[work.DeliverableStage]kit.Tone{work.StageAtClient: kit.Active, work.StageChanges: kit.Attend, work.StageRejected: kit.Bad, work.StageAccepted: kit.Good, work.StageWithdrawn: kit.Inactive}[s]
}

// facts are what was agreed, and where it stands.
func (d deliverableDesk) facts() []kit.Definition {
	out := []kit.Definition{{Term: "Rounds", Value: kit.Text(kit.Sentence(d.State.RoundWords()))}}
	if due, ok := d.State.DueNow(d.now); ok {
		out = append(out, kit.Definition{Term: "Due", Value: kit.Text(d.State.DueDay(due))})
	}
	add := func(term, text string) {
		if text != "" {
			out = append(out, kit.Definition{Term: term, Value: kit.Text(text)})
		}
	}
	add("Accepted", kit.Sentence(d.State.AcceptedWords()))
	if a := d.State.Accepted; a != nil {
		out = append(out, kit.Definition{Term: "SHA-256", Value: kit.Hash(a.SHA256)})
	}
	add("About", d.Note)
	if d.Milestone != "" {
		part := ""
		if d.Part != "" {
			part = ", " + d.Part
		}
		add("Accepted under", d.Rules.Clause+": "+d.Milestone+part)
	}
	if d.RequestName != "" {
		out = append(out, kit.Definition{Term: "Request", Value: kit.Anchor(kit.Link{Text: d.RequestName, Href: RequestPath(d.Client, d.Request)})})
	}
	add("Paid with the fee up to", d.FeeMonth)
	if d.Contract != "" {
		add("Terms", "version "+strconv.Itoa(d.Terms)+" of the contract, for life")
	}
	return out
}

// why tells what moved the date and whose it is.
func (d deliverableDesk) why() templ.Component {
	var parts []templ.Component
	if words := d.State.DueWords(d.now); len(words) > 1 {
		parts = append(parts, under("Why this day", sentences(words)))
	}
	if d.Owned != nil && d.Owned.Owner != work.OwnerUnsaid {
		parts = append(parts, under("Whose it is: the "+string(d.Owned.Owner)+"'s", kit.Text(kit.Sentence(d.Owned.Why))))
	}
	return stack(parts...)
}

func (d deliverableDesk) moment(at time.Time) templ.Component {
	return kit.MomentText(at, d.Rules.Zone)
}
