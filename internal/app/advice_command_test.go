package app

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// The page, the API and the command say which pay model fits with the same numbers, on both engines, and from what the API says each of them follows.
func TestAdviceIsTheSameOnThePageInTheAPIAndInTheCommand(t *testing.T) {
	var found [2]feesapi.Advice
	for i, database := range []string{filepath.Join(t.TempDir(), "demo.db"), dbtest.PostgresURL(t)} {
		p, made := demoOn(t, database)
		found[i] = p.adviceOf(t, made)
		p.saysAdvice(t, made, found[i])
		p.Fees.Now = func() time.Time { return time.Date(2027, 3, 2, 9, 0, 0, 0, time.UTC) }
		if later := p.adviceOf(t, made); !reflect.DeepEqual(later, found[i]) { // nothing was imported since
			t.Errorf("months later the same evidence says\n%+v\nand it said\n%+v", later, found[i])
		}
	}
	for _, a := range found { // ids are each database's own
		for i := range a.Locked {
			a.Locked[i].Statement = ""
		}
	}
	if !reflect.DeepEqual(found[0], found[1]) {
		t.Errorf("the engines differ:\n%+v\n%+v", found[0], found[1])
	}
	recomputed(t, found[0])
}

// adviceOf is what the API answers, which must be what the command prints.
func (p *Program) adviceOf(t *testing.T, made demo.Made) (a feesapi.Advice) {
	t.Helper()
	list, err := p.Contracts.Contracts(p.inWorkspace(t.Context()), p.operator(), made.Client)
	if err != nil || len(list) == 0 {
		t.Fatalf("%d contracts, %v", len(list), err)
	}
	body := p.opened(t, made, "/api/v1/clients/"+made.Client+"/contracts/"+list[0].ID+"/advice")
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	var b feesapi.Advice
	if err := p.advise(p.inWorkspace(t.Context()), &printed, party.Org{ID: made.Client, Name: "Acme"}, list[0].Name, formatJSON); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(printed.Bytes(), &b); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%v: the API answers\n%s\nand the command prints\n%s", err, body, printed.String())
	}
	return a
}

// saysAdvice looks for every number of the advice on the page and in the printed table.
func (p *Program) saysAdvice(t *testing.T, made demo.Made, a feesapi.Advice) {
	t.Helper()
	list, err := p.Contracts.Contracts(p.inWorkspace(t.Context()), p.operator(), made.Client)
	if err != nil {
		t.Fatal(err)
	}
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(p.opened(t, made, "/clients/"+made.Client+"/contract/"+list[0].ID+"/advice")))
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := p.advise(p.inWorkspace(t.Context()), &table, party.Org{ID: made.Client, Name: "Acme"}, "", formatTable); err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer("−", "-", "×", "x", "\u00a0", " ", "\u202f", " ")
	onPage := plain.Replace(page.Text())
	for _, words := range numbersOf(t, a) {
		for where, text := range map[string]string{"page": onPage, "table": table.String()} {
			if !strings.Contains(text, words) {
				t.Errorf("the %s does not say %q", where, words)
			}
		}
	}
	squeezed := func(text string) string { return strings.Join(strings.Fields(text), "") }
	for _, side := range a.Paid {
		for _, text := range side.Texts {
			if !strings.Contains(squeezed(page.Text()), squeezed(text.Text)) {
				t.Errorf("the page does not have the text of version %d of %s", text.Version, side.Name)
			}
		}
	}
}

