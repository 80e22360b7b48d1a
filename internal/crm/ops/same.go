package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// SameInput states that contacts, companies, or deals, are one.
type SameInput struct {
	Client string
	Of     crm.Kind // crm.KindContact when empty, crm.KindCompany or crm.KindDeal
	IDs    []string
	Into   string // the one of them that remains
	Reason string // of deals: why they are one sale
	Undo   bool   // what was stated of IDs is taken back; neither Into nor Reason is asked for
}

// mostStated is how many records one statement is about.
const mostStated = 50

// SaySame makes contacts, companies, or deals, one, as an import of its own with that number; 0: they are one already. Of companies, the deals, contacts, links and carve-outs of the others belong to the one that
// remains, and their domains to it too, by stated rules for addresses, which are another import. Of deals, the one that remains counts as it stands, and has
// the payments, contacts and carve-outs of the others, which count nothing; the reason is asked for, and a chain of such statements is refused. Who:
// EvidenceImport. Faults: Invalid at "of", "into", "ids" or "reason"; NotFound for taking back what was never stated; as for an import.
func (s *Service) SaySame(ctx context.Context, actor access.Actor, in SameInput) (no int64, err error) {
	in.Of = cmp.Or(in.Of, crm.KindContact)
	in.Reason = strings.TrimSpace(in.Reason)
	if !slices.Contains([]crm.Kind{crm.KindContact, crm.KindCompany, crm.KindDeal}, in.Of) {
		return 0, fault.New(fault.Invalid, "of", "Contacts, companies and deals can be the same.").At("of")
	}
	at := s.now()
	no, err = s.state(ctx, actor, in.Client, func(ctx context.Context, tx bun.Tx, last int64) (stating, error) {
		m, err := in.merging(ctx, tx, last)
		if err != nil {
			return stating{}, err
		}
		out := stating{act: actSame, words: fmt.Sprintf("stated that the %s %s are %s %s", m.many, strings.Join(m.ids, ", "), in.Of, in.Into)}
		if in.Of == crm.KindDeal {
			out.words += ": " + in.Reason
		}
		if in.Undo {
			out.words = fmt.Sprintf("took back that the %s %s were merged", m.many, strings.Join(m.ids, ", "))
		}
		for _, id := range m.ids {
			was, is := m.known[id]
			switch {
			case in.Undo && !is, !in.Undo && is && was.Into == in.Into:
			case in.Undo:
				was.Deleted = true
				out.rows = append(out.rows, in.row(was))
			default:
				out.rows = append(out.rows, in.row(crm.DealMerge{MergedID: id, Into: in.Into, At: at, By: actor.Name, Reason: in.Reason}))
			}
		}
		return out, nil
	})
	if err != nil || in.Of != crm.KindCompany {
		return no, err
	}
	rules, err := s.state(ctx, actor, in.Client, func(ctx context.Context, tx bun.Tx, last int64) (stating, error) { return in.domains(ctx, tx, last) })
	return max(no, rules), err
}

// merging is what is to be merged, and what of it is already.
type merging struct {
	many  string // "contacts", "companies" or "deals"
	ids   []string
	known map[string]crm.DealMerge // those of contacts and companies have no reason
}

func (in SameInput) kind() crm.Kind {
	return map[crm.Kind]crm.Kind{crm.KindContact: crm.KindMerge, crm.KindCompany: crm.KindCompanyMerge, crm.KindDeal: crm.KindDealMerge}[in.Of]
}

func (in SameInput) row(m crm.DealMerge) crm.Record {
	merge := crm.Merge{MergedID: m.MergedID, Into: m.Into, At: m.At, By: m.By, Deleted: m.Deleted}
	switch in.Of {
	case crm.KindCompany:
		return crm.CompanyMerge(merge).Record()
	case crm.KindDeal:
		return m.Record()
	}
	return merge.Record()
}

func (in SameInput) others() []string {
	return slices.DeleteFunc(distinctIDs(in.IDs), func(id string) bool { return id == in.Into })
}

