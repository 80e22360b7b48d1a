package asset

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/web/static"
)

func TestVendoredFilesAreTheOnesListed(t *testing.T) {
	list, err := static.Files.ReadFile("VENDOR.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?s)file\s+(\S+)\n.*?\nsha256\s+([0-9a-f]{64})`).FindAllStringSubmatch(string(list), -1)
	if len(found) == 0 {
		t.Fatal("the list names no file")
	}
	for _, f := range found {
		body, err := static.Files.ReadFile(f[1])
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != f[2] {
			t.Errorf("%s is not the file that VENDOR.txt lists", f[1])
		}
	}
}

func TestAddressChangesWithTheContent(t *testing.T) {
	one, two := newFile("app.css", []byte("a{}")), newFile("app.css", []byte("b{}"))
	if one.url == two.url || !regexp.MustCompile(`^/static/app\.[0-9a-f]{12}\.css$`).MatchString(one.url) {
		t.Errorf("%s, %s", one.url, two.url)
	}
}

func TestFirstPageStaysSmall(t *testing.T) {
	total := 0
	for _, name := range []string{"app.css", "app.js", "htmx.min.js", "icon.svg"} {
		f := load().byName[name]
		size := len(f.plain)
		if f.zipped != nil {
			size = len(f.zipped)
		}
		total += size
	}
	if total > 60<<10 {
		t.Errorf("%d bytes of assets before the first page", total)
	}
	t.Logf("%d bytes compressed", total)
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.0, br": false, "x-gzip": false, "gzip;q=x": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if got := AcceptsGzip(r); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

func TestStyleSheetReachesNoOtherHost(t *testing.T) {
	for _, name := range []string{"app.css", "app.js"} {
		body, err := static.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if s := string(body); strings.Contains(s, "http:") || strings.Contains(s, "https:") || strings.Contains(s, "@import") {
			t.Errorf("%s names another host", name)
		}
	}
}
