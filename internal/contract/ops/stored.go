package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Altered is a stored contract that is not what was proposed and accepted.
type Altered struct {
	Contract string // id; "of version cv_…" where only an act of an unknown version is kept
	Reason   string
}

// Error says which and why.
func (a Altered) Error() string { return fmt.Sprintf("contract %s %s", a.Contract, a.Reason) }

// VerifyStored compares every contract of the workspace with what the record tells of it: whose it is, the text of each version, who proposed,
// accepted and withdrew it, and when. Drafts are nobody's promise and are left out. It gives how many hold and those that do not.
func VerifyStored(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	told, err := journalops.About(ctx, tx, "contract")
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of contracts: %w", err)
	}
	all, err := readStored(ctx, tx)
	if err != nil {
		return 0, nil, err
	}
	for id, entries := range told {
		all.of(id).told = entries
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if reason := all[id].alteration(); reason != "" {
			altered = append(altered, Altered{id, reason})
			continue
		}
		held++
	}
	return held, altered, nil
}

// stored is what is kept of one contract, and what the record tells of it.
type stored struct {
	row        *contractRow
	deeds      []deed
	texts      []versionRow
	unreadable string // which part of it cannot be read; empty: none
	told       []journal.Entry
}

// deed is what is kept of one act that an entry of the record tells of.
type deed struct {
	action     string
	at         time.Time
	by, byName string
	words      string            // for people
	says       map[string]string // what the entry says too, by the name it has there
}

// deeds are the actions of entries that rows are kept of. What else is recorded of a contract leaves none.
var deeds = []string{"contract.propose", "contract.accept.agency", "contract.accept.client", "contract.paper", "contract.withdraw"}

// storeds are contracts by their ids.
type storeds map[string]*stored

func (all storeds) of(id string) *stored {
	if all[id] == nil {
		all[id] = &stored{}
	}
	return all[id]
}

