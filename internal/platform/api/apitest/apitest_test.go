package apitest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func sample(summary string) *api.API {
	a := api.New(api.Options{Title: "Sample", Version: "1"})
	api.Register(a, api.Operation{
		Method: "GET", Path: "/things/{id}", ID: "showThing", Summary: summary, Tags: []string{"Things"}, Action: "thing.read",
	}, func(context.Context, *struct {
		ID string `path:"id"`
	}) (*api.Answer[api.Problem], error) {
		return nil, nil
	})
	return a
}

func TestGoldenIsWrittenAndCompared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "docs", "openapi.json")
	t.Setenv("UPDATE_GOLDEN", "1")
	Golden(t, sample("Show a thing"), path)
	t.Setenv("UPDATE_GOLDEN", "")
	Golden(t, sample("Show a thing"), path)
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := sample("Show another thing").Document()
	if err != nil {
		t.Fatal(err)
	}
	line := differs(changed, written)
	if got := strings.Split(string(written), "\n")[line-1]; !strings.Contains(got, "Show a thing") {
		t.Errorf("line %d: %s", line, got)
	}
}

// A check that cannot fail is none: each of these documents breaks one rule.
func TestEachBreachIsFound(t *testing.T) {
	a := sample("Show a thing")
	Check(t, a)
	text, err := a.Document()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ from, to, want string }{
		{`"openapi": "3.1.0"`, `"openapi": "3.0.3"`, "version 3.1"},
		{`"title": "Sample"`, `"title": ""`, "a title"},
		{`"summary": "Show a thing"`, `"summary": ""`, "a summary"},
		{`"summary": "Show a thing"`, `"summary": "Show a thing."`, "a summary"},
		{`"x-action": "thing.read"`, `"x-action": ""`, "not listed"},
		{`"operationId": "showThing"`, `"operationId": "other"`, "not listed"},
		{`"name": "id"`, `"name": "it"`, "path parameter id"},
		{`"in": "path"`, `"in": "body"`, "incomplete parameter"},
		{`"403": {`, `"402": {`, "answer 403"},
		{`"token": []`, `"basic": []`, "unknown way to sign in: basic"},
		{`#/components/schemas/Mistake`, `#/components/schemas/Nothing`, "leads nowhere"},
		{`"description": "OK"`, `"description": ""`, "does not describe"},
		{`"application/problem+json"`, `"text/plain"`, "without a problem"},
	}
	for _, test := range tests {
		broken := strings.ReplaceAll(string(text), test.from, test.to)
		if broken == string(text) {
			t.Errorf("%s does not occur", test.from)
		}
		if got := strings.Join(breaches([]byte(broken), a.Operations()), "\n"); !strings.Contains(got, test.want) {
			t.Errorf("%s: want %q, got %q", test.to, test.want, got)
		}
	}
	broken := strings.Replace(string(text), `"type": "object"`, `"type": "thing"`, 1)
	if got := breaches([]byte(broken), a.Operations()); len(got) == 0 {
		t.Error("a schema of an unknown type passes")
	}
}
