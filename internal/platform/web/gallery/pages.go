package gallery

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

var acme = []kit.Link{{Text: "Clients", Href: "/gallery/deals"}, {Text: "Acme Robotics", Href: "/gallery/overview"}}

func overview(*http.Request) (kit.PageView, templ.Component) {
	view := kit.PageView{
		Title: "Acme Robotics", Room: "overview", Crumbs: acme[:1],
		Lede: "Northlight is the exclusive agency for paid media in the US and Canada until 14 Jan 2027; notice is possible until 16 Oct 2026.",
		Actions: []templ.Component{
			kit.Button(kit.ButtonView{Text: "Import deals", Href: "/gallery/form"}),
			kit.Button(kit.ButtonView{Text: "Draft statement", Kind: kit.Primary, Href: "/gallery/statement"}),
		},
		Tabs: []kit.Tab{{Text: "Now", Href: "/gallery/overview", Current: true}, {Text: "90-day plan", Href: "/gallery/words"}, {Text: "Requests", Href: "/gallery/deals", Count: 4}},
	}
	return view, overviewBody()
}

func statement(*http.Request) (kit.PageView, templ.Component) {
	view := kit.PageView{
		Title: "Statement of March 2026", State: kit.Pill("issued"), Room: "statements",
		Eyebrow: "Northlight LLC to Acme Robotics, Inc.",
		Crumbs:  append(acme[:2:2], kit.Link{Text: "Statements", Href: "/gallery/statement"}),
		Actions: []templ.Component{
			kit.Button(kit.ButtonView{Text: "Download pack", Href: "/gallery/statement", Download: true}),
			kit.Button(kit.ButtonView{Text: "Accept", Kind: kit.Primary, Href: "/gallery/confirm"}),
		},
	}
	return view, statementBody()
}

func deals(r *http.Request) (kit.PageView, templ.Component) {
	view := kit.PageView{
		Title: "Deals", Room: "evidence", Crumbs: acme,
		Lede: "As imported on 31 Mar 2026 and frozen. A later import is compared with this one, never written over it.",
	}
	return view, kit.Table(dealTable(kit.ParseList(r, "-closed", "name", "amount")))
}

func words(*http.Request) (kit.PageView, templ.Component) {
	return kit.PageView{Title: "Words and marks", Room: "record", Crumbs: acme}, wordsBody()
}

func contract(*http.Request) (kit.PageView, templ.Component) {
	view := kit.PageView{Title: "Contract", State: kit.Pill("in force"), Room: "contract", Crumbs: acme, Lede: "Version 2, in force since 1 Apr 2026. A version in force is never edited; an amendment is the next version."}
	return view, contractBody()
}

func form(*http.Request) (kit.PageView, templ.Component) {
	view := kit.PageView{Title: "Add a retainer lot", Room: "people", Crumbs: acme, Narrow: true, Lede: "Hours bought beyond the retainer. They are used after the included hours, oldest first."}
	faults := fault.List{
		fault.New(fault.Invalid, "hours", "write hours with at most two decimals, such as 12.50").At("hours"),
		fault.New(fault.Invalid, "file", "the file is empty; export it again with its heading row").At("file"),
	}
	return view, kit.Form(kit.FormView{
		Action: "/gallery/form", Submit: "Add lot", Cancel: "/gallery/overview", Upload: true,
		Input: kit.Input{Values: url.Values{"name": {"Spring campaign"}, "hours": {"12,5o"}, "kind": {"prepaid"}, "urgent": {"yes"}}, Err: faults},
		Fields: []kit.Field{
			{Name: "name", Label: "Name", Hint: "As it should read on the statement."},
			{Name: "hours", Label: "Hours", Kind: kit.Decimal, Unit: "hours"},
			{Name: "from", Label: "Valid from", Kind: kit.Date},
			{Name: "kind", Label: "Kind", Kind: kit.Radio, Options: []kit.Option{
				{Value: "prepaid", Text: "Prepaid", Hint: "Invoiced at once, used later."}, {Value: "arrears", Text: "In arrears", Hint: "Invoiced when used."}}},
			{Name: "team", Label: "Team", Kind: kit.Select, Options: []kit.Option{{Value: "growth", Text: "Growth team"}, {Value: "brand", Text: "Brand team"}}},
			{Name: "note", Label: "Note", Kind: kit.Area, Optional: true},
			{Name: "urgent", Label: "Tell the client today", Kind: kit.Checkbox, Optional: true, Hint: "Otherwise with the next weekly update."},
			{Name: "file", Label: "Signed order", Kind: kit.Upload, Accept: ".pdf"},
		},
	})
}

