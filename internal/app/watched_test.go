package app

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func watchFile(t *testing.T, text string) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "watch.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Config{Watch: path, Workspace: "main"}
}

func TestWatchedDirectoriesAreReadFromTheirFile(t *testing.T) {
	list, wrong := watchFile(t, `
watch:
  - {client: Acme Robotics, directory: /srv/reports/acme, mapping: deals of the CRM}
  - client: org_2
    directory: /srv/reports/other/
    settle: 1m
    workspace: agency-one
    currency: USD
    constants: {category: media}
`).watches()
	if len(wrong) > 0 || len(list) != 2 {
		t.Fatal(wrong, list)
	}
	if a := list[0]; a.look.dir != "/srv/reports/acme" || a.look.settle != 10*time.Second || a.Workspace != "main" || a.Mapping != "deals of the CRM" {
		t.Errorf("%+v", a)
	}
	if b := list[1]; b.look.dir != "/srv/reports/other" || b.look.settle != time.Minute || b.Workspace != "agency-one" || b.stated().Constants[0] != "category=media" || b.stated().Currency != "USD" {
		t.Errorf("%+v", b)
	}
	if list, wrong := (Config{}).watches(); list != nil || wrong != nil {
		t.Error(list, wrong)
	}
}

func TestMistakesInTheFileOfWatchedDirectories(t *testing.T) {
	for text, want := range map[string]string{
		"watch:\n  - client: A\n    dir: /x\n":                                      "line 3 of the file cannot be read",
		"watch: x\n":                                                                "cannot be read",
		"watch:\n  -\n":                                                             "entry 1: write the client",
		"watch:\n  - {client: A, directory: reports}\n":                             "from the root on",
		"watch:\n  - {client: A, directory: /a, settle: 1ms}\n":                     "from 1s to 1h",
		"watch:\n  - {client: A, directory: /a, kind: colour}\n":                    "no kind of records",
		"watch:\n  - {client: A, directory: /a, profile: ads}\n":                    "no system",
		"watch:\n  - {client: A, directory: /a, zone: Berlin}\n":                    "zone",
		"watch:\n  - {client: A, directory: /a, workspace: 'No Slug'}\n":            "short name of the workspace",
		"watch:\n  - {client: A, directory: /a}\n  - {client: B, directory: /a/}\n": "entry 2: this directory has an entry already",
	} {
		if _, wrong := watchFile(t, text).watches(); !strings.Contains(strings.Join(wrong, "; "), want) {
			t.Errorf("%s: %v, want %s", text, wrong, want)
		}
	}
	if f := watchFile(t, "watch: x\n").Check(); !strings.Contains(fault.All(f)[0].Field, "OFRECORD_WATCH") && len(fault.All(f)) == 1 {
		t.Error(f)
	}
}

// watches makes the desk's program watch its directory for Acme.
func (k *desk) watches() *watched {
	k.t.Helper()
	w := &watched{Client: "Acme", Directory: k.dir, Workspace: k.Config.Workspace, Settle: "5s"}
	if wrong := w.settle(); len(wrong) > 0 {
		k.t.Fatal(wrong)
	}
	k.Program.watches = []*watched{w}
	return w
}

func (k *desk) look(times int) {
	k.t.Helper()
	for range times {
		if err := k.lookIntoDirectories(k.t.Context()); err != nil {
			k.t.Fatal(err)
		}
	}
}

func TestServerTakesFilesOutOfAWatchedDirectory(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.watches()
		k.arrived("deals.csv", watchedDeals)
		k.arrived("odd.csv", "colour,size\nred,1\n")
		k.arrived("half.csv.part", watchedDeals)
		k.file("fresh.csv", strings.Replace(watchedDeals, "d1", "d2", 1)) // somebody may still write to it

		k.look(1)
		if k.lies("deals.csv") == "" {
			t.Error("a file was taken at first sight")
		}
		k.look(1)

		k.holds(k.lies("done/deals.csv.txt"), "import 1")
		k.holds(k.lies("failed/odd.csv.txt"), "The columns of this file fit no known export")
		if k.lies("done/deals.csv") != watchedDeals || k.lies("deals.csv") != "" || k.lies("half.csv.part") == "" || k.lies("fresh.csv") == "" {
			t.Error("the files lie elsewhere")
		}
		ctx := k.inWorkspace(t.Context())
		client, err := k.Party.Clients(ctx, k.operator())
		if err != nil {
			t.Fatal(err)
		}
		pending, err := k.CRM.Pending(ctx, k.operator(), client[0].ID)
		if err != nil || len(pending) != 1 || pending[0].Filename != "odd.csv" || !strings.Contains(pending[0].Message, "fit no known export") {
			t.Errorf("%v, %+v", err, pending)
		}

		k.arrived("deals.csv", watchedDeals) // the same again, under the same name
		k.look(2)
		k.holds(k.lies("done/deals-2.csv.txt"), "import 1")
	})
}

// Given two servers that look at once, then every file is imported once and moved once.
func TestTwoServersWatchOneDirectory(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.watches()
		other := *k.Program
		second := &watched{Client: "Acme", Directory: k.dir, Workspace: k.Config.Workspace}
		second.settle()
		other.watches = []*watched{second}
		for _, d := range []string{"a", "b", "c"} {
			k.arrived(d+".csv", strings.ReplaceAll(watchedDeals, "d1", d))
		}
		for range 4 {
			var both sync.WaitGroup
			for _, p := range []*Program{k.Program, &other} {
				both.Go(func() {
					if err := p.lookIntoDirectories(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			both.Wait()
		}
		done, err := os.ReadDir(filepath.Join(k.dir, "done"))
		if err != nil || len(done) != 6 {
			t.Errorf("%v, %v", err, done)
		}
		ctx := k.inWorkspace(t.Context())
		client, err := k.Party.Clients(ctx, k.operator())
		if err != nil {
			t.Fatal(err)
		}
		if list, total, err := k.CRM.ImportList(ctx, k.operator(), client[0].ID, 0, 10); err != nil || total != 3 {
			t.Errorf("%v, %+v", err, list)
		}
	})
}

func TestWatchedDirectoryOfNobodyIsTold(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.watches().Client = "Nobody"
		k.arrived("deals.csv", watchedDeals)
		if err := k.lookIntoDirectories(t.Context()); err == nil || !strings.Contains(err.Error(), `no client, or several, are named "Nobody"`) {
			t.Error(err)
		}
		k.watches().look.dir = filepath.Join(k.dir, "none")
		if err := k.lookIntoDirectories(t.Context()); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
