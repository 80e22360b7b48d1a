package ui_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAFileThatDoesNotArriveWholeIsAskedForAgain(t *testing.T) {
	s := newSite(t)
	const head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"deals.csv\"\r\n\r\n"
	for _, test := range []struct{ where, body, says string }{
		{"in the file", head + "deal_id,name\nd1,half", "did not arrive whole"},
		{"in its header", "--b\r\nContent-Disposition: form-da", "Choose the file to upload"},
		{"before it", "nothing of a form", "file"},
	} {
		res, err := s.client.Post(s.server.URL+at+"/import", "multipart/form-data; boundary=b", strings.NewReader(test.body))
		p := s.read(res, err)
		if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, test.says) {
			t.Errorf("broken off %s: %d", test.where, p.status)
		}
	}
}
