package pack

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

const (
	format        = "ofrecord pack"
	formatVersion = 1
	// pageVersion changes with the form of statement.html and README.txt, so that a pack of another form is not taken for a changed one.
	// In the second form what a bonus pays of its pool is a percentage beside its fraction.
	pageVersion = 2
)

// Pack is a statement as it is handed out.
type Pack struct {
	ID       string // of the statement
	Revision int
	Frozen
	Terms  contract.Terms // that rule the review
	Events []fees.Event
}

// manifest lists the files of a pack.
type manifest struct {
	Format        string        `json:"format"`
	Version       int           `json:"version"`
	Page          int           `json:"page"`
	Statement     manifestNames `json:"statement"`
	StatementHash string        `json:"statement_hash"`
	Files         []listedFile  `json:"files"`
}

type manifestNames struct {
	ID       string     `json:"id"`
	Revision int        `json:"revision"`
	Contract string     `json:"contract"`
	Period   cal.Period `json:"period"`
}

type listedFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}

// eventJSON is an event as the pack prints it.
type eventJSON struct {
	Seq    int            `json:"seq"`
	Kind   fees.EventKind `json:"kind"`
	Line   int            `json:"line,omitempty"`
	At     time.Time      `json:"at"`
	By     string         `json:"by"`
	Side   string         `json:"side"`
	Text   string         `json:"text,omitempty"`
	Amount string         `json:"amount,omitempty"`
}

func encodeEvents(events []fees.Event, c money.Currency) ([]byte, error) {
	out := make([]eventJSON, len(events))
	for i, e := range events {
		out[i] = eventJSON{Seq: e.Seq, Kind: e.Kind, Line: e.Line, At: e.At.UTC(), By: e.By, Side: "agency", Text: e.Text}
		if e.Client {
			out[i].Side = "client"
		}
		if e.Minor != 0 {
			out[i].Amount = money.New(e.Minor, c).String()
		}
	}
	return indentedJSON(out)
}

func decodeEvents(body []byte, c money.Currency) ([]fees.Event, error) {
	var list []eventJSON
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	if len(list) > mostEvents {
		return nil, fmt.Errorf("it has %d events; at most %d are followed", len(list), mostEvents)
	}
	out := make([]fees.Event, len(list))
	for i, e := range list {
		out[i] = fees.Event{Seq: e.Seq, Kind: e.Kind, Line: e.Line, At: e.At, By: e.By, Client: e.Side == "client", Text: e.Text}
		if e.Amount == "" {
			continue
		}
		amount, err := money.Parse(e.Amount, c)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", e.Seq, err)
		}
		out[i].Minor = amount.Minor
	}
	return out, nil
}

// Files are the files of the pack, the manifest last.
func (p Pack) Files() ([]File, error) { return p.files(pageVersion) }

func (p Pack) files(form int) ([]File, error) {
	document, err := p.Document.Encode()
	if err != nil {
		return nil, err
	}
	events, err := encodeEvents(p.Events, p.Document.Statement.Currency)
	if err != nil {
		return nil, err
	}
	page, err := p.page(form)
	if err != nil {
		return nil, err
	}
	files := append(slices.Clone(p.Inputs), File{statementFile, document}, File{eventsFile, events}, File{pageFile, page}, File{readmeFile, p.readme()})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	m := manifest{Format: format, Version: formatVersion, Page: form, StatementHash: Hash(files),
		Statement: manifestNames{p.ID, p.Revision, p.Document.Statement.Contract, p.Document.Statement.Period}}
	for _, f := range files {
		m.Files = append(m.Files, listedFile{f.Name, f.sum(), len(f.Body)})
	}
	body, err := indentedJSON(m)
	return append(files, File{manifestFile, body}), err
}

// Write writes the pack as a zip. The same pack gives the same bytes.
func Write(w io.Writer, p Pack) error {
	files, err := p.Files()
	if err != nil {
		return fmt.Errorf("pack statement %s: %w", p.ID, err)
	}
	return writeZip(w, files)
}

// FileName is what the zip is called: "northlight-acme-2026-03-r1.zip".
func (p Pack) FileName() string {
	s := p.Document.Statement
	return fmt.Sprintf("%s-%s-r%d.zip", s.Contract, cal.MonthOf(s.Period.From), p.Revision)
}

// life is where the statement stood after its last event. What silence brings about later is not in a pack until the lock.
func (p Pack) life() fees.Life {
	var at time.Time
	if n := len(p.Events); n > 0 {
		at = p.Events[n-1].At
	}
	return fees.Fold(p.Document.Statement, p.Terms, p.Events, at)
}

// split is the total, divided as the events say.
func (p Pack) split(l fees.Life) fees.Split {
	if l.State == fees.Locked {
		return fees.AtLock(p.Document.Statement, l)
	}
	return fees.Divide(p.Document.Statement, l.Lines)
}

// payableWord is what the undisputed part is called: it is payable once the statement is locked.
func payableWord(state fees.State) string {
	if state == fees.Locked {
		return "Payable"
	}
	return "Undisputed"
}

// ReviewTerms are the terms that rule the review of a period: those in force on its last day under the contract.
func ReviewTerms(a contract.Agreement, p cal.Period) contract.Terms {
	if t, ok := a.InForce(cal.Earlier(p.Last(), a.Running().Last())); ok {
		return t
	}
	return a.First()
}
