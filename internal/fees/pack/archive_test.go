package pack_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/pack"
)

var kept = []pack.File{{Name: "terms/v1.yaml", Body: []byte("contract: growth\n")}, {Name: "facts/empty.csv", Body: []byte{}}, {Name: "facts/touches.csv", Body: []byte(strings.Repeat("t1,p1,webinar\n", 5000) + "\xff\x00")}}

func TestWhatIsArchivedComesBack(t *testing.T) {
	text, err := pack.Archive(kept)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pack.OpenArchive(text); err != nil || !reflect.DeepEqual(got, kept) {
		t.Errorf("got %.200v, %v", got, err)
	}
	for _, damaged := range []string{"", text[:len(text)/2], "AAAA" + text, text[:len(text)-8], strings.Replace(text, text[40:44], "zzzz", 1)} {
		if got, err := pack.OpenArchive(damaged); err == nil {
			t.Errorf("a damaged archive is opened: %.100v", got)
		}
	}
}

// Statements of the time before are kept as a list in JSON.
func TestAnArchiveOfTheFirstFormIsOpened(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(kept); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := pack.OpenArchive(base64.StdEncoding.EncodeToString(b.Bytes())); err != nil || !reflect.DeepEqual(got, kept) {
		t.Errorf("got %.200v, %v", got, err)
	}
}
