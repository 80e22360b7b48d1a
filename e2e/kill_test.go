package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const (
	killFor    = 10 * time.Second // a whole loop on one engine, without setting up
	killRows   = 3000             // of one import
	killRounds = 6                // at least, however slow the machine
	killLimit  = 2 * time.Minute  // for a loop that has not yet seen all that it is to see
	busy       = 75               // exit status: try again later
)

// TestKilled kills the server, or a command beside it, at random moments while statements are drafted, submitted, accepted and locked and
// files are imported. What was confirmed stays; what was not is there as a whole or not at all.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{db.SQLite, db.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var flags []string
			if engine == db.Postgres {
				flags = []string{"--database", dbtest.PostgresURL(t), "--workspace", "killed", "--files", t.TempDir()}
			}
			k := &killing{firm: openFirm(t, flags...), months: monthsFrom("2024-11", 23), confirmed: map[string]int{}}
			k.amend(t)
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			k.random = rand.New(rand.NewPCG(seed, 1))
			k.loop(t)
		})
	}
}

// killing is the loop's memory: what people were told is done.
type killing struct {
	*firm
	random    *rand.Rand
	months    []string
	current   string         // address of the statement that is worked on
	confirmed map[string]int // how far each statement is known to be
	files     []string       // imported or begun
	told      map[string]bool
	cut       int // imports that were killed on their way
}

func monthsFrom(first string, n int) (out []string) {
	at, _ := time.Parse("2006-01", first)
	for i := range n {
		out = append(out, at.AddDate(0, i, 0).Format("2006-01"))
	}
	return out
}

