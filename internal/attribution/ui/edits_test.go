package ui_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestTheDealPageTellsWhoChangedWhatInTheCRM(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		s := newSite(t, d, ctx)
		s.takeAll()
		s.take("edits.csv", "edit_id,of,record_id,field,at,by,before,after\nh1,deal,D3,amount,2026-07-02T10:00:00Z,Olga <b>,120000.00,100000.00\nh2,deal,D4,amount,2026-07-02T10:00:00Z,Nobody,1,2\n")
		page := s.get(dealPath + "D3")
		page.says(t, 200, "Who changed what in the CRM", "Amount120,000.00100,000.00Olga <b>")
		if page := s.get(dealPath + "D3?as_of=7"); page.Find(".section:contains('Who changed what')").Length() != 0 {
			t.Error("as of import 7 the history was not known yet")
		}
	})
}
