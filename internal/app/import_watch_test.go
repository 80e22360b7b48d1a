package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
)

const watchedDeals = "deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\nd1,Boreal,12000.00,USD,2026-01-05T00:00:00Z,2026-03-14,true,true\n"

// arrived writes a file to which nothing has been written for a minute.
func (k *desk) arrived(name, text string) {
	k.t.Helper()
	path := k.file(name, text)
	then := time.Now().Add(-time.Minute)
	if err := os.Chtimes(path, then, then); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) watch(status int, more ...string) string {
	k.t.Helper()
	return k.run(status, append([]string{"import", "watch", "--client", "Acme", "--once", k.dir}, more...)...)
}

// lies reads a file of the directory; "" when it is not there.
func (k *desk) lies(name string) string {
	text, err := os.ReadFile(filepath.Join(k.dir, name))
	if err != nil {
		return ""
	}
	return string(text)
}

func TestWatchedDirectory(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.arrived("deals.csv", watchedDeals)
		k.arrived("odd.csv", "colour,size\nred,1\n")
		k.arrived("half.csv.part", watchedDeals)
		k.file("fresh.csv", strings.Replace(watchedDeals, "d1", "d2", 1)) // somebody may still write to it

		k.watch(0)

		k.holds(k.lies("done/deals.csv.txt"), "import 1: 1 new")
		k.holds(k.lies("failed/odd.csv.txt"), "The columns of this file fit no known export")
		if k.lies("done/deals.csv") != watchedDeals || k.lies("deals.csv") != "" || k.lies("half.csv.part") == "" || k.lies("fresh.csv") == "" {
			t.Error("the files lie elsewhere")
		}

		k.arrived("deals.csv", watchedDeals) // the same again, under the same name
		k.watch(0)
		k.holds(k.lies("done/deals-2.csv.txt"), "import 1 of Acme: nothing was imported again")

		k.watch(0, "--settle", "0s")
		k.holds(k.lies("done/fresh.csv.txt"), "import 2: 1 new")
	})
}

func TestWatchedDirectoryAfterAKill(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		ctx := k.inWorkspace(t.Context())
		client, err := k.Party.Clients(ctx, k.operator())
		if err != nil {
			t.Fatal(err)
		}
		// killed when the file was imported, and not moved yet
		if _, err := k.CRM.Import(ctx, k.operator(), crmops.ImportInput{Client: client[0].ID, Filename: "deals.csv", Reader: strings.NewReader(watchedDeals)}); err != nil {
			t.Fatal(err)
		}
		k.arrived("deals.csv", watchedDeals)

		k.watch(0)

		k.holds(k.lies("done/deals.csv.txt"), "import 1 of Acme")
		if list, err := k.CRM.Unfinished(ctx); err != nil || len(list) > 0 {
			t.Errorf("%v, %v", list, err)
		}
	})
}

func TestWatchKeepsTheMappingForEveryFile(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.arrived("a.csv", "Day,Campaign,Currency code,Cost\n2026-06-01,a,USD,1.10\n")
		k.watch(0)
		k.holds(k.lies("failed/a.csv.txt"), "--constant", "category")

		k.arrived("a.csv", "Day,Campaign,Currency code,Cost\n2026-06-01,a,USD,1.10\n")
		k.watch(0, "--constant", "category=media")
		k.holds(k.lies("done/a.csv.txt"), "1 new")

		k.arrived("b.csv", watchedDeals)
		k.holds(k.watch(66, "--mapping", "nobody kept it"), "There is no mapping named")
		if k.lies("b.csv") == "" {
			t.Error("a mistake of the command is none of the file")
		}
	})
	if got, out := ran(t, "import", "watch", "--client", "Acme"); got == 0 {
		t.Errorf("a directory must be named: %s", out)
	}
}
