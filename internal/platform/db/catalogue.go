package db

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/ofrecord/ofrecord/migrations"
)

// ColumnType is one of the portable types, as migrations write it.
type ColumnType string

// The portable types.
const (
	Text    ColumnType = "TEXT"
	Integer ColumnType = "BIGINT"
	Boolean ColumnType = "BOOLEAN"
	Instant ColumnType = "TIMESTAMPTZ"
	Number  ColumnType = "DOUBLE PRECISION"
)

// Column is one column of a table.
type Column struct {
	Name string
	Type ColumnType
}

// Table is a table as the database describes it.
type Table struct {
	Name    string
	Shared  bool // belongs to all workspaces
	Columns []Column
	Key     []string // columns of the primary key
	Refers  []string // other tables that its foreign keys point at; a table that points at itself does so at earlier rows by its key
}

// ColumnNames are the names of its columns, in their order.
func (t Table) ColumnNames() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Tables describes every table that the transaction sees: those of the workspace and the shared ones, without the notes of
// the migrations. A table comes after those it refers to; tables of equal standing come by name.
func Tables(ctx context.Context, tx bun.Tx) ([]Table, error) {
	words := sqliteCatalogue
	if tx.Dialect().Name() == dialect.PG {
		words = postgresCatalogue
	}
	shared, err := sharedTables()
	if err != nil {
		return nil, err
	}
	found := map[string]*Table{}
	err = eachRow(ctx, tx, words.columns, func(v [3]string) error {
		t := found[v[0]]
		if t == nil {
			t = &Table{Name: v[0], Shared: slices.Contains(shared, v[0])}
			found[v[0]] = t
		}
		kind, ok := portableType[strings.ToUpper(v[2])]
		if !ok {
			return fmt.Errorf("column %s.%s has the type %s, which is not portable", v[0], v[1], v[2])
		}
		t.Columns = append(t.Columns, Column{Name: v[1], Type: kind})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the columns of all tables: %w", err)
	}
	err = eachRow(ctx, tx, words.keys, func(v [3]string) error {
		if t := found[v[0]]; t != nil {
			t.Key = append(t.Key, v[1])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the keys of all tables: %w", err)
	}
	err = eachRow(ctx, tx, words.references, func(v [3]string) error {
		if t := found[v[0]]; t != nil && v[1] != v[0] && !slices.Contains(t.Refers, v[1]) {
			t.Refers = append(t.Refers, v[1])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the references of all tables: %w", err)
	}
	return inOrder(found)
}

// inOrder puts every table after those it refers to.
func inOrder(tables map[string]*Table) ([]Table, error) {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	list := make([]Table, 0, len(names))
	placed := map[string]bool{}
	for len(list) < len(names) {
		before := len(list)
		for _, name := range names {
			t := tables[name]
			if placed[name] || slices.ContainsFunc(t.Refers, func(to string) bool { return tables[to] != nil && !placed[to] }) {
				continue
			}
			placed[name] = true
			list = append(list, *t)
		}
		if len(list) == before {
			return nil, fmt.Errorf("tables refer to each other in a circle; none of them can be filled first")
		}
	}
	return list, nil
}

// Rows reads the table's rows by its key, in the same order on both engines, each value in its one Go type: string, int64,
// bool, float64, time.Time in UTC and whole microseconds, or nil. The condition, if any, is SQL of the program with ? for
// its arguments. It reads as it is asked, so memory stays small.
func (t Table) Rows(ctx context.Context, tx bun.Tx, where string, args ...any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := tx.QueryContext(ctx, t.selection(tx, where), args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		values := make([]any, len(t.Columns))
		into := make([]any, len(t.Columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				yield(nil, err)
				return
			}
			for i, c := range t.Columns {
				if values[i], err = canonical(c.Type, values[i]); err != nil {
					yield(nil, fmt.Errorf("table %s, column %s: %w", t.Name, c.Name, err))
					return
				}
			}
			if !yield(values, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

func (t Table) selection(tx bun.Tx, where string) string {
	text := "SELECT " + strings.Join(t.ColumnNames(), ", ") + " FROM " + t.Name
	if where != "" {
		text += " WHERE " + where
	}
	if len(t.Key) == 0 {
		return text
	}
	order := slices.Clone(t.Key)
	if tx.Dialect().Name() == dialect.PG {
		for i, name := range order {
			if slices.Contains(t.Columns, Column{name, Text}) {
				order[i] = name + ` COLLATE "C"` // by bytes, as SQLite does
			}
		}
	}
	return text + " ORDER BY " + strings.Join(order, ", ")
}

// sqliteInstant is the form in which both bun and the driver write a moment into a SQLite file.
const sqliteInstant = "2006-01-02 15:04:05.999999999-07:00"

func canonical(kind ColumnType, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if kind == Text {
			return v, nil
		}
		if kind == Instant {
			at, err := time.Parse(sqliteInstant, v)
			return at.UTC().Truncate(time.Microsecond), err
		}
	case int64:
		switch kind {
		case Integer:
			return v, nil
		case Boolean:
			return v != 0, nil
		}
	case bool:
		if kind == Boolean {
			return v, nil
		}
	case float64:
		if kind == Number {
			return v, nil
		}
	case time.Time:
		if kind == Instant {
			return v.UTC().Truncate(time.Microsecond), nil
		}
	}
	return nil, fmt.Errorf("a value of type %T is no %s", value, kind)
}

// catalogue is how an engine tells of its tables; each row is table, column or other table, type.
type catalogue struct{ columns, keys, references string }

var sqliteCatalogue = catalogue{
	columns: `SELECT m.name, c.name, c.type FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND m.name NOT LIKE 'migration\_%' ESCAPE '\' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
		ORDER BY m.name, c.cid`,
	keys: `SELECT m.name, c.name, '' FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk`,
	references: `SELECT m.name, f."table", '' FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f
		WHERE m.type = 'table' ORDER BY 1, 2`,
}

// On PostgreSQL the workspace's schema is the current one; schema public may hold tables of others, which are left alone.
var postgresCatalogue = catalogue{
	columns: `SELECT c.relname, a.attname, CASE format_type(a.atttypid, a.atttypmod)
			WHEN 'timestamp with time zone' THEN 'TIMESTAMPTZ' ELSE format_type(a.atttypid, a.atttypmod) END
		FROM ` + postgresTables + ` JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY c.relname, a.attnum`,
	keys: `SELECT c.relname, a.attname, '' FROM ` + postgresTables + ` JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
		CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
		JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum ORDER BY c.relname, k.place`,
	references: `SELECT c.relname, r.relname, '' FROM ` + postgresTables + ` JOIN pg_constraint AS f ON f.conrelid = c.oid AND f.contype = 'f'
		JOIN pg_class AS r ON r.oid = f.confrelid ORDER BY 1, 2`,
}

const postgresTables = `(SELECT t.oid, t.relname FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
	WHERE t.relkind IN ('r', 'p') AND t.relname NOT LIKE 'migration\_%' AND pg_table_is_visible(t.oid)
	AND (n.nspname = current_schema() AND n.nspname <> 'public' OR n.nspname = 'public' AND t.relname = ANY (string_to_array(?, ',')))) AS c`

var portableType = map[string]ColumnType{
	"TEXT": Text, "BIGINT": Integer, "BOOLEAN": Boolean, "TIMESTAMPTZ": Instant, "DOUBLE PRECISION": Number,
}

var tableMade = regexp.MustCompile(`(?i)CREATE\s+TABLE\s+(\w+)`)

// sharedTables are the tables that the shared steps make.
var sharedTables = sync.OnceValues(func() ([]string, error) {
	var names []string
	paths, err := fs.Glob(migrations.Files, "shared/*.sql")
	for _, path := range paths {
		body, err := fs.ReadFile(migrations.Files, path)
		if err != nil {
			return nil, err
		}
		for _, made := range tableMade.FindAllStringSubmatch(string(body), -1) {
			names = append(names, made[1])
		}
	}
	return names, err
})

func eachRow(ctx context.Context, tx bun.Tx, query string, each func([3]string) error) error {
	shared, err := sharedTables()
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, query, strings.Join(shared, ","))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v [3]string
		if err := rows.Scan(&v[0], &v[1], &v[2]); err != nil {
			return err
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return rows.Err()
}
