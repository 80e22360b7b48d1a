package ui

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) mailRoutes() []web.Route {
	var out []web.Route
	for _, home := range []string{"/clients/{client}/mail", InboxPath + "/mail"} {
		out = append(out,
			get(home, access.MailSort, p.mails),
			get(home+"/{mail}", access.MailSort, p.mail),
			get(home+"/{mail}/original", access.MailSort, p.originalMail),
			post(home+"/{mail}/release", access.MailSort, p.releaseMail),
			post(home+"/{mail}/discard", access.MailSort, p.discardMail))
	}
	return append(out, p.mailAddressRoutes()...)
}

// mailPath is the address of the mail of a client; of none: that of the workspace.
func mailPath(client string) string {
	if client == "" {
		return InboxPath + "/mail"
	}
	return "/clients/" + url.PathEscape(client) + "/mail"
}

func mailRoom(client string) string {
	if client == "" {
		return InboxRoom
	}
	return Room
}

func (p *Pages) mails(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	waiting, done, err := p.Ops.Mails(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Mail", Room: mailRoom(client), Lede: "Mail becomes a request or an answer by itself only where it is certain who wrote it and that they may. All other mail waits here, and nobody was answered.",
		Crumbs: []kit.Link{{Text: "Inbox", Href: InboxPath}}}
	if client != "" {
		view.Crumbs = []kit.Link{{Text: "Work", Href: Path(client)}}
		if access.Decide(actor(r), access.MailAddressKeep, access.Of(client)).Allowed {
			view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Addresses for mail", Href: addressesPath(client)}))
		}
	}
	wait := kit.TableView{Caption: "Waiting for a person", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "From"}, {Title: "Subject"}, {Title: "Why it waits"}, {Title: "Came"}},
		Empty: kit.Empty(kit.EmptyView{Title: "No mail waits", Text: "Mail of people who are not known, that nobody vouches for, or that a program wrote would stand here, to be released as a request or discarded."})}
	for _, m := range waiting {
		wait.Rows = append(wait.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(senderWords(m)), m.FromName), kit.Anchor(kit.Link{Text: subjectWords(m), Href: mailPath(client) + "/" + url.PathEscape(m.ID)}),
			kit.Text(m.Reason), kit.MomentText(m.At, time.UTC)}})
	}
	settled := kit.TableView{Caption: "Taken or settled", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "From"}, {Title: "Subject"}, {Title: "What became of it"}, {Title: "Came"}},
		Empty: kit.Quiet("Nothing yet.")}
	for _, m := range done {
		settled.Rows = append(settled.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(senderWords(m)), m.FromName), kit.Anchor(kit.Link{Text: subjectWords(m), Href: mailPath(client) + "/" + url.PathEscape(m.ID)}),
			becameOf(m), kit.MomentText(m.At, time.UTC)}})
	}
	return web.Render(w, r, view, kit.Group(section("Waiting for a person", kit.Table(wait)), section("Taken or settled", kit.Table(settled))))
}

func senderWords(m ops.Mail) string {
	if m.From == "" {
		return "no sender"
	}
	return m.From
}

func subjectWords(m ops.Mail) string {
	if m.Subject == "" {
		return "no subject"
	}
	return m.Subject
}

// becameOf says what became of a mail, with the request.
func becameOf(m ops.Mail) templ.Component {
	words := "waits for a person"
	switch {
	case m.Settled != nil && m.Settled.Released:
		if words = "released by " + m.Settled.ByName; m.Settled.As != "" {
			words += " as " + m.Settled.As
		}
		words += " to "
	case m.Settled != nil:
		words = "discarded by " + m.Settled.ByName
		if m.Settled.Reason != "" {
			words += ": " + m.Settled.Reason
		}
		return kit.Text(words)
	case m.Taken && m.Internal:
		words = "an internal note on "
	case m.Taken:
		words = "taken as "
	default:
		return kit.Text(words)
	}
	if m.Client == "" {
		return kit.Text(words + m.RequestName)
	}
	return wordsAndLink(words, kit.Link{Text: m.RequestName, Href: RequestPath(m.Client, m.Request)})
}

func (p *Pages) mail(w http.ResponseWriter, r *http.Request) error {
	return p.mailPage(w, r, refusal{})
}

