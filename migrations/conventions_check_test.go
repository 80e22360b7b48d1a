package migrations_test

import (
	"fmt"
	"strings"
	"testing"
)

// A rule that cannot fail is none: each of these steps breaks one.
func TestEachBrokenConventionIsFound(t *testing.T) {
	const key = ", CONSTRAINT thing_pk PRIMARY KEY (id)"
	table := func(body string) string {
		return "-- +goose Up\nCREATE TABLE thing (id TEXT NOT NULL" + body + key + ");"
	}
	tests := []struct{ path, body, want string }{
		{"workspace/201_x.sql", table(""), "five digits"},
		{"workspace/00201_thing.sqlite.sql", table(""), "counterpart"},
		{"workspace/00100_old.sql", table(""), "has the number of"},
		{"workspace/00201_thing.sql", table(", n INTEGER NOT NULL"), "portable type"},
		{"workspace/00201_thing.sql", table(", n JSONB"), "portable type"},
		{"workspace/00201_thing.sql", table(", amount DOUBLE PRECISION NOT NULL"), "looks like money"},
		{"workspace/00201_thing.sql", table(", n BIGINT UNIQUE"), "a name and a line of its own"},
		{"workspace/00201_thing.sql", table(", n BIGINT CHECK (n > 0)"), "a name and a line of its own"},
		{"workspace/00201_thing.sql", table(", CHECK (id <> '')"), "named constraint"},
		{"workspace/00201_thing.sql", table(", CONSTRAINT other_id CHECK (id <> '')"), "begin with its table's name"},
		{"workspace/00201_thing.sql", table(", CONSTRAINT thing_id_key UNIQUE (id)"), "the same columns"},
		{"workspace/00201_thing.sql", table(", at TIMESTAMPTZ DEFAULT now()"), "another value each time"},
		{"workspace/00201_thing.sql", table(", at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP"), "another value each time"},
		{"workspace/00201_thing.sql", "-- +goose Up\nCREATE TABLE thing (id TEXT NOT NULL);", "no primary key"},
		{"workspace/00201_thing.sql", "-- +goose Up\nCREATE TABLE thing (id TEXT" + key + ");", "may be null"},
		{"workspace/00201_thing.sql", table("") + " DROP TABLE old;", "not one statement"},
		{"workspace/00201_thing.sql", "-- +goose Up\nCREATE FUNCTION f() RETURNS trigger;", "does not belong here"},
		{"workspace/00201_thing.sql", "-- +goose Up\n-- +goose StatementBegin\nCREATE TRIGGER x AFTER INSERT ON old BEGIN SELECT 1; END;\n-- +goose StatementEnd", "does not belong here"},
		{"workspace/00201_thing.sql", table(", CONSTRAINT thing_fk FOREIGN KEY (id) REFERENCES account (id)"), "not in workspace"},
		{"shared/00201_thing.sql", table(", CONSTRAINT thing_fk FOREIGN KEY (id) REFERENCES old (id)"), "not in shared"},
		{"workspace/00201_thing.sql", table(", CONSTRAINT thing_fk FOREIGN KEY (id) REFERENCES sealed (id)"), "append-only table sealed"},
		{"workspace/00201_thing.sqlite.sql", "-- +goose Up\n-- +goose StatementBegin\nCREATE TRIGGER x AFTER INSERT ON old BEGIN SELECT 1; END;\n-- +goose StatementEnd", "only refuses changes"},
		{"workspace/00201_thing.postgres.sql", "-- +goose Up\nREVOKE DELETE ON old FROM PUBLIC;", "write REVOKE"},
		{"workspace/00201_thing.postgres.sql", "-- +goose Up\nREVOKE UPDATE, DELETE, TRUNCATE ON old FROM PUBLIC, CURRENT_USER;", "not named in AppendOnly"},
	}
	sound := []step{
		newStep("shared/00001_account.sql", "-- +goose Up\nCREATE TABLE account (id TEXT NOT NULL, CONSTRAINT account_pk PRIMARY KEY (id));"),
		newStep("workspace/00100_sealed.sql", "-- +goose Up\nCREATE TABLE sealed (id TEXT NOT NULL, CONSTRAINT sealed_pk PRIMARY KEY (id));\n"+
			"CREATE TABLE old (id TEXT NOT NULL, CONSTRAINT old_pk PRIMARY KEY (id));"),
		newStep("workspace/00101_seal.postgres.sql", "-- +goose Up\nREVOKE UPDATE, DELETE, TRUNCATE ON sealed FROM PUBLIC, CURRENT_USER;"),
		newStep("workspace/00101_seal.sqlite.sql", "-- +goose Up\n"+guardOf("sealed", "UPDATE")+guardOf("sealed", "DELETE")+replaceGuardsOf("sealed")),
	}
	if problems := problemsOf(sound, []string{"sealed"}); len(problems) > 0 {
		t.Fatalf("sound steps: %q", problems)
	}
	if problems := problemsOf(sound, []string{"sealed", "old"}); len(problems) != 5 {
		t.Errorf("an unguarded append-only table with one key has five guards missing: %q", problems)
	}
	for _, test := range tests {
		problems := problemsOf(append(sound[:len(sound):len(sound)], newStep(test.path, test.body)), []string{"sealed"})
		if !strings.Contains(strings.Join(problems, "\n"), test.want) {
			t.Errorf("%s\n%s\nwant %q, got %q", test.path, test.body, test.want, problems)
		}
	}
}

func guardOf(table, verb string) string {
	return "-- +goose StatementBegin\nCREATE TRIGGER " + table + "_no_" + strings.ToLower(verb) + " BEFORE " + verb + " ON " + table +
		" BEGIN\n    SELECT RAISE(ABORT, 'immutable');\nEND;\n-- +goose StatementEnd\n"
}

func replaceGuardsOf(table string) string {
	const form = "-- +goose StatementBegin\nCREATE TRIGGER %s BEFORE INSERT ON %s\nWHEN %s\nBEGIN\n    SELECT RAISE(ABORT, '%s');\nEND;\n-- +goose StatementEnd\n"
	return fmt.Sprintf(form, table+"_pk_taken", table, "EXISTS (SELECT 1 FROM "+table+" WHERE id = NEW.id)", "taken: "+table+"_pk") +
		fmt.Sprintf(form, table+"_no_replace", table, "NEW.rowid > 0 AND EXISTS (SELECT 1 FROM "+table+" WHERE rowid = NEW.rowid)", "immutable")
}
