package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Terms are what the kept credit of a client follows.
type Terms struct {
	Models   []attribution.Model
	Lookback attribution.Lookback
	Path     attribution.Path
}

// String names the terms: equal terms have an equal text.
func (t Terms) String() string {
	var models []string
	for _, m := range t.Models {
		models = append(models, m.String())
	}
	end, contacts, zone := "deal-won", contract.Associated, time.UTC.String()
	if t.Path.ToCreation {
		end = "deal-created"
	}
	if t.Path.ByAccount {
		contacts = contract.AssociatedOrAccount
	}
	if t.Path.ByAccount && t.Path.Inferred {
		contacts = contract.AssociatedOrInferred
	}
	if t.Path.Zone != nil {
		zone = t.Path.Zone.String()
	}
	return strings.Join(append([]string{strings.Join(models, " "), t.Lookback.String(), end, contacts, zone}, touchedWords(t.Path)...), "; ")
}

// touchedWords are what takes touches out of the paths.
func touchedWords(p attribution.Path) (out []string) {
	if p.Channels != nil {
		out = append(out, "channels by "+p.Channels.String())
	}
	if p.BeforeDeal {
		out = append(out, "at the deal "+contract.LeftOut)
	}
	if p.Reset {
		out = append(out, "earlier deals "+contract.Reset)
	}
	if len(p.Trim.Exclude) > 0 {
		out = append(out, fmt.Sprintf("without %q", p.Trim.Exclude))
	}
	if p.Trim.Collapse {
		out = append(out, "repeats "+contract.Collapsed)
	}
	if p.Trim.Steps > 0 {
		out = append(out, fmt.Sprintf("the newest %d", p.Trim.Steps))
	}
	return out
}

// Options are the terms as the engine has them.
func (t Terms) Options() engine.Options {
	return engine.Options{Models: t.Models, Lookback: t.Lookback, BeforeEnd: t.Path.BeforeDeal, Collapse: t.Path.Trim.Collapse, Steps: t.Path.Trim.Steps}
}

// KeptCredit is the credit of all won deals of a client, kept in memory and carried on from import to import. It is for one goroutine at a time.
type KeptCredit struct {
	service *Service
	client  string
	terms   Terms
	stored  Stored
	live    *engine.Live
	hashes  []string            // by deal, of its rows in the ledger, as they are recorded
	gone    []string            // deals that were recorded and are not won any more
	persons map[string][]uint32 // by contact
}

// lateTouch is a touch that an import brought, with the contact that it was of before; "": it is new.
type lateTouch struct {
	segment.Touch
	former string
}

// hashOfNone is that of the rows of a deal that has none.
var hashOfNone = func() string { sum := sha256.Sum256(nil); return hex.EncodeToString(sum[:]) }()

// Recredited is a deal whose credit was recorded, as it is now.
type Recredited struct {
	Deal string
	Hash string // of its rows in the credit ledger
}

type creditRow struct {
	bun.BaseModel `bun:"table:attribution_credit"`

	ClientID   string    `bun:"client_id,pk"`
	Terms      string    `bun:"terms,pk"`
	DealID     string    `bun:"deal_id,pk"`
	AsOf       int64     `bun:"as_of,pk"`
	Minor      int64     `bun:"minor"`
	SHA256     string    `bun:"sha256"`
	CreditedAt time.Time `bun:"credited_at"`
}

const creditTable = "attribution_credit"

var creditColumns = []string{"client_id", "terms", "deal_id", "as_of", "minor", "sha256", "credited_at"}

// values are those of the columns.
func (r *creditRow) values() []any {
	return []any{r.ClientID, r.Terms, r.DealID, r.AsOf, r.Minor, r.SHA256, r.CreditedAt}
}

