package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/migrations"
)

// Every query outside platform/db means the same on both engines and each time it runs, and stays in its own workspace.

func TestQueriesKeepTheHouse(t *testing.T) {
	tables, seen := sharedTables(t), 0
	for _, p := range listPackages(t) {
		if below(p.ImportPath, database) || isForTests(p.ImportPath) || !slices.ContainsFunc(p.Imports, reachesTables) {
			continue
		}
		for _, name := range p.GoFiles {
			queries, problems := queryProblems(t, p.ImportPath, tables, filepath.Join(p.Dir, name), nil)
			for _, problem := range problems {
				t.Error(problem)
			}
			seen += queries
		}
	}
	if seen < 200 {
		t.Errorf("only %d texts of queries were found", seen)
	}
}

const database = module + "/internal/platform/db"

func below(importPath, home string) bool {
	return importPath == home || strings.HasPrefix(importPath, home+"/")
}

func reachesTables(importPath string) bool {
	return importPath == database || importPath == "database/sql" || below(importPath, "github.com/uptrace/bun") || oneEngine(importPath)
}

func oneEngine(importPath string) bool {
	return below(importPath, "github.com/uptrace/bun/dialect") || below(importPath, "github.com/jackc/pgx/v5") || strings.Contains(importPath, "sqlite")
}

// keepers of shared tables: who signs in, and what the platform keeps beside the workspaces.
var keepers = []string{module + "/internal/party/ops", module + "/internal/platform"}

var madeTable = regexp.MustCompile(`(?i)\bCREATE TABLE (\w+)`)

// sharedTables are those that all workspaces see.
func sharedTables(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "shared/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for _, name := range names {
		body, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, made := range madeTable.FindAllStringSubmatch(string(body), -1) {
			tables = append(tables, made[1])
		}
	}
	if !slices.Contains(tables, "account") {
		t.Fatalf("shared tables: %q", tables)
	}
	return tables
}