// numbersOf are the amounts, days and sentences of an advice as people read them.
func numbersOf(t *testing.T, a feesapi.Advice) []string {
	t.Helper()
	var out []string
	add := func(all ...feesapi.Money) {
		for _, m := range all {
			out = append(out, read(t, m).Format())
		}
	}
	add(a.Clarity.Clear, a.Clarity.Of, a.Grounds.Yearly, *a.Grounds.Came, a.Grounds.FixedMonthly, a.Grounds.ReducedMonthly, a.Grounds.BonusAtTarget)
	for _, e := range a.Clarity.Earned {
		add(e.Amount)
	}
	for _, v := range a.Clarity.Agreed.Versions {
		add(v.Clear, v.Of)
	}
	for _, side := range a.Paid {
		if side.Total != nil {
			add(*side.Total, *side.Expected, *side.Low, *side.High)
		}
		for _, m := range side.Months {
			add(m.Amount)
		}
	}
	for _, m := range a.Grounds.Metrics {
		for _, r := range m.Readings {
			out = append(out, strings.TrimRight(strings.TrimRight(read(t, feesapi.Money{Amount: r.Value, Currency: "USD"}).Format(), "0"), "."))
		}
	}
	return append(append(out, a.Cycle.Quartiles...), a.Cadence, a.Ran)
}

func read(t *testing.T, m feesapi.Money) money.Amount {
	t.Helper()
	a, err := money.Parse(m.Amount, money.Currency(m.Currency))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// recomputed holds the figures of an advice to the parts that it has of them.
func recomputed(t *testing.T, a feesapi.Advice) {
	t.Helper()
	if len(a.Clarity.Earned) != 4 || len(a.Paid) != 4 || len(a.Cycle.Quartiles) != 3 || len(a.Hygiene.Checks) != 6 || len(a.Grounds.Metrics) == 0 {
		t.Fatalf("something is missing: %+v", a)
	}
	var unclear, left int64
	for _, u := range a.Clarity.Unclear {
		unclear += read(t, u.Amount).Minor
	}
	of := read(t, a.Clarity.Of).Minor
	if left = of - unclear; left != read(t, a.Clarity.Clear).Minor {
		t.Errorf("%d won less %d unclear is not %s", of, unclear, a.Clarity.Clear.Amount)
	}
	most, least := int64(0), of
	for _, e := range a.Clarity.Earned {
		most, least = max(most, read(t, e.Amount).Minor), min(least, read(t, e.Amount).Minor)
	}
	if points := money.New(money.MulDiv(most-least, 10_000, of, money.HalfUp), "USD").String(); points != a.Clarity.Spread {
		t.Errorf("the spread is %s and said to be %s", points, a.Clarity.Spread)
	}
	for _, side := range a.Paid {
		var months, clauses int64
		for _, m := range side.Months {
			months += read(t, m.Amount).Minor
		}
		for _, c := range side.Clauses {
			clauses += read(t, c.Total).Minor
		}
		if side.Total != nil && (months != read(t, *side.Total).Minor || clauses != months) || len(side.Texts) == 0 {
			t.Errorf("%s: months %d, clauses %d, total %+v, %d texts", side.Name, months, clauses, side.Total, len(side.Texts))
		}
	}
	g := a.Grounds
	if yearly := 100_000 * money.MulDiv(read(t, *g.Came).Minor, 12, int64(g.Months)*100_000, money.HalfUp); yearly != read(t, g.Yearly).Minor {
		t.Errorf("%s in %d months are not %s a year", g.Came.Amount, g.Months, g.Yearly.Amount)
	}
}

// opened is what an address answers to the client's finance.
func (p *Program) opened(t *testing.T, made demo.Made, path string) []byte {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+p.tokenOf(t, access.ClientFinance, made.Personas))
	w := httptest.NewRecorder()
	p.server().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// The command names the contracts that there are, and asks for one where there are several.
func TestAdviceCommand(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.run(exitUsage, "contract", "advice")
		k.holds(k.run(66, "contract", "advice", "--client", "Acme"), "The client has no contract yet.")
		k.holds(k.run(66, "contract", "advice", "--client", "ac"), "The client has no contract yet.") // as no other name begins
		k.holds(k.run(66, "contract", "advice", "--client", "Bolt"), `There is no client "Bolt"`)
		k.holds(k.run(exitUsage, "contract", "advice", "--client", "Acme", "--format", "xml"), `--format: there is no format "xml"`)
	})
}
