package ops

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// EraseInput asks for a person to be erased.
type EraseInput struct {
	Client  string
	Contact string // id; contacts that are merged with it are the same person
	Reason  string // goes into the record of changes, so it names nobody
}

// Erasure is what became of it.
type Erasure struct {
	Contacts  []string // whose person was erased, and leads that became them
	Pseudonym string
	Rows      int64  // of evidence, in all their versions
	Notes     int64  // other rows of the database: problems, samples, decisions, mails
	Files     int    // stored files that were replaced
	Stays     []Stay // where an address or a name of the person stands and is not changed
}

// NotFoundByErasing says of which rows an erasure cannot know that they are the person's.
const NotFoundByErasing = "A row that carries neither an id nor an address of the person, such as a call with a number only, is not known to be theirs and stays as it came. So does a remark in a workbook whose cells do not tell of them."

// Stay is what is not changed: rows that a chain of hashes or a hash of their own holds, or ids that rows are joined by.
type Stay struct {
	Table string
	Rows  int64
}

// Erase takes what tells of a person out of the evidence of a client: names and addresses in all versions of all rows, in what imports noted, in stored files and in
// mails. The contact stays under its id, which is the pseudonym that touches, deals and statements rest on, with its company, so that no credit and no
// amount changes. Of their rows in stored files stay the cells from which evidence was read. A later import of the person is met by it. What cannot be changed is told. It may be repeated: what an interrupted one left
// is then done. Who: EvidenceErase. Faults: Invalid at "contact", "reason"; Conflict beside an import of the client.
func (s *Service) Erase(ctx context.Context, actor access.Actor, in EraseInput) (out Erasure, err error) {
	if err := access.Require(actor, access.EvidenceErase, access.Of(in.Client)); err != nil {
		return out, err
	}
	in.Contact, in.Reason = strings.TrimSpace(in.Contact), strings.TrimSpace(in.Reason)
	if in.Reason == "" {
		return out, reasonMissing()
	}
	files, err := s.files(ctx)
	if err != nil {
		return out, err
	}
	ctx = context.WithoutCancel(ctx)
	var x *erasure
	err = s.DB.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
		x = &erasure{s: s, tx: tx, in: in, files: files}
		return x.run(ctx, actor)
	})
	if err != nil {
		return out, err
	}
	return x.out, errors.Join(s.removeLeft(ctx, files, x.redactor), s.tidy(ctx, actor, in.Client))
}

// erasure is one, within its transaction.
type erasure struct {
	s     *Service
	tx    bun.Tx
	in    EraseInput
	files *blob.Store
	redactor
	contacts []string
	out      Erasure
}

func (x *erasure) run(ctx context.Context, actor access.Actor) error {
	if err := x.s.alone(ctx, x.tx, x.in.Client); err != nil {
		return err
	}
	if err := x.identify(ctx, actor); err != nil {
		return err
	}
	if x.Text(x.in.Reason) != x.in.Reason {
		return fault.New(fault.Invalid, "reason-names-person", "The reason names the person, and it would stay in the record of changes. Write it without.").At("reason")
	}
	for _, step := range []func(context.Context) error{x.rows, x.notes, x.decisions, x.mails, x.stored, x.stays} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := x.s.addRewriting(ctx, x.tx, actor, x.in.Client, actErased, ""); err != nil {
		return err
	}
	words := fmt.Sprintf("erased the person of contact %s: %d rows of evidence, %d notes, %d files. Reason: %s", strings.Join(x.contacts, ", "), x.out.Rows, x.out.Notes, x.out.Files, x.in.Reason)
	for _, stay := range x.out.Stays {
		words += fmt.Sprintf("; %d rows of %s stay", stay.Rows, stay.Table)
	}
	_, err := journalops.Append(ctx, x.tx, journalops.By(actor, journal.Entry{At: x.s.now(), Action: string(access.EvidenceErase), Client: x.in.Client,
		Subject: journal.Subject{Kind: "contact", ID: x.contacts[0]}, Words: words, After: journal.Snapshot(map[string]any{"pseudonym": x.out.Pseudonym, "contacts": x.contacts, "reason": x.in.Reason})}))
	return err
}

