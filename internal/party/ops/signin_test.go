package ops_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestSignIn(t *testing.T) {
	each(t, func(o *office) {
		in, err := o.SignIn(o.ctx, " Olga@Northlight.Example ", password, here)
		if err != nil {
			o.t.Fatal(err)
		}
		if in.Account.ID != o.owner.Account || in.Workspace != dbtest.Workspace || len(in.Workspaces) != 1 {
			o.t.Errorf("got %+v", in)
		}
		if err := o.Enter(o.ctx, in.Account, in.Workspace, "password"); err != nil {
			o.t.Fatal(err)
		}
		if e := o.record()[0]; e.Words != "signed in by password" || !e.Internal || e.ActorName != "Olga Owner" {
			o.t.Errorf("got %+v", e)
		}
	})
}

func TestEverySignInThatFailsSaysTheSame(t *testing.T) {
	each(t, func(o *office) {
		acme := o.client("Acme")
		o.invite(o.owner, "fin@acme.example", access.ClientFinance, acme.ID, "") // has no password yet
		closed := o.invite(o.owner, "gone@acme.example", access.ClientSales, acme.ID, "")
		if _, err := o.SetPassword(o.ctx, closed, "", password); err != nil {
			o.t.Fatal(err)
		}
		o.exec("UPDATE account SET disabled_at = created_at WHERE id = ?", closed.Account)
		var said []string
		for _, c := range [][2]string{
			{ownerEmail, "wrong password!"}, {ownerEmail, ""}, {"unknown@example.com", password}, {"fin@acme.example", ""},
			{"fin@acme.example", "nobody has this password"}, {"unknown@example.com", "nobody has this password"},
			{"gone@acme.example", password}, {"not an address", password}, {"", ""},
		} {
			_, err := o.SignIn(o.ctx, c[0], c[1], here)
			if !fault.Is(err, fault.Unauthenticated) {
				o.t.Errorf("%v: got %v", c, err)
			}
			said = append(said, fault.All(err)[0].Message+fault.Code(err))
		}
		for _, s := range said[1:] {
			if s != said[0] {
				o.t.Errorf("%q is not %q", s, said[0])
			}
		}
		_, err := o.ActorOf(o.ctx, closed.Account, dbtest.Workspace)
		o.fails(err, fault.Unauthenticated, "session-ended")
	})
}

func (o *office) exec(query string, args ...any) {
	o.t.Helper()
	if err := o.d.Write(o.ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
}

func TestGuessingOneAddressIsSlowedDown(t *testing.T) {
	each(t, func(o *office) {
		for range party.PerEmail.Attempts {
			_, err := o.SignIn(o.ctx, ownerEmail, "wrong password!", here)
			o.fails(err, fault.Unauthenticated, "not-proved")
			o.later(time.Second)
		}
		_, err := o.SignIn(o.ctx, ownerEmail, password, "198.51.100.1")
		o.fails(err, fault.RateLimited, "too-many-attempts")
		if want := "There were too many attempts. Try again in 15 minutes, at 09:16 UTC."; fault.All(err)[0].Message != want {
			o.t.Errorf("got %q, want %q", fault.All(err)[0].Message, want)
		}
		_, err = o.SignIn(o.ctx, "unknown@example.com", "wrong password!", here)
		o.fails(err, fault.Unauthenticated, "not-proved") // others are not concerned
		o.later(party.PerEmail.Window)
		if _, err := o.SignIn(o.ctx, ownerEmail, password, here); err != nil {
			o.t.Errorf("after the wait: %v", err)
		}
	})
}

func TestASuccessForgivesEarlierMistakes(t *testing.T) {
	each(t, func(o *office) {
		for range 3 {
			for range party.PerEmail.Attempts - 1 {
				_, err := o.SignIn(o.ctx, ownerEmail, "wrong password!", here)
				o.fails(err, fault.Unauthenticated, "not-proved")
			}
			if _, err := o.SignIn(o.ctx, ownerEmail, password, here); err != nil {
				o.t.Fatal(err)
			}
		}
	})
}

func TestGuessingManyAddressesFromOnePlaceIsSlowedDown(t *testing.T) {
	each(t, func(o *office) {
		var refused int
		for i := range party.PerAddress.Attempts + 3 {
			_, err := o.SignIn(o.ctx, strings.Repeat("x", i+1)+"@example.com", "wrong password!", here)
			if fault.Is(err, fault.RateLimited) {
				refused++
			}
		}
		if refused != 3 {
			o.t.Errorf("%d refused, want 3", refused)
		}
		if _, err := o.SignIn(o.ctx, ownerEmail, password, "198.51.100.1"); err != nil {
			o.t.Errorf("from another place: %v", err)
		}
	})
}

func TestManyGuessesAtOnceAreAllCounted(t *testing.T) {
	each(t, func(o *office) {
		var judged atomic.Int32
		var all sync.WaitGroup
		for range 3 * party.PerEmail.Attempts {
			all.Go(func() {
				if _, err := o.SignIn(o.ctx, ownerEmail, "wrong password!", here); fault.Is(err, fault.Unauthenticated) {
					judged.Add(1)
				}
			})
		}
		all.Wait()
		if got := int(judged.Load()); got != party.PerEmail.Attempts {
			o.t.Errorf("%d guesses were judged, want %d", got, party.PerEmail.Attempts)
		}
	})
}

func TestAStaleHashIsMadeAnew(t *testing.T) {
	each(t, func(o *office) {
		dearer := *cheap
		dearer.Iterations = 2
		later := ops.New(ops.Options{DB: o.d, Now: o.clock, Hashing: &dearer})
		if _, err := later.SignIn(o.ctx, ownerEmail, password, here); err != nil {
			o.t.Fatal(err)
		}
		var stored string
		if err := o.d.Read(o.ctx, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewSelect().TableExpr("account").Column("password_hash").Where("email = ?", ownerEmail).Scan(ctx, &stored)
		}); err != nil {
			o.t.Fatal(err)
		}
		if p, _, _, err := argon2id.DecodeHash(stored); err != nil || p.Iterations != 2 {
			o.t.Errorf("got %+v, %v", p, err)
		}
		if _, err := later.SignIn(o.ctx, ownerEmail, password, here); err != nil {
			o.t.Errorf("with the new hash: %v", err)
		}
	})
}

