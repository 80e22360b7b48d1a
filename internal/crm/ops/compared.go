package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// mostCompared is how many differing records one comparison lists.
const mostCompared = 2_000_000

// keptCompared is up to how many records a comparison is kept for the next page of it.
const keptCompared = 200_000

// differing is a record that differs between two imports, without what it says.
type differing struct {
	kind int8 // its place among crm.Kinds
	fate crm.Fate
	id   string
	no   int64  // the import that said it last
	line int64  // in that import's file
	link string // as linkOf

	fields uint32 // of a changed record: a bit for each column that differs, in their order
}

// KindChanges is what differs in the records of one kind.
type KindChanges struct {
	Kind    crm.Kind
	New     int64
	Changed int64
	Gone    int64
	Fields  map[string]int64 // of changed records: how often each field differs
}

// Rows is how many records differ.
func (k KindChanges) Rows() int64 { return k.New + k.Changed + k.Gone }

// compared is all that differs between two imports; it never changes.
type compared struct {
	rows     []differing // by kind, then by id in bytes
	kinds    []KindChanges
	revenue  []crm.Movement
	payments []crm.Movement
	unsure   int
	deals    []string // touched by any of the rows, in order
	contacts dealsOf  // only when rows of contacts or touches differ
}

// between reads only the rows that imports after from and up to to wrote, and of each the version before: what it costs grows with what changed.
func (s *Service) between(ctx context.Context, tx bun.Tx, client string, from, to int64) (*compared, error) {
	key, err := recentOf(ctx, tx, client, to)
	if err != nil {
		return nil, err
	}
	key.from = from
	if found, ok := s.recentCompared.get(key); ok {
		return found, nil
	}
	c := comparing{differ: map[string]bool{}, places: map[crm.Kind]int8{}, kinds: make([]KindChanges, len(crm.Kinds())), deals: map[string]bool{}}
	for i, k := range crm.Kinds() {
		c.places[k], c.kinds[i].Kind = int8(i), k
	}
	if c.was, err = dealsAsOne(ctx, tx, client, from); err != nil {
		return nil, err
	}
	if c.now, err = dealsAsOne(ctx, tx, client, to); err != nil {
		return nil, err
	}
	if err := c.read(ctx, tx, client, from, to); err != nil {
		return nil, fmt.Errorf("compare the evidence as of imports %d and %d: %w", from, to, err)
	}
	if err := c.turned(ctx, tx, client, to); err != nil {
		return nil, err
	}
	out, err := c.finish(ctx, tx, client, to)
	if err == nil && len(out.rows) <= keptCompared {
		s.recentCompared.put(key, out, recentLimit)
	}
	return out, err
}

type comparing struct {
	places   map[crm.Kind]int8
	rows     []differing
	kinds    []KindChanges
	revenue  crm.Movements
	payments crm.Movements
	deals    map[string]bool
	former   []string // contacts of which a touch was before, and is not now

	was, now crm.DealsAsOne  // deals that people stated to be one, at both moments
	differ   map[string]bool // deals of which a row differs
}

// earlier is the version before, asked for row by row: PostgreSQL would turn a join into a walk through the whole table.
const earlier = `(SELECT o.body FROM crm_row o WHERE o.client_id = r.client_id AND o.kind = r.kind AND o.ext_id = r.ext_id AND o.import_no <= ?
	ORDER BY o.import_no DESC LIMIT 1)`