func confirm(*http.Request) (kit.PageView, templ.Component) {
	view := kit.PageView{Title: "Accept the statement of March 2026?", Room: "statements", Crumbs: acme, Narrow: true}
	return view, kit.ConfirmPage(kit.ConfirmView{
		Action: "/gallery/confirm",
		What:   "You accept what Northlight LLC states for March 2026, for Acme Robotics, Inc.",
		Bound: []kit.Definition{
			def("Statement", kit.Text("March 2026, version 1")), def("Undisputed lines", kit.Text("5 of 6")),
			def("Total accepted", kit.Money(usd("24310.00"))), def("Not accepted", kit.TwoLines(kit.Money(usd("1400.00")), "line 3, disputed by you on 9 Apr 2026")),
			def("Digest", kit.Hash("sha256:5f1c0b7be3a94c6d90d2a2b8cf51f0aa4be5d7f00a83c7126d9f86ed0d7b1c22")),
		},
		Follows: []string{"24,310.00 USD becomes due on 30 Apr 2026.", "The accepted lines can no longer be disputed; a later change of a deal is settled on the next statement.", "Both sides get a receipt."},
		Fields:  []kit.Field{{Name: "note", Label: "Note to Northlight", Kind: kit.Area, Optional: true}},
		Hidden:  []kit.Field{{Name: "digest", Value: "5f1c0b7b"}},
		Button:  "Accept statement", Cancel: "/gallery/statement",
	})
}

func empty(*http.Request) (kit.PageView, templ.Component) {
	return kit.PageView{Title: "Month end", Room: "month-end"}, kit.Empty(kit.EmptyView{
		Title:  "No month to close yet",
		Text:   "Here every statement of a month is drafted in one run; what is held or disputed stays in view until it is settled. It begins with the first import of deals.",
		Action: kit.Button(kit.ButtonView{Text: "Import deals", Kind: kit.Primary, Href: "/gallery/form"}),
		Sample: &kit.Link{Text: "Sample file: deals.csv", Href: "/gallery/deals"},
	})
}

// progress answers with work that has just finished, so that the page stops asking.
func progress(w http.ResponseWriter, r *http.Request) error {
	return web.RenderFragment(w, r, kit.Progress(kit.ProgressView{Label: "Importing deals", Done: 31000, Total: 31000, Text: "31,000 rows imported"}))
}

// check answers what is wrong with a contract while it is typed.
func check(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	issue := kit.IssueView{Level: kit.Done, Text: "Nothing to mend."}
	if !strings.Contains(values.Get("source"), "approval:") {
		issue = kit.IssueView{Level: kit.Problem, Where: "line 14", Text: "write who approves overage: before-work or after-work"}
	}
	return web.RenderFragment(w, r, kit.Issues([]kit.IssueView{issue}))
}

func signIn(w http.ResponseWriter, r *http.Request) error {
	view := kit.PageView{Title: "Sign in", Bare: true, Lede: "We send a link to your address. It works once, for fifteen minutes."}
	return web.Render(w, r, view, kit.Form(kit.FormView{
		Action: "/gallery/sign-in", Submit: "Send the link",
		Fields: []kit.Field{{Name: "email", Label: "E-mail", Kind: kit.Email, Autocomplete: "email"}},
	}))
}
