package pack_test

import (
	"bytes"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// A pack whose contract was accepted before a clawback had to be written verifies.
func TestAPackOfATextFromBeforeTheClawbackVerifies(t *testing.T) {
	agreement, folder := example(t, "refund")
	var versions []contract.Terms
	for _, v := range agreement.Versions {
		old := regexp.MustCompile(`(?m)^ *clawback:.*\n`).ReplaceAllString(v.Source, "")
		terms, err := contract.ParseAccepted([]byte(old))
		if err != nil || old == v.Source {
			t.Fatal(err)
		}
		versions = append(versions, terms)
	}
	old, err := contract.NewAgreement(versions...)
	if err != nil {
		t.Fatal(err)
	}
	was, is := frozen(t, agreement, folder), frozen(t, old, folder)
	if was.Document.Statement.Total != is.Document.Statement.Total || was.Document.Statement.Total.IsZero() {
		t.Errorf("%s with a clawback that never ends, %s without a word of it", was.Document.Statement.Total, is.Document.Statement.Total)
	}
	p := pack.Pack{ID: "stm_1", Revision: 1, Frozen: is, Terms: pack.ReviewTerms(old, is.Document.Statement.Period)}
	p.Events = []fees.Event{{Seq: 1, Kind: fees.Submit, At: noon, By: "Ada"}}
	list := files(t, p)
	for _, f := range list {
		if bytes.Contains(f.Body, []byte("clawback:")) {
			t.Errorf("%s has a clawback", f.Name)
		}
	}
	if r := verify(t, zipped(t, list), is.Hash); !r.OK() {
		t.Errorf("%+v", r)
	}
}

func frozen(t *testing.T, a contract.Agreement, folder fstest.MapFS) pack.Frozen {
	t.Helper()
	facts, problems, err := pack.ReadFacts(folder, a)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	facts.Period = cal.MonthOf(cal.MustDate("2026-02-01")).Period()
	f, err := pack.Freeze(a, facts, cal.MustDate("2026-05-05"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
