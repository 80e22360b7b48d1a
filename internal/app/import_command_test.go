package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestADryRunByCommandLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	p, made := demoOn(t, filepath.Join(dir, "demo.db"))
	ctx := p.inWorkspace(t.Context())
	_, before, err := p.CRM.ImportList(ctx, p.operator(), made.Client, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	file, rejects := filepath.Join(dir, "deals.csv"), filepath.Join(dir, "rejects.csv")
	if err := os.WriteFile(file, []byte("deal_id,name\nX1,Boreal\n,nameless\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out := ran(t, "import", "--database", p.Config.Database, "--files", p.Config.FilesDir(), "--workspace", p.Config.Workspace, "--client", made.Client, "--dry-run", "--rejects", rejects, file)
	if status != exitFound || !strings.Contains(out, "dry run: 1 new, 0 changed, 0 unchanged, 1 rejected") {
		t.Fatalf("%d\n%s", status, out)
	}
	if b, err := os.ReadFile(rejects); err != nil || !strings.Contains(string(b), "3,1,deal_id,true,id-missing") {
		t.Errorf("%s %v", b, err)
	}
	pending, err := p.CRM.Pending(ctx, p.operator(), made.Client)
	if err != nil {
		t.Fatal(err)
	}
	if _, after, err := p.CRM.ImportList(ctx, p.operator(), made.Client, 0, 1); err != nil || after != before || len(pending) != 0 {
		t.Errorf("%d imports before, %d after, on the way %+v, %v", before, after, pending, err)
	}
}
