package ops_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	_ "github.com/ofrecord/ofrecord/internal/platform/db" // its driver of SQLite
)

// BenchmarkBesideSQLite credits a million touches by the engine, under six models, and by SQLite, which is asked for the last touch alone, from an index that
// holds all that it needs. Both come to the same credit by the last touch.
func BenchmarkBesideSQLite(b *testing.B) {
	const n, persons, span = 1_000_000, 150_000, 2 * 365 * 86_400
	r := rand.New(rand.NewPCG(1, 2))
	build := engine.NewBuilder(persons)
	d, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "touches.db"))
	must(b, err)
	defer d.Close()
	for _, statement := range []string{`CREATE TABLE touch (person INTEGER, at INTEGER, id INTEGER, channel TEXT)`, `CREATE TABLE deal (id INTEGER, person INTEGER, at INTEGER, minor INTEGER)`} {
		_, err := d.Exec(statement)
		must(b, err)
	}
	tx, err := d.Begin()
	must(b, err)
	touch, err := tx.Prepare(`INSERT INTO touch VALUES (?, ?, ?, ?)`)
	must(b, err)
	for i := range n {
		person, at, channel := r.IntN(persons), int64(1_704_067_200+i*(span/n)), fmt.Sprintf("ch_%03d", r.IntN(100))
		must(b, build.Add(person, strconv.Itoa(i), time.Unix(at, 0), engine.Label{Channel: channel}))
		_, err := touch.Exec(person, at, i, channel)
		must(b, err)
	}
	deals := make([]engine.Deal, n/27)
	for i := range deals {
		at := int64(1_704_067_200 + r.IntN(span))
		deals[i] = engine.Deal{ID: strconv.Itoa(i), Person: uint32(r.IntN(persons)), End: at * 1e9, LeadCreated: engine.Unknown, DealCreated: engine.Unknown, Since: engine.Unknown, Minor: 1 + r.Int64N(50_000)}
		_, err := tx.Exec(`INSERT INTO deal VALUES (?, ?, ?, ?)`, i, deals[i].Person, at, deals[i].Minor)
		must(b, err)
	}
	_, err = tx.Exec(`CREATE INDEX touch_of_person ON touch (person, at, id, channel)`)
	must(b, err)
	must(b, tx.Commit())
	touches := build.Touches()
	var models []attribution.Model
	for _, text := range []string{"last", "first", "last-non-direct:ch_000", "linear", "u-shaped", "time-decay:7d"} {
		m, err := attribution.ParseModel(text)
		must(b, err)
		models = append(models, m)
	}
	bySQLite, byEngine := map[string]int64{}, map[string]int64{}
	b.Run("last-in-sqlite", func(b *testing.B) {
		for b.Loop() {
			clear(bySQLite)
			rows, err := d.Query(`SELECT COALESCE(channel, ''), SUM(minor) FROM (SELECT d.minor, (SELECT t.channel FROM touch t WHERE t.person = d.person AND t.at <= d.at ORDER BY t.at DESC, t.id DESC LIMIT 1) AS channel FROM deal d) GROUP BY channel`)
			must(b, err)
			for rows.Next() {
				var channel string
				var minor int64
				must(b, rows.Scan(&channel, &minor))
				bySQLite[channel] = minor
			}
			must(b, rows.Close())
		}
	})
	b.Run("six-by-the-engine", func(b *testing.B) {
		for b.Loop() {
			sums, err := touches.Run(deals, engine.Options{Models: models})
			must(b, err)
			clear(byEngine)
			for _, c := range touches.By(attribution.ByChannel, sums[0]) {
				byEngine[c.Name] = c.Minor
			}
			byEngine[""] = sums[0].Unattributed
		}
	})
	for channel, minor := range bySQLite {
		if len(byEngine) > 0 && byEngine[channel] != minor {
			b.Errorf("%q holds %d by SQLite and %d by the engine", channel, minor, byEngine[channel])
		}
	}
}
