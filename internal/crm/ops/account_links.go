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

// AccountInput states whose a contact or a domain is.
type AccountInput struct {
	Client  string
	Contact string // id; or
	Domain  string // of e-mail addresses
	Company string // id
	Reason  string
	Undo    bool // what was stated of it is taken back; Company and Reason are not asked for
}

// LinkAccount states the company of a contact or of a domain, as an import of its own with that number; 0: it is stated already. Who: EvidenceImport. Faults:
// Invalid at "contact", "domain", "company" or "reason"; Conflict and Unavailable as for an import.
func (s *Service) LinkAccount(ctx context.Context, actor access.Actor, in AccountInput) (int64, error) {
	in.Contact, in.Company, in.Reason = strings.TrimSpace(in.Contact), strings.TrimSpace(in.Company), strings.TrimSpace(in.Reason)
	in.Domain = strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(in.Domain)), "."), "@")
	return s.state(ctx, actor, in.Client, func(ctx context.Context, tx bun.Tx, last int64) (stating, error) {
		if err := in.check(ctx, tx, last); err != nil {
			return stating{}, err
		}
		l := crm.AccountLink{ContactID: in.Contact, Domain: in.Domain, CompanyID: in.Company, Reason: in.Reason}
		what := "contact " + in.Contact
		if in.Domain != "" {
			what = "addresses at " + in.Domain
		}
		words := fmt.Sprintf("stated that %s belong to company %s", what, in.Company)
		if in.Contact != "" {
			words = fmt.Sprintf("linked %s to company %s", what, in.Company)
		}
		if in.Undo {
			found, err := bodiesOf(ctx, tx, in.Client, crm.KindAccountLink, last, []string{l.Record().ID})
			if err != nil {
				return stating{}, err
			}
			v, known := found[l.Record().ID]
			if !known {
				return stating{}, fault.New(fault.NotFound, "account-link", "Nothing was stated of %s.", what)
			}
			r, err := v.record(crm.KindAccountLink)
			if err != nil {
				return stating{}, err
			}
			if l, err = r.AccountLink(); err != nil {
				return stating{}, err
			}
			l.Deleted, words = true, "took back what was stated of the company of "+what
		}
		return stating{act: actLink, rows: []crm.Record{l.Record()}, words: words}, nil
	})
}

func (in AccountInput) check(ctx context.Context, tx bun.Tx, last int64) error {
	var faults fault.List
	switch {
	case in.Contact == "" && in.Domain == "":
		faults.Add(fault.New(fault.Invalid, "required", "Name a contact by its id, or a domain such as boreal.example.").At("contact"))
	case in.Contact != "" && in.Domain != "":
		faults.Add(fault.New(fault.Invalid, "either", "Name a contact or a domain, not both.").At("domain"))
	case in.Undo:
		return nil
	case in.Domain != "" && (strings.ContainsAny(in.Domain, "@/ \t%\"") || !strings.Contains(in.Domain, ".")):
		faults.Add(fault.New(fault.Invalid, "domain", "%q is no domain. Write what stands behind the at sign, such as boreal.example.", in.Domain).At("domain"))
	case crm.IsFreeMail(in.Domain):
		faults.Add(fault.New(fault.Invalid, "free-mail-domain", "%s gives addresses to anybody (list %s), so it tells no company. Link the contact itself.", in.Domain, crm.FreeMailList).At("domain"))
	}
	if in.Reason == "" {
		faults.Add(fault.New(fault.Invalid, "required", "Say why, for whoever asks later.").At("reason"))
	}
	if in.Company == "" {
		faults.Add(fault.New(fault.Invalid, "required", "Name the company by its id in the CRM.").At("company"))
	} else if _, err := live(ctx, tx, in.Client, crm.KindCompany, in.Company, "company", last); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		faults.Add(fault.All(err)[0])
	}
	if in.Contact != "" {
		if _, err := live(ctx, tx, in.Client, crm.KindContact, in.Contact, "contact", last); err != nil {
			if !fault.Is(err, fault.Invalid) {
				return err
			}
			faults.Add(fault.All(err)[0])
		}
	}
	return faults.Err()
}

// AccountRow is a contact and the company that it belongs to.
type AccountRow struct {
	Contact crm.Contact
	Account crm.Account
	Company string // its name; "" when it is not known
}

// StatedAccount is what a person stated, and the import that it is.
type StatedAccount struct {
	crm.AccountLink
	No      int64
	Company string
}

// AccountsView is which contacts belong to which companies, as of an import.
type AccountsView struct {
	AsOf, Latest int64
	Counts       map[crm.AccountBy]int64
	Rows         []AccountRow // of those that the filter takes, by id
	Stated       []StatedAccount
}

// Accounts tells the company of each contact as of import n (0: the newest) and by which rule. by keeps the contacts of one rule; "" all but those of the CRM.
// Who: EvidenceSee. Fault: NotFound.
func (s *Service) Accounts(ctx context.Context, actor access.Actor, client string, n int64, by crm.AccountBy) (out AccountsView, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = AccountsView{Counts: map[crm.AccountBy]int64{}}
		if out.AsOf, out.Latest, err = asOf(ctx, tx, client, n); err != nil {
			return err
		}
		rows, err := RowsAt(ctx, tx, client, out.AsOf, crm.KindCompany, crm.KindContact, crm.KindAccountLink)
		if err != nil {
			return err
		}
		snapshot := &rows.Evidence.Snapshot
		if err := followMerges(ctx, tx, client, out.AsOf, snapshot); err != nil {
			return err
		}
		out.fill(snapshot, rows.Said[crm.KindAccountLink], by)
		return nil
	})
	return out, err
}

func (v *AccountsView) fill(s *crm.Snapshot, said map[string]int64, by crm.AccountBy) {
	names := map[string]string{}
	for _, c := range s.Companies {
		names[c.ID] = c.Name
	}
	accounts := crm.Accounts(s)
	for _, c := range s.Contacts {
		a, remains := accounts[c.ID]
		if c.Deleted || !remains {
			continue
		}
		v.Counts[a.By]++
		if a.By == by || by == "" && a.By != crm.ByCRM {
			v.Rows = append(v.Rows, AccountRow{Contact: c, Account: a, Company: names[a.CompanyID]})
		}
	}
	slices.SortStableFunc(v.Rows, func(a, b AccountRow) int { return cmp.Compare(a.Contact.ID, b.Contact.ID) })
	for _, l := range s.AccountLinks {
		if !l.Deleted {
			v.Stated = append(v.Stated, StatedAccount{l, said[l.Record().ID], names[l.CompanyID]})
		}
	}
}