func readStored(ctx context.Context, tx bun.Tx) (storeds, error) {
	all := storeds{}
	err := db.EachRow(ctx, tx.NewSelect().Model((*contractRow)(nil)).OrderExpr("id"), func(r contractRow, unreadable error) error {
		s := all.of(r.ID)
		s.row = &r
		s.miss("its name and client", unreadable)
		return nil
	})
	if err != nil {
		return nil, err
	}
	versions := map[string]versionRow{}
	err = db.EachRow(ctx, tx.NewSelect().Model((*versionRow)(nil)).OrderExpr("contract_id, number, attempt"), func(r versionRow, unreadable error) error {
		versions[r.ID] = r
		s := all.of(r.ContractID)
		s.miss("one of its versions", unreadable)
		s.texts, s.deeds = append(s.texts, r), append(s.deeds, r.deed())
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = db.EachRow(ctx, tx.NewSelect().Model((*acceptanceRow)(nil)).OrderExpr("version_id, side"), func(r acceptanceRow, unreadable error) error {
		v := versions[r.VersionID]
		s := all.of(owner(v, r.VersionID))
		s.miss("an acceptance of it", unreadable)
		s.deeds = append(s.deeds, r.deed(v))
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = db.EachRow(ctx, tx.NewSelect().Model((*withdrawalRow)(nil)).OrderExpr("version_id"), func(r withdrawalRow, unreadable error) error {
		v := versions[r.VersionID]
		s := all.of(owner(v, r.VersionID))
		s.miss("a withdrawal of it", unreadable)
		s.deeds = append(s.deeds, r.deed(v))
		return nil
	})
	return all, err
}

// owner is the contract of a version; of one that is not kept, words instead of it.
func owner(v versionRow, id string) string {
	if v.ContractID == "" {
		return "of version " + id
	}
	return v.ContractID
}

func (s *stored) miss(part string, unreadable error) {
	if unreadable != nil && s.unreadable == "" {
		s.unreadable = part
	}
}

func (r versionRow) deed() deed {
	return deed{"contract.propose", r.ProposedAt, r.ProposedBy, r.ProposedByName, fmt.Sprintf("version %d as proposed", r.Number), map[string]string{"SHA-256": r.SHA256}}
}

func (r acceptanceRow) deed(v versionRow) deed {
	d := deed{"contract.accept." + r.Side, r.AcceptedAt, r.AcceptedBy, r.AcceptedByName, fmt.Sprintf("version %d as accepted for the %s", v.Number, r.Side), v.says()}
	d.says["accepted_for"] = r.Side
	if r.PaperReference != "" {
		d.action = "contract.paper"
		d.says["paper"], d.says["signatory"], d.says["signed_on"] = r.PaperReference, r.PaperSignatory, r.PaperSignedOn
	}
	return d
}

func (r withdrawalRow) deed(v versionRow) deed {
	d := deed{"contract.withdraw", r.WithdrawnAt, r.WithdrawnBy, r.WithdrawnByName, fmt.Sprintf("version %d as withdrawn", v.Number), v.says()}
	d.says["reason"] = r.Reason
	return d
}

// says is the version as recorded shows it.
func (r versionRow) says() map[string]string {
	return map[string]string{"version": fmt.Sprint(r.Number), "effective": r.Effective, "sha256": r.SHA256}
}

// alteration tells in words how what is kept differs from what was agreed; empty when it does not.
func (s *stored) alteration() string {
	switch {
	case s.row == nil && len(s.told) > 0:
		return "is told of in the record but is not kept"
	case s.row == nil:
		return "is not kept, but something of it is"
	case s.unreadable != "":
		return fmt.Sprintf("was altered: %s cannot be read", s.unreadable)
	case len(s.told) == 0:
		return "was put in beside the record: no entry tells of it"
	}
	for _, look := range []func() string{s.alteredRow, s.alteredTexts, s.alteredDeeds, s.unread} {
		if reason := look(); reason != "" {
			return reason
		}
	}
	return ""
}

func (s *stored) alteredRow() string {
	for _, e := range s.told {
		if e.Client != s.row.ClientID {
			return fmt.Sprintf("was altered: it is kept under another client than entry %d of the record tells", e.Seq)
		}
		if name, ok := said(e)["name"]; e.Action == "contract.begin" && (!e.At.Equal(s.row.CreatedAt) || ok && name != s.row.Name) {
			return fmt.Sprintf("was altered: its name or the time when it was begun is not what entry %d of the record tells", e.Seq)
		}
		if e.Action == "contract.begin" && said(e)["provider"] != s.row.ProviderID {
			return fmt.Sprintf("was altered: it is kept with another organisation than entry %d of the record tells", e.Seq)
		}
	}
	return ""
}

// alteredTexts reads each version again: its text must give the digest, the number and the day that are kept beside it.
func (s *stored) alteredTexts() string {
	attempts := map[int]int{}
	for _, r := range s.texts {
		if sum := sha256.Sum256([]byte(r.Source)); hex.EncodeToString(sum[:]) != r.SHA256 {
			return fmt.Sprintf("was altered: the text of version %d is not the one that was proposed: its SHA-256 is %x, not %s", r.Number, sum, r.SHA256)
		}
		t, err := contract.ParseAccepted([]byte(r.Source))
		attempts[r.Number]++
		if err != nil { // see unread
			continue
		}
		if t.Version != r.Number || t.Effective.String() != r.Effective || attempts[r.Number] != r.Attempt {
			return fmt.Sprintf("was altered: what is kept with the text of version %d is not what the text says", r.Number)
		}
	}
	return ""
}

// unread tells of a text that is the one that the record tells of, and is no contract to this program.
func (s *stored) unread() string {
	for _, r := range s.texts {
		if _, err := contract.ParseAccepted([]byte(r.Source)); err != nil {
			return fmt.Sprintf("is what was agreed, but this program cannot read version %d of it: %v. Read it with the program that it was proposed under", r.Number, err)
		}
	}
	return ""
}

// alteredDeeds compares the acts that are kept with those that are told of, both ways.
func (s *stored) alteredDeeds() string {
	used := map[int64]bool{}
	var beside *deed
	for _, d := range s.deeds {
		i := slices.IndexFunc(s.told, func(e journal.Entry) bool {
			return !used[e.Seq] && e.Action == d.action && e.At.Equal(d.at) && e.ActorID == d.by && e.ActorName == d.byName
		})
		if i < 0 {
			beside = &d
			continue
		}
		e := s.told[i]
		used[e.Seq] = true
		told := said(e)
		for _, name := range slices.Sorted(maps.Keys(d.says)) {
			if was, ok := told[name]; ok && was != d.says[name] {
				return fmt.Sprintf("was altered: of %s, %q is kept where entry %d of the record tells %q", d.words, d.says[name], e.Seq, was)
			}
		}
	}
	for _, e := range s.told {
		if slices.Contains(deeds, e.Action) && !used[e.Seq] {
			return fmt.Sprintf("was altered: what entry %d of the record tells is no longer kept so: %s %s", e.Seq, e.ActorName, e.Words)
		}
	}
	if beside != nil {
		return fmt.Sprintf("was altered: %s by %s on %s is kept, but no entry of the record tells of it", beside.words, beside.byName, beside.at.UTC().Format("2 Jan 2006 15:04 UTC"))
	}
	return ""
}

// said is what an entry says after the change, by name.
func said(e journal.Entry) map[string]string {
	out := map[string]string{}
	for _, c := range journal.Changes("", e.After) {
		out[c.Field] = c.After
	}
	return out
}
