package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const doubledContacts = "contact_id,company_id,email,name,created_at,merged_ids\np1,c1,ann@boreal.example,Ann Howe,2025-11-01T10:00:00Z,\np2,c1,ann@boreal.example,A. Howe,2025-11-02T10:00:00Z,\np3,c2,cy@kestrel.example,Cy Marsh,2025-12-01T10:00:00Z,\np4,c2,cm@kestrel.example,Cy Marsh,2025-12-01T10:00:00Z,\n"

// People say of what looks alike whether it is the same, and may take that back; each is an import of its own.
func TestTheWorklistOfDuplicatesIsWorkedOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("companies.csv", companies)
		r.take("contacts.csv", doubledContacts)
		r.take("deals.csv", deals)
		r.take("deal_contacts.csv", dealContacts)
		r.take("touches.csv", touches)
		list := func() (keys []string) {
			v, err := r.Duplicates(ctx, owner, ops.DuplicatesInput{Client: acme})
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range v.Groups {
				keys = append(keys, string(g.Reason)+" "+g.IDs[0]+" "+g.IDs[1])
			}
			return keys
		}
		both := []string{"same-email p1 p2", "same-name p3 p4"}
		if got := list(); !slices.Equal(got, both) {
			t.Fatalf("got %v", got)
		}
		v, err := r.Duplicates(ctx, owner, ops.DuplicatesInput{Client: acme, Reason: crm.SameEmail, Limit: 1})
		if err != nil || v.Total != 1 || v.Counts[crm.SameName] != 1 || v.Groups[0].Won != 1 || v.Groups[0].Touches() != 3 || v.Groups[0].Members[1].Touches != 1 || v.Groups[0].Members[0].Deals != 1 {
			t.Errorf("%+v, %v", v, err)
		}
		same := ops.SameInput{Client: acme, IDs: []string{"p1", "p2"}, Into: "p1"}
		if no, err := r.SaySame(ctx, owner, same); err != nil || no != 6 {
			t.Fatalf("%d, %v", no, err)
		}
		if no, err := r.SaySame(ctx, owner, same); err != nil || no != 0 {
			t.Errorf("the same again: %d, %v", no, err)
		}
		if c := r.evidence(6).Contacts[0]; c.ID != "p1" || !slices.Contains(c.MergedIDs, "p2") {
			t.Errorf("got %+v", c)
		}
		different := ops.DifferentInput{Client: acme, Of: crm.KindContact, IDs: []string{"p4", "p3"}, Reason: "father and son"}
		if no, err := r.SayDifferent(ctx, owner, different); err != nil || no != 7 {
			t.Fatalf("%d, %v", no, err)
		}
		if got := list(); got != nil {
			t.Errorf("left: %v", got)
		}
		r.take("contacts.csv", doubledContacts+"p5,c2,eve@kestrel.example,Eve,2025-12-01T10:00:00Z,\n") // the CRM still says the same
		if got := list(); got != nil {
			t.Errorf("asked again: %v", got)
		}
		same.Undo, different.Undo = true, true
		if no, err := r.SayDifferent(ctx, owner, different); err != nil || no != 9 {
			t.Errorf("%d, %v", no, err)
		}
		if no, err := r.SaySame(ctx, owner, same); err != nil || no != 10 {
			t.Errorf("%d, %v", no, err)
		}
		if got := list(); !slices.Equal(got, both) {
			t.Errorf("got %v", got)
		}
	})
}

func TestWhatCannotBeTheSameIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		for _, in := range []ops.SameInput{{IDs: []string{"p1"}, Into: "p1"}, {IDs: []string{"p1", "p2"}}, {IDs: []string{"p1", "p77"}, Into: "p1"}} {
			in.Client = acme
			if _, err := r.SaySame(ctx, owner, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, IDs: []string{"p2"}, Into: "p1"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, IDs: []string{"p1"}, Into: "p2"}); fault.Code(err) != "merged" { // not in a circle
			t.Errorf("got %v", err)
		}
		for _, in := range []ops.DifferentInput{{Of: crm.KindContact, IDs: []string{"p1"}}, {Of: crm.KindTouch, IDs: []string{"t1", "t2"}}, {Of: crm.KindDeal, IDs: []string{"d1", "d77"}}} {
			in.Client = acme
			if _, err := r.SayDifferent(ctx, owner, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
	})
}

func TestDuplicatesOfNothingAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		for want, in := range map[string]ops.DuplicatesInput{"of": {Of: "foo"}, "reason": {Reason: "foo"}} {
			in.Client = acme
			_, err := r.Duplicates(ctx, owner, in)
			if all := fault.All(err); len(all) != 1 || all[0].Kind != fault.Invalid || all[0].Field != want || !strings.Contains(all[0].Message, "foo") {
				t.Errorf("%s: %v", want, err)
			}
		}
	})
}
