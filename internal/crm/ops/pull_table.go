package ops

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// gathering puts the pages of one table together.
type gathering struct {
	*Service
	table  connect.Table
	row    pullTableRow
	header []string
	counts map[string]int64 // the row that counts for each key
	live   map[string]bool  // keys of which a row that is not deleted was seen, where such a row wins
	gone   [][]string
	known  int             // rows that were there before and not deleted
	parts  map[string]bool // of which everything was read
	people *people         // to whom rows are put; nil: they say it themselves
}

// gather reads the pages once, to know which row of each key counts, and what is gone since the table was applied last.
func (s *Service) gather(ctx context.Context, p pullRow, t connect.Table, row pullTableRow) (*gathering, error) {
	at, err := row.cursor()
	if err != nil {
		return nil, err
	}
	g := &gathering{Service: s, table: t, row: row, header: t.Header(at), counts: map[string]int64{}, live: map[string]bool{}, parts: map[string]bool{}}
	for _, part := range at.Whole {
		g.parts[part] = true
	}
	deleted := slices.Index(g.header, t.Deleted())
	err = g.rows(ctx, func(n int64, cells []string) error {
		key := t.KeyOf(cells)
		if t.LiveWins && deleted >= 0 {
			if cells[deleted] == "true" && g.live[key] {
				return nil
			}
			g.live[key] = g.live[key] || cells[deleted] != "true"
		}
		g.counts[key] = n
		return nil
	})
	if err == nil && t.Gone && at.Since == "" {
		err = g.findGone(ctx, p)
	}
	return g, err
}

// rows hands over the rows of all pages in their order.
func (g *gathering) rows(ctx context.Context, take func(n int64, cells []string) error) error {
	n := int64(0)
	for page := int64(1); page <= g.row.Pages; page++ {
		var row pullPageRow
		err := g.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			row = pullPageRow{}
			return tx.NewSelect().Model(&row).Where("pull_id = ? AND seq = ? AND page = ?", g.row.PullID, g.row.Seq, page).Scan(ctx)
		})
		if err != nil {
			return fmt.Errorf("page %d of %s: %w", page, g.row.Object, err)
		}
		var cells [][]string
		if err := json.Unmarshal([]byte(row.Body), &cells); err != nil {
			return fmt.Errorf("page %d of %s: %w", page, g.row.Object, err)
		}
		for _, c := range cells {
			if err := take(n, c); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

// findGone finds what was there and a whole pull has not: each such row is written once more, as deleted. There was what the newest whole pull of the table had, and
// those of what changed since.
func (g *gathering) findGone(ctx context.Context, p pullRow) error {
	shas, err := g.before(ctx, p, g.row.Object)
	if err != nil {
		return err
	}
	was := lastSaid{rows: map[string][]string{}}
	for _, sha := range shas {
		if err := g.read(ctx, sha, &was); err != nil {
			return err
		}
	}
	deleted, part := slices.Index(g.header, g.table.Deleted()), slices.Index(g.header, g.table.Part)
	for _, key := range was.order {
		cells := was.rows[key]
		if cells[deleted] == "true" || part >= 0 && !g.parts[cells[part]] {
			continue
		}
		g.known++
		if _, there := g.counts[key]; !there {
			cells[deleted] = "true"
			g.gone = append(g.gone, cells)
		}
	}
	return nil
}

// lastSaid is what rows said last, in the order in which they were first seen.
type lastSaid struct {
	order []string
	rows  map[string][]string
}

// read adds the rows of an imported file, under the header of this pull.
func (g *gathering) read(ctx context.Context, sha string, into *lastSaid) error {
	return g.pulled(ctx, sha, g.header, func(cells []string) {
		key := g.table.KeyOf(cells)
		if _, seen := into.rows[key]; !seen {
			into.order = append(into.order, key)
		}
		into.rows[key] = cells
	})
}

// pulled hands over the rows of a stored table, under this header: what it has not is blank.
func (s *Service) pulled(ctx context.Context, sha string, header []string, take func(cells []string)) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	f, err := files.Get(sha)
	if err != nil {
		return err
	}
	defer f.Close()
	was, err := csvin.Open(f, csvin.Options{})
	if err != nil {
		return err
	}
	from := make([]int, len(header))
	for i, h := range header {
		from[i] = slices.Index(was.Header(), h)
	}
	for was.Next() {
		cells := make([]string, len(header))
		for i, at := range from {
			if at >= 0 && at < len(was.Row().Cells) {
				cells[i] = was.Row().Cells[at]
			}
		}
		take(cells)
	}
	return was.Err()
}

// before are the files of a table's applied imports that came by pulls, from the newest of a whole pull on, the oldest first.
func (g *gathering) before(ctx context.Context, p pullRow, object string) (shas []string, err error) {
	var found []struct {
		SHA256 string `bun:"sha256"`
		No     int64  `bun:"no"`
		Whole  int64  `bun:"whole"`
	}
	err = g.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		found = nil
		return tx.NewSelect().TableExpr("crm_pull_table AS t").Join("JOIN crm_pull AS p ON p.id = t.pull_id").Join("JOIN crm_import AS i ON i.id = t.import_id").
			Join("JOIN crm_result AS r ON r.import_id = i.id").ColumnExpr("i.sha256, r.no, MAX(CASE WHEN p.since IS NULL THEN 1 ELSE 0 END) AS whole").
			Where("p.client_id = ? AND p.system = ? AND t.object = ?", p.ClientID, p.System, object).GroupExpr("i.sha256, r.no").OrderExpr("r.no DESC").Scan(ctx, &found)
	})
	for _, f := range found {
		shas = append(shas, f.SHA256)
		if f.Whole == 1 {
			break
		}
	}
	slices.Reverse(shas)
	return shas, err
}

// A pull that says that so much is gone at once waits for a person: sooner a right was taken from the app than the records from the CRM.
const (
	goneFew   = 20
	goneShare = 10 // one in so many
)

func (g *gathering) manyGone() bool { return len(g.gone) > goneFew && len(g.gone)*goneShare > g.known }

func (g *gathering) blank() bool { return len(g.counts) == 0 && len(g.gone) == 0 }

// write writes the table as an export of it would be: of each key the row that counts, then what is gone.
func (g *gathering) write(ctx context.Context, to io.Writer) error {
	w := csv.NewWriter(to)
	if err := w.Write(g.header); err != nil {
		return err
	}
	err := g.rows(ctx, func(n int64, cells []string) error {
		if g.counts[g.table.KeyOf(cells)] != n {
			return nil
		}
		return w.Write(g.people.put(cells))
	})
	if err != nil {
		return err
	}
	if err := w.WriteAll(g.gone); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}
