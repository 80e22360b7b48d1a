package kit

import "github.com/a-h/templ"

// Link is a text that leads somewhere.
type Link struct {
	Text string
	Href string
}

// NavLink is an entry of the navigation. Key is compared with PageView.Room to mark where the person is.
type NavLink struct {
	Key   string
	Text  string
	Href  string
	Count int // how many things wait there; 0 shows nothing
}

// ClientNav is the part of the navigation inside one client: only rooms that exist and that this person may open.
type ClientNav struct {
	Name  string
	Href  string
	Rooms []NavLink
}

// Person is who is signed in.
type Person struct {
	Name    string
	Role    string // in words: "Client finance"
	Href    string // own account page; "" for none
	SignOut string // address of the POST that ends the session
}

// Frame is what surrounds every page of a person in a workspace.
type Frame struct {
	Workspace string // name of the hosting organisation; "" before sign-in
	Home      string // where the name leads; "" means "/"
	Main      []NavLink
	Client    *ClientNav
	Person    *Person
	Flash     *NoticeView
	Theme     string // "auto", "light" or "dark"; filled by the server
	Here      string // address of this page, for the way back; filled by the server
}

// PageView is one page: its title, its place and its actions. The body is the child component.
type PageView struct {
	Title   string
	Eyebrow string            // small line above the title: "Statement · Acme Robotics"
	Lede    string            // one sentence under the title
	Room    string            // Key of the NavLink to mark
	Crumbs  []Link            // from the outside in, without the page itself
	State   templ.Component   // a Pill beside the title; nil for none
	Actions []templ.Component // buttons to the right of the title
	Tabs    []Tab
	Client  *ClientNav // in place of Frame.Client when the page knows it better
	Narrow  bool       // for reading and forms: about 44 rem
	Bare    bool       // no navigation: sign-in, failures
	Status  int        // HTTP status; 0 means 200
}

// Tab is one face of a page, with its own address.
type Tab struct {
	Text    string
	Href    string
	Current bool
	Count   int
}

func (f Frame) home() templ.SafeURL {
	if f.Home == "" {
		return "/"
	}
	return templ.URL(f.Home)
}

func (f Frame) theme() string {
	if f.Theme == "" {
		return "auto"
	}
	return f.Theme
}

func client(f Frame, v PageView) *ClientNav {
	if v.Client != nil {
		return v.Client
	}
	return f.Client
}

// here is the word for the place in the compact menu.
func here(f Frame, v PageView) string {
	if c := client(f, v); c != nil {
		for _, l := range c.Rooms {
			if l.Key == v.Room {
				return c.Name + " · " + l.Text
			}
		}
		return c.Name
	}
	for _, l := range f.Main {
		if l.Key == v.Room {
			return l.Text
		}
	}
	return "Menu"
}

var themes = []struct{ value, text string }{{"auto", "Auto"}, {"light", "Light"}, {"dark", "Dark"}}

func documentTitle(f Frame, v PageView) string {
	if c := client(f, v); c != nil && c.Name != v.Title {
		return v.Title + " · " + c.Name + " · Ofrecord"
	}
	return v.Title + " · Ofrecord"
}
