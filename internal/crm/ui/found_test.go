package ui_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
)

// Given a file of a watched directory that cannot be read by itself, then the page of the evidence says why, and a person can go on with it or discard it.
func TestAFileThatWasPutAsideIsShownWithItsReason(t *testing.T) {
	s := newSite(t)
	text := "# Start date: 20260601\n# End date: 20260630\nNth day,Direct\n0000,1\n\nSession default channel group,Sessions\nEmail,3\nDirect,4\n"
	sum := sha256.Sum256([]byte(text))
	got, err := s.ops.Found(s.ctx, ops.Finder("test"), ops.ImportInput{Client: "org_acme", Filename: "traffic.csv", Reader: strings.NewReader(text)}, hex.EncodeToString(sum[:]))
	if err != nil || got.Message == "" {
		t.Fatalf("%v %+v", err, got)
	}

	s.get(at).says(http.StatusOK, "On the way", "traffic.csv", "the watched directory", "The file holds several tables", "Discard")

	p := s.get(at+"/import/"+got.Import+"/mapping?sheet=Table+2").says(http.StatusOK, "could not be imported by itself", "Table of the file", "Table 2: Session default channel group, Sessions", "Readings")
	if p.Find("select[name='columns.channel'] option[selected]").Text() != "Session default channel group" {
		t.Error(p.words())
	}
}
