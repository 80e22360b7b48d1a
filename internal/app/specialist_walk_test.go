package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// planted are the rates and words of the specialist's contract that stand nowhere else.
var planted = []string{"13,579.24", "13579.24", "1357924", "6.9173", "quillfeather", "Quillfeather"}

// secret is a contract with a specialist at one moment of its life.
type secret struct {
	*Program
	t        *testing.T
	made     demo.Made
	server   http.Handler
	contract contractops.Contract
	real     map[string]string
	tokens   map[string]string // by who it is
	mayKnow  map[string]bool
	whole    bool // walk while a statement is a draft and once it is locked; else while it is disputed: each walk takes long
}

// TestNobodyElseLearnsOfASpecialistsContract plants unusual rates and words in a contract with a specialist, takes it and its statements through every state, and asks for
// every page, file and operation as everybody else: the client's people, its auditor, people of another specialist, and those of the agency who see no money.
func TestNobodyElseLearnsOfASpecialistsContract(t *testing.T) {
	for name, database := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "demo.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			p, made := demoOn(t, database(t))
			s := &secret{Program: p, t: t, made: made, server: p.server(), real: map[string]string{}, tokens: map[string]string{}, mayKnow: map[string]bool{}, whole: name == "sqlite"}
			s.people()
			s.life()
			s.mails()
		})
	}
}

// people gives everybody a token, and another specialist's person with them.
func (s *secret) people() {
	ctx := s.inWorkspace(s.t.Context())
	rival := have(s.Party.CreateOrg(ctx, s.operator(), access.Specialist, "Rival agency"))(s.t)
	m := have(s.Party.Invite(ctx, s.operator(), partyops.InviteInput{Email: "rival@rival.example", Name: "Rival Person", Org: rival.ID, Client: s.made.Client, Role: access.SpecialistPartner}))(s.t)
	who := map[string]string{"rival": m.Account}
	for _, persona := range s.made.Personas {
		if slices.Contains([]access.Role{access.AccountLead, access.FractionalCMO, access.AgencyFinance}, persona.Role) {
			continue // they may know it all
		}
		who[string(persona.Role)] = persona.Account()
	}
	for name, account := range who {
		actor := have(s.Party.ActorOf(ctx, account, demo.Workspace))(s.t)
		token, _, err := s.Party.MakeToken(ctx, actor, "walk")
		if err != nil {
			s.t.Fatal(err)
		}
		s.tokens[name] = token
	}
	s.mayKnow[string(access.Owner)], s.mayKnow[string(access.SpecialistPartner)] = true, true
}

func (s *secret) as(role access.Role) access.Actor {
	for _, persona := range s.made.Personas {
		if persona.Role == role {
			return have(s.Party.ActorOf(s.inWorkspace(s.t.Context()), persona.Account(), demo.Workspace))(s.t)
		}
	}
	s.t.Fatalf("nobody is %s", role)
	return access.Actor{}
}

// life takes the contract from its draft to a locked statement with a dispute, and walks at each stop.
func (s *secret) life() {
	t, ctx := s.t, s.inWorkspace(s.t.Context())
	lead, cmo, finance, specialist := s.as(access.AccountLead), s.as(access.FractionalCMO), s.as(access.AgencyFinance), s.as(access.SpecialistPartner)
	brightpath := specialist.Memberships[0].Org
	s.contract = have(s.Contracts.Engage(ctx, lead, s.made.Client, brightpath, "quillfeather-social"))(t)
	text := contract.UnderpinningTemplate(s.contract.Name, "Northlight (sample)", "Brightpath", cal.MustDate("2026-08-01"))
	text = strings.NewReplacer("14,000.00 per month", "13,579.24 per month", "rate: 3 %", "rate: 6.9173 %", "brightpath-team", "quillfeather-team", "brightpath-share", "quillfeather-share").Replace(text)
	saved := have(s.Contracts.Save(ctx, lead, contractops.SaveInput{Contract: s.contract.ID, Source: text}))(t)
	if s.whole {
		s.walk("while it is a draft", true)
	}
	v := have(s.Contracts.Propose(ctx, cmo, contractops.ProposeInput{Contract: s.contract.ID, Revision: saved.Revision}))(t)
	s.real["contract"], s.real["version"] = s.contract.ID, v.ID

	// then only the specialist accepts for the specialist
	accept := contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.AgencySide}
	_, err := s.Contracts.Accept(ctx, s.as(access.Owner), accept)
	refused(t, err, fault.Forbidden)
	for _, role := range []access.Role{access.ClientExecutive, access.Auditor, access.ClientFinance} {
		_, err = s.Contracts.Accept(ctx, s.as(role), accept)
		refused(t, err, fault.NotFound)
	}
	v = have(s.Contracts.Accept(ctx, specialist, accept))(t)
	if v.State() != contract.Accepted {
		t.Fatalf("the contract is %s", v.State())
	}

	month := cal.MonthOf(cal.MustDate("2026-08-15"))
	drafted := have(s.Fees.Draft(ctx, finance, feesops.DraftInput{Contract: s.contract.ID, Month: month}))(t).Statement
	s.real["statement"] = drafted.ID
	_, err = s.Fees.Statement(ctx, specialist, drafted.ID)
	refused(t, err, fault.NotFound)
	if s.whole {
		s.walk("while its statement is a draft", false)
	}
	st := have(s.Fees.Submit(ctx, finance, feesops.SubmitInput{Statement: drafted.ID, Hash: drafted.Hash}))(t)
	_, err = s.Fees.Dispute(ctx, s.as(access.ClientFinance), feesops.LineInput{Statement: st.ID, Line: 1, Text: "not mine"})
	refused(t, err, fault.NotFound)
	_, err = s.Fees.AcceptRest(ctx, s.as(access.Owner), st.ID)
	refused(t, err, fault.Forbidden)
	st = have(s.Fees.Dispute(ctx, specialist, feesops.LineInput{Statement: st.ID, Line: 1, Text: "Quillfeather: the fee of the extra week is missing."}))(t)
	_, err = s.Fees.Concede(ctx, finance, feesops.LineInput{Statement: st.ID, Line: 1})
	refused(t, err, fault.Conflict)
	have(s.Fees.Answer(ctx, finance, feesops.LineInput{Statement: st.ID, Line: 1, Text: "Quillfeather: it comes with September."}))(t)
	if !s.whole {
		s.walk("while a line of its statement is disputed", false)
	}
	st = have(s.Fees.Accept(ctx, specialist, st.ID, 1))(t)
	if len(st.OpenLines()) > 0 {
		st = have(s.Fees.AcceptRest(ctx, specialist, st.ID))(t)
	}
	st = have(s.Fees.Lock(ctx, finance, feesops.LockInput{Statement: st.ID, Seen: -1}))(t)
	_, err = s.Billing.Issue(ctx, finance, billingops.IssueInput{Statement: st.ID})
	refused(t, err, fault.Conflict)
	for _, w := range have(s.Billing.Owing(ctx, finance, s.made.Client))(t).Waiting {
		if w.Statement == st.ID {
			t.Error("what a specialist is paid waits to be invoiced to the client")
		}
	}
	if s.whole {
		s.walk("once its statement is locked", false)
	}
}

