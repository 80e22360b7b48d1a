package migrations_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/migrations"
)

func TestStepsKeepTheConventions(t *testing.T) {
	steps := readSteps(t)
	if len(steps) == 0 {
		t.Fatal("no steps")
	}
	for _, problem := range problemsOf(steps, migrations.AppendOnly) {
		t.Error(problem)
	}
}

// step is one file: its place, the engine it is for ("" for both) and its statements.
type step struct {
	folder, name, engine string
	statements           []string
}

func readSteps(t *testing.T) []step {
	t.Helper()
	var steps []step
	err := fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".sql") {
			return err
		}
		body, err := fs.ReadFile(migrations.Files, path)
		steps = append(steps, newStep(path, string(body)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func newStep(path, body string) step {
	folder, name, _ := strings.Cut(path, "/")
	s := step{folder: folder, name: name, statements: statements(body)}
	for _, engine := range []string{"sqlite", "postgres"} {
		if strings.HasSuffix(name, "."+engine+".sql") {
			s.engine = engine
		}
	}
	return s
}

var lineComment = regexp.MustCompile(`--[^\n]*`)

// statements cuts a step as goose does: at a line's closing ";", or at StatementBegin and StatementEnd. Steps back are left out.
func statements(body string) []string {
	body, _, _ = strings.Cut(body, "-- +goose Down")
	var all []string
	var now strings.Builder
	whole := false
	flush := func() {
		if text := strings.TrimSpace(now.String()); text != "" {
			all = append(all, text)
		}
		now.Reset()
	}
	for line := range strings.Lines(body) {
		switch strings.TrimSpace(line) {
		case "-- +goose StatementBegin":
			flush()
			whole = true
			continue
		case "-- +goose StatementEnd":
			flush()
			whole = false
			continue
		}
		line = lineComment.ReplaceAllString(line, "")
		now.WriteString(line)
		if !whole && strings.HasSuffix(strings.TrimSpace(line), ";") {
			flush()
		}
	}
	flush()
	return all
}

var (
	stepName    = regexp.MustCompile(`^\d{5}_[a-z0-9_]+(\.sqlite|\.postgres)?\.sql$`)
	createTable = regexp.MustCompile(`(?is)^CREATE TABLE (\w+)\s*\((.*)\)\s*;$`)
	references  = regexp.MustCompile(`(?i)REFERENCES\s+(\w+)`)
	volatile    = regexp.MustCompile(`(?i)\b(now|random|gen_random_uuid|clock_timestamp|nextval|datetime|strftime)\s*\(|\b(CURRENT_TIMESTAMP|CURRENT_DATE|CURRENT_TIME|AUTOINCREMENT|SERIAL|BIGSERIAL|GENERATED)\b`)
	allowed     = map[string]*regexp.Regexp{
		"":         regexp.MustCompile(`(?i)^(CREATE TABLE|CREATE (UNIQUE )?INDEX|ALTER TABLE|DROP TABLE|DROP INDEX|INSERT INTO|UPDATE|DELETE FROM)\s`),
		"sqlite":   regexp.MustCompile(`(?i)^(CREATE TRIGGER|DROP TRIGGER|CREATE TABLE|DROP TABLE|ALTER TABLE|INSERT INTO)\s`),
		"postgres": regexp.MustCompile(`(?i)^(REVOKE|GRANT|ALTER TABLE)\s`),
	}
	sqliteGuard   = regexp.MustCompile(`(?is)^CREATE TRIGGER (\w+) BEFORE (UPDATE|DELETE) ON (\w+)\s+BEGIN\s+SELECT RAISE\(ABORT, 'immutable'\);\s+END;$`)
	replaceGuard  = regexp.MustCompile(`(?s)^CREATE TRIGGER (\w+)_no_replace BEFORE INSERT ON (\w+)\s+WHEN NEW\.rowid > 0 AND EXISTS \(SELECT 1 FROM (\w+) WHERE rowid = NEW\.rowid\)\s+BEGIN\s+SELECT RAISE\(ABORT, 'immutable'\);\s+END;$`)
	takenGuard    = regexp.MustCompile(`(?s)^CREATE TRIGGER (\w+)_taken BEFORE INSERT ON (\w+)\s+WHEN EXISTS \(SELECT 1 FROM (\w+) WHERE ([^)]*)\)\s+BEGIN\s+SELECT RAISE\(ABORT, 'taken: (\w+)'\);\s+END;$`)
	uniqueKey     = regexp.MustCompile(`(?i)CONSTRAINT (\w+) (?:PRIMARY KEY|UNIQUE) \(([^)]*)\)`)
	postgresGuard = regexp.MustCompile(`(?is)^REVOKE UPDATE, DELETE, TRUNCATE ON (\w+) FROM PUBLIC, CURRENT_USER;$`)
)

// problemsOf names every place where the steps leave the conventions of README.md.
func problemsOf(steps []step, appendOnly []string) []string {
	var problems []string
	say := func(s step, format string, args ...any) {
		problems = append(problems, s.folder+"/"+s.name+": "+fmt.Sprintf(format, args...))
	}
	folderOf := map[string]string{}
	constraintOf := map[string]string{}
	guards := map[string]bool{}
	keysOf := map[string][]string{} // "<constraint>: <condition under which it is taken>"
	for _, s := range steps {
		for _, text := range s.statements {
			if table := createTable.FindStringSubmatch(text); table != nil {
				if folderOf[table[1]] != "" {
					say(s, "the table %s is made twice", table[1])
				}
				folderOf[table[1]] = s.folder
				for _, key := range uniqueKey.FindAllStringSubmatch(table[2], -1) {
					keysOf[table[1]] = append(keysOf[table[1]], key[1]+": "+takenWhen(key[2]))
				}
			}
		}
	}
	for _, s := range steps {
		checkName(s, steps, func(format string, args ...any) { say(s, format, args...) })
		for _, text := range s.statements {
			if !allowed[s.engine].MatchString(text) {
				say(s, "this kind of statement does not belong here: %.60s", text)
			}
			if strings.Count(text, ";") > 1 && !strings.HasPrefix(text, "CREATE TRIGGER") || !strings.HasSuffix(text, ";") {
				say(s, "not one statement: %.60s", text)
			}
			if found := volatile.FindString(text); found != "" {
				say(s, "%s gives another value each time; the program gives every value", found)
			}
			for _, found := range references.FindAllStringSubmatch(text, -1) {
				if folderOf[found[1]] != s.folder {
					say(s, "refers to %s, which is not in %s", found[1], s.folder)
				}
				if slices.Contains(appendOnly, found[1]) {
					say(s, "refers to the append-only table %s", found[1])
				}
			}
			if table := createTable.FindStringSubmatch(text); table != nil {
				checkTable(table[1], table[2], constraintOf, func(format string, args ...any) { say(s, format, args...) })
			}
			if guard := sqliteGuard.FindStringSubmatch(text); guard != nil {
				verb := strings.ToLower(guard[2])
				if guard[1] != guard[3]+"_no_"+verb {
					say(s, "call the trigger %s_no_%s", guard[3], verb)
				}
				guards["sqlite "+verb+" "+guard[3]] = true
			} else if guard := replaceGuard.FindStringSubmatch(text); guard != nil && guard[1] == guard[2] && guard[2] == guard[3] {
				guards["sqlite replace "+guard[2]] = true
			} else if guard := takenGuard.FindStringSubmatch(text); guard != nil && guard[1] == guard[5] && guard[2] == guard[3] {
				guards["sqlite "+guard[1]+": "+guard[4]+" "+guard[2]] = true
			} else if strings.HasPrefix(text, "CREATE TRIGGER") {
				say(s, "a trigger only refuses changes with 'immutable': %.60s", text)
			}
			if guard := postgresGuard.FindStringSubmatch(text); guard != nil {
				guards["postgres revoke "+guard[1]] = true
			} else if strings.HasPrefix(text, "REVOKE") {
				say(s, "write REVOKE UPDATE, DELETE, TRUNCATE ON <table> FROM PUBLIC, CURRENT_USER: %.60s", text)
			}
		}
	}
	return append(problems, guardProblems(guards, appendOnly, keysOf)...)
}

// takenWhen is the condition under which a row's key stands in the table already.
func takenWhen(columns string) string {
	var equal []string
	for _, c := range strings.Split(columns, ",") {
		c = strings.TrimSpace(c)
		equal = append(equal, c+" = NEW."+c)
	}
	return strings.Join(equal, " AND ")
}

func guardProblems(guards map[string]bool, appendOnly []string, keysOf map[string][]string) (problems []string) {
	for _, table := range appendOnly {
		wanted := []string{"sqlite update ", "sqlite delete ", "postgres revoke "}
		if !slices.Contains(migrations.Replaceable, table) {
			wanted = append(wanted, "sqlite replace ")
			for _, key := range keysOf[table] {
				wanted = append(wanted, "sqlite "+key+" ")
			}
		}
		for _, guard := range wanted {
			if !guards[guard+table] {
				problems = append(problems, "the append-only table "+table+" lacks its "+guard+"guard")
			}
		}
	}
	for guard := range guards {
		if table := guard[strings.LastIndex(guard, " ")+1:]; !slices.Contains(appendOnly, table) {
			problems = append(problems, "the table "+table+" is guarded but not named in AppendOnly")
		}
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}

func checkName(s step, all []step, say func(string, ...any)) {
	if !stepName.MatchString(s.name) {
		say("write five digits, the room and what it does, in small letters")
		return
	}
	base := strings.TrimSuffix(strings.TrimSuffix(s.name, ".sql"), "."+s.engine)
	paired := s.engine == ""
	for _, other := range all {
		if other.folder != s.folder || other.name == s.name || other.name[:5] != s.name[:5] {
			continue
		}
		counterpart := s.engine != "" && other.engine != "" && other.engine != s.engine &&
			strings.TrimSuffix(strings.TrimSuffix(other.name, ".sql"), "."+other.engine) == base
		paired = paired || counterpart
		if !counterpart {
			say("has the number of %s", other.name)
		}
	}
	if !paired {
		say("a step for one engine has its counterpart for the other one")
	}
}

var (
	column     = regexp.MustCompile(`^(\w+)\s+(TEXT|BIGINT|BOOLEAN|TIMESTAMPTZ|DOUBLE PRECISION)\b(.*)$`)
	constraint = regexp.MustCompile(`^CONSTRAINT (\w+) (PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK)\s*\((.*)$`)
	moneyWord  = regexp.MustCompile(`amount|minor|price|fee|cost|spend|total|balance|rate`)
)

func checkTable(table, body string, constraintOf map[string]string, say func(string, ...any)) {
	keys := map[string]string{}
	notNull := map[string]bool{}
	var primary []string
	for _, item := range splitItems(body) {
		if c := constraint.FindStringSubmatch(item); c != nil {
			if !strings.HasPrefix(c[1], table+"_") {
				say("the constraint %s does not begin with its table's name", c[1])
			}
			if constraintOf[c[1]] != "" {
				say("the constraint name %s is used twice", c[1])
			}
			constraintOf[c[1]] = table
			if c[2] == "PRIMARY KEY" || c[2] == "UNIQUE" {
				columns, _, _ := strings.Cut(c[3], ")")
				if keys[columns] != "" {
					say("%s and %s cover the same columns", keys[columns], c[1])
				}
				keys[columns] = c[1]
				if c[2] == "PRIMARY KEY" {
					primary = strings.Split(columns, ",")
				}
			}
			continue
		}
		c := column.FindStringSubmatch(item)
		if c == nil {
			say("neither a column of a portable type nor a named constraint: %.60s", item)
			continue
		}
		notNull[c[1]] = strings.Contains(c[3], "NOT NULL")
		for _, word := range []string{"PRIMARY KEY", "UNIQUE", "REFERENCES", "CHECK", "CONSTRAINT"} {
			if strings.Contains(strings.ToUpper(c[3]), word) {
				say("give the %s of %s.%s a name and a line of its own", word, table, c[1])
			}
		}
		if c[2] == "DOUBLE PRECISION" && moneyWord.MatchString(c[1]) {
			say("%s.%s looks like money, which is BIGINT minor units", table, c[1])
		}
	}
	if primary == nil {
		say("the table %s has no primary key", table)
	}
	for _, name := range primary {
		if !notNull[strings.TrimSpace(name)] {
			say("the key column %s.%s may be null on SQLite", table, strings.TrimSpace(name))
		}
	}
}

// splitItems cuts the inside of CREATE TABLE at its outer commas.
func splitItems(body string) []string {
	var items []string
	depth, start := 0, 0
	cut := func(end int) {
		items = append(items, strings.Join(strings.Fields(body[start:end]), " "))
		start = end + 1
	}
	for i, r := range body {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				cut(i)
			}
		}
	}
	cut(len(body))
	return items
}
