package app

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSegmentsAreListedAndRebuilt from the command line: given an import of touches, when its file is gone, then the command and the doctor say so, and it is
// rebuilt as it was.
func TestSegmentsAreListedAndRebuilt(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.imports(exitDone, k.file("touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2026-01-02T10:00:00Z,e-mail\nt2,p2,2026-01-03T10:00:00Z,webinar\n"))
		sound := k.run(exitDone, "evidence", "segments", "--client", "Acme")
		k.holds(sound, "import  rows  bytes", "1       2", "sound")

		ctx := k.inWorkspace(t.Context())
		list, err := k.CRM.Segments(ctx, k.operator(), mustClient(t, k))
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		found, err := filepath.Glob(filepath.Join(k.place[3], "*", list[0].SHA256[2:]))
		more, _ := filepath.Glob(filepath.Join(k.place[3], "*", "*", list[0].SHA256[2:]))
		if found = append(found, more...); err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		if err := os.Remove(found[0]); err != nil {
			t.Fatal(err)
		}
		k.holds(k.run(exitFound, "evidence", "segments", "--client", "Acme"), "missing")
		k.holds(k.run(exitDone, "evidence", "segments", "--client", "Acme", "--rebuild"), "missing, rebuilt", list[0].SHA256)
		k.holds(k.run(exitDone, "evidence", "segments", "--client", "Acme", "--all"), "sound, and what the database holds")
		if again := k.run(exitDone, "evidence", "segments", "--client", "Acme"); again != sound {
			t.Errorf("after it was rebuilt:\n%s", again)
		}
	})
}

func mustClient(t *testing.T, k *desk) string {
	t.Helper()
	clients, err := k.Party.Clients(k.inWorkspace(t.Context()), k.operator())
	if err != nil || len(clients) == 0 {
		t.Fatal(clients, err)
	}
	for _, c := range clients {
		if c.Name == "Acme" {
			return c.ID
		}
	}
	t.Fatal(clients)
	return ""
}
