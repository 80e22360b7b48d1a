package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReportsByCommand imports the sample reports of advertising platforms, one by itself and all through a watched directory.
func TestReportsByCommand(t *testing.T) {
	t.Parallel()
	f := foundFirm(t)
	samples := filepath.Join(root(t), "docs", "examples", "ads")
	said := func(want int, args ...string) string {
		t.Helper()
		r := f.command(t, args...)
		if r.status != want {
			t.Fatalf("%v: %s", args, r)
		}
		return r.stdout + r.stderr
	}
	google := filepath.Join(samples, "google-ads.csv")
	if text := said(2, "import", "--client", "Lakeside Tools", google); !strings.Contains(text, "--constant: The file does not say its category") {
		t.Error(text)
	}
	if text := said(0, "import", "--client", "Lakeside Tools", google, "--constant", "category=media"); !strings.Contains(text, "import 1: 3 new, 0 changed, 0 unchanged, 0 rejected, 3 rows left aside") {
		t.Error(text)
	}

	traffic := filepath.Join(root(t), "docs", "examples", "ga4", "traffic-acquisition.csv")
	if text := said(2, "import", "--client", "Lakeside Tools", traffic); !strings.Contains(text, `"Table 2" (Session primary channel group`) {
		t.Error(text)
	}
	if text := said(2, "import", "--client", "Lakeside Tools", "--sheet", "Table 2", traffic); !strings.Contains(text, "which metric of the contract") {
		t.Error(text)
	}
	if text := said(0, "import", "--client", "Lakeside Tools", "--sheet", "Table 2", traffic, "--constant", "readings=organic leads: Key events, channel=Organic Search; sessions: Sessions"); !strings.Contains(text, "import 2: 2 new") {
		t.Error(text)
	}

	dir := t.TempDir()
	for _, name := range []string{"google-ads.csv", "meta-de.csv", "microsoft-ads.csv", "linkedin.csv"} {
		text, err := os.ReadFile(filepath.Join(samples, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		then := time.Now().Add(-time.Minute)
		if err == nil {
			err = os.Chtimes(filepath.Join(dir, name), then, then)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	said(0, "import", "watch", "--client", "Lakeside Tools", "--constant", "category=media", "--once", dir)
	for name, words := range map[string]string{"google-ads.csv": "import 1 of Lakeside Tools", "meta-de.csv": "2 new", "microsoft-ads.csv": "3 new", "linkedin.csv": "3 new"} {
		text, err := os.ReadFile(filepath.Join(dir, "done", name+".txt"))
		if err != nil || !strings.Contains(string(text), words) {
			t.Errorf("%s: %v, %s", name, err, text)
		}
	}
}