func (in SameInput) merging(ctx context.Context, tx bun.Tx, last int64) (m merging, err error) {
	m = merging{many: map[crm.Kind]string{crm.KindContact: "contacts", crm.KindCompany: "companies", crm.KindDeal: "deals"}[in.Of], ids: in.others(), known: map[string]crm.DealMerge{}}
	switch {
	case len(m.ids) == 0:
		return m, fault.New(fault.Invalid, "required", "Name at least one %s beside the one that remains.", in.Of).At("ids")
	case len(m.ids) > mostStated:
		return m, fault.New(fault.Invalid, "too-many", "State at most %d %s at once.", mostStated, m.many).At("ids")
	case !in.Undo && in.Into == "":
		return m, fault.New(fault.Invalid, "required", "Say which %s remains.", in.Of).At("into")
	case !in.Undo && in.Of == crm.KindDeal && in.Reason == "":
		return m, fault.New(fault.Invalid, "required", "Say why they are one sale: the other side reads it beside what it changes of the fee.").At("reason")
	}
	found, err := bodiesOf(ctx, tx, in.Client, in.kind(), last, append(slices.Clone(m.ids), in.Into))
	if err != nil {
		return m, err
	}
	for id, v := range found {
		r, err := v.record(in.kind())
		if err != nil {
			return m, err
		}
		was, err := in.read(r)
		if err != nil {
			return m, err
		}
		if !was.Deleted {
			m.known[id] = was
		}
	}
	if in.Undo && len(found) == 0 {
		return m, fault.New(fault.NotFound, "unstated", "Nobody has stated of the %s %s that they are one with another.", m.many, strings.Join(m.ids, ", "))
	}
	if in.Undo {
		return m, nil
	}
	if was, is := m.known[in.Into]; is {
		return m, fault.New(fault.Invalid, "merged", "%s %s was merged into %s itself. Choose one that remains, or take that back first.", capital(string(in.Of)), in.Into, was.Into).At("into")
	}
	if in.Of == crm.KindDeal {
		if err := m.unchained(ctx, tx, in.Client, last); err != nil {
			return m, err
		}
	}
	for _, id := range append([]string{in.Into}, m.ids...) {
		if _, err := live(ctx, tx, in.Client, in.Of, id, "ids", last); err != nil {
			return m, err
		}
	}
	return m, nil
}

// unchained refuses to merge a deal into which others were merged: whoever reads which deal a sale counts as finds it in one step.
func (m merging) unchained(ctx context.Context, tx bun.Tx, client string, last int64) error {
	var chained []string
	var stands string
	err := eachIn(ctx, tx, client, crm.KindDealMerge, last, "link", m.ids, func(v version) error {
		r, err := v.record(crm.KindDealMerge)
		if err == nil && r.Get("deleted") == "" && !slices.Contains(m.ids, v.ID) {
			chained, stands = append(chained, v.ID), r.Get("into_deal_id")
		}
		return err
	})
	if err != nil || len(chained) == 0 {
		return err
	}
	return fault.New(fault.Invalid, "chained", "Deal %s stands for %s already. Take that back first, and then state of each that it is the one that remains.", stands, strings.Join(chained, ", ")).At("ids")
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func (in SameInput) read(r crm.Record) (crm.DealMerge, error) {
	if in.Of == crm.KindDeal {
		return r.DealMerge()
	}
	var m crm.Merge
	var err error
	if in.Of == crm.KindCompany {
		var c crm.CompanyMerge
		c, err = r.CompanyMerge()
		m = crm.Merge(c)
	} else {
		m, err = r.Merge()
	}
	return crm.DealMerge{MergedID: m.MergedID, Into: m.Into, At: m.At, By: m.By, Deleted: m.Deleted}, err
}

// sameCompany is why the addresses of a merged company belong to the one that remains; what is taken back is known by it.
func sameCompany(merged string) string { return "company " + merged + " is the same" }

// domains are the rules for the addresses of the merged companies, unless a domain gives addresses to anybody, is that of the one that remains, or was stated otherwise.
func (in SameInput) domains(ctx context.Context, tx bun.Tx, last int64) (stating, error) {
	out := stating{act: actLink, words: fmt.Sprintf("stated that addresses of the companies %s belong to company %s", strings.Join(in.others(), ", "), in.Into)}
	if in.Undo {
		out.words = fmt.Sprintf("took back whose the addresses of the companies %s are", strings.Join(in.others(), ", "))
	}
	said, err := bodiesOf(ctx, tx, in.Client, crm.KindCompany, last, append(in.others(), in.Into))
	if err != nil {
		return out, err
	}
	domain := func(id string) string {
		r, err := said[id].record(crm.KindCompany)
		if err != nil {
			return ""
		}
		return strings.ToLower(r.Get("domain"))
	}
	for _, id := range in.others() {
		d := domain(id)
		if _, known := said[id]; !known || d == "" || crm.IsFreeMail(d) {
			continue
		}
		l := crm.AccountLink{Domain: d, CompanyID: in.Into, Reason: sameCompany(id)}
		found, err := bodiesOf(ctx, tx, in.Client, crm.KindAccountLink, last, []string{l.Record().ID})
		if err != nil {
			return out, err
		}
		var was crm.AccountLink
		if v, known := found[l.Record().ID]; known {
			r, err := v.record(crm.KindAccountLink)
			if err != nil {
				return out, err
			}
			if was, err = r.AccountLink(); err != nil {
				return out, err
			}
		}
		stated := was.CompanyID != "" && !was.Deleted
		switch {
		case in.Undo && stated && was.Reason == sameCompany(id):
			was.Deleted = true
			out.rows = append(out.rows, was.Record())
		case !in.Undo && (!stated || was.Reason == sameCompany(id)) && d != domain(in.Into):
			out.rows = append(out.rows, l.Record())
		}
	}
	return out, nil
}