// walk asks for every page and operation that reads.
func (s *secret) walk(when string, drafted bool) {
	t := s.t
	t.Helper()
	found := map[string]bool{}
	for _, a := range s.addresses() {
		if a.method != http.MethodGet || a.action == "" || strings.HasPrefix(a.pattern, "/account") {
			continue
		}
		path := fill(a.pattern, s.made.Client, s.ids())
		for _, name := range slices.Sorted(maps.Keys(s.tokens)) {
			w := ask(s.server, a, path, s.tokens[name])
			if w.Code >= 500 {
				t.Errorf("%s, %s: GET %s answers %d: %s", when, name, path, w.Code, w.Body)
			}
			told := s.told(bytes.ReplaceAll(w.Body.Bytes(), []byte(path), nil)) // a page that is not there names what was asked for
			if told == "" {
				continue
			}
			found[name] = true
			if !s.mayKnow[name] || drafted && name == string(access.SpecialistPartner) {
				t.Errorf("%s, %s: GET %s tells %q", when, name, path, told)
			}
		}
	}
	for _, name := range []string{string(access.Owner), string(access.SpecialistPartner)} {
		if !found[name] && !(drafted && name == string(access.SpecialistPartner)) {
			t.Errorf("%s: the %s finds nothing of it, so this walk looks at nothing", when, name)
		}
	}
}

// ids fills addresses with the specialist's things.
func (s *secret) ids() map[string]string {
	out := map[string]string{"deal": "D-0100", "import": "1", "line": "1", "number": "1", "no": "1", "invoice": s.made.Invoice, "payment": s.made.Payment, "account": "assets:receivable",
		"contract": s.contract.ID, "version": "nothing", "statement": "nothing"}
	maps.Copy(out, s.real)
	return out
}

// told is what of the plant a body holds; the files in a zip are looked into.
func (s *secret) told(body []byte) string {
	if files, err := zip.NewReader(bytes.NewReader(body), int64(len(body))); err == nil {
		for _, f := range files.File {
			r, err := f.Open()
			if err != nil {
				s.t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				s.t.Fatal(err)
			}
			if told := s.told(text); told != "" {
				return told
			}
		}
		return ""
	}
	for _, word := range append(slices.Clone(planted), s.contract.ID, s.real["statement"], s.real["version"]) {
		if word != "" && bytes.Contains(body, []byte(word)) {
			return word
		}
	}
	return ""
}

// mails: who was written to about it.
func (s *secret) mails() {
	var sent []string
	err := s.DB.Read(s.inWorkspace(s.t.Context()), func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Table("outbox").Column("body").Scan(ctx, &sent)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	told := 0
	for _, body := range sent {
		var m mail.Message
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			s.t.Fatal(err)
		}
		if s.told([]byte(m.Subject+m.Text)) == "" {
			continue
		}
		told++
		if !strings.HasSuffix(m.To, "@northlight.example") && !strings.HasSuffix(m.To, "@brightpath.example") {
			s.t.Errorf("a mail to %s tells of it: %s", m.To, m.Text)
		}
	}
	if told < 2 {
		s.t.Errorf("only %d mails tell of it, so nobody was told", told)
	}
}

func have[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func refused(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("got %v, want %v", err, kind)
	}
}
