// Package datatest finds the public data that tests are held to: exports of CRMs, reports, reference figures, schemas. It is a folder beside the project, or the one
// that OFRECORD_DATA names. What is missing skips the test, and fails it with CI=true.
package datatest

import (
	"os"
	"path/filepath"
	"testing"
)

// Path is a file or folder of the data: Path(t, "salesforce", "Lead.csv").
func Path(tb testing.TB, name ...string) string {
	tb.Helper()
	path := filepath.Join(append([]string{folder(tb)}, name...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("public data is missing (set OFRECORD_DATA): %v", err)
		}
		tb.Skipf("public data is not here (set OFRECORD_DATA): %v", err)
	}
	return path
}

// Read is what a file holds.
func Read(tb testing.TB, name ...string) []byte {
	tb.Helper()
	body, err := os.ReadFile(Path(tb, name...))
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

// Open opens a file, and closes it with the test.
func Open(tb testing.TB, name ...string) *os.File {
	tb.Helper()
	file, err := os.Open(Path(tb, name...))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = file.Close() }) // it was only read
	return file
}

// folder is the one that is named, or shared/data beside the folder of the module, in which every test runs.
func folder(tb testing.TB) string {
	tb.Helper()
	if named := os.Getenv("OFRECORD_DATA"); named != "" {
		return named
	}
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Join(dir, "..", "shared", "data")
}