// identify finds all ids, addresses and names of the person, and remembers the ids and the hashes of the addresses.
func (x *erasure) identify(ctx context.Context, actor access.Actor) error {
	if _, err := x.s.hashing(ctx, x.tx, x.in.Client); err != nil { // the key would not know the person's address again
		return err
	}
	ids, leads, err := x.s.samePerson(ctx, x.tx, x.in.Client, x.in.Contact)
	if err != nil {
		return err
	}
	if x.Erasing, err = x.s.erasing(ctx, x.tx, x.in.Client); err == nil && x.Erasing == nil {
		x.Erasing, err = x.s.newErasing(ctx, x.tx, x.in.Client)
	}
	if err != nil {
		return err
	}
	x.contacts = slices.Sorted(maps.Keys(ids))
	x.keep = map[string]bool{}
	found, addresses := false, map[string][]string{}
	learn := func(id, name, mail string) {
		pseudonym := x.IDs[id] // of an erasure before
		if name != pseudonym {
			x.learn(name)
		}
		if mail != "" && (pseudonym == "" || !strings.HasPrefix(mail, pseudonym+"@") && !strings.HasPrefix(mail, pseudonym+"-")) {
			x.learn(mail)
			addresses[id] = append(addresses[id], mail)
		}
	}
	err = x.each(ctx, crm.KindContact, x.contacts, func(v version, r crm.Record) error {
		found = true
		for _, f := range []string{"contact_id", "company_id"} {
			x.keep[r.Get(f)] = r.Get(f) != ""
		}
		learn(v.ID, r.Get("name"), r.Get("email"))
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range leads {
		if ids[l.lead] {
			learn(l.lead, l.name, strings.ToLower(l.email))
		}
	}
	if !found {
		return noContact(x.in.Contact)
	}
	return x.remember(ctx, actor, addresses)
}

// learn takes in what the person was called. A single name would be found in too much else.
func (x *erasure) learn(called string) {
	if w := strings.TrimSpace(called); strings.ContainsAny(w, " @") && !slices.Contains(x.Words, w) {
		x.Words = append(x.Words, w)
	}
}

// remember writes who was erased.
func (x *erasure) remember(ctx context.Context, actor access.Actor, addresses map[string][]string) error {
	key, err := x.files.Key(x.s.Random)
	if err != nil {
		return err
	}
	x.out.Contacts, x.out.Pseudonym = x.contacts, "erased-"+keyed(key, "contact", x.in.Client, x.contacts[0])[:12]
	for _, id := range x.contacts {
		if p := x.IDs[id]; p != "" {
			x.out.Pseudonym = p
		}
	}
	for _, id := range x.contacts {
		hashes := []string{""}
		for _, mail := range addresses[id] {
			hashes = append(hashes, x.MailHash(mail))
		}
		x.IDs[id] = x.out.Pseudonym
		for _, hash := range distinctIDs(hashes) {
			alias := x.alias(key, hash)
			row := erasureRow{ID: x.s.id("era"), ClientID: x.in.Client, ContactID: id, MailHash: hash, Pseudonym: x.out.Pseudonym, Alias: alias, ActorID: actor.Account, ActorName: actor.Name, ErasedAt: x.s.now()}
			there, err := x.tx.NewSelect().Model((*erasureRow)(nil)).Where("client_id = ? AND contact_id = ? AND mail_hash = ?", x.in.Client, id, hash).Count(ctx)
			if err != nil {
				return err
			}
			if there > 0 {
				continue
			}
			if _, err := x.tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// alias notes an address of the person, and gives what stands before its at sign. One that was erased before keeps what stands there.
func (x *erasure) alias(key []byte, hash string) string {
	if hash == "" {
		return ""
	}
	short := hash[:crm.MailHashDigits]
	if x.Mails[short] == "" {
		x.Alias[short] = x.out.Pseudonym + "-" + keyed(key, "alias", x.in.Client, short)[:12]
	}
	x.Mails[short] = x.out.Pseudonym
	return x.Alias[short]
}

// each hands over every version of records of a kind.
func (x *erasure) each(ctx context.Context, k crm.Kind, ids []string, each func(version, crm.Record) error) error {
	for batch := range slices.Chunk(ids, lookupBatch) {
		err := eachVersion(ctx, x.tx, func(v version) error {
			r, err := v.record(k)
			if err != nil {
				return err
			}
			return each(v, r)
		}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ? AND ext_id IN (?)`, x.in.Client, string(k), bun.List(batch))
		if err != nil {
			return err
		}
	}
	return nil
}

// rows takes the person out of all versions of all rows of the client.
func (x *erasure) rows(ctx context.Context) error {
	for _, k := range crm.Kinds() {
		like, args := "", []any(nil)
		switch k {
		case crm.KindContact, crm.KindEdit: // by their ids, or by an address
		default:
			if x.unknown() {
				continue
			}
			like, args = x.names("body")
		}
		n, err := x.s.rewriteRows(ctx, x.tx, x.in.Client, k, like, args, x.Record)
		if err != nil {
			return err
		}
		x.out.Rows += n
	}
	return nil
}

// unknown says that the person has no name and no address.
func (x *erasure) unknown() bool { return len(x.Words) == 0 && len(x.Mails) == 0 }

// names is the condition that a column may name the person; it spares the reading of all else. An address may stand there plain although only its hash is known.
func (x *erasure) names(column string) (where string, args []any) {
	parts := []string{addressed(column), column + " LIKE '%hashed-%'"}
	for _, w := range x.Words {
		parts = append(parts, "LOWER("+column+") LIKE ? OR "+column+" LIKE ?")
		args = append(args, "%"+strings.ToLower(w)+"%", "%"+w+"%")
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

// tells says whether a text names the person, or somebody who was erased before.
func (x *erasure) tells(s string) bool { return tellsOf(x.Erasing, s) }

func tellsOf(e *crm.Erasing, s string) bool {
	low := strings.ToLower(s)
	return e.Text(s) != s || slices.ContainsFunc(e.Words, func(w string) bool { return strings.Contains(low, strings.ToLower(w)) })
}

// alone knows the person and nobody who was erased before.
func (x *erasure) alone() *crm.Erasing {
	e := *x.Erasing
	e.Mails = maps.Clone(e.Mails)
	maps.DeleteFunc(e.Mails, func(_, pseudonym string) bool { return pseudonym != x.out.Pseudonym })
	return &e
}

func (s *Service) forgetRecent() {
	s.recentDeals.clear()
	s.recentIssues.clear()
	s.recentScores.clear()
	s.recentCompared.clear()
	s.recentAlike.clear()
}
