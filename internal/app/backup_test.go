package app

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// A year with statements, corrections, invoices and payments goes from either engine into the other, whole.
func TestAYearIsBackedUpAndRestoredIntoTheOtherEngine(t *testing.T) {
	for _, from := range []string{"sqlite", "postgres"} {
		t.Run("from "+from, func(t *testing.T) {
			dir := t.TempDir()
			source, target := filepath.Join(dir, "year.db"), dbtest.PostgresURL(t)
			if from == "postgres" {
				source, target = dbtest.PostgresURL(t), filepath.Join(dir, "copy.db")
			}
			p, _ := demoOn(t, source)
			here := []string{"--database", source, "--files", p.Config.FilesDir(), "--workspace", p.Config.Workspace}
			there := []string{"--database", target, "--files", filepath.Join(dir, "copy.files"), "--workspace", p.Config.Workspace}
			file := filepath.Join(dir, "year.tar.gz")
			status, saved := ran(t, append([]string{"backup", "--output", file}, here...)...)
			if status != exitDone {
				t.Fatalf("backup: %d\n%s", status, saved)
			}
			status, restored := ran(t, append([]string{"restore", file}, there...)...)
			if status != exitDone {
				t.Fatalf("restore: %d\n%s", status, restored)
			}
			_, a, _ := strings.Cut(saved, "fingerprint ")
			_, b, _ := strings.Cut(restored, "fingerprint ")
			if a == "" || a != b {
				t.Errorf("saved %q, restored %q", saved, restored)
			}
			if status, out := ran(t, append([]string{"journal", "verify"}, there...)...); status != exitDone {
				t.Errorf("the copy: %d\n%s", status, out)
			}
		})
	}
}