func TestLinkSignsInOnce(t *testing.T) {
	each(t, func(o *office) {
		if err := o.RequestLink(o.ctx, ownerEmail, here); err != nil {
			o.t.Fatal(err)
		}
		token := linkIn(o.t, o.letters(ownerEmail)[0].Text)
		for range 3 { // a mail scanner opens it, the person opens it
			got, err := o.OpenLink(o.ctx, token)
			if err != nil || got.Email != ownerEmail || got.Purpose != party.SignInLink {
				o.t.Fatalf("got %+v, %v", got, err)
			}
		}
		in, err := o.UseLink(o.ctx, token)
		if err != nil || in.Account.ID != o.owner.Account || in.Workspace != dbtest.Workspace {
			o.t.Errorf("got %+v, %v", in, err)
		}
		_, err = o.UseLink(o.ctx, token)
		o.fails(err, fault.NotFound, "link-spent")
		_, err = o.OpenLink(o.ctx, token)
		o.fails(err, fault.NotFound, "link-spent")
	})
}

func TestOfTwoWhoUseALinkAtOnceOneDoes(t *testing.T) {
	each(t, func(o *office) {
		token := linkIn(o.t, o.link)
		var won atomic.Int32
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := o.UseLink(o.ctx, token); err == nil {
					won.Add(1)
				} else if !fault.Is(err, fault.NotFound) {
					o.t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			o.t.Errorf("%d won", won.Load())
		}
	})
}

func TestLinksAge(t *testing.T) {
	each(t, func(o *office) {
		if err := o.RequestLink(o.ctx, ownerEmail, here); err != nil {
			o.t.Fatal(err)
		}
		token, invitation := linkIn(o.t, o.letters(ownerEmail)[0].Text), linkIn(o.t, o.link)
		o.later(15 * time.Minute)
		_, err := o.UseLink(o.ctx, token)
		o.fails(err, fault.NotFound, "link-spent")
		o.later(7*24*time.Hour - 16*time.Minute)
		if _, err := o.OpenLink(o.ctx, invitation); err != nil {
			o.t.Errorf("an invitation lives seven days: %v", err)
		}
		o.later(time.Minute)
		_, err = o.UseLink(o.ctx, invitation)
		o.fails(err, fault.NotFound, "link-spent")
		for _, bad := range []string{"", "x", token + "x", strings.ToUpper(token)} {
			_, err := o.UseLink(o.ctx, bad)
			o.fails(err, fault.NotFound, "link-spent")
		}
	})
}