var (
	// asks are the methods that take a text of SQL; tabled those of them, and of platform/db, that take the name of a table.
	asks = words(`NewRaw Raw Safe Where WhereOr Having ColumnExpr Column DistinctOn TableExpr Table ModelTableExpr Join JoinOn JoinOnOr Set SetColumn Value
		Order OrderExpr Group GroupExpr On Returning Window For With WithRecursive UseIndex ExcludeColumn QueryExpr
		Query QueryContext QueryRow QueryRowContext Exec ExecContext Prepare PrepareContext InsertRows PrepareInsert`)
	tabled = words(`Table TableExpr ModelTableExpr InsertRows PrepareInsert`)

	// bounded are the methods of bun that only one engine understands, or that change tables.
	bounded = words(`DistinctOn Returning NewMerge NewCreateTable NewDropTable NewTruncateTable NewAddColumn NewDropColumn NewCreateIndex NewDropIndex UseIndex
		ForceIndex IgnoreIndex`)

	// engineTag are the parts of a tag of bun that leave a type or a value to the engine.
	engineTag = regexp.MustCompile(`^(autoincrement|identity|array|hstore|msgpack|default:|type:)`)

	// statement is how a text begins that is handed to a query somewhere else.
	statement = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|FROM|WHERE|AND|OR|(LEFT |INNER |CROSS )?JOIN|ORDER BY|GROUP BY|SET|VALUES|ON CONFLICT)\s|` +
		`(?is)^\s*(select\s.*\sfrom|insert\s+(or\s+\w+\s+)?into|replace\s+into|update\s+\S+\s+set|delete\s+from|with\s+\w+\s+as)\s`)

	// rules hold for each text of a query, volatility for every text in the same package.
	volatility = regexp.MustCompile(`(?i)\b(now|random|randomblob|gen_random_\w+|uuid_generate_\w+|uuidv\d|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|` +
		`nextval|currval|setval|lastval|last_insert_rowid|unixepoch|julianday|strftime)\s*\(|\bCURRENT_(TIMESTAMP|DATE|TIME)\b|\b(date|time|datetime)\s*\(\s*'now'`)
	rules = []struct {
		found *regexp.Regexp
		why   string
	}{
		{regexp.MustCompile(`(?i)\b(LOCALTIMESTAMP|LOCALTIME|CURRENT_USER|SESSION_USER)\b|\b(date|time|datetime|changes|total_changes)\s*\(|\b(current_setting|current_schema|current_database|txid_current)\b`),
			"gives another value each time; the program gives every value"},
		{regexp.MustCompile(`(?i)\b(FROM|JOIN|INTO|UPDATE|TABLE)\s+"?[\w%?]+"?\s*\.|\b(public|main|temp|pg_catalog|information_schema|ws_\w+)"?\s*\.`),
			"names a schema; a transaction sees its own workspace"},
		{regexp.MustCompile(`(?i)\b(RETURNING|ILIKE|GLOB|REGEXP|SIMILAR TO|DISTINCT ON|LATERAL|PRAGMA|VACUUM|ANALYZE|ATTACH|DETACH|TRUNCATE|LISTEN|NOTIFY|ROWID|CTID|SKIP LOCKED|search_path|SET LOCAL|COLLATE|LOCK TABLE)\b|` +
			`\b(INSERT|UPDATE)\s+OR\s|\bREPLACE\s+INTO\b|\bON\s+DUPLICATE\b|\bFOR\s+(NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b|\bLIMIT\s+(-1|ALL)\b|\bLIMIT\s+\S+\s*,`),
			"is of one engine; platform/db owns the words that differ"},
		{regexp.MustCompile(`(?i)\b(jsonb?(_\w+)?|pg_\w+|sqlite_\w+|array_agg|string_agg|group_concat|unnest|generate_series|date_trunc|date_part|extract|to_char|to_date|to_timestamp|` +
			`ifnull|iif|instr|printf|typeof|split_part|regexp_\w+|greatest|least|any|array|concat|concat_ws)\s*[(\[]|::\s*\w|->>?|[^<>!=]~\*?|@>|\$\d`),
			"is of one engine; platform/db owns the words that differ"},
		{regexp.MustCompile(`(?i)\b(CREATE|ALTER|DROP)\s+(TEMP(ORARY)?\s+|UNIQUE\s+)?(TABLE|INDEX|VIEW|TRIGGER|SCHEMA|FUNCTION|SEQUENCE)\b|\b(GRANT|REVOKE)\s+\w`),
			"changes tables; a step in migrations does that"},
	}
)

func words(list string) []string { return strings.Fields(list) }

// queryProblems counts the texts of queries in a file and tells what is wrong with them.
func queryProblems(t *testing.T, importPath string, shared []string, name string, source any) (queries int, problems []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	keeper := slices.ContainsFunc(keepers, func(home string) bool { return below(importPath, home) })
	say := func(n ast.Node, what, why string) {
		problems = append(problems, files.Position(n.Pos()).String()+": "+strings.TrimSpace(what)+" "+why)
	}
	for _, spec := range file.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err == nil && oneEngine(to) && placeOf(importPath).floor != "app" { // configuration reads the address of a server with its driver
			say(spec, to, "is of one engine; platform/db alone knows them")
		}
	}
	reach := regexp.MustCompile(`(?i)\b(FROM|JOIN|INTO|UPDATE)\s+"?(` + strings.Join(shared, "|") + `)\b`)
	table := regexp.MustCompile(`(?i)^\s*"?(` + strings.Join(shared, "|") + `)"?(\s|$)`)
	check := func(n ast.Node, text, method string) {
		if found := volatility.FindString(text); found != "" {
			say(n, found, "gives another value each time; the program gives every value")
		}
		if method == "tag" {
			say(n, text, "leaves a type or a value to the engine; migrations and the program give them")
			return
		}
		if method == "" && !statement.MatchString(text) {
			return
		}
		queries++
		for _, rule := range rules {
			if found := rule.found.FindString(text); found != "" {
				say(n, found, rule.why)
			}
		}
		named := slices.Contains(tabled, method)
		if before, _, qualified := strings.Cut(text, "."); named && qualified && !strings.ContainsAny(before, " (") {
			say(n, text, "names a schema; a transaction sees its own workspace")
		}
		if !keeper && (reach.MatchString(text) || named && table.MatchString(text)) {
			say(n, text, "reads what all workspaces share; ask party or the platform")
		}
	}
	inspect(file, "", check, func(call *ast.CallExpr, method string) {
		if slices.Contains(bounded, method) {
			say(call, method, "is of one engine or changes tables")
		}
		if len(call.Args) == 1 && method == "For" && isText(call.Args[0]) {
			say(call, method, "locks rows on one engine only; a workspace has one writer")
		}
	})
	return queries, problems
}