// Keep credits all won deals of the client as of its newest import, and records each whose credit is not what was recorded last. Who: EvidenceImport.
// Faults: NotFound when nothing was imported.
func (s *Service) Keep(ctx context.Context, actor access.Actor, client string, terms Terms) (*KeptCredit, []Recredited, error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return nil, nil, err
	}
	x := &KeptCredit{service: s, client: client, terms: terms}
	changed, err := x.anew(ctx, actor)
	if err != nil {
		return nil, nil, fmt.Errorf("credit all won deals: %w", err)
	}
	return x, changed, nil
}

// anew reads everything from the store.
func (x *KeptCredit) anew(ctx context.Context, actor access.Actor) ([]Recredited, error) {
	recorded := map[string]string{}
	err := x.service.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		no, err := crmops.LatestImport(ctx, tx, x.client)
		if err != nil {
			return err
		}
		if no == 0 {
			return fault.New(fault.NotFound, "import", "Nothing was imported for this client yet.")
		}
		if x.stored, err = x.service.Stored(ctx, tx, x.client, no, x.terms.Path); err != nil {
			return err
		}
		var rows []creditRow
		if err := tx.NewSelect().Model(&rows).Where("client_id = ? AND terms = ?", x.client, x.terms.String()).OrderExpr("as_of").Scan(ctx); err != nil {
			return err
		}
		clear(recorded)
		for _, r := range rows {
			recorded[r.DealID] = r.SHA256
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if x.live, err = x.stored.Touches.Live(x.stored.Deals, x.terms.Options()); err != nil {
		return nil, err
	}
	x.persons, x.gone, x.hashes = map[string][]uint32{}, nil, make([]string, len(x.stored.Deals))
	for _, b := range x.stored.people.Contacts {
		x.persons[b.Contact] = append(x.persons[b.Contact], b.Person)
	}
	all := make([]int, len(x.stored.Deals))
	for i, d := range x.stored.Deals {
		all[i], x.hashes[i] = i, recorded[d.ID]
		delete(recorded, d.ID)
	}
	for deal, hash := range recorded {
		if hash != hashOfNone {
			x.gone = append(x.gone, deal)
		}
	}
	slices.Sort(x.gone)
	return x.record(ctx, actor, x.stored.AsOf, all)
}

// Advance carries the credit on to the newest import, and records each deal whose credit changed. Where only touches came, it computes the deals of their
// contacts and no other; after any other change it reads everything anew. Who: EvidenceImport.
func (x *KeptCredit) Advance(ctx context.Context, actor access.Actor) ([]Recredited, error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(x.client)); err != nil {
		return nil, err
	}
	var no int64
	var touches []lateTouch
	var only bool
	err := x.service.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		since, err := crmops.SinceImport(ctx, tx, x.client, x.stored.AsOf)
		if err != nil {
			return err
		}
		no, touches = since.Latest, nil
		only = !slices.ContainsFunc(kindsOf(x.terms.Path), func(k crm.Kind) bool { return since.Changed[k] })
		if !only || !since.Changed[crm.KindTouch] {
			return nil
		}
		for _, each := range since.Segments {
			more, err := x.brought(ctx, tx, each)
			if err != nil {
				return err
			}
			touches = append(touches, more...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("carry the credit on: %w", err)
	}
	if !only {
		return x.anew(ctx, actor)
	}
	return x.record(ctx, actor, no, x.late(touches))
}

// brought are the touches of an import.
func (x *KeptCredit) brought(ctx context.Context, tx bun.Tx, of crmops.Segment) ([]lateTouch, error) {
	touches, err := x.service.touchesOf(ctx, tx, x.client, of, x.terms.Path.Channels != nil)
	if err != nil {
		return nil, err
	}
	out := make([]lateTouch, len(touches))
	var known []string
	for i, t := range touches {
		out[i].Touch = t
		if t.Replaces {
			known = append(known, t.ID)
		}
	}
	former, err := crmops.FormerContacts(ctx, tx, x.client, of.No, known)
	for i := range out {
		out[i].former = former[out[i].ID]
	}
	return out, err
}

// late takes touches that came late or changed, and gives the deals that they concern.
func (x *KeptCredit) late(touches []lateTouch) []int {
	var out []int
	var namer attribution.Namer
	for i := range touches {
		t := &touches[i]
		name := namer.Of(x.terms.Path.Channels, &t.Touch.Touch)
		change := engine.Change{ID: t.ID, At: engine.Unknown, Seq: t.Seq, Milestone: attribution.Milestone(t.Milestone), Gone: t.Deleted || slices.Contains(x.terms.Path.Trim.Exclude, name),
			Label: engine.Label{Channel: name, Campaign: t.Campaign, Content: t.Content, Provider: t.Provider}}
		if !t.At.IsZero() {
			change.At = t.At.UnixNano()
		}
		now := x.persons[t.ContactID]
		for _, person := range x.persons[t.former] {
			if !slices.Contains(now, person) {
				out = append(out, x.live.Touch(person, engine.Change{ID: t.ID, Gone: true})...)
			}
		}
		for _, person := range now {
			out = append(out, x.live.Touch(person, change)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// record appends the credit of those of the deals whose credit is another one than was recorded, and one entry of the journal that binds them.
func (x *KeptCredit) record(ctx context.Context, actor access.Actor, asOf int64, deals []int) ([]Recredited, error) {
	var rows []creditRow
	var changed []Recredited
	var at []int
	for _, i := range deals {
		c := x.live.Credit(i)
		if c.Hash == x.hashes[i] {
			continue
		}
		rows = append(rows, creditRow{ClientID: x.client, Terms: x.terms.String(), DealID: c.Deal, AsOf: asOf, Minor: x.live.Deals()[i].Minor, SHA256: c.Hash})
		changed, at = append(changed, Recredited{c.Deal, c.Hash}), append(at, i)
	}
	for _, deal := range x.gone {
		rows = append(rows, creditRow{ClientID: x.client, Terms: x.terms.String(), DealID: deal, AsOf: asOf, SHA256: hashOfNone})
		changed = append(changed, Recredited{deal, hashOfNone})
	}
	if len(rows) > 0 {
		err := x.service.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			return x.append(ctx, tx, actor, asOf, rows)
		})
		if err != nil {
			return nil, err
		}
	}
	for n, i := range at {
		x.hashes[i] = changed[n].Hash
	}
	x.stored.AsOf, x.gone = asOf, nil
	return changed, nil
}

func (x *KeptCredit) append(ctx context.Context, tx bun.Tx, actor access.Actor, asOf int64, rows []creditRow) error {
	now := x.service.Now().UTC().Truncate(time.Microsecond)
	for i := range rows {
		rows[i].CreditedAt = now
	}
	t := told{AsOf: asOf, Deals: len(rows), SHA256: digest(rows), Terms: x.terms.String()}
	if err := insertCredits(ctx, tx, rows); err != nil {
		return err
	}
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: now, Action: string(access.EvidenceImport), Client: x.client,
		Subject: journal.Subject{Kind: subject, ID: t.SHA256, Name: fmt.Sprintf("Import %d", asOf)},
		Words:   fmt.Sprintf("credited %d deals as of import %d", len(rows), asOf),
		After:   journal.Snapshot(t)}))
	return err
}

// fewRows are inserted one by one: a statement for many takes longer to prepare than they to insert.
const fewRows = 20

func insertCredits(ctx context.Context, tx bun.Tx, rows []creditRow) error {
	if len(rows) <= fewRows {
		for i := range rows {
			if err := db.Insert(ctx, tx, creditTable, creditColumns, rows[i].values()...); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := db.InsertRows(ctx, tx, creditTable, creditColumns, func(yield func([]any) bool) {
		for i := range rows {
			if !yield(rows[i].values()) {
				return
			}
		}
	})
	return err
}