func TestOnlyTheHashOfALinkIsKept(t *testing.T) {
	each(t, func(o *office) {
		token := linkIn(o.t, o.link)
		var hashes []string
		if err := o.d.Read(o.ctx, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewSelect().TableExpr("sign_in_link").Column("hash").Scan(ctx, &hashes)
		}); err != nil {
			o.t.Fatal(err)
		}
		if len(hashes) != 1 || strings.Contains(hashes[0], token) || len(hashes[0]) != 64 {
			o.t.Errorf("got %v", hashes)
		}
	})
}

func TestALinkForAnUnknownAddressLooksTheSame(t *testing.T) {
	each(t, func(o *office) {
		if err := o.RequestLink(o.ctx, "unknown@example.com", here); err != nil {
			o.t.Errorf("got %v", err)
		}
		if n := len(o.letters("unknown@example.com")); n != 0 {
			o.t.Errorf("%d letters", n)
		}
		for _, email := range []string{ownerEmail, "unknown2@example.com"} {
			for range party.PerLink.Attempts {
				if err := o.RequestLink(o.ctx, email, here); err != nil {
					o.t.Fatal(err)
				}
			}
			o.fails(o.RequestLink(o.ctx, email, here), fault.RateLimited, "too-many-attempts")
		}
		o.fails(o.RequestLink(o.ctx, "nobody", here), fault.Invalid, "email")
	})
}

func TestOnlyTheOperatorSeesALink(t *testing.T) {
	each(t, func(o *office) {
		_, err := o.IssueLink(o.ctx, o.owner, ownerEmail)
		o.fails(err, fault.Forbidden, "operator-only")
		address, err := o.IssueLink(o.ctx, access.Machine(dbtest.Workspace, "operator"), ownerEmail)
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := o.UseLink(o.ctx, linkIn(o.t, address)); err != nil {
			o.t.Error(err)
		}
		_, err = o.IssueLink(o.ctx, access.Machine(dbtest.Workspace, "operator"), "unknown@example.com")
		o.fails(err, fault.NotFound, "account")
	})
}

func TestSetPassword(t *testing.T) {
	each(t, func(o *office) {
		session := ops.Claim{Account: o.owner.Account, Workspace: dbtest.Workspace}
		if _, err := o.Admit(o.ctx, session); err != nil {
			o.t.Fatal(err)
		}
		_, err := o.SetPassword(o.ctx, o.owner, "wrong", "another good password")
		o.fails(err, fault.Invalid, "password-wrong")
		_, err = o.SetPassword(o.ctx, o.owner, password, "short")
		o.fails(err, fault.Invalid, "password-short")
		account, err := o.SetPassword(o.ctx, o.owner, password, "another good password")
		if err != nil {
			o.t.Fatal(err)
		}
		_, err = o.Admit(o.ctx, session)
		o.fails(err, fault.Unauthenticated, "session-ended")
		session.Epoch = account.Epoch
		if _, err := o.Admit(o.ctx, session); err != nil {
			o.t.Errorf("with the new epoch: %v", err)
		}
		_, err = o.UseLink(o.ctx, linkIn(o.t, o.link))
		o.fails(err, fault.NotFound, "link-spent")
		_, err = o.SignIn(o.ctx, ownerEmail, password, here)
		o.fails(err, fault.Unauthenticated, "not-proved")
		if _, err := o.SignIn(o.ctx, ownerEmail, "another good password", here); err != nil {
			o.t.Error(err)
		}
		e := o.record()[0]
		if e.Words != "changed the own password" || strings.Contains(e.Before+e.After, "argon2") {
			o.t.Errorf("got %+v", e)
		}
	})
}

func TestGuessingTheCurrentPasswordIsSlowedDown(t *testing.T) {
	each(t, func(o *office) {
		for range party.PerEmail.Attempts {
			_, err := o.SetPassword(o.ctx, o.owner, "wrong", "another good password")
			o.fails(err, fault.Invalid, "password-wrong")
		}
		_, err := o.SetPassword(o.ctx, o.owner, password, "another good password")
		o.fails(err, fault.RateLimited, "too-many-attempts")
	})
}

func TestSignOutEverywhere(t *testing.T) {
	each(t, func(o *office) {
		account, err := o.SignOutEverywhere(o.ctx, o.owner)
		if err != nil || account.Epoch != 1 {
			o.t.Fatalf("got %+v, %v", account, err)
		}
		_, err = o.Admit(o.ctx, ops.Claim{Account: o.owner.Account, Workspace: dbtest.Workspace})
		o.fails(err, fault.Unauthenticated, "session-ended")
		got, err := o.Welcome(o.ctx, ops.Claim{Account: o.owner.Account, Epoch: 1})
		if err != nil || len(got.Workspaces) != 1 {
			o.t.Errorf("got %+v, %v", got, err)
		}
		_, err = o.Welcome(o.ctx, ops.Claim{Account: o.owner.Account})
		o.fails(err, fault.Unauthenticated, "session-ended")
		for _, claim := range []ops.Claim{{}, {Account: "acc_none", Workspace: dbtest.Workspace}, {Account: o.owner.Account, Workspace: "other", Epoch: 1}} {
			_, err := o.Admit(o.ctx, claim)
			o.fails(err, fault.Unauthenticated, "session-ended")
		}
	})
}

