package contract

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

var update = flag.Bool("update", false, "write what the code says now: docs/contract.md, docs/contract.schema.json, testdata/bad")

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each file of testdata/bad is a contract with something wrong: either a whole text ("contract"), or testdata/good.yaml, or another that it names
// ("of"), with some lines ("instead of") written otherwise ("write"); and what its author is told ("says").
func TestBadContracts(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive := txtar.Parse([]byte(read(t, file)))
			part := map[string]string{}
			for _, f := range archive.Files {
				part[f.Name] = string(f.Data)
			}
			text, whole := part["contract"]
			good := base(t, part)
			if !whole {
				if strings.Count(good, part["instead of"]) != 1 || part["instead of"] == "" {
					t.Fatalf("%q stands %d times in the good contract", part["instead of"], strings.Count(good, part["instead of"]))
				}
				text = strings.Replace(good, part["instead of"], part["write"], 1)
			}
			_, err := Parse([]byte(text))
			if err == nil {
				t.Fatal("it is read without a fault")
			}
			got := err.Error() + "\n"
			if *update {
				rewrite(t, file, archive, got)
				return
			}
			if diff := cmp.Diff(part["says"], got); diff != "" {
				t.Error(diff)
			}
			for _, f := range fault.All(err) {
				if f.Code == "" || (f.Kind != fault.Invalid && f.Kind != fault.TooLarge) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// base is the contract that a bad one differs from.
func base(t *testing.T, part map[string]string) string {
	t.Helper()
	if of := strings.TrimSpace(part["of"]); of != "" {
		return read(t, "testdata/"+of)
	}
	return read(t, "testdata/good.yaml")
}

func rewrite(t *testing.T, file string, archive *txtar.Archive, says string) {
	t.Helper()
	for i := range archive.Files {
		if archive.Files[i].Name == "says" {
			archive.Files[i].Data = []byte(says)
		}
	}
	write(t, file, string(txtar.Format(archive)))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