// amend gives the client a second, long contract of a retainer only, so that there are many months to lock.
func (k *killing) amend(t *testing.T) {
	t.Helper()
	source, err := os.ReadFile("testdata/own/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("lakeside-growth", "lakeside-long", "2026-10-01", "2024-11-01", "length: 12 months", "length: open-ended", "mutual-written", "evergreen", "promise: exclusive", "promise: roster").Replace(string(source))
	k.sign(t, "lakeside-long", text)
}

func (k *killing) loop(t *testing.T) {
	k.told = map[string]bool{}
	begun := time.Now()
	round := 0
	for ; round < killRounds || time.Since(begun) < killFor || !k.proves() && time.Since(begun) < killLimit; round++ {
		k.round(t, round)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d rounds, %d statements locked, %d imports begun, %d confirmed, %d cut off", round, k.locked(), len(k.files), len(k.told), k.cut)
	if !k.proves() {
		t.Error("the loop got too little done: it proves nothing")
	}
	k.packs(t)
	k.unblocked(t)
	if r := k.command(t, "doctor"); r.status != 0 {
		t.Errorf("doctor: %s", r)
	}
}

// proves is whether statements were locked, an import was confirmed, and one was cut off: an import that is cut off keeps others out for a
// while, so a slow machine needs more rounds.
func (k *killing) proves() bool { return k.locked() > 0 && len(k.told) > 0 && k.cut > 0 }

func (k *killing) locked() (n int) {
	for _, state := range k.confirmed {
		if state == isLocked {
			n++
		}
	}
	return n
}

// round works for a random time, kills the server or the importing command, and looks at what is left.
func (k *killing) round(t *testing.T, n int) {
	delay := time.Duration(20+k.random.IntN(700)) * time.Millisecond
	killServer := n == 0 || k.random.IntN(4) > 0 // nothing keeps the first import out: it is confirmed
	file := k.file(t, n)
	importing := exec.Command(program(t), append([]string{"import", "--client", "Lakeside Tools", file}, k.flags...)...)
	importing.Dir, importing.Env = k.Dir, environment()
	var said bytes.Buffer
	importing.Stdout, importing.Stderr = &said, &said
	if err := importing.Start(); err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	stop := make(chan struct{})
	work.Go(func() { k.work(t, stop) })
	time.Sleep(delay)
	if killServer {
		_ = k.kill() // it may have ended by itself, which the log tells
	} else {
		_ = importing.Process.Kill() // as above
	}
	close(stop)
	err := importing.Wait()
	work.Wait()
	switch {
	case err == nil:
		k.told[file] = true
	case importing.ProcessState.ExitCode() == busy:
	case killServer:
		t.Errorf("the import beside the killed server: %v\n%s", err, said.String())
	default:
		k.cut++
	}
	if killServer {
		k.again(t)
	}
	k.examine(t)
}

// file is a new export of touches.
func (k *killing) file(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("touch_id,contact_id,at,channel\n")
	for row := range killRows {
		fmt.Fprintf(&b, "K%d-%d,P1,2026-09-%02dT12:00:00Z,email\n", n, row, 1+row%30)
	}
	path := filepath.Join(k.Dir, fmt.Sprintf("touches-%d.csv", n))
	write(t, path, b.String())
	k.files = append(k.files, path)
	return path
}

// How far a statement is.
const (
	isDrafted = 1 + iota
	isSubmitted
	isAccepted
	isLocked
)

// work takes one statement after the other through its life, until the server is gone.
func (k *killing) work(t *testing.T, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		if k.current == "" {
			if len(k.months) == 0 {
				return
			}
			a, err := k.owner.try(http.MethodPost, k.client+"/statements/draft", url.Values{"contract": {k.contract}, "period": {k.months[0]}})
			if err != nil {
				return
			}
			if a.status != http.StatusOK || !strings.Contains(a.path, "/stm_") {
				t.Errorf("draft %s: %d at %s: %s", k.months[0], a.status, a.path, a.words())
				return
			}
			k.current = a.path
			k.confirmed[k.current] = max(k.confirmed[k.current], isDrafted)
		}
		state, err := k.step(t)
		if err != nil {
			return
		}
		k.confirmed[k.current] = state
		if state == isLocked {
			k.current, k.months = "", k.months[1:]
		}
	}
}

// step takes the step that is due and gives the state that was confirmed.
func (k *killing) step(t *testing.T) (int, error) {
	state, err := k.state(k.current)
	if err != nil || state == isLocked {
		return state, err
	}
	by, verb := k.owner, "submit"
	switch state {
	case isSubmitted:
		by, verb = k.finance, "accept"
	case isAccepted:
		by, verb = k.finance, "lock"
	}
	asked, err := by.try(http.MethodGet, k.current+"/"+verb, nil)
	if err != nil {
		return 0, err
	}
	form := asked.document(t).Find("main form[method=post]").First()
	values := url.Values{}
	for _, name := range []string{"hash", "seen"} {
		values.Set(name, form.Find("input[name="+name+"]").AttrOr("value", ""))
	}
	a, err := by.try(http.MethodPost, k.current+"/"+verb, values)
	if err != nil {
		return 0, err
	}
	if a.status != http.StatusOK {
		err = fmt.Errorf("%s: %d", verb, a.status)
		t.Errorf("%v at %s: %s", err, a.path, a.words())
		return 0, err
	}
	return state + 1, nil
}

// state reads how far a statement is from the pages.
func (k *killing) state(path string) (int, error) {
	a, err := k.finance.try(http.MethodGet, path, nil)
	if err == nil && a.status == http.StatusNotFound { // a draft is not for the client's eyes
		a, err = k.owner.try(http.MethodGet, path, nil)
	}
	switch words := a.words(); {
	case err != nil:
		return 0, err
	case a.status != http.StatusOK:
		return 0, fmt.Errorf("%s: %d: %s", path, a.status, words)
	case strings.Contains(words, "Locked by"):
		return isLocked, nil
	case strings.Contains(a.body, path+"/accept\""):
		return isSubmitted, nil
	case strings.Contains(a.body, path+"/lock\""):
		return isAccepted, nil
	case strings.Contains(words, "A draft"):
		return isDrafted, nil
	}
	return 0, errors.New("a state that nobody knows: " + a.words())
}

var tallied = regexp.MustCompile(`(\d+) new, (\d+) changed, (\d+) unchanged, (\d+) rejected`)

// examine looks at what the killed process left.
func (k *killing) examine(t *testing.T) {
	t.Helper()
	if r := k.command(t, "journal", "verify"); r.status != 0 || !strings.Contains(r.stdout, "whole") {
		t.Errorf("the record: %s", r)
	}
	for path, known := range k.confirmed {
		state, err := k.state(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		} else if state < known || state > known+1 {
			t.Errorf("%s was confirmed as %d and is %d", path, known, state)
		}
		if state == isLocked && path == k.current {
			k.current, k.months = "", k.months[1:]
		}
		k.confirmed[path] = state
	}
	k.whole(t, k.files[len(k.files)-1])
}

// whole wants all rows of a file known, or none; all, when the import was confirmed.
func (k *killing) whole(t *testing.T, file string) {
	t.Helper()
	r := k.command(t, "import", "--client", "Lakeside Tools", "--dry-run", file)
	m := tallied.FindStringSubmatch(r.stdout)
	if r.status != 0 || m == nil {
		t.Errorf("dry run: %s", r)
		return
	}
	none := m[1] == fmt.Sprint(killRows) && m[3] == "0"
	all := m[1] == "0" && m[3] == fmt.Sprint(killRows)
	if m[2] != "0" || m[4] != "0" || !none && !all || none && k.told[file] {
		t.Errorf("confirmed %v, but of %s the evidence has: %s", k.told[file], filepath.Base(file), m[0])
	}
}

// unblocked wants an import that a kill interrupted to be finished by the running server, so that the next one gets in.
func (k *killing) unblocked(t *testing.T) {
	for limit := time.Now().Add(time.Minute); ; time.Sleep(500 * time.Millisecond) {
		r := k.command(t, "import", "--client", "Lakeside Tools", k.files[0])
		if r.status == 0 {
			break
		}
		if r.status != busy || time.Now().After(limit) {
			t.Fatalf("after the loop: %s", r)
		}
	}
	for _, file := range k.files {
		k.whole(t, file)
	}
}

// packs verifies the packs of some locked statements.
func (k *killing) packs(t *testing.T) {
	n := 0
	for path, state := range k.confirmed {
		if state != isLocked || n == 3 {
			continue
		}
		n++
		a := k.finance.get(path + "/pack")
		if a.status != http.StatusOK {
			t.Errorf("%s/pack: %d", path, a.status)
			continue
		}
		file := filepath.Join(k.Dir, "pack.zip")
		write(t, file, a.body)
		if r := run(t, k.Dir, "verify", file); r.status != 0 {
			t.Errorf("verify: %s", r)
		}
	}
}