func TestRename(t *testing.T) {
	each(t, func(o *office) {
		if err := o.Rename(o.ctx, o.owner, " Olga  Oak "); err != nil {
			o.t.Fatal(err)
		}
		if got := o.actor(o.owner.Account).Name; got != "Olga Oak" {
			o.t.Errorf("got %q", got)
		}
		if e := o.record()[0]; e.ActorName != "Olga Owner" || e.Words != "changed the own name to Olga Oak" {
			o.t.Errorf("got %+v", e)
		}
		o.fails(o.Rename(o.ctx, o.owner, ""), fault.Invalid, "name-missing")
	})
}

func TestTokens(t *testing.T) {
	each(t, func(o *office) {
		acme := o.client("Acme")
		finance := o.invite(o.owner, "fin@acme.example", access.ClientFinance, acme.ID, "")
		secret, token, err := o.MakeToken(o.ctx, finance, " Month  end script ")
		if err != nil {
			o.t.Fatal(err)
		}
		if !strings.HasPrefix(secret, "ofr_") || token.Label != "Month end script" || strings.Contains(token.ID, secret) {
			o.t.Errorf("got %q, %+v", secret, token)
		}
		actor, err := o.ActorByToken(o.ctx, secret)
		if err != nil || actor.Account != finance.Account || actor.Workspace != dbtest.Workspace || len(actor.Memberships) != 1 {
			o.t.Errorf("got %+v, %v", actor, err)
		}
		for _, bad := range []string{"", "ofr_", token.ID, secret[1:], secret + "x"} {
			_, err := o.ActorByToken(o.ctx, bad)
			o.fails(err, fault.Unauthenticated, "token")
		}
		mine, err := o.Tokens(o.ctx, finance)
		if err != nil || len(mine) != 1 || !mine[0].LastUsedAt.Equal(o.clock()) {
			o.t.Errorf("got %+v, %v", mine, err)
		}
		if theirs, err := o.Tokens(o.ctx, o.owner); err != nil || len(theirs) != 0 {
			o.t.Errorf("got %+v, %v", theirs, err)
		}
		o.fails(o.RevokeToken(o.ctx, o.owner, token.ID), fault.NotFound, "token")
		if err := o.RevokeToken(o.ctx, finance, token.ID); err != nil {
			o.t.Fatal(err)
		}
		_, err = o.ActorByToken(o.ctx, secret)
		o.fails(err, fault.Unauthenticated, "token")
		o.fails(o.RevokeToken(o.ctx, finance, token.ID), fault.NotFound, "token")
		for _, e := range o.record() {
			if strings.Contains(e.Words+e.Before+e.After+e.Subject.ID, secret) {
				o.t.Errorf("the record holds the secret: %+v", e)
			}
		}
		_, _, err = o.MakeToken(o.ctx, finance, "")
		o.fails(err, fault.Invalid, "label")
	})
}

func TestSweepKeepsWhatMatters(t *testing.T) {
	each(t, func(o *office) {
		if _, err := o.SignIn(o.ctx, ownerEmail, "wrong password!", here); err == nil {
			o.t.Fatal("signed in")
		}
		count := func(table string) (n int) {
			if err := o.d.Read(o.ctx, func(ctx context.Context, tx bun.Tx) error {
				return tx.NewSelect().TableExpr(table).ColumnExpr("count(*)").Scan(ctx, &n)
			}); err != nil {
				o.t.Fatal(err)
			}
			return n
		}
		if err := o.Sweep(o.ctx); err != nil || count("sign_in_attempt") != 2 || count("sign_in_link") != 1 {
			o.t.Errorf("too early: %v, %d, %d", err, count("sign_in_attempt"), count("sign_in_link"))
		}
		o.later(40 * 24 * time.Hour)
		if err := o.Sweep(o.ctx); err != nil || count("sign_in_attempt") != 0 || count("sign_in_link") != 0 {
			o.t.Errorf("left: %v, %d, %d", err, count("sign_in_attempt"), count("sign_in_link"))
		}
	})
}