func (c *comparing) read(ctx context.Context, tx bun.Tx, client string, from, to int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT r.kind, r.ext_id, r.import_no, r.line, r.link, r.body, COALESCE(`+earlier+`, '') FROM crm_row r
		WHERE r.client_id = ? AND r.import_no + 0 > ? AND r.import_no + 0 <= ?`+newest, from, client, from, to, to, to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, before string
		var v version
		d := differing{}
		if err := rows.Scan(&kind, &v.ID, &v.No, &d.line, &d.link, &v.Body, &before); err != nil {
			return err
		}
		place, known := c.places[crm.Kind(kind)]
		if !known {
			return fmt.Errorf("a row of the unknown kind %q", kind)
		}
		d.kind, d.id, d.no = place, v.ID, v.No
		if err := c.take(crm.Kind(kind), d, v, before); err != nil {
			return err
		}
		if len(c.rows) > mostCompared {
			return fault.New(fault.TooLarge, "many-rows", "More than %d records differ. Compare two imports that lie nearer to each other.", mostCompared)
		}
	}
	return rows.Err()
}

func (c *comparing) take(k crm.Kind, d differing, v version, before string) error {
	now, err := v.record(k)
	if err != nil {
		return err
	}
	old := crm.Record{Kind: k, ID: v.ID}
	if before != "" {
		if old, err = (version{ID: v.ID, Body: before}).record(k); err != nil {
			return err
		}
	}
	fate, ok := crm.FateOf(old, now)
	if !ok {
		return nil
	}
	d.fate = fate
	if fate == crm.Altered {
		for i := range crm.Columns(k) {
			if old.Values[i] != now.Values[i] {
				d.fields |= 1 << i
			}
		}
	}
	c.rows = append(c.rows, d)
	c.kinds[d.kind].count(d)
	switch k {
	case crm.KindDeal:
		c.deals[v.ID], c.differ[v.ID] = true, true
		return c.earn(old, now)
	case crm.KindPayment:
		c.deals[old.Get("deal_id")], c.deals[now.Get("deal_id")] = true, true
		return c.payments.Payment(old, now)
	case crm.KindDealContact:
		c.deals[now.Get("deal_id")] = true
	case crm.KindDealMerge:
		c.deals[v.ID], c.deals[old.Get("into_deal_id")], c.deals[now.Get("into_deal_id")] = true, true, true
	case crm.KindTouch:
		if was := old.Get("contact_id"); was != d.link {
			c.former = append(c.former, was)
		}
	}
	return nil
}

// earn counts what a deal moves of revenue. One that is merged into another counts nothing.
func (c *comparing) earn(old, now crm.Record) error {
	if len(old.Values) > 0 {
		old, _ = c.was.Record(old)
	}
	now, _ = c.now.Record(now)
	return c.revenue.Deal(old, now)
}

// turned counts what the deals move of which nothing differs but that they were merged, or are so no more.
func (c *comparing) turned(ctx context.Context, tx bun.Tx, client string, to int64) error {
	var ids []string
	for _, id := range slices.Concat(c.was.Merged(), c.now.Merged()) {
		if !c.differ[id] && (c.was.Into(id) == "") != (c.now.Into(id) == "") {
			ids = append(ids, id)
		}
	}
	said, err := bodiesOf(ctx, tx, client, crm.KindDeal, to, ids)
	if err != nil {
		return err
	}
	for _, v := range said {
		r, err := v.record(crm.KindDeal)
		if err != nil {
			return err
		}
		c.deals[v.ID] = true
		if err := c.earn(r, r); err != nil {
			return err
		}
	}
	return nil
}

func (k *KindChanges) count(d differing) {
	switch d.fate {
	case crm.Came:
		k.New++
	case crm.Left:
		k.Gone++
	default:
		k.Changed++
		if k.Fields == nil {
			k.Fields = map[string]int64{}
		}
		for i, column := range crm.Columns(k.Kind) {
			if d.fields&(1<<i) != 0 {
				k.Fields[column]++
			}
		}
	}
}

// finish sorts the rows and finds the deals that rows of contacts, touches and companies touch.
func (c *comparing) finish(ctx context.Context, tx bun.Tx, client string, to int64) (*compared, error) {
	slices.SortFunc(c.rows, func(a, b differing) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), strings.Compare(a.id, b.id))
	})
	out := &compared{rows: c.rows, revenue: c.revenue.Sums(), payments: c.payments.Sums(), unsure: c.revenue.Unsure() + c.payments.Unsure()}
	people := false
	var companies []string
	for _, k := range c.kinds {
		if k.Rows() > 0 {
			out.kinds = append(out.kinds, k)
			people = people || k.Kind == crm.KindContact || k.Kind == crm.KindTouch || k.Kind == crm.KindMerge
		}
	}
	if people {
		var err error
		if out.contacts, err = dealsOfContacts(ctx, tx, client, to); err != nil {
			return nil, err
		}
	}
	for _, d := range c.rows {
		switch crm.Kinds()[d.kind] {
		case crm.KindContact, crm.KindMerge:
			c.touch(out.contacts.of(d.id))
		case crm.KindTouch:
			c.touch(out.contacts.of(d.link))
		case crm.KindCompany:
			companies = append(companies, d.id)
		case crm.KindCompanyMerge:
			companies = append(companies, d.id, d.link)
		}
	}
	for _, contact := range c.former {
		c.touch(out.contacts.of(contact))
	}
	err := eachIn(ctx, tx, client, crm.KindDeal, to, "link", companies, func(v version) error {
		c.deals[v.ID] = true
		return nil
	})
	delete(c.deals, "")
	for id := range c.deals {
		out.deals = append(out.deals, id)
	}
	slices.Sort(out.deals)
	return out, err
}

func (c *comparing) touch(deals []string) {
	for _, id := range deals {
		c.deals[id] = true
	}
}

// dealsOf are the deals that contacts are associated with, merges followed.
type dealsOf struct {
	stands map[string]string   // a contact that is one of several merged ones -> the one that stands for them here
	deals  map[string][]string // by the contact that stands
}

func (d dealsOf) of(contact string) []string {
	if by, merged := d.stands[contact]; merged {
		contact = by
	}
	return d.deals[contact]
}

func dealsOfContacts(ctx context.Context, tx bun.Tx, client string, no int64) (dealsOf, error) {
	out := dealsOf{stands: map[string]string{}, deals: map[string][]string{}}
	merged, err := mergedContacts(ctx, tx, client, no)
	if err != nil {
		return out, err
	}
	for _, c := range merged {
		for _, id := range append([]string{c.ID}, c.MergedIDs...) {
			out.join(c.ID, id)
		}
	}
	for id := range out.stands {
		out.stands[id] = out.root(id)
	}
	err = eachAsOf(ctx, tx, client, crm.KindDealContact, no, func(v version) error {
		r, err := v.record(crm.KindDealContact)
		if err != nil || r.Get("deleted") == "true" {
			return err
		}
		contact := r.Get("contact_id")
		if by, merged := out.stands[contact]; merged {
			contact = by
		}
		if deal := r.Get("deal_id"); !slices.Contains(out.deals[contact], deal) {
			out.deals[contact] = append(out.deals[contact], deal)
		}
		return nil
	})
	return out, err
}

func (d dealsOf) root(id string) string {
	for {
		by, known := d.stands[id]
		if !known || by == id {
			return id
		}
		id = by
	}
}

func (d dealsOf) join(a, b string) {
	for _, id := range []string{a, b} {
		if _, known := d.stands[id]; !known {
			d.stands[id] = id
		}
	}
	a, b = d.root(a), d.root(b)
	d.stands[max(a, b)] = min(a, b)
}
