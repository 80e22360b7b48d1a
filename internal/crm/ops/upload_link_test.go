package ops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// linked is a room whose upload addresses act for the operator.
func linked(t *testing.T, d *db.DB, ctx context.Context) room {
	r := newRoom(t, d, ctx)
	r.Holder = func(context.Context, string) (access.Actor, error) { return owner, nil }
	return r
}

func (r room) address(in ops.UploadLinkInput) (string, ops.UploadLink) {
	r.t.Helper()
	in.Client, in.Label = acme, "nightly"
	if in.Days == 0 {
		in.Days = 30
	}
	if in.MaxBytes == 0 {
		in.MaxBytes = 1 << 20
	}
	secret, link, err := r.MakeUploadLink(r.ctx, owner, in)
	if err != nil {
		r.t.Fatal(err)
	}
	return secret, link
}

func (r room) send(link ops.UploadLink, secret, text string) (ops.Received, error) {
	return r.ReceiveByLink(r.ctx, link.ID, secret, "deals.csv", strings.NewReader(text))
}

func (r room) journalWords() (out []string) {
	r.t.Helper()
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`SELECT words FROM journal_entry ORDER BY seq`).Scan(ctx, &out)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func TestFileOfAnAddressWaitsForAPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := linked(t, d, ctx)
		secret, link := r.address(ops.UploadLinkInput{})

		got, err := r.send(link, secret, deals)

		if err != nil || got.State != ops.Uploaded || got.No != 0 || got.Message == "" {
			t.Fatalf("%v, %+v", err, got)
		}
		if again, err := r.send(link, secret, deals); err != nil || again.Import != got.Import {
			t.Fatalf("the same file again: %v, %+v", err, again)
		}
		if n := r.latest(); n != 0 {
			t.Fatalf("import %d was made without a person", n)
		}
		if list, err := r.UploadLinks(ctx, owner, acme); err != nil || len(list) != 1 || list[0].Used != 1 || strings.Contains(fmt.Sprint(list), secret) {
			t.Fatalf("%v, %+v", err, list)
		}
		if words := strings.Join(r.journalWords(), "\n"); !strings.Contains(words, "made the upload address nightly") || !strings.Contains(words, "received deals.csv (SHA-256 ") {
			t.Fatal(words)
		}
	})
}

func TestFileOfAnAddressIsAppliedByItsMapping(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := linked(t, d, ctx)
		up := r.uploaded("first.csv", deals)
		p, err := r.Preview(ctx, owner, acme, up.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.SetMapping(ctx, owner, acme, up.ID, p.Candidates[0].Mapping, "crm deals"); err != nil {
			t.Fatal(err)
		}
		if err := r.Discard(ctx, owner, acme, up.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.MakeUploadLink(ctx, owner, ops.UploadLinkInput{Client: acme, Label: "x", Days: 1, Mapping: "none"}); fault.Code(err) != "mapping" {
			t.Fatalf("%v", err)
		}
		secret, link := r.address(ops.UploadLinkInput{Mapping: "crm deals"})

		got, err := r.send(link, secret, deals)
		if err != nil || got.State != ops.Applied || got.No != 1 {
			t.Fatalf("%v, %+v", err, got)
		}
		if again, err := r.send(link, secret, deals); err != nil || again.No != 1 || r.latest() != 1 {
			t.Fatalf("the same file again: %v, %+v", err, again)
		}
		odd, err := r.send(link, secret, "colour,size\nred,1\n")
		if err != nil || odd.State != ops.Uploaded || !strings.Contains(odd.Message, "no column") || r.latest() != 1 {
			t.Fatalf("a file that the mapping does not fit: %v, %+v", err, odd)
		}
	})
}

func TestAddressThatOpensNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := linked(t, d, ctx)
		secret, link := r.address(ops.UploadLinkInput{MaxBytes: 400})
		refused := func(why, code string, err error) {
			t.Helper()
			if fault.Code(err) != code {
				t.Errorf("%s: %v", why, err)
			}
		}
		_, err := r.send(link, secret+"x", deals)
		refused("a wrong secret", "upload-link", err)
		_, err = r.send(ops.UploadLink{ID: "upl_none"}, secret, deals)
		refused("a wrong address", "upload-link", err)
		_, err = r.ReceiveByLink(db.WithWorkspace(ctx, "elsewhere"), link.ID, secret, "x.csv", strings.NewReader(deals))
		refused("another workspace", "upload-link", err)
		_, err = r.send(link, secret, deals+strings.Repeat("x", 400))
		refused("a file that is too large", "file-too-large", err)
		_, err = r.send(link, secret, "")
		refused("an empty file", "file-empty", err)

		r.Holder = func(context.Context, string) (access.Actor, error) { return access.Actor{Account: "gone"}, nil }
		_, err = r.send(link, secret, deals)
		refused("a maker without rights", "upload-link", err)
		r.Holder = func(context.Context, string) (access.Actor, error) { return owner, nil }

		for range 60 {
			_, err = r.send(link, secret, "")
		}
		refused("too many within an hour", "upload-rate", err)
		r.clock.wait(time.Hour)
		if _, err := r.send(link, secret, deals); err != nil {
			t.Errorf("an hour later: %v", err)
		}

		if err := r.RevokeUploadLink(ctx, owner, "org_other", link.ID); fault.Code(err) != "upload-link" {
			t.Errorf("of another client: %v", err)
		}
		if err := r.RevokeUploadLink(ctx, owner, acme, link.ID); err != nil {
			t.Fatal(err)
		}
		refused("revoked twice", "upload-link", r.RevokeUploadLink(ctx, owner, acme, link.ID))
		_, err = r.send(link, secret, deals)
		refused("revoked", "upload-link", err)

		secret, link = r.address(ops.UploadLinkInput{Days: 1})
		r.clock.wait(24 * time.Hour)
		_, err = r.send(link, secret, deals)
		refused("expired", "upload-link", err)
		for _, in := range []ops.UploadLinkInput{{Client: acme, Label: "", Days: 1}, {Client: acme, Label: "x", Days: 0}, {Client: acme, Label: "x", Days: 367}} {
			if _, _, err := r.MakeUploadLink(ctx, owner, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
	})
}

// A file that came without a name is called after its sender, who stands beside it; whoever made the address stands in the record of changes.
func TestAFileOfAnAddressIsTheSenders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := linked(t, d, ctx)
		secret, link, err := r.MakeUploadLink(ctx, owner, ops.UploadLinkInput{Client: acme, Label: "Google/Ads, nightly", Days: 30, MaxBytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for name, sent := range map[string][2]string{"Google-Ads, nightly.csv": {deals, ""}, "Google-Ads, nightly.csv.gz": {packed(t, touches), ""}, "Google-Ads, nightly.xlsx": {workbook(t, map[string][][]any{"Deals": dealRows}), ""}, "june.csv": {payments, "june.csv"}} {
			got, err := r.ReceiveByLink(ctx, link.ID, secret, sent[1], strings.NewReader(sent[0]))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			i, err := r.Show(ctx, owner, acme, got.Import)
			if err != nil || i.Filename != name || i.ActorName != "Google/Ads, nightly" {
				t.Errorf("%s: %+v, %v", name, i, err)
			}
		}
		if words := strings.Join(r.journalWords(), "\n"); !strings.Contains(words, "received Google-Ads, nightly.csv (") {
			t.Error(words)
		}
	})
}