func (p *Pages) mailPage(w http.ResponseWriter, r *http.Request, refused refusal) error {
	client := r.PathValue("client")
	m, err := p.Ops.ShowMail(r.Context(), actor(r), client, r.PathValue("mail"))
	if err != nil {
		return err
	}
	here := mailPath(client) + "/" + url.PathEscape(m.ID)
	view := kit.PageView{Title: subjectWords(m.Mail), Room: mailRoom(client), Crumbs: []kit.Link{{Text: "Mail", Href: mailPath(client)}}, Status: refused.in.Status()}
	facts := []kit.Definition{{Term: "From", Value: kit.Text(senderWords(m.Mail))}, {Term: "Calls themselves", Value: kit.Text(m.FromName)}, {Term: "Came", Value: kit.MomentText(m.At, time.UTC)},
		{Term: "Size", Value: kit.Text(web.Bytes(m.Size))}, {Term: "State", Value: becameOf(m.Mail)}}
	if m.FromName == "" {
		facts = append(facts[:1], facts[2:]...)
	}
	if len(m.Files) > 0 {
		facts = append(facts, kit.Definition{Term: "Files", Value: lines(m.Files)})
	}
	main := []templ.Component{}
	if m.Reason != "" {
		main = append(main, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "Why it waits", Text: m.Reason}))
	}
	if refused.in.Err != nil {
		main = append(main, kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was changed", Text: kit.Sentence(refused.in.Err.Error())}))
	}
	text := kit.Quiet("It holds no text.")
	if m.Text != "" {
		text = saidByMail(strings.Split(m.Text, "\n"))
	}
	main = append(main, section("What it says", text))
	if m.Kept {
		facts = append(facts, kit.Definition{Term: "As it came", Value: kit.Anchor(kit.Link{Text: "the whole mail (.eml)", Href: here + "/original"})})
	}
	aside := []templ.Component{section("Facts", kit.DefinitionList(facts...))}
	if !m.Taken && m.Settled == nil {
		aside = append(aside, section("What becomes of it", decide(m, here, refused)))
	}
	return web.Render(w, r, view, sides(kit.Group(main...), kit.Group(aside...)))
}

// decide are the two forms that settle a mail.
func decide(m ops.ShownMail, here string, refused refusal) templ.Component {
	input := func(verb string) kit.Input {
		if refused.verb == verb {
			return refused.in
		}
		return kit.Input{}
	}
	var parts []templ.Component
	if m.Kept && len(m.Clients) > 0 {
		release := kit.FormView{Action: here + "/release", Submit: "Release it", Fields: releaseFields(m), Input: input("release")}
		if m.RequestName == "" {
			release.Submit = "Release as a request"
		}
		if m.Internal {
			release.Submit = "Keep as internal note"
			parts = append(parts, kit.Quiet("It answers something internal. It can become an internal note on "+m.RequestName+", which the client does not read, and nothing else."))
		}
		parts = append(parts, kit.Form(release))
	}
	return kit.Group(append(parts, stepForm("Discard it", refused.verb == "discard", kit.FormView{Action: here + "/discard", Submit: "Discard it", Tone: kit.Danger, Input: input("discard"),
		Fields: []kit.Field{{Name: "reason", Label: "Why", Kind: kit.Area, Rows: 2, Optional: true, Hint: "Kept in the record. The mail stays in the list below."}}}))...)
}

func releaseFields(m ops.ShownMail) []kit.Field {
	if m.Internal {
		return nil
	}
	var fields []kit.Field
	if m.Client == "" {
		fields = append(fields, kit.Field{Name: "client", Label: "Client", Kind: kit.Select, Options: choose("choose", m.Clients)})
	}
	if m.RequestName != "" {
		fields = append(fields, kit.Field{Name: "into", Label: "What it is", Kind: kit.Select, Options: []kit.Option{{Value: "answer", Text: "an answer on " + m.RequestName}, {Value: "new", Text: "a new request"}}})
	}
	hint := "The client reads the request."
	if m.RequestName != "" {
		hint = "The client reads a new request. An answer on behalf of the sender is kept as an internal note; that of a person of the client is read by both."
	}
	fields = append(fields, kit.Field{Name: "as", Label: "Written by", Kind: kit.Select, Optional: true, Options: choose("myself, on behalf of the sender", m.People), Hint: hint})
	if m.Denied {
		fields = append(fields, kit.Field{Name: "asked", Label: "I have asked them", Kind: kit.Checkbox, Optional: true, Hint: "Needed in the name of a person: the server found that the mail is not from the address that it names."})
	}
	return fields
}

func (p *Pages) originalMail(w http.ResponseWriter, r *http.Request) error {
	raw, err := p.Ops.OriginalMail(r.Context(), actor(r), r.PathValue("client"), r.PathValue("mail"))
	if err != nil {
		return err
	}
	web.Attach(w, "mail.eml", "message/rfc822")
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	_, err = w.Write(raw)
	return err
}

func (p *Pages) releaseMail(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := ops.ReleaseInput{Mail: r.PathValue("mail"), Client: values.Get("client"), As: values.Get("as"), Asked: values.Get("asked") != "", New: values.Get("into") == "new"}
	if in.Client == "" {
		in.Client = r.PathValue("client")
	}
	shown, err := p.Ops.ShowMail(r.Context(), actor(r), r.PathValue("client"), in.Mail)
	if err != nil {
		return err
	}
	in.New = in.New || shown.Request == ""
	made, err := p.Ops.ReleaseMail(r.Context(), actor(r), r.PathValue("client"), in)
	if correctable(err) {
		return p.mailPage(w, r, refusal{"release", kit.Input{Values: values, Err: err}})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The mail is "+made.Name()+".")
	web.Redirect(w, r, RequestPath(made.Client, made.ID))
	return nil
}

func (p *Pages) discardMail(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = p.Ops.DiscardMail(r.Context(), actor(r), r.PathValue("client"), r.PathValue("mail"), values.Get("reason"))
	if correctable(err) {
		return p.mailPage(w, r, refusal{"discard", kit.Input{Values: values, Err: err}})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The mail is discarded.")
	web.Redirect(w, r, mailPath(r.PathValue("client")))
	return nil
}
