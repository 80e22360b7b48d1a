package connect

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// Request is what to ask a CRM.
type Request struct {
	Method string
	Path   string     // below the address of the CRM, beginning with "/"
	Query  url.Values // of the address
	Form   url.Values // the body as a form, or nil
	JSON   []byte     // the body as JSON, or nil
}

// Response is what it answered, whole.
type Response struct {
	Status int
	Header func(name string) string
	Body   []byte
}

// Credentials open a CRM: a token, or an id and a secret for which a token is given.
type Credentials struct{ Token, ID, Secret string }

// String hides them; so do Format and MarshalJSON.
func (Credentials) String() string { return "(hidden)" }

// Format hides them under every verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// MarshalJSON hides them.
func (c Credentials) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// Secrets are the words that nothing told to people may hold.
func (c Credentials) Secrets() (out []string) {
	for _, s := range []string{c.Token, c.ID, c.Secret} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// System is a CRM with an API.
type System struct {
	Profile crm.Profile
	Name    string // for people
	Tables  []Table

	describe func(Table) Request
	fields   func(Table, []byte) ([]string, error)
	ask      func(Table, Cursor) (Request, error)
	read     func(Table, Cursor, []byte) (Page, error)
	judge    func(Response) Verdict
	without  func(Table, Cursor, Response) (Cursor, bool)               // nil: nothing is left out
	signIn   func(Credentials) Request                                  // nil: the token is among the credentials
	token    func(base *url.URL, body []byte) (token string, err error) // of the answer to signIn
}

// Table is one table of a CRM that is pulled.
type Table struct {
	Object   string  // of the profile
	Columns  []Field // the first Key of them tell rows apart
	Key      int
	Gone     bool // complete, and without any mark of rows that are gone for good: they are told by their absence
	LiveWins bool // of two rows of one key, the one that is not deleted counts; else the later one
	Optional bool // the pull goes on without it

	// Part names the column of what rows are parts of, such as a form; "": of nothing. Rows are gone only where all others of their part were read.
	Part string

	// Person says whose rows they are, where the API tells an address only; nil: it tells more, or nothing.
	Person *Person

	// Beside names a table by which the rows of this one are read: when it has changed, what changed in this one is not enough. "": none
	Beside string

	resource string // its name in the API
	modified string // the field that tells when a record changed; "": the table is read whole each time
	fixed    bool   // the API gives all its columns, so nothing is asked about them
}

// Person is how the rows of a table are put to people: by an address, which stands in the rows of another table that is pulled before it.
type Person struct {
	Address      string // header of the column with the address
	Table        string // of people, whose first column is their id
	TableAddress string // header of its column with addresses
	Column       string // header of the column that takes the id; blank where nobody has the address
}

// Field is one column.
type Field struct {
	Name   string // in the API
	Header string // in the file; "" for Name
	Needed bool   // without it the table says nothing
	own    bool   // the API gives it with every record, whatever is asked for
}

func (f Field) header() string {
	if f.Header != "" {
		return f.Header
	}
	return f.Name
}

// Partial reports whether the table can be asked for what has changed.
func (t Table) Partial() bool { return t.modified != "" }

// Cursor is how far a table is pulled.
type Cursor struct {
	Since     string   `json:"since,omitempty"` // only what changed since this instant is pulled; "": everything
	Described bool     `json:"described,omitempty"`
	Lacking   []string `json:"lacking,omitempty"` // fields that this account does not have or does not show
	Archived  bool     `json:"archived,omitempty"`
	After     string   `json:"after,omitempty"` // where the next page begins, in the words of the CRM
	Last      string   `json:"last,omitempty"`  // id of the last record, where the CRM sorts by it
	Links     []Link   `json:"links,omitempty"` // records whose links are to be asked for before the next page, or forms whose submissions are
	Whole     []string `json:"whole,omitempty"` // parts of which everything was read
	Done      bool     `json:"done,omitempty"`
}

// Link is a record of whose links some are still to come, or a form with its name.
type Link struct {
	ID    string `json:"id"`
	After string `json:"after,omitempty"`
	Name  string `json:"name,omitempty"`
}

// Since is a cursor at the start of what changed since then, to the second before.
func Since(t time.Time) Cursor {
	return Cursor{Since: t.UTC().Truncate(time.Second).Format(time.RFC3339)}
}

// since reads what Since wrote.
func (c Cursor) since() (time.Time, error) {
	t, err := time.Parse(time.RFC3339, c.Since)
	if err != nil {
		return t, fmt.Errorf("%.40q is no instant", c.Since)
	}
	return t, nil
}

// Page is what one answer brought.
type Page struct {
	Rows [][]string
	Next Cursor
}

// Systems are those that can be pulled from.
func Systems() []System { return []System{hubSpot, salesforce} }

// SystemOf finds one by its profile.
func SystemOf(p crm.Profile) (System, bool) {
	for _, s := range Systems() {
		if s.Profile == p {
			return s, true
		}
	}
	return System{}, false
}

// SignIn is the request for a token; ok is false where the credentials hold one.
func (s System) SignIn(c Credentials) (r Request, ok bool) {
	if s.signIn == nil {
		return Request{}, false
	}
	return s.signIn(c), true
}

// Token reads the answer to SignIn. base is the address that was asked: a token for another host is refused.
func (s System) Token(base *url.URL, r Response) (string, error) { return s.token(base, r.Body) }

// Ask is the next request for the table.
func (s System) Ask(t Table, c Cursor) (Request, error) {
	if !c.Described && !t.fixed {
		return s.describe(t), nil
	}
	return s.ask(t, c)
}

// Read takes the answer to Ask. An error means that the answer is none of this API: cut off, or not what it promises.
func (s System) Read(t Table, c Cursor, r Response) (Page, error) {
	if c.Described || t.fixed {
		p, err := s.read(t, c, r.Body)
		if err == nil && !p.Next.Done && len(c.Links) == 0 && len(p.Next.Links) == 0 && p.Next.After == c.After && p.Next.Archived == c.Archived && p.Next.Last == c.Last {
			err = fmt.Errorf("the next page is the same page again")
		}
		return p, err
	}
	there, err := s.fields(t, r.Body)
	if err != nil {
		return Page{}, err
	}
	has := map[string]bool{}
	for _, name := range there {
		has[name] = true
	}
	c.Described = true
	for _, f := range t.Columns {
		if !f.own && !has[f.Name] {
			c.Lacking = append(c.Lacking, f.Name)
		}
	}
	return Page{Next: c}, nil
}

// Without is where to go on when the answer says that what was asked for is not there; ok is false where that is the whole table.
func (s System) Without(t Table, c Cursor, r Response) (next Cursor, ok bool) {
	if s.without == nil {
		return c, false
	}
	return s.without(t, c, r)
}

// Unreadable names the fields without which the table says nothing and which the account does not show.
func (t Table) Unreadable(c Cursor) (names []string) {
	for _, f := range t.Columns {
		if f.Needed && c.lacks(f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

func (c Cursor) lacks(name string) bool {
	for _, l := range c.Lacking {
		if l == name {
			return true
		}
	}
	return false
}

// Header is the header row of the table's file. A column of a field that the account does not show is not there.
func (t Table) Header(c Cursor) (out []string) {
	for _, f := range t.asked(c) {
		out = append(out, f.header())
	}
	return out
}

func (t Table) asked(c Cursor) (out []Field) {
	for _, f := range t.Columns {
		if !c.lacks(f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// names are the fields that a request asks for.
func (t Table) names(c Cursor) (out []string) {
	for _, f := range t.asked(c) {
		if !f.own {
			out = append(out, f.Name)
		}
	}
	return out
}

// Deleted is the header of the column that marks deleted rows, "" when the table has none.
func (t Table) Deleted() string {
	for _, f := range t.Columns {
		if f.Name == "archived" || f.Name == "IsDeleted" {
			return f.header()
		}
	}
	return ""
}

// KeyOf is what tells the row from others of its table.
func (t Table) KeyOf(row []string) string { return strings.Join(row[:t.Key], "\x00") }