// inspect hands over every text of a file with the method that takes it ("" for one that no query takes there), what is added together as one,
// and every call of a method.
func inspect(root ast.Node, method string, text func(n ast.Node, text, method string), call func(*ast.CallExpr, string)) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				tag, _ := strconv.Unquote(n.Tag.Value)
				for _, part := range strings.Split(reflect.StructTag(tag).Get("bun"), ",") {
					if name, is := strings.CutPrefix(part, "table:"); is {
						text(n, name, "Table")
					} else if engineTag.MatchString(part) {
						text(n, part, "tag")
					}
				}
			}
			inspect(n.Type, "", text, call)
			return false
		case *ast.CallExpr:
			name := ""
			if of, ok := n.Fun.(*ast.SelectorExpr); ok {
				name = of.Sel.Name
				call(n, name)
			}
			inspect(n.Fun, method, text, call)
			inner := method
			if slices.Contains(asks, name) {
				inner = name
			}
			for _, arg := range n.Args {
				inspect(arg, inner, text, call)
			}
			return false
		case *ast.FuncLit:
			inspect(n.Body, "", text, call)
			return false
		case *ast.BinaryExpr:
			if isText(n) {
				text(n, join(n, func(other ast.Expr) { inspect(other, method, text, call) }), method)
				return false
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				text(n, join(n, nil), method)
			}
		}
		return true
	})
}

// isText reports whether the expression is a text, or a sum with one.
func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (isText(e.X) || isText(e.Y))
	}
	return false
}

// join is the text of a sum, with ? for what is not known here.
func join(e ast.Expr, unknown func(ast.Expr)) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return s
		}
	case *ast.BinaryExpr:
		return join(e.X, unknown) + join(e.Y, unknown)
	default:
		unknown(e)
	}
	return "?"
}

