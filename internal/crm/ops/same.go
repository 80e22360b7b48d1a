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

// SameInput states that contacts, or companies, are one.
type SameInput struct {
	Client string
	Of     crm.Kind // crm.KindContact when empty, or crm.KindCompany
	IDs    []string
	Into   string // the one of them that remains
	Undo   bool   // what was stated of IDs is taken back; Into is not asked for
}

// mostStated is how many records one statement is about.
const mostStated = 50

// SaySame makes contacts, or companies, one, as an import of its own with that number; 0: they are one already. Of companies, the deals, contacts, links and carve-outs of the others belong to the one that
// remains, and their domains to it too, by stated rules for addresses, which are another import. Deals are merged where they stand, in the CRM: which of them remains decides the amount. Who:
// EvidenceImport. Faults: Invalid at "of", "into" or "ids"; as for an import.
func (s *Service) SaySame(ctx context.Context, actor access.Actor, in SameInput) (no int64, err error) {
	in.Of = cmp.Or(in.Of, crm.KindContact)
	if in.Of != crm.KindContact && in.Of != crm.KindCompany {
		return 0, fault.New(fault.Invalid, "of", "Contacts and companies are merged here. Merge deals in the CRM and import again.").At("of")
	}
	at := s.now()
	no, err = s.state(ctx, actor, in.Client, func(ctx context.Context, tx bun.Tx, last int64) (stating, error) {
		m, err := in.merging(ctx, tx, last)
		if err != nil {
			return stating{}, err
		}
		out := stating{act: actSame, words: fmt.Sprintf("stated that the %s %s are %s %s", m.many, strings.Join(m.ids, ", "), in.Of, in.Into)}
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
				out.rows = append(out.rows, in.row(crm.Merge{MergedID: id, Into: in.Into, At: at, By: actor.Name}))
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
	many  string // "contacts" or "companies"
	ids   []string
	known map[string]crm.Merge
}

func (in SameInput) kind() crm.Kind {
	if in.Of == crm.KindCompany {
		return crm.KindCompanyMerge
	}
	return crm.KindMerge
}

func (in SameInput) row(m crm.Merge) crm.Record {
	if in.Of == crm.KindCompany {
		return crm.CompanyMerge(m).Record()
	}
	return m.Record()
}

func (in SameInput) others() []string {
	return slices.DeleteFunc(distinctIDs(in.IDs), func(id string) bool { return id == in.Into })
}

func (in SameInput) merging(ctx context.Context, tx bun.Tx, last int64) (m merging, err error) {
	m = merging{many: map[crm.Kind]string{crm.KindContact: "contacts", crm.KindCompany: "companies"}[in.Of], ids: in.others(), known: map[string]crm.Merge{}}
	switch {
	case len(m.ids) == 0:
		return m, fault.New(fault.Invalid, "required", "Name at least one %s beside the one that remains.", in.Of).At("ids")
	case len(m.ids) > mostStated:
		return m, fault.New(fault.Invalid, "too-many", "State at most %d %s at once.", mostStated, m.many).At("ids")
	case !in.Undo && in.Into == "":
		return m, fault.New(fault.Invalid, "required", "Say which %s remains.", in.Of).At("into")
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
	if in.Undo {
		return m, nil
	}
	if _, is := m.known[in.Into]; is {
		return m, fault.New(fault.Invalid, "merged", "%s%s %s was merged into another one itself. Choose one that remains.", strings.ToUpper(string(in.Of)[:1]), string(in.Of)[1:], in.Into).At("into")
	}
	for _, id := range append([]string{in.Into}, m.ids...) {
		if _, err := live(ctx, tx, in.Client, in.Of, id, "ids", last); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (in SameInput) read(r crm.Record) (crm.Merge, error) {
	if in.Of == crm.KindCompany {
		m, err := r.CompanyMerge()
		return crm.Merge(m), err
	}
	return r.Merge()
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