// The finding itself is held to made-up rooms: what is allowed passes, each breach is found.
func TestQueryRulesFindEveryBreach(t *testing.T) {
	const fees, party, mail = module + "/internal/fees/ops", module + "/internal/party/ops", module + "/internal/platform/mail"
	tests := []struct {
		in, body string
		want     int
	}{
		{fees, "tx.NewRaw(`SELECT COALESCE(MAX(no), 0) FROM statement WHERE client_id = ? AND no <= ?`, client, no)", 0},
		{fees, "tx.NewInsert().Model(&row).On(`CONFLICT (id) DO UPDATE`).Set(`note = EXCLUDED.note`)", 0},
		{fees, "tx.NewSelect().TableExpr(`statement AS later`).ColumnExpr(`1`).Where(`later.month > s.month`)", 0},
		{fees, "fault.New(fault.Invalid, `x`, `Update the month (from the public. record) and take it into account`)", 0},
		{fees, "db.InsertRows(ctx, tx, `statement_event`, columns, rows)", 0},
		{party, "tx.NewSelect().TableExpr(`workspace AS w`).Join(`JOIN workspace_account AS wa ON wa.workspace = w.slug`)", 0},
		{mail, "tx.NewRaw(`SELECT id FROM outbox`)", 0},

		{fees, "tx.NewUpdate().Model(&row).Set(`done_at = now()`)", 1},
		{fees, "tx.NewUpdate().Model(&row).Set(`done_at = CURRENT_TIMESTAMP`)", 1},
		{fees, "tx.ExecContext(ctx, `update statement set id = gen_random_uuid()`)", 1},
		{fees, "stamp := `now()`; tx.NewUpdate().Set(`at = ` + stamp)", 1},
		{fees, "tx.NewSelect().OrderExpr(`RANDOM()`)", 1},
		{fees, "tx.NewRaw(`SELECT id FROM statement WHERE day > date('now')`)", 2},
		{fees, "tx.NewRaw(`SELECT changes()`)", 1},

		{fees, "tx.NewRaw(`SELECT id FROM public.statement`)", 1},
		{fees, "tx.NewRaw(`SELECT id FROM ws_other.statement`)", 1},
		{fees, "tx.NewRaw(`SELECT id FROM ` + schema + `.statement`)", 1},
		{fees, "tx.NewRaw(fmt.Sprintf(`SELECT id FROM %s.%s`, schema, table))", 1},
		{fees, "tx.NewRaw(`SELECT id FROM ?.statement`, bun.Ident(schema))", 1},
		{fees, "tx.NewRaw(`SELECT s.id FROM statement s, main.statement_event e`)", 1},
		{fees, "tx.NewSelect().ModelTableExpr(`ws_other.statement AS s`)", 2},
		{fees, "tx.NewSelect().TableExpr(`other.statement AS s`)", 1},
		{fees, "const q = `SELECT id FROM other.statement`", 1},
		{fees, "db.InsertRows(ctx, tx, `other.statement`, columns, rows)", 1},
		{fees, "type row struct { bun.BaseModel `bun:\"table:other.statement\"` }", 1},

		{fees, "tx.NewInsert().Model(&row).Returning(`id`)", 1},
		{fees, "tx.NewRaw(`DELETE FROM statement WHERE id = ? RETURNING id`)", 1},
		{fees, "tx.ExecContext(ctx, `INSERT OR REPLACE INTO statement VALUES (?)`)", 1},
		{fees, "tx.NewSelect().Where(`name ILIKE ?`, text)", 1},
		{fees, "tx.NewSelect().Where(`s.body->>'month' = ?`, month)", 1},
		{fees, "tx.NewSelect().ColumnExpr(`jsonb_array_length(body)`)", 1},
		{fees, "tx.NewSelect().ColumnExpr(`no::text`)", 1},
		{fees, "tx.NewSelect().Where(`id = ANY(?)`, ids)", 1},
		{fees, "tx.NewSelect().Where(`no = $1`)", 1},
		{fees, "tx.NewSelect().Model(&row).For(`UPDATE`)", 1},
		{fees, "tx.NewSelect().DistinctOn(`client_id`)", 1},
		{fees, "tx.NewTruncateTable().Model(&row)", 1},
		{fees, "tx.ExecContext(ctx, `PRAGMA foreign_keys = OFF`)", 1},
		{fees, "tx.ExecContext(ctx, `SET LOCAL search_path = ws_other`)", 1},
		{fees, "tx.ExecContext(ctx, `CREATE TEMP TABLE t (id TEXT)`)", 1},
		{fees, "type row struct { ID int64 `bun:\"id,pk,autoincrement\"` }", 1},
		{fees, "type row struct { At time.Time `bun:\"at,default:now()\"` }", 2},

		{fees, "tx.NewRaw(`SELECT email FROM account`)", 1},
		{fees, "tx.NewRaw(`select s.id from statement s join session e on e.account = s.actor`)", 1},
		{fees, "tx.NewSelect().Table(`api_token`)", 1},
		{fees, "type row struct { bun.BaseModel `bun:\"table:account\"` }", 1},
		{fees, "db.InsertRows(ctx, tx, `outbox`, columns, rows)", 1},
		{fees, "const q = `SELECT email FROM account`", 1},
	}
	tables := sharedTables(t)
	for _, test := range tests {
		_, problems := queryProblems(t, test.in, tables, "room.go", "package ops; func verb() { "+test.body+" }")
		if len(problems) != test.want {
			t.Errorf("%s: %d problems: %q", test.body, len(problems), problems)
		}
	}
	for _, driver := range []string{"github.com/uptrace/bun/dialect/pgdialect", "github.com/jackc/pgx/v5", "modernc.org/sqlite"} {
		if _, problems := queryProblems(t, fees, tables, "room.go", `package ops; import "`+driver+`"`); len(problems) != 1 {
			t.Errorf("%s: %q", driver, problems)
		}
	}
}
